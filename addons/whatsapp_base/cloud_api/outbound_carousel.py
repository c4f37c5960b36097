"""Outgoing carousels: two to ten cards side by side.

Source: Meta, "Interactive messages": media carousel, product carousel. Import these from `outbound`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .outbound_basic import MAX_BUTTON_TITLE, MAX_INTERACTIVE_BODY, InvalidContent, Media, check_text
from .values import one_line
from .words import _

MIN_CARDS, MAX_CARDS = 2, 10
MAX_CARD_BODY, MAX_CARD_BREAKS = 160, 2


@dataclass(frozen=True, slots=True)
class LinkCard:
    """A picture or video with a button that opens a web page."""

    media: Media
    label: str
    url: str
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Carousel:
    """Cards side by side below a text."""

    body: str
    cards: Sequence[LinkCard]

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        check_text("body", _("message"), self.body, MAX_INTERACTIVE_BODY)
        if not MIN_CARDS <= len(self.cards) <= MAX_CARDS:
            raise InvalidContent(
                "cards", _("A carousel has %(least)s to %(most)s cards, this one has %(count)s."), _("Add or remove cards."),
                least=MIN_CARDS, most=MAX_CARDS, count=len(self.cards))
        for card in self.cards:
            card.media.validate()
            check_text("cards", _("card's button"), card.label, MAX_BUTTON_TITLE)
            check_text("cards", _("card's text"), card.body, MAX_CARD_BODY, required=False)
            if (card.body or "").count("\n") > MAX_CARD_BREAKS:
                raise InvalidContent(
                    "cards", _("A card's text has more than %(limit)s line breaks."), _("Remove some."), limit=MAX_CARD_BREAKS)
            if not card.url.startswith(("https://", "http://")):
                raise InvalidContent(
                    "cards", _("The address of a card's button is no web address."), _("Start it with https://."))
        if len({card.media.kind for card in self.cards}) > 1 or self.cards[0].media.kind not in ("image", "video"):
            raise InvalidContent(
                "cards", _("The cards of a carousel have pictures, or all of them videos."), _("Choose other files."))
        if len({bool(card.body) for card in self.cards}) > 1:
            raise InvalidContent(
                "cards", _("Some cards have a text and some have none."), _("Give every card a text, or none."))

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        cards = [
            {
                "card_index": index,
                "type": "cta_url",
                "header": {"type": card.media.kind, card.media.kind: card.media.body()},
                **({"body": {"text": card.body}} if card.body else {}),
                "action": {"name": "cta_url", "parameters": {"display_text": card.label, "url": card.url}},
            }
            for index, card in enumerate(self.cards)
        ]
        return {
            "type": "interactive",
            "interactive": {"type": "carousel", "body": {"text": self.body}, "action": {"cards": cards}},
        }

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line(self.body)
