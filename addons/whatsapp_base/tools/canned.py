"""Variables in canned replies, such as ``{{customer}}`` or ``{{order.amount_total}}``. No Odoo import."""

import re
from collections.abc import Mapping

# a name, and optionally a path of fields behind it
VARIABLE_RE = re.compile(r"\{\{\s*([a-z_][a-z0-9_]*)((?:\.[a-z_][a-z0-9_]*)*)\s*\}\}", re.IGNORECASE)
# what was meant as a variable and is none: "{{}}", "{{customer name}}"
LEFT_RE = re.compile(r"\{\{[^{}\n]{0,80}\}\}")

__all__ = ["fill", "left_over", "variables"]


def variables(text: str | None) -> list[tuple[str, str]]:
    """Return (name, path behind it or "") of each variable in a text, once, in order."""
    found = ((name.lower(), path[1:].lower()) for name, path in VARIABLE_RE.findall(text or ""))
    return list(dict.fromkeys(found))


def fill(text: str | None, values: Mapping[tuple[str, str], str]) -> tuple[str, list[str]]:
    """Return the text with its variables filled in, and the variables that have no value.

    What has no value stays as it is written, so that whoever sends the text sees it.

    :param values: text by (name, path), as `variables` returns them
    """
    missing: list[str] = []

    def replace(match: re.Match[str]) -> str:
        key = (match[1].lower(), match[2][1:].lower())
        value = values.get(key)
        if value:
            return value
        missing.append(".".join(filter(None, key)))
        return match[0]

    return VARIABLE_RE.sub(replace, text or ""), list(dict.fromkeys(missing))


def left_over(text: str | None) -> list[str]:
    """Return what is written in double braces in a text."""
    return LEFT_RE.findall(text or "")
