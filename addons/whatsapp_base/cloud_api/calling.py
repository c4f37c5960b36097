"""Voice calls on a business number, as far as an application without a media server can know them.

Source: Meta, "Cloud API Calling", webhooks field ``calls``. Nothing in this file raises on decoded JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .content_readers import read_errors
from .inbound import Identity
from .meta_error import MetaError
from .recipients import clean_digits, is_bsuid
from .values import NAME_LENGTH, as_datetime, as_dict, as_id, as_int, as_list, as_text, utc_now


@dataclass(frozen=True, slots=True)
class Call:
    """What one notification says of one call. ``event``: connect, terminate, or a status such as ringing."""

    id: str
    person: Identity
    from_customer: bool
    event: str
    at: datetime
    status: str = ""
    duration: int = 0
    payload: str | None = None
    errors: list[MetaError] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return self.event in ("terminate", "rejected")

    @property
    def was_answered(self) -> bool:
        """Tell whether people spoke: only then a call has a duration."""
        return self.duration > 0


def read_calls(value: dict[str, Any], now: datetime | None = None) -> list[Call]:
    """Return the events of calls in a notification, in order; those without ID or person are left out."""
    now = now or utc_now()
    known = {}
    for contact in map(as_dict, as_list(value.get("contacts"))):
        profile = as_dict(contact.get("profile"))
        person = Identity(
            clean_digits(contact.get("wa_id")) or None, as_id(contact.get("user_id")), as_id(contact.get("parent_user_id")),
            (as_text(profile.get("name"), NAME_LENGTH) or "").strip() or None,
            (as_text(profile.get("username"), NAME_LENGTH) or "").strip() or None,
        )
        for key in (person.wa_id, person.user_id):
            if key:
                known[key] = person
    found = []
    for item in map(as_dict, as_list(value.get("calls"))):
        from_customer = as_text(item.get("direction")) != "BUSINESS_INITIATED"
        side = "from" if from_customer else "to"
        person = _person(item.get(side), item.get(f"{side}_user_id"), known)
        event = (as_text(item.get("event"), NAME_LENGTH) or "").lower()
        found.append(_call(item, person, from_customer, event, now))
    for item in map(as_dict, as_list(value.get("statuses"))):
        # what becomes of a call of ours before it is answered
        if as_text(item.get("type")) == "call":
            person = _person(item.get("recipient_id"), item.get("recipient_user_id"), known)
            event = (as_text(item.get("status"), NAME_LENGTH) or "").lower()
            found.append(_call(item, person, False, event, now))
    return [call for call in found if call]


def _person(phone: Any, user_id: Any, known: dict[str, Identity]) -> Identity:
    if is_bsuid(phone) and not user_id:
        phone, user_id = None, phone
    person = Identity(clean_digits(phone) or None, as_id(user_id))
    return known.get(person.user_id or "") or known.get(person.wa_id or "") or person


def _call(item: dict[str, Any], person: Identity, from_customer: bool, event: str, now: datetime) -> Call | None:
    call_id = as_id(item.get("id"))
    if call_id is None or not person.key:
        return None
    status = item.get("status")
    return Call(
        id=call_id,
        person=person,
        from_customer=from_customer,
        event=event,
        at=as_datetime(item.get("timestamp"), now),
        status=(as_text(next(iter(status), None) if isinstance(status, list) else status, NAME_LENGTH) or "").upper(),
        duration=max(as_int(item.get("duration")) or 0, 0),
        payload=as_text(item.get("cta_payload"), NAME_LENGTH) or as_text(item.get("biz_opaque_callback_data"), NAME_LENGTH),
        errors=read_errors(item.get("errors")),
        raw=item,
    )
