"""Webhook notifications as data.

Source: Meta, "Webhooks" (overview, payload envelope) and the "messages" field reference. One POST may hold many
entries, changes, messages and statuses; each is looked at for itself, so that a bad one never costs its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .content import (
    ButtonReply,
    ContactCard,
    ContactPhone,
    Contacts,
    Content,
    Edit,
    FlowReply,
    ListReply,
    Location,
    Media,
    Order,
    OrderItem,
    Reaction,
    Revoke,
    System,
    Text,
    Unknown,
    Unsupported,
)
from .content_readers import read_content, read_errors
from .meta_error import MetaError
from .recipients import clean_digits, is_bsuid
from .values import (
    NAME_LENGTH,
    NotJson,
    as_bool,
    as_datetime,
    as_dict,
    as_id,
    as_list,
    as_text,
    clean_tree,
    decode,
    utc_now,
)

__all__ = [
    "ButtonReply", "ContactCard", "ContactPhone", "Contacts", "Content", "Edit", "FieldChange", "FlowReply", "Identity",
    "InboundMessage", "ListReply", "Location", "Media", "MetaError", "NotJson", "Notification", "Order", "OrderItem",
    "Reaction", "Referral", "Revoke", "STATUSES", "StatusUpdate", "System", "Text", "Unknown", "UnknownPart",
    "Unsupported", "parse", "parse_object", "read_referral",
]

STATUSES = ("sent", "delivered", "read", "played", "failed")
_OBJECT = "whatsapp_business_account"


@dataclass(frozen=True, slots=True)
class Identity:
    """A WhatsApp user: phone digits (``wa_id``) and business-scoped ids; each may be missing, not all."""

    wa_id: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    profile_name: str | None = None
    username: str | None = None

    @property
    def key(self) -> str:
        """Return a stable string for locks: the phone digits, else the business-scoped id; "" for nobody."""
        return self.wa_id or self.user_id or self.parent_user_id or ""


@dataclass(frozen=True, slots=True)
class Referral:
    """The advertisement or post from which the customer came; sent with the first message after the click."""

    source_url: str | None = None
    source_id: str | None = None
    source_type: str | None = None
    headline: str | None = None
    body: str | None = None
    media_type: str | None = None
    media_url: str | None = None
    ctwa_clid: str | None = None
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One customer message, as found in ``value.messages[]``; ``sent_at`` is naive UTC."""

    phone_number_id: str
    display_phone_number: str
    waba_id: str
    wamid: str
    sender: Identity
    sent_at: datetime
    type: str
    content: Content
    reply_to: str | None = None
    forwarded: bool = False
    referral: Referral | None = None
    errors: list[MetaError] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)
    group_id: str | None = None


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What became of a message of ours: ``status`` is one of `STATUSES`, ``at`` is naive UTC.

    Pricing comes with ``sent`` and again with one of ``delivered`` and ``read``: do not count it twice.
    """

    phone_number_id: str
    wamid: str
    status: str
    at: datetime
    recipient: Identity
    callback_data: str | None = None
    pricing_category: str | None = None
    pricing_type: str | None = None
    billable: bool | None = None
    errors: list[MetaError] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)
    group_id: str | None = None
    free_until: datetime | None = None  # end of a free entry point window: the customer came from an ad


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A change of any field other than ``messages``, such as ``message_template_status_update``."""

    field: str
    waba_id: str
    value: dict[str, Any]
    time: datetime


@dataclass(frozen=True, slots=True)
class UnknownPart:
    """What could not be understood: where it stood, why, and what was sent."""

    path: str
    reason: str
    raw: Any


@dataclass(frozen=True, slots=True)
class Notification:
    """One POST of Meta's, taken apart. Orders within each list are those of the payload."""

    messages: list[InboundMessage] = field(default_factory=list)
    statuses: list[StatusUpdate] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)
    unknown: list[UnknownPart] = field(default_factory=list)


def parse(body: bytes | str, now: datetime | None = None) -> Notification:
    """Take a webhook body apart.

    :param now: naive UTC time for elements without a usable timestamp; the present when left out
    :raises NotJson: the body is not JSON in UTF-8; nothing else is ever raised
    """
    return _parse(decode(body), now or utc_now())


