"""Outgoing text, files, places, reactions and contact cards, with the checks that all content shares.

Source: Meta, "Send messages" (each type's reference). Import these from `outbound`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .content import media_summary
from .recipients import clean_digits, is_wa_id
from .values import one_line
from .words import _

MAX_BODY = 4096
MAX_CAPTION = 1024
MAX_INTERACTIVE_BODY = 1024
MAX_HEADER = MAX_FOOTER = 60
MAX_BUTTONS, MAX_BUTTON_TITLE, MAX_BUTTON_ID = 3, 20, 256
MAX_SECTIONS, MAX_ROWS, MAX_SECTION_TITLE = 10, 10, 24
MAX_ROW_ID, MAX_ROW_TITLE, MAX_ROW_DESCRIPTION = 200, 24, 72
MAX_CARDS = 257
MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")
CAPTIONED = ("image", "video", "document")


class InvalidContent(ValueError):
    """A message that Meta would refuse: which ``field``, what is wrong, and the ``remedy`` for the user.

    Both texts are marked for translation with ``words._`` and may name ``values`` as ``%(name)s``; a value called
    ``label`` is translated, too. Whoever shows the problem to a person uses `text`.
    """

    def __init__(self, field: str, message: str, remedy: str, **values: Any) -> None:
        self.field, self._source, self._values = field, (message, remedy), values
        self.message, self.remedy = (self._fill(text, values) for text in self._source)
        super().__init__(f"{self.message} {self.remedy}")

    @staticmethod
    def _fill(text: str, values: dict[str, Any]) -> str:
        return text % values if values else text

    def text(self, translate: Callable[[str], str]) -> str:
        """Return problem and remedy in the words of ``translate``, which gets each text before values go in."""
        values = dict(self._values)
        if "label" in values:
            values["label"] = translate(values["label"])
        try:
            return " ".join(self._fill(translate(text), values) for text in self._source)
        except (KeyError, TypeError, ValueError):  # a translation that names other values
            return str(self)


def check_text(field: str, label: str, value: str | None, limit: int, required: bool = True) -> None:
    """Raise `InvalidContent` unless ``value`` is a text of 1 to ``limit`` characters (or empty, if not required)."""
    if value is not None and not isinstance(value, str):
        raise InvalidContent(field, _("The %(label)s must be text."), _("Enter text."), label=label)
    if not (value or "").strip():
        if required or value:
            raise InvalidContent(field, _("The %(label)s is empty."), _("Enter some text."), label=label)
        return
    if len(value or "") > limit:
        raise InvalidContent(
            field, _("The %(label)s has %(count)s characters; WhatsApp allows %(limit)s."), _("Shorten it."),
            label=label, count=len(value or ''), limit=limit)


@dataclass(frozen=True, slots=True)
class Text:
    """A plain message of up to 4,096 characters; ``preview_url`` shows a preview of its first link."""

    body: str
    preview_url: bool = False

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        check_text("body", _("message"), self.body, MAX_BODY)

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        return {"type": "text", "text": {"body": self.body, "preview_url": self.preview_url}}

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line(self.body)


@dataclass(frozen=True, slots=True)
class Media:
    """A file, either uploaded (``media_id``) or at a public https address (``link``)."""

    kind: str
    media_id: str | None = None
    link: str | None = None
    caption: str | None = None
    filename: str | None = None
    voice: bool = False

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        if self.kind not in MEDIA_KINDS:
            raise InvalidContent(
                "kind", _("WhatsApp has no media of kind %(kind)r."),
                _("Use image, video, audio, document or sticker."), kind=self.kind)
        if bool(self.media_id) == bool(self.link):
            raise InvalidContent(
                "media_id", _("A media message needs an uploaded file or a link, and not both."),
                _("Upload the file or give its https address."))
        if self.link and not self.link.startswith("https://"):
            raise InvalidContent(
                "link", _("Meta fetches files from https addresses only."), _("Upload the file instead."))
        if self.caption and self.kind not in CAPTIONED:
            raise InvalidContent(
                "caption", _("WhatsApp shows no caption for %(kind)s."), _("Send the text as a message of its own."),
                kind=self.kind)
        check_text("caption", _("caption"), self.caption, MAX_CAPTION, required=False)
        if self.voice and self.kind != "audio":
            raise InvalidContent("voice", _("Only audio can be a voice message."), _("Send it as audio."))

    def body(self) -> dict[str, Any]:
        """Return the media object, which template headers and interactive headers use as well."""
        data: dict[str, Any] = {"id": self.media_id} if self.media_id else {"link": self.link}
        if self.caption and self.kind in CAPTIONED:
            data["caption"] = self.caption
        if self.filename and self.kind == "document":
            data["filename"] = self.filename
        if self.voice and self.kind == "audio":
            data["voice"] = True
        return data

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        return {"type": self.kind, self.kind: self.body()}

    def summary(self) -> str:
        """Return one plain line for lists."""
        return media_summary(self.kind, self.caption, self.filename, self.voice)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in degrees."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        if not -90 <= self.latitude <= 90:
            raise InvalidContent("latitude", _("The latitude is not between -90 and 90."), _("Correct the place."))
        if not -180 <= self.longitude <= 180:
            raise InvalidContent("longitude", _("The longitude is not between -180 and 180."), _("Correct the place."))
        check_text("name", _("name of the place"), self.name, 1000, required=False)
        check_text("address", _("address"), self.address, 1000, required=False)

    def body(self) -> dict[str, Any]:
        """Return the location object, which template headers use as well."""
        data: dict[str, Any] = {"latitude": self.latitude, "longitude": self.longitude}
        data.update({key: text for key, text in (("name", self.name), ("address", self.address)) if text})
        return data

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        return {"type": "location", "location": self.body()}

    def summary(self) -> str:
        """Return one plain line for lists."""
        label = self.name or self.address
        return one_line(f"📍 Location: {label}" if label else "📍 Location")


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on the message ``message_id``; an empty ``emoji`` takes it back."""

    message_id: str
    emoji: str

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        if not self.message_id:
            raise InvalidContent(
                "message_id", _("A reaction needs a message."), _("Choose a message that was delivered."))
        if len(self.emoji) > 16 or (self.emoji and (self.emoji.isalnum() or not self.emoji.strip())):
            raise InvalidContent("emoji", _("A reaction is exactly one emoji."), _("Choose one emoji."))

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        return {"type": "reaction", "reaction": {"message_id": self.message_id, "emoji": self.emoji}}

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line(f"Reacted {self.emoji}") if self.emoji else "Removed a reaction"


