"""From the JSON of one message to its content.

Source: Meta, "Webhooks", "messages" field reference, by message type. A new type of Meta's gets one reader here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from . import content as c
from .meta_error import MetaError
from .recipients import clean_digits
from .values import (
    NAME_LENGTH,
    NotJson,
    as_bool,
    as_datetime,
    as_dict,
    as_float,
    as_id,
    as_list,
    as_text,
    decode,
)

_MAX_CARDS = 300  # Meta allows 257
_NEVER = datetime.max


class _Incomplete(Exception):
    """A known type without what it needs: it is shown as unknown, with everything that was sent."""


def _need(value: str | None) -> str:
    if not value:
        raise _Incomplete
    return value


def read_errors(value: Any) -> list[MetaError]:
    """Return the errors of a message, a status or a value; elements of another shape are left out."""
    return [MetaError.from_json(item) for item in as_list(value) if isinstance(item, dict)]


def read_content(kind: str, message: dict[str, Any], nested: bool = False) -> c.Content:
    """Return the content of ``message``, an element of ``value.messages[]``; never raises.

    :param kind: Meta's ``type``; it names the property that holds the content
    :param nested: the message is the new text of an edit, which cannot hold another edit
    """
    reader = _READERS.get(kind)
    try:
        if reader is None or (nested and kind == "edit"):
            raise _Incomplete
        return reader(kind, message)
    except _Incomplete:
        errors = read_errors(message.get("errors"))
        return c.Unsupported(kind or None, errors) if errors else c.Unknown(kind, message)


def _text(kind: str, message: dict[str, Any]) -> c.Content:
    body = as_text(as_dict(message.get("text")).get("body"))
    if body is None:
        raise _Incomplete
    return c.Text(body)


def _media(kind: str, message: dict[str, Any]) -> c.Content:
    data = as_dict(message.get(kind))
    return c.Media(
        kind="audio" if kind == "voice" else kind,
        media_id=_need(as_id(data.get("id"))),
        mime_type=as_text(data.get("mime_type"), NAME_LENGTH),
        sha256=as_id(data.get("sha256")),
        caption=as_text(data.get("caption")) or None,
        filename=as_text(data.get("filename"), NAME_LENGTH) or None,
        voice=kind == "voice" or as_bool(data.get("voice")) or False,
        animated=as_bool(data.get("animated")) or False,
        url=as_id(data.get("url")),
    )


def _location(kind: str, message: dict[str, Any]) -> c.Content:
    data = as_dict(message.get("location"))
    latitude, longitude = as_float(data.get("latitude")), as_float(data.get("longitude"))
    if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 360):
        raise _Incomplete
    name, address, url = (as_text(data.get(key)) or None for key in ("name", "address", "url"))
    return c.Location(latitude, longitude, name, address, url)


def _contacts(kind: str, message: dict[str, Any]) -> c.Content:
    entries = [item for item in as_list(message.get("contacts"))[:_MAX_CARDS] if isinstance(item, dict)]
    if not entries:
        raise _Incomplete
    origin = as_text(message.get("origin")) or next(filter(None, (as_text(e.get("origin")) for e in entries)), None)
    return c.Contacts([_card(entry) for entry in entries], origin)


def _card(entry: dict[str, Any]) -> c.ContactCard:
    name = as_dict(entry.get("name"))
    parts = (as_text(name.get(key)) for key in ("first_name", "middle_name", "last_name"))
    phones = []
    for item in as_list(entry.get("phones")):
        item = as_dict(item)
        phone, wa_id = as_text(item.get("phone"), NAME_LENGTH), clean_digits(item.get("wa_id"))
        if phone or wa_id:
            phones.append(c.ContactPhone(phone or f"+{wa_id}", wa_id or None, as_text(item.get("type"), NAME_LENGTH)))
    emails = (as_text(as_dict(item).get("email"), NAME_LENGTH) for item in as_list(entry.get("emails")))
    return c.ContactCard(
        name=(as_text(name.get("formatted_name")) or " ".join(filter(None, parts)))[:NAME_LENGTH],
        phones=phones,
        emails=[email for email in emails if email],
        organisation=as_text(as_dict(entry.get("org")).get("company"), NAME_LENGTH) or None,
        raw=entry,
    )


def _reaction(kind: str, message: dict[str, Any]) -> c.Content:
    data = as_dict(message.get("reaction"))
    return c.Reaction(_need(as_id(data.get("message_id"))), as_text(data.get("emoji")) or "")


def _button(kind: str, message: dict[str, Any]) -> c.Content:
    data = as_dict(message.get("button"))
    payload, title = as_text(data.get("payload")), as_text(data.get("text"))
    return c.ButtonReply(_need(payload or title), title or payload or "", "template")


def _interactive(kind: str, message: dict[str, Any]) -> c.Content:
    data = as_dict(message.get("interactive"))
    reply = as_text(data.get("type"))
    part = as_dict(data.get(reply or ""))
    if reply == "button_reply":
        key, title = as_text(part.get("id")), as_text(part.get("title"))
        return c.ButtonReply(_need(key or title), title or "", "interactive")
    if reply == "list_reply":
        key, title = as_text(part.get("id")), as_text(part.get("title"))
        return c.ListReply(_need(key or title), title or "", as_text(part.get("description")) or None)
    if reply == "nfm_reply" and part:
        return _flow_reply(part)
    if reply == "call_permission_reply" and part:
        until = as_datetime(part.get("expiration_timestamp"), _NEVER)
        accepted = as_text(part.get("response")) == "accept"
        return c.CallPermission(accepted, as_bool(part.get("is_permanent")) is True, until if until != _NEVER else None)
    raise _Incomplete


def _flow_reply(part: dict[str, Any]) -> c.FlowReply:
    # A JSON document inside a JSON string; it is the customer's input, so it may be anything.
    text = as_text(part.get("response_json")) or ""
    try:
        response = decode(text)
    except NotJson:
        response = {}
    name, body = as_text(part.get("name")), as_text(part.get("body"))
    return c.FlowReply(name or "flow", body or "", as_dict(response), text)


def _order(kind: str, message: dict[str, Any]) -> c.Content:
    data = as_dict(message.get("order"))
    items = []
    for item in as_list(data.get("product_items")):
        item = as_dict(item)
        retailer_id = as_id(item.get("product_retailer_id"))
        if retailer_id is None:
            continue
        quantity, price = as_float(item.get("quantity")), as_float(item.get("item_price"))
        currency = as_text(item.get("currency"), NAME_LENGTH) or ""
        items.append(c.OrderItem(retailer_id, 1.0 if quantity is None else quantity, price or 0.0, currency))
    catalog_id, text = as_id(data.get("catalog_id")), as_text(data.get("text")) or ""
    if not (items or catalog_id or text):
        raise _Incomplete
    return c.Order(catalog_id, text, items)


def _system(kind: str, message: dict[str, Any]) -> c.Content:
    data = as_dict(message.get("system"))
    wa_id = clean_digits(data.get("wa_id")) or clean_digits(data.get("new_wa_id"))
    change = as_text(data.get("type"), NAME_LENGTH)
    return c.System(_need(change), as_text(data.get("body")) or "", wa_id or None, as_id(data.get("user_id")))


def _welcome(kind: str, message: dict[str, Any]) -> c.Content:
    return c.System("request_welcome", "")


def _edit(kind: str, message: dict[str, Any]) -> c.Content:
    data = as_dict(message.get("edit"))
    inner = as_dict(data.get("message"))
    content = read_content(as_text(inner.get("type"), NAME_LENGTH) or "", inner, nested=True)
    return c.Edit(_need(as_id(data.get("original_message_id"))), content)


def _revoke(kind: str, message: dict[str, Any]) -> c.Content:
    return c.Revoke(_need(as_id(as_dict(message.get("revoke")).get("original_message_id"))))


def _unsupported(kind: str, message: dict[str, Any]) -> c.Content:
    reason = as_text(as_dict(message.get("unsupported")).get("type"), NAME_LENGTH)
    return c.Unsupported(reason or None, read_errors(message.get("errors")))


_READERS: dict[str, Callable[[str, dict[str, Any]], c.Content]] = {
    "text": _text,
    "image": _media,
    "video": _media,
    "audio": _media,
    "voice": _media,
    "document": _media,
    "sticker": _media,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "system": _system,
    "request_welcome": _welcome,
    "edit": _edit,
    "revoke": _revoke,
    "unsupported": _unsupported,
}
