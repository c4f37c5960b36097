"""What Meta does to accounts and numbers: ratings, limits, reviews, bans, health; with their webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from .. import inbound
from ..errors import BadInput
from .common import flag, read, text

if TYPE_CHECKING:
    from ..core import Simulator
    from ..state import Number, Waba

#: Attributes of a number that ``POST number`` sets as they are.
_PLAIN = ("quality", "status", "name_status", "account_mode", "limit_tier")
QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN")
DECISIONS = ("APPROVED", "REJECTED", "DEFERRED")
STATES = ("AVAILABLE", "LIMITED", "BLOCKED")


async def set_number(sim: Simulator, request: web.Request) -> dict:
    """Change what Meta thinks of a number: {phone_number_id, quality, status, limit_tier, throughput, name_decision,
    on_biz_app, official, health}; the webhooks that belong to it are sent unless ``notify`` is false."""
    data = await read(request)
    number = inbound.find_number(sim, data.get("phone_number_id"))
    notify = flag(data, "notify", True)
    before = number.limit_tier
    for name in _PLAIN:
        if name in data:
            setattr(number, name, text(data, name))
    for other in sim.world.numbers.values():
        if other.waba_id == number.waba_id:
            other.limit_tier = number.limit_tier  # the limit belongs to the portfolio
    if number.quality not in QUALITIES:
        raise BadInput("quality", f"{number.quality!r} is not known", f"Use one of {', '.join(QUALITIES)}.")
    number.on_biz_app = flag(data, "on_biz_app", number.on_biz_app)
    number.official = flag(data, "official", number.official)
    if "health" in data:
        number.health = _health(data["health"])
    if data.get("throughput") is not None:
        number.throughput = int(text(data, "throughput"))
    if notify:
        _tell_number(sim, number, before, bool(data.get("throughput")))
    if "name_decision" in data:
        _decide_name(sim, number, text(data, "name_decision").upper(), data.get("reason"), notify)
    return {"id": number.id, "quality": number.quality, "limit_tier": number.limit_tier}


def _tell_number(sim: Simulator, number: Number, before: str, upgraded: bool) -> None:
    if number.limit_tier != before:
        sim.hub.push(number.waba_id, "business_capability_update", {
            "max_daily_conversations_per_business": number.limit_tier, "max_phone_numbers_per_waba": 25})
    if upgraded:
        sim.hub.push(number.waba_id, "phone_number_quality_update", {
            "display_phone_number": number.digits, "event": "THROUGHPUT_UPGRADE",
            "max_daily_conversations_per_business": number.limit_tier})


def _decide_name(sim: Simulator, number: Number, decision: str, reason: object, notify: bool) -> None:
    if decision not in DECISIONS:
        raise BadInput("name_decision", f"{decision!r} is not known", f"Use one of {', '.join(DECISIONS)}.")
    asked = number.new_name or number.name
    if number.new_name:
        number.new_name_status = "APPROVED" if decision == "APPROVED" else "DECLINED"
    else:
        number.name_status = "APPROVED" if decision == "APPROVED" else "DECLINED"
    if notify:
        sim.hub.push(number.waba_id, "phone_number_name_update", {
            "display_phone_number": number.digits, "decision": decision, "requested_verified_name": asked,
            "rejection_reason": str(reason) if reason else None})


def _health(value: object) -> list:
    if not isinstance(value, list) or any(
            not isinstance(entity, dict) or entity.get("can_send_message") not in STATES for entity in value):
        raise BadInput("health", "is not a list of entities with can_send_message",
                       'Send for example [{"entity_type": "WABA", "can_send_message": "BLOCKED", "errors": []}].')
    return value


async def notify(sim: Simulator, request: web.Request) -> dict:
    """Send a webhook of any field: {field, value, waba, phone_number_id}."""
    data = await read(request)
    waba = _waba(sim, data)
    if not isinstance(data.get("value"), dict):
        raise BadInput("value", "is not an object", "Send the value as Meta documents it for the field.")
    field = text(data, "field")
    targets = sim.hub.targets(waba.id, field, data.get("phone_number_id"))
    sim.hub.push(waba.id, field, data["value"], data.get("phone_number_id"))
    return {"targets": [url for url, _secret in targets]}


async def set_waba(sim: Simulator, request: web.Request) -> dict:
    """Change what Meta thinks of an account: {waba, review_status, verification, status, event, value}.

    ``event`` sends an ``account_update`` with the further keys of ``value``.
    """
    data = await read(request)
    waba = _waba(sim, data)
    waba.review_status = text(data, "review_status", waba.review_status)
    waba.verification = text(data, "verification", waba.verification)
    waba.status = text(data, "status", waba.status)
    if "review_status" in data:
        sim.hub.push(waba.id, "account_review_update", {"decision": waba.review_status})
    if "event" in data:
        extra = data.get("value") or {}
        if not isinstance(extra, dict):
            raise BadInput("value", "is not an object", "Send what belongs to the event, such as ban_info.")
        sim.hub.push(waba.id, "account_update", {"event": text(data, "event"), **extra})
    return {"id": waba.id, "status": waba.status}


def _waba(sim: Simulator, data: dict) -> Waba:
    waba_id = str(data.get("waba") or next(iter(sim.world.wabas), ""))
    if waba_id not in sim.world.wabas:
        raise BadInput("waba", f"{waba_id!r} is not known", f"Known: {', '.join(sim.world.wabas) or '(none)'}.")
    return sim.world.wabas[waba_id]
