"""What a seller answers to an offer: ACCEPT ORD-00012, reject 12 too busy, OK."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .folding import fold, fold_text

ACCEPT, REJECT = "accept", "reject"
WORDS = {
    "accept": ACCEPT, "accepted": ACCEPT, "accepting": ACCEPT,
    "reject": REJECT, "rejected": REJECT, "decline": REJECT, "declined": REJECT,
}
_POLITE = r"(?:(?:yes|ok|okay|i|we|please|pls)\W+){0,3}"
_ACTION = rf"(?P<action>{'|'.join(sorted(WORDS, key=len, reverse=True))})(?!\w)"
# ORD-00012, ord 12, #12, no. 12, ORD/2026/00012
_REFERENCE = r"(?:(?:order|no)[\s.:#]*){0,2}#?\s*(?P<reference>(?:[a-z]{1,8}[\s/#.-]{0,2})?\d{1,9}(?:[/-]\d{1,9}){0,3})(?!\w)"
_ACTION_FIRST = re.compile(rf"\W*{_POLITE}{_ACTION}[\s:.,#-]*(?:{_REFERENCE})?")
_REFERENCE_FIRST = re.compile(rf"\W*{_REFERENCE}[\s:.,-]*{_POLITE}{_ACTION}")
_TOKEN = re.compile(r"[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Command:
    """A seller's answer. ``reference`` is the order as they wrote it (None: not named), ``reason`` what follows."""

    action: str
    reference: str | None = None
    reason: str = ""

    @property
    def digits(self) -> str:
        """The last figures of the order's number, without leading zeros; empty where none is named."""
        return _tokens(self.reference)[-1] if self.reference else ""

    def names(self, number: str) -> bool:
        """Tell whether the answer means the order ``number``, written in full or as its last figures."""
        if self.reference is None:
            return False
        wanted, given = _tokens(number), _tokens(self.reference)
        if not wanted or not given or wanted[-1] != given[-1]:
            return False
        rest = iter(wanted[:-1])
        return all(token in rest for token in given[:-1])


def parse_command(text: str | None) -> Command | None:
    """Read a seller's answer; None when the text is none.

    Case, spaces and the script of digits do not matter. "Accept" with other words behind it and no order number is
    no answer: somebody may be talking about something else.
    """
    folded = fold(text or "")
    match = _ACTION_FIRST.match(folded.text) or _REFERENCE_FIRST.match(folded.text)
    if not match:
        return None
    action, reference = WORDS[match["action"]], match["reference"]
    rest = folded.original(match.end(), len(folded.text)).strip(" \t\r\n.,:;!-–—")
    if reference is None and action == ACCEPT and rest:
        return None
    return Command(action, reference, rest[:500])


def _tokens(number: str) -> list[str]:
    return [token.lstrip("0") or "0" if token.isdigit() else token for token in _TOKEN.findall(fold_text(number))]
