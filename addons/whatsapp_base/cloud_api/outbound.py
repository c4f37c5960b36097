"""Messages that we send, as data: the one place to import them from.

Source: Meta, "Send messages" (each type's reference) and "Interactive messages". Every content class has
``payload()``, the part of the JSON body that depends on the content; ``validate()``, which raises `InvalidContent`
before Meta would refuse; and ``summary()``, one plain line for lists. `request` makes the whole body.
"""

from __future__ import annotations

from typing import Any, Protocol

from .outbound_ask import CallButton, CallPermission, ContactRequest, LocationRequest, other_spelling
from .outbound_basic import Card, Contacts, InvalidContent, Location, Media, Reaction, Text, check_text
from .outbound_carousel import Carousel, LinkCard
from .outbound_commerce import Catalog, Product, ProductList, ProductSection
from .outbound_interactive import Button, Buttons, CtaUrl, ListMessage, Row, Section
from .outbound_spec import KINDS, build
from .outbound_template import Template, template_components, template_text
from .recipients import clean_digits, is_bsuid, is_wa_id
from .words import _

__all__ = [
    "KINDS", "Button", "Buttons", "CallButton", "CallPermission", "Card", "Carousel", "Catalog", "ContactRequest",
    "Contacts", "Content", "CtaUrl", "InvalidContent", "LinkCard", "ListMessage", "Location", "LocationRequest", "Media",
    "Product", "ProductList", "ProductSection", "Reaction", "Recipient", "Row", "Section", "Template", "Text", "build",
    "check_recipient", "check_text", "mark_read", "other_spelling", "request", "template_components", "template_text",
]

Content = (
    Text | Media | Location | Reaction | Contacts | Buttons | CtaUrl | ListMessage | LocationRequest | ContactRequest
    | CallButton | CallPermission | Product | ProductList | Catalog | Carousel | Template
)
MAX_CALLBACK_DATA = 512


class Recipient(Protocol):
    """Anything with a phone or a business-scoped user id, such as ``inbound.Identity``."""

    wa_id: str | None
    user_id: str | None


def check_recipient(to: Recipient | str) -> dict[str, str]:
    """Return the addressing part of a request: ``to`` when the phone is known, else ``recipient``.

    A business-scoped id must never stand in ``to``: Meta would accept the message and not deliver it.

    :raises InvalidContent: neither a phone number nor a business-scoped user id
    """
    if isinstance(to, str):
        phone, user_id = (None, to) if is_bsuid(to) else (to, None)
    else:
        phone, user_id = to.wa_id, to.user_id
    digits = clean_digits(phone)
    if is_wa_id(digits):
        # With the plus sign Meta cannot take the number for a national one of the business's country.
        return {"to": f"+{digits}"}
    if is_bsuid(user_id):
        return {"recipient": str(user_id)}
    raise InvalidContent(
        "to", _("The recipient has neither a valid phone number nor a WhatsApp user id."),
        _("Save the phone number with its country code on the contact."))


def request(
    content_payload: dict[str, Any],
    to: Recipient | str,
    reply_to: str | None = None,
    callback_data: str | None = None,
) -> dict[str, Any]:
    """Return the JSON body for ``POST /{phone number id}/messages``.

    :param content_payload: what ``payload()`` of a content returned
    :param to: object with ``wa_id`` and ``user_id``, or a phone number or business-scoped id as text
    :param reply_to: id of the message to quote; reactions have none
    :param callback_data: our own id, which comes back in every status webhook of the message
    :raises InvalidContent: no usable recipient, or too long callback data
    """
    body: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual", **check_recipient(to)}
    body.update(content_payload)
    if reply_to and content_payload.get("type") != "reaction":
        body["context"] = {"message_id": reply_to}
    if callback_data:
        if len(callback_data) > MAX_CALLBACK_DATA:
            raise InvalidContent(
                "callback_data", _("The tracking id is longer than %(limit)s characters."), _("Use a shorter id."),
                limit=MAX_CALLBACK_DATA)
        body["biz_opaque_callback_data"] = callback_data
    return body


def mark_read(wamid: str, typing: bool = False) -> dict[str, Any]:
    """Return the body that marks ``wamid`` and all before it as read, with a typing sign if an answer follows."""
    body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return body