def parse_object(obj: Any, now: datetime | None = None) -> Notification:
    """Take a decoded body apart; never raises. Strings inside ``obj`` are cleaned in place."""
    return _parse(clean_tree(obj), now or utc_now())


def _parse(obj: Any, now: datetime) -> Notification:
    found = Notification()
    kind = obj.get("object", _OBJECT) if isinstance(obj, dict) else None
    if not isinstance(obj, dict) or (isinstance(kind, str) and kind != _OBJECT):
        found.unknown.append(UnknownPart("", "not a WhatsApp notification", obj))
        return found
    if not isinstance(obj.get("entry"), list):
        found.unknown.append(UnknownPart("entry", "no list of entries", obj))
        return found
    for number, entry in enumerate(obj["entry"]):
        path = f"entry[{number}]"
        if not isinstance(entry, dict) or not isinstance(entry.get("changes"), list):
            found.unknown.append(UnknownPart(path, "no list of changes", entry))
            continue
        waba_id = as_id(entry.get("id")) or ""
        time = as_datetime(entry.get("time"), now)
        for index, change in enumerate(entry["changes"]):
            _read_change(found, f"{path}.changes[{index}]", waba_id, time, change, now)
    return found


def _read_change(found: Notification, path: str, waba_id: str, time: datetime, change: Any, now: datetime) -> None:
    value = as_dict(change).get("value")
    if not isinstance(value, dict):
        found.unknown.append(UnknownPart(path, "no value", change))
        return
    name = as_text(change.get("field"), NAME_LENGTH)
    if name is None and ("messages" in value or "statuses" in value):
        name = "messages"
    if name == "messages":
        _ValueReader(found, path, waba_id, value, now).read()
    elif name:
        found.changes.append(FieldChange(name, waba_id, value, time))
    else:
        found.unknown.append(UnknownPart(path, "no field name", change))


