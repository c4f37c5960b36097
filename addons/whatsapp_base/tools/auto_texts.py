"""Texts that are sent by themselves, with variables such as ``{{name}}``; without Odoo."""

import re
from collections.abc import Iterable, Mapping

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
GAP = re.compile(r"([,،、]?[ \t]*)" + VARIABLE.pattern)  # what stands before a variable goes with it
MAX_LENGTH = 4096  # of a text message (Meta)


def variables(text: str) -> list[str]:
    """Return the names of the variables in a text, in order, each once."""
    return list(dict.fromkeys(VARIABLE.findall(text or "")))


def unknown(text: str, known: Iterable[str]) -> list[str]:
    """Return the variables that nobody can fill in."""
    names = set(known)
    return [name for name in variables(text) if name not in names]


def render(text: str, values: Mapping[str, str]) -> str:
    """Fill the variables in; one without a value takes the comma before it along. Values are never read as variables."""
    result = GAP.sub(lambda match: match[1] + str(values[match[2]]) if values.get(match[2]) else "", text or "")
    lines = (re.sub(r"[ \t]{2,}", " ", line).rstrip() for line in result.splitlines())
    return re.sub(r" +([,.!?])", r"\1", "\n".join(lines)).strip()[:MAX_LENGTH]
