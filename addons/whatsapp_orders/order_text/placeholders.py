"""Our own texts with places to fill in, such as ``Thank you, {customer}!``.

No format strings: a value is put in as it is, never read as a pattern, and nothing but plain names is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

_PLACE = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
_BLANKS = re.compile(r"\n{3,}")


def names(template: str | None) -> list[str]:
    """Return the names of all places in a text, in order, each once."""
    return list(dict.fromkeys(_PLACE.findall(template or "")))


def unknown(template: str | None, allowed: Collection[str]) -> list[str]:
    """Return the names in a text that nothing would be put in for."""
    return [name for name in names(template) if name not in allowed]


def render(template: str | None, values: Mapping[str, str]) -> str:
    """Fill in a text; a name without a value stays as it is, an empty value leaves no gap of blank lines."""
    filled = _PLACE.sub(lambda match: str(values.get(match.group(1), match.group(0)) or ""), template or "")
    return _BLANKS.sub("\n\n", filled).strip()


def clip(text: str, limit: int) -> str:
    """Return at most ``limit`` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"
