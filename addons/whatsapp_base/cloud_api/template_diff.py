"""What changed between two versions of a template, word by word, for people to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from .template_draft import Button, Draft, Header, read
from .words import _

__all__ = ["Change", "compare"]

_WORDS_RE = re.compile(r"\s+|\{\{\w+\}\}|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Change:
    """One part of the template: its ``label`` (with ``number`` for the n-th), and its text in pieces.

    A piece is (kind, text), kind being ``same``, ``gone`` or ``new``.
    """

    label: str
    number: int
    pieces: tuple[tuple[str, str], ...]

    @property
    def is_changed(self) -> bool:
        """Tell whether this part differs."""
        return any(kind != "same" for kind, _text in self.pieces)


def compare(before: Sequence[dict[str, Any]] | None, after: Sequence[dict[str, Any]] | None) -> list[Change]:
    """Return every part of two lists of components, in order, those that are gone at their old place."""
    old, new = _lines(read(before or [])), _lines(read(after or []))
    keys = [*new, *(key for key in old if key not in new)]
    keys.sort(key=lambda key: key[0])
    return [Change(key[1], key[2], _pieces(old.get(key, ""), new.get(key, ""))) for key in keys]


def _pieces(old: str, new: str) -> tuple[tuple[str, str], ...]:
    if old == new:
        return (("same", new),)
    before, after = _WORDS_RE.findall(old), _WORDS_RE.findall(new)
    found: list[tuple[str, str]] = []
    for tag, i, j, k, l in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():  # noqa: E741
        if tag == "equal":
            found.append(("same", "".join(after[k:l])))
            continue
        if j > i:
            found.append(("gone", "".join(before[i:j])))
        if l > k:
            found.append(("new", "".join(after[k:l])))
    return tuple(found)


def _lines(draft: Draft) -> dict[tuple[int, str, int], str]:
    lines: dict[tuple[int, str, int], str] = {}
    if draft.header.format:
        lines[1, _("Header"), 0] = _header(draft.header)
    if draft.body or draft.security_advice:
        lines[2, _("Text"), 0] = draft.body or "*{{1}}*"
    if draft.footer or draft.code_minutes:
        lines[3, _("Footer"), 0] = draft.footer or f"{draft.code_minutes} min"
    if draft.offer:
        lines[4, _("Offer"), 0] = draft.offer + (" ⏳" if draft.offer_expires else "")
    for number, button in enumerate(draft.buttons, start=1):
        lines[10 + number, _("Button"), number] = _button(button)
    for number, card in enumerate(draft.cards, start=1):
        parts = [_header(card.header), card.body, *map(_button, card.buttons)]
        lines[100 + number, _("Card"), number] = "\n".join(filter(None, parts))
    return lines


def _header(header: Header) -> str:
    return header.text if header.format == "TEXT" else f"[{header.format.capitalize()}]"


def _button(button: Button) -> str:
    value = button.url or button.phone or button.flow_id or button.flow_name or button.otp_type
    return " → ".join(filter(None, [button.text or button.type.replace("_", " ").capitalize(), value]))
