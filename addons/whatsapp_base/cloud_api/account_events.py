"""What Meta says about accounts and numbers in webhooks, read into plain values.

Source: Meta, "Webhooks" reference (account_update, business_capability_update, phone_number_quality_update) and
"Messaging limits", "Health status".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .values import as_datetime, as_dict, as_int, as_list, as_text, one_line

UNLIMITED = -1
_TIER_RE = re.compile(r"(?:TIER_)?([0-9]+)(K|M)?")
_FACTORS = {None: 1, "K": 1_000, "M": 1_000_000}
# From the least to the most able to send.
HEALTH = ("BLOCKED", "LIMITED", "AVAILABLE")


def read_limit(value: Any) -> int | None:
    """Return how many people may be written to first in 24 hours, `UNLIMITED`, or None when it cannot be read.

    Meta sends ``TIER_2K``, ``TIER_UNLIMITED``, a number, a number as text, and -1 for no limit.
    """
    number = as_int(value)
    if number is not None:
        return UNLIMITED if number < 0 else number
    text = (as_text(value) or "").strip().upper()
    if "UNLIMITED" in text:
        return UNLIMITED
    match = _TIER_RE.fullmatch(text)
    return int(match[1]) * _FACTORS[match[2]] if match else None


def tier_name(limit: int) -> str:
    """Return a limit as Meta names it on numbers: ``TIER_2K``, ``TIER_250``, ``TIER_UNLIMITED``."""
    if limit < 0:
        return "TIER_UNLIMITED"
    if limit >= 1000 and limit % 1000 == 0:
        return f"TIER_{limit // 1000}K"
    return f"TIER_{limit}"


@dataclass(frozen=True, slots=True)
class Restriction:
    """One entry of ``restriction_info``; ``until`` is None when Meta names no end."""

    kind: str
    until: datetime | None
    remedy: str

    @property
    def stops_replies(self) -> bool:
        """Whether nothing at all may be sent."""
        return "CUSTOMER_INITIATED" in self.kind

    @property
    def stops_bulk(self) -> bool:
        """Whether the business may not write first."""
        return "BIZ_INITIATED" in self.kind or "UTILITY_TEMPLATES" in self.kind


def read_restrictions(value: Any) -> list[Restriction]:
    """Return the restrictions of an ``account_update``."""
    never = datetime.min
    found = []
    for item in (item for item in as_list(as_dict(value).get("restriction_info")) if isinstance(item, dict)):
        until = as_datetime(item.get("expiration"), never)
        found.append(Restriction(
            (as_text(item.get("restriction_type")) or "").upper(), None if until == never else until,
            as_text(item.get("remediation")) or ""))
    return found


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What one part (number, account, business, app) of a health check says; texts are Meta's."""

    part: str
    state: str
    code: int | None
    problem: str
    solution: str


def read_health(value: Any) -> tuple[str, list[Obstacle]]:
    """Return the state of ``health_status`` and what is in the way, or an empty state when there is none."""
    status = as_dict(value)
    state = (as_text(status.get("can_send_message")) or "").upper()
    found = []
    for entity in map(as_dict, as_list(status.get("entities"))):
        part = (as_text(entity.get("entity_type")) or "").upper()
        own = (as_text(entity.get("can_send_message")) or "").upper()
        for error in map(as_dict, as_list(entity.get("errors"))):
            found.append(Obstacle(
                part, own, as_int(error.get("error_code")), as_text(error.get("error_description")) or "",
                as_text(error.get("possible_solution")) or ""))
        for info in as_list(entity.get("additional_info")):
            if text := as_text(info):
                found.append(Obstacle(part, own, None, one_line(text, 500), ""))
    return (state if state in HEALTH else ""), found
