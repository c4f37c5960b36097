"""What customers send: one frozen dataclass for each kind of content.

Source: Meta, "Webhooks", "messages" field reference, by message type. `inbound` makes these from JSON; a new kind
needs a class here and a reader in ``content_readers``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .meta_error import MetaError
from .values import one_line

_MEDIA_LABELS = {
    "image": ("📷", "Photo"),
    "video": ("🎥", "Video"),
    "audio": ("🎵", "Audio"),
    "voice": ("🎤", "Voice message"),
    "document": ("📄", "Document"),
    "sticker": ("🖼️", "Sticker"),
}


def media_summary(kind: str, caption: str | None = None, filename: str | None = None, voice: bool = False) -> str:
    """Return the line for a file in lists: its symbol and caption, else file name, else kind."""
    symbol, label = _MEDIA_LABELS.get("voice" if voice else kind, ("📎", "File"))
    return one_line(f"{symbol} {caption or filename or label}")


@dataclass(frozen=True, slots=True)
class Text:
    """A plain message; ``body`` may hold WhatsApp's formatting marks (see `markup`)."""

    body: str

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        return one_line(self.body)


@dataclass(frozen=True, slots=True)
class Media:
    """An image, video, audio, document or sticker, to be fetched by ``media_id`` within 7 days.

    ``url`` is only a shortcut that dies after 5 minutes. ``sha256`` is as sent, base64 or hex.
    """

    kind: str
    media_id: str
    mime_type: str | None = None
    sha256: str | None = None
    caption: str | None = None
    filename: str | None = None
    voice: bool = False
    animated: bool = False
    url: str | None = None

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        return media_summary(self.kind, self.caption, self.filename, self.voice)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in degrees; live locations are not delivered by Meta."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None
    url: str | None = None

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        label = self.name or self.address
        return one_line(f"📍 Location: {label}" if label else "📍 Location")


@dataclass(frozen=True, slots=True)
class ContactPhone:
    """A phone on a contact card; ``wa_id`` is set when it is on WhatsApp."""

    phone: str
    wa_id: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class ContactCard:
    """One person of a contacts message; ``raw`` has what else Meta sent (addresses, birthday, vcard)."""

    name: str
    phones: list[ContactPhone] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    organisation: str | None = None
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Contact cards. ``origin`` is ``contact_request`` when the user answered a request for the own number."""

    cards: list[ContactCard]
    origin: str | None = None

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        names = ", ".join(card.name for card in self.cards[:3] if card.name)
        return one_line(f"👤 Contact: {names}" if names else "👤 Contact")


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on the message ``message_id``; an empty ``emoji`` takes the reaction back."""

    message_id: str
    emoji: str

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        return one_line(f"Reacted {self.emoji}") if self.emoji else "Removed a reaction"


@dataclass(frozen=True, slots=True)
class ButtonReply:
    """A pressed reply button. ``kind`` is ``template`` (quick reply) or ``interactive``."""

    id: str
    title: str
    kind: str

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        return one_line(self.title or self.id)


@dataclass(frozen=True, slots=True)
class ListReply:
    """A chosen row of a list message."""

    id: str
    title: str
    description: str | None = None

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        return one_line(self.title or self.id)


@dataclass(frozen=True, slots=True)
class FlowReply:
    """A submitted form: ``name`` is ``flow`` or ``address_message``; ``response`` is ``response_json`` decoded."""

    name: str
    body: str
    response: dict[str, Any]
    response_json: str

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        return one_line(f"📝 {self.body or 'Form'}")


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One line of a cart; ``item_price`` is in units of ``currency`` and is what the customer saw, not a truth."""

    retailer_id: str
    quantity: float
    item_price: float
    currency: str


@dataclass(frozen=True, slots=True)
class Order:
    """A cart sent from the catalogue."""

    catalog_id: str | None
    text: str
    items: list[OrderItem]

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        count = len(self.items)
        return f"🛒 Cart: {count} item" + ("" if count == 1 else "s")


@dataclass(frozen=True, slots=True)
class System:
    """A change of the customer: ``user_changed_number`` (new ``wa_id``), ``user_changed_user_id`` (new ``user_id``),
    ``customer_identity_changed``, or ``request_welcome`` (a chat was opened for the first time).
    """

    type: str
    body: str
    wa_id: str | None = None
    user_id: str | None = None

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        return one_line(self.body or f"ℹ️ {self.type.replace('_', ' ')}")


@dataclass(frozen=True, slots=True)
class CallPermission:
    """The customer's answer to a request to be called; ``until`` (naive UTC) is missing for a permanent permission."""

    accepted: bool
    permanent: bool = False
    until: datetime | None = None

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        return "📞 Calls are allowed" if self.accepted else "📞 Calls are not allowed"


@dataclass(frozen=True, slots=True)
class Revoke:
    """The customer deleted the message ``message_id`` (numbers in coexistence only)."""

    message_id: str

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        return "🚫 Message deleted"


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something that Meta cannot hand over, such as a poll; ``errors`` has Meta's reason."""

    type: str | None
    errors: list[MetaError]

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        return one_line(f"⚠️ Unsupported message ({self.type})" if self.type else "⚠️ Unsupported message")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A type that this version does not know, or a known type without the parts that it needs; nothing is lost."""

    type: str
    raw: dict[str, Any]

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        return one_line(f"⚠️ Unknown message ({self.type})" if self.type else "⚠️ Unknown message")


@dataclass(frozen=True, slots=True)
class Edit:
    """New content for the message ``message_id`` (numbers in coexistence only)."""

    message_id: str
    content: Content

    def summary(self) -> str:
        """Return one plain line for lists and lock screens."""
        return one_line(f"✏️ {self.content.summary()}")


Content = (
    Text | Media | Location | Contacts | Reaction | ButtonReply | ListReply | FlowReply | Order | System | Edit | Revoke
    | CallPermission | Unsupported | Unknown
)
# what is said about another message, rather than to the reader
CHANGES = (Reaction, Edit, Revoke)
