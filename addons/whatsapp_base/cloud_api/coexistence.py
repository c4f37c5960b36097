"""Numbers that are also on the WhatsApp Business app: what is done on the phone, as webhooks.

Source: Meta, "Onboarding WhatsApp Business app users", fields ``smb_message_echoes``, ``history`` and
``smb_app_state_sync``. Nothing in this file raises on decoded JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .content import Content
from .content_readers import read_content, read_errors
from .inbound import Identity
from .meta_error import MetaError
from .recipients import clean_digits, is_bsuid, phone_key
from .values import NAME_LENGTH, as_bool, as_datetime, as_dict, as_id, as_int, as_list, as_text, utc_now

# what became of a message on the phone -> the states of Cloud API
_STATUSES = {
    "PENDING": "accepted", "SENT": "sent", "SERVER_ACK": "sent", "DELIVERED": "delivered", "DELIVERY_ACK": "delivered",
    "READ": "read", "PLAYED": "read", "ERROR": "failed",
}


@dataclass(frozen=True, slots=True)
class AppMessage:
    """One message of a chat on the phone: written there (``outbound``) or received there."""

    wamid: str
    person: Identity
    outbound: bool
    sent_at: datetime
    type: str
    content: Content
    status: str = "sent"
    reply_to: str | None = None
    referral: None = None  # what is read like an `InboundMessage` has one; Meta tells none here
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """One notification of past chats. ``files`` are messages that came before without their file."""

    phase: int | None
    progress: int | None
    messages: list[AppMessage]
    files: list[AppMessage]
    errors: list[MetaError]


@dataclass(frozen=True, slots=True)
class AppContact:
    """An entry of the phone's address book that was added, changed or removed."""

    person: Identity
    name: str
    removed: bool


def read_echoes(value: dict[str, Any], now: datetime | None = None) -> list[AppMessage]:
    """Return the messages that somebody wrote on the phone; what names no recipient or has no ID is left out."""
    now, found = now or utc_now(), []
    for item in map(as_dict, as_list(value.get("message_echoes"))):
        to = item.get("to")
        person = Identity(
            wa_id=None if is_bsuid(to) else clean_digits(to) or None,
            user_id=as_id(item.get("to_user_id")) or (to if is_bsuid(to) else None),
            parent_user_id=as_id(item.get("to_parent_user_id")),
        )
        message = _message(item, person, True, now)
        if message:
            found.append(message)
    return found


def read_history(value: dict[str, Any], now: datetime | None = None) -> History:
    """Return one notification of past chats; messages without an ID or without a person are left out."""
    now = now or utc_now()
    own = phone_key(clean_digits(as_dict(value.get("metadata")).get("display_phone_number")))
    messages: list[AppMessage] = []
    errors: list[MetaError] = []
    phase = progress = None
    for part in map(as_dict, as_list(value.get("history"))):
        told = as_dict(part.get("metadata"))
        phase = _max(phase, as_int(told.get("phase")))
        progress = _max(progress, as_int(told.get("progress")))
        errors += read_errors(part.get("errors"))
        for thread in map(as_dict, as_list(part.get("threads"))):
            person = _thread_person(thread)
            for item in map(as_dict, as_list(thread.get("messages"))):
                message = _message(item, person, _is_own(item, own), now)
                if message:
                    messages.append(message)
    files = []
    for item in map(as_dict, as_list(value.get("messages"))):
        person = Identity(clean_digits(item.get("from")) or None, as_id(item.get("from_user_id")))
        message = _message(item, person, _is_own(item, own), now)
        if message:
            files.append(message)
    return History(phase, progress, messages, files, errors)


def read_app_contacts(value: dict[str, Any]) -> list[AppContact]:
    """Return what changed in the phone's address book; the last word for each person."""
    found: dict[str, AppContact] = {}
    for item in map(as_dict, as_list(value.get("state_sync"))):
        contact = as_dict(item.get("contact"))
        name = (as_text(contact.get("full_name"), NAME_LENGTH) or as_text(contact.get("first_name"), NAME_LENGTH) or "").strip()
        person = Identity(
            clean_digits(contact.get("phone_number")) or None, as_id(contact.get("user_id")), profile_name=name or None)
        if as_text(item.get("type")) == "contact" and person.key:
            found[person.key] = AppContact(person, name, as_text(item.get("action")) == "remove")
    return list(found.values())


def weight(value: dict[str, Any]) -> int:
    """Return how many messages a notification of any of these fields holds, cheaply."""
    threads = (t for part in as_list(value.get("history")) for t in as_list(as_dict(part).get("threads")))
    return len(as_list(value.get("message_echoes"))) + sum(len(as_list(as_dict(t).get("messages"))) for t in threads)


def _message(item: dict[str, Any], person: Identity, outbound: bool, now: datetime) -> AppMessage | None:
    wamid, kind = as_id(item.get("id")), as_text(item.get("type"), NAME_LENGTH) or ""
    if wamid is None or not person.key:
        return None
    context = as_dict(item.get("history_context"))
    return AppMessage(
        wamid=wamid,
        person=person,
        outbound=outbound,
        sent_at=as_datetime(item.get("timestamp"), now),
        type=kind,
        content=read_content(kind, item),
        status=_STATUSES.get((as_text(context.get("status")) or "").upper(), "sent"),
        reply_to=as_id(as_dict(item.get("context")).get("id")),
        raw=item,
    )


def _thread_person(thread: dict[str, Any]) -> Identity:
    name = thread.get("id")
    context = as_dict(thread.get("context"))
    return Identity(
        wa_id=clean_digits(context.get("wa_id")) or (None if is_bsuid(name) else clean_digits(name) or None),
        user_id=as_id(context.get("user_id")) or as_id(thread.get("user_id")) or (name if is_bsuid(name) else None),
        username=(as_text(context.get("username"), NAME_LENGTH) or "").strip() or None,
    )


def _is_own(item: dict[str, Any], own: str) -> bool:
    """Tell whether the business wrote a message: Meta says so, or it comes from the business's own number."""
    said = as_bool(as_dict(item.get("history_context")).get("from_me"))
    if said is not None:
        return said
    return bool(own) and phone_key(clean_digits(item.get("from"))) == own


def _max(one: int | None, other: int | None) -> int | None:
    return max((n for n in (one, other) if n is not None), default=None)