@dataclass(frozen=True, slots=True)
class Card:
    """One person to hand over; ``phones`` as people read them, with country code."""

    name: str
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    organisation: str | None = None
    title: str | None = None
    website: str | None = None

    def body(self) -> dict[str, Any]:
        """Return Meta's contact object; phones that can be on WhatsApp get a button to write to them."""
        # Meta wants one more part of the name besides the formatted one.
        data: dict[str, Any] = {"name": {"formatted_name": self.name, "first_name": self.name}}
        if self.phones:
            data["phones"] = [
                {"phone": phone, **({"wa_id": digits} if is_wa_id(digits := clean_digits(phone)) else {})}
                for phone in self.phones
            ]
        if self.emails:
            data["emails"] = [{"email": email} for email in self.emails]
        if self.organisation or self.title:
            org = {"company": self.organisation, "title": self.title}
            data["org"] = {key: value for key, value in org.items() if value}
        if self.website:
            data["urls"] = [{"url": self.website}]
        return data


@dataclass(frozen=True, slots=True)
class Contacts:
    """Contact cards: `Card` or Meta's own objects."""

    cards: Sequence[Card | dict[str, Any]]

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        if not self.cards:
            raise InvalidContent("cards", _("There is nobody to hand over."), _("Choose at least one contact."))
        if len(self.cards) > MAX_CARDS:
            raise InvalidContent(
                "cards", _("A message holds up to %(limit)s contacts."), _("Choose fewer contacts."), limit=MAX_CARDS)
        for card in self.cards:
            if not self._name(card).strip():
                raise InvalidContent("cards", _("A contact has no name."), _("Enter the name of every contact."))

    @staticmethod
    def _name(card: Card | dict[str, Any]) -> str:
        return card.name if isinstance(card, Card) else str((card.get("name") or {}).get("formatted_name") or "")

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        return {"type": "contacts", "contacts": [c.body() if isinstance(c, Card) else c for c in self.cards]}

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line("👤 Contact: " + ", ".join(self._name(card) for card in self.cards[:3]))
