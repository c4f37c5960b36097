"""Notifications about templates: status, quality, content, category.

Source: Meta, "Webhooks", message_template_status_update, message_template_quality_update,
message_template_components_update, template_category_update.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .values import NAME_LENGTH, as_datetime, as_dict, as_id, as_list, as_text, utc_now

__all__ = ["CategoryEvent", "StatusEvent", "category", "components", "status"]

# Events that end something: which status the template has then.
_STATUS_OF = {"UNPAUSED": "APPROVED", "UNARCHIVED": "APPROVED", "UNLOCKED": "APPROVED", "ENABLED": "APPROVED"}


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """A new status; ``reason`` is Meta's code, ``details`` what Meta says beyond it."""

    status: str
    reason: str | None = None
    details: str | None = None


@dataclass(frozen=True, slots=True)
class CategoryEvent:
    """A category that holds now, or (``at``) that will hold from then on."""

    category: str
    at: datetime | None = None


def status(value: Any) -> StatusEvent | None:
    """Read ``message_template_status_update``; None when it names no status."""
    value = as_dict(value)
    event = (as_text(value.get("event"), NAME_LENGTH) or "").strip().upper()
    if not event:
        return None
    other, rejection = as_dict(value.get("other_info")), as_dict(value.get("rejection_info"))
    reason = as_text(value.get("reason"), NAME_LENGTH)
    if reason in (None, "", "NONE"):
        reason = as_text(other.get("title"), NAME_LENGTH) if event in ("PAUSED", "DISABLED") else None
    texts = (rejection.get("reason"), rejection.get("recommendation"), other.get("description"))
    details = " ".join(filter(None, (as_text(text, 1000) for text in texts)))
    return StatusEvent(_STATUS_OF.get(event, event), reason or None, details or None)


def category(value: Any) -> CategoryEvent | None:
    """Read ``template_category_update``: a change that has happened, or the notice of one."""
    value = as_dict(value)
    announced = (as_id(value.get("correct_category")) or "").upper()
    if announced:
        now = utc_now()
        return CategoryEvent(announced, as_datetime(value.get("category_update_timestamp"), now))
    new = (as_id(value.get("new_category")) or "").upper()
    return CategoryEvent(new) if new else None


def components(known: Sequence[dict[str, Any]], value: Any) -> list[dict[str, Any]]:
    """Return components with the texts of ``message_template_components_update`` put in.

    The notification has the texts and the buttons, but neither examples nor files nor cards: those stay.
    """
    value, found = as_dict(value), copy.deepcopy([part for part in known if isinstance(part, dict)])
    texts = {
        "HEADER": as_text(value.get("message_template_title")),
        "BODY": as_text(value.get("message_template_element")),
        "FOOTER": as_text(value.get("message_template_footer")),
    }
    for kind, text in texts.items():
        part = next((part for part in found if str(part.get("type", "")).upper() == kind), None)
        if text is not None and part is not None and "text" in part:
            part["text"] = text
    told = [as_dict(button) for button in as_list(value.get("message_template_buttons"))]
    buttons = as_list(next((p for p in found if str(p.get("type", "")).upper() == "BUTTONS"), {}).get("buttons"))
    if len(told) == len(buttons):
        for button, news in zip(buttons, told):
            for key in ("text", "url", "phone_number"):
                text = as_text(news.get(f"message_template_button_{key}"))
                if text is not None and key in button:
                    button[key] = text
    return found