class _ValueReader:
    """Reads one ``value`` of the ``messages`` field into a notification."""

    def __init__(self, found: Notification, path: str, waba_id: str, value: dict[str, Any], now: datetime) -> None:
        self.found, self.path, self.waba_id, self.value, self.now = found, path, waba_id, value, now
        metadata = as_dict(value.get("metadata"))
        self.phone_number_id = as_id(metadata.get("phone_number_id")) or ""
        self.display_phone_number = as_id(metadata.get("display_phone_number")) or ""
        # Not index-aligned with the messages: found by either id.
        self.contacts: list[Identity] = []
        self.by_id: dict[str, Identity] = {}
        for contact in as_list(value.get("contacts")):
            identity = _contact(contact)
            if identity is not None:
                self.contacts.append(identity)
                for key in (identity.wa_id, identity.user_id, identity.parent_user_id):
                    if key:
                        self.by_id.setdefault(key, identity)

    def read(self) -> None:
        """Read messages, statuses and errors; what is none of them is kept as unknown."""
        value, unknown = self.value, self.found.unknown
        for name, reader in (("messages", self._message), ("statuses", self._status), ("errors", None)):
            if name not in value:
                continue
            items = value[name]
            if not isinstance(items, list):
                unknown.append(UnknownPart(f"{self.path}.value.{name}", "not a list", items))
                continue
            for index, item in enumerate(items):
                reason = reader(item) if reader and isinstance(item, dict) else None
                if reader is None:
                    reason = "an error of the account or the app"
                elif not isinstance(item, dict):
                    reason = "not an object"
                if reason:
                    unknown.append(UnknownPart(f"{self.path}.value.{name}[{index}]", reason, item))
        if not ("messages" in value or "statuses" in value or "errors" in value):
            unknown.append(UnknownPart(f"{self.path}.value", "neither messages nor statuses", value))

    def _message(self, item: dict[str, Any]) -> str | None:
        """Add one message; return why it cannot be one."""
        wamid = as_id(item.get("id"))
        if wamid is None:
            return "a message without id"
        group_id = as_id(item.get("group_id"))
        sender = self._identity(item.get("from"), item.get("from_user_id"), item.get("from_parent_user_id"))
        if not sender.key:
            # Some payloads name the sender only in contacts; with one contact there is no doubt who it is.
            if len(self.contacts) != 1 or not self.contacts[0].key:
                return "a message without sender"
            sender = self.contacts[0]
        kind = as_text(item.get("type"), NAME_LENGTH) or ""
        context = as_dict(item.get("context"))
        referral = item.get("referral")
        self.found.messages.append(InboundMessage(
            phone_number_id=self.phone_number_id,
            display_phone_number=self.display_phone_number,
            waba_id=self.waba_id,
            wamid=wamid,
            sender=sender,
            sent_at=as_datetime(item.get("timestamp"), self.now),
            type=kind,
            content=read_content(kind, item),
            reply_to=as_id(context.get("id")),
            forwarded=bool(as_bool(context.get("forwarded")) or as_bool(context.get("frequently_forwarded"))),
            referral=read_referral(referral),
            errors=read_errors(item.get("errors")),
            raw=item,
            group_id=group_id,
        ))
        return None

    def _status(self, item: dict[str, Any]) -> str | None:
        """Add one status; return why it cannot be one."""
        if item.get("type") == "payment":
            return "a payment, not a delivery status"
        wamid, status = as_id(item.get("id")), as_text(item.get("status"), NAME_LENGTH)
        if wamid is None or status is None:
            return "a status without message id or without status"
        status = status.lower()
        if status not in STATUSES:
            return f"an unknown status: {status}"
        to, user_id, group_id = item.get("recipient_id"), item.get("recipient_user_id"), None
        if item.get("recipient_type") == "group":
            group_id, to = as_id(to), item.get("recipient_participant_id")
            user_id = item.get("recipient_participant_user_id") or user_id
        pricing = as_dict(item.get("pricing"))
        self.found.statuses.append(StatusUpdate(
            phone_number_id=self.phone_number_id,
            wamid=wamid,
            status=status,
            at=as_datetime(item.get("timestamp"), self.now),
            recipient=self._identity(to, user_id, item.get("recipient_parent_user_id")),
            callback_data=as_text(item.get("biz_opaque_callback_data")) or None,
            pricing_category=as_text(pricing.get("category"), NAME_LENGTH) or None,
            pricing_type=as_text(pricing.get("type"), NAME_LENGTH) or None,
            billable=as_bool(pricing.get("billable")),
            errors=read_errors(item.get("errors")),
            raw=item,
            group_id=group_id,
            free_until=_free_until(item.get("conversation")),
        ))
        return None

    def _identity(self, phone: Any, user_id: Any, parent_user_id: Any) -> Identity:
        """Join what the element says about a user with what ``contacts`` says about the same user."""
        if is_bsuid(phone) and not user_id:
            phone, user_id = None, phone
        wa_id, user_id, parent = clean_digits(phone) or None, as_id(user_id), as_id(parent_user_id)
        known = self.by_id.get(user_id or "") or self.by_id.get(wa_id or "") or self.by_id.get(parent or "")
        if known is None:
            return Identity(wa_id, user_id, parent)
        return Identity(
            wa_id or known.wa_id, user_id or known.user_id, parent or known.parent_user_id,
            known.profile_name, known.username,
        )


def _free_until(value: Any) -> datetime | None:
    """Return when a free entry point window ends; other conversations of Meta's say nothing that could be relied on."""
    conversation = as_dict(value)
    if as_dict(conversation.get("origin")).get("type") != "referral_conversion":
        return None
    until = as_datetime(conversation.get("expiration_timestamp"), datetime.min)
    return until if until != datetime.min else None


def _contact(value: Any) -> Identity | None:
    if not isinstance(value, dict):
        return None
    profile = as_dict(value.get("profile"))
    return Identity(
        wa_id=clean_digits(value.get("wa_id")) or None,
        user_id=as_id(value.get("user_id")),
        parent_user_id=as_id(value.get("parent_user_id")),
        profile_name=(as_text(profile.get("name"), NAME_LENGTH) or "").strip() or None,
        username=(as_text(profile.get("username"), NAME_LENGTH) or "").strip() or None,
    )


def read_referral(raw: Any) -> Referral | None:
    """Return ``messages[].referral`` as data; None when there is none."""
    if not isinstance(raw, dict) or not raw:
        return None
    media = next((m for m in (as_id(raw.get(k)) for k in ("image_url", "video_url", "thumbnail_url")) if m), None)
    names = ("source_url", "source_id", "source_type", "headline", "body", "media_type", "ctwa_clid")
    return Referral(**{name: as_text(raw.get(name)) or None for name in names}, media_url=media, raw=raw)
