"""Stored JSON as people like to read it. No Odoo import."""

import json


def pretty(text: str | None) -> str | None:
    """Return JSON text indented; text that is no JSON, or too large to show, comes back as it is."""
    if not text or len(text) > 500_000:
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
