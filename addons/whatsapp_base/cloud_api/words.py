"""Marks texts for people, so that Odoo's exporter finds them for translation.

This package is plain Python: it gives texts in English, and whoever shows one translates it (``tools/phrases``).
"""

from __future__ import annotations


def _(text: str) -> str:
    """Return ``text`` as it is: the name of this function is what the exporter looks for."""
    return text
