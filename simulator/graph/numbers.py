"""Phone numbers and accounts: fields, profile, registration, settings, blocked users."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import GraphError, missing, webhook_error
from ..state import Override
from . import setup
from .paging import page, select

if TYPE_CHECKING:
    from ..core import Simulator
    from ..state import Number, Waba

NUMBER_FIELDS = ("verified_name", "code_verification_status", "display_phone_number", "quality_rating",
                 "platform_type", "throughput", "webhook_configuration")
PROFILE_FIELDS = ("about", "address", "description", "email", "profile_picture_url", "websites", "vertical")
_PROFILE_LIMITS = {"about": 139, "address": 256, "description": 512, "email": 128, "vertical": 40}
VERTICALS = (
    "ALCOHOL", "APPAREL", "AUTO", "BEAUTY", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE", "GOVT", "GROCERY", "HEALTH",
    "HOTEL", "NONPROFIT", "ONLINE_GAMBLING", "OTC_DRUGS", "OTHER", "PHYSICAL_GAMBLING", "PROF_SERVICES",
    "RESTAURANT", "RETAIL", "TRAVEL", "UNDEFINED",
)


def number_node(sim: Simulator, number: Number) -> dict:
    """All fields of a phone number."""
    waba = sim.world.wabas.get(number.waba_id)
    rate = sim.config.throughput_of(number)
    hooks = {}
    for app_id, override in (waba.subscriptions if waba else {}).items():
        app = sim.world.apps.get(app_id)
        if app is not None and app.callback_url:
            hooks["application"] = app.callback_url
        if override:
            hooks["whatsapp_business_account"] = override.url
    if number.override:
        hooks["phone_number"] = number.override.url
    return {
        "id": number.id, "display_phone_number": number.display, "verified_name": number.name,
        "status": number.status or _status(number), "quality_rating": number.quality,
        "quality_score": {"score": number.quality}, "country_code": "US", "country_dial_code": "1",
        "whatsapp_business_manager_messaging_limit": number.limit_tier, "messaging_limit_tier": number.limit_tier,
        "throughput": {"level": "HIGH" if not rate or rate > 80 else "STANDARD"},
        "code_verification_status": "VERIFIED" if number.verified else "NOT_VERIFIED",
        "name_status": number.name_status, "new_name_status": number.new_name_status,
        "platform_type": "CLOUD_API" if number.registered else "NOT_APPLICABLE", "account_mode": number.account_mode,
        "is_official_business_account": number.official, "is_pin_enabled": bool(number.pin),
        "is_on_biz_app": number.on_biz_app, "is_preverified_number": False,
        "search_visibility": "VISIBLE", "certificate": None, "last_onboarded_time": "2026-01-01T00:00:00+0000",
        "host_platform": "CLOUD_API", "webhook_configuration": hooks or None,
        "conversational_automation": number.automation or None,
        "health_status": health(sim, number=number, waba=waba),
    }


def _status(number: Number) -> str:
    if not number.verified:
        return "UNVERIFIED"
    return "CONNECTED" if number.registered else "DISCONNECTED"


def waba_node(sim: Simulator, waba: Waba) -> dict:
    """All fields of an account."""
    return {
        "id": waba.id, "name": waba.name, "timezone_id": waba.timezone_id, "currency": waba.currency,
        "country": waba.country, "status": waba.status, "business_verification_status": waba.verification,
        "account_review_status": waba.review_status, "is_enabled_for_insights": True,
        "marketing_messages_onboarding_status": "ONBOARDED", "ownership_type": "CLIENT_OWNED",
        "owner_business_info": {"name": waba.name, "id": f"9{waba.id[1:]}"}, "primary_funding_id": "1",
        "message_template_namespace": "simulated_namespace", "disable_marketing_messages_on_cloud_api": False,
        "health_status": health(sim, waba=waba),
        "subscribed_apps": {"data": [{"id": app_id} for app_id in waba.subscriptions]},
    }


def health(sim: Simulator, number: Number | None = None, waba: Waba | None = None) -> dict:
    """The ``health_status`` of a number or account."""
    if number is not None and number.health:
        states = [entity["can_send_message"] for entity in number.health]
        worst = next((state for state in ("BLOCKED", "LIMITED") if state in states), "AVAILABLE")
        return {"can_send_message": worst, "entities": number.health}
    entities = []
    if number is not None:
        entity = {"entity_type": "PHONE_NUMBER", "id": number.id, "can_send_message": "AVAILABLE"}
        if not number.registered:
            entity["can_send_message"] = "BLOCKED"
            entity["errors"] = [{"error_code": 133010, "error_description": "Phone number not registered",
                                 "possible_solution": "Register the number."}]
        entities.append(entity)
    if waba is not None:
        entities.append({"entity_type": "WABA", "id": waba.id, "can_send_message": "AVAILABLE"})
    entities.append({"entity_type": "BUSINESS", "id": "900000000000001", "can_send_message": "AVAILABLE"})
    entities.append({"entity_type": "APP", "id": next(iter(sim.world.apps), "0"), "can_send_message": "AVAILABLE"})
    blocked = any(entity["can_send_message"] == "BLOCKED" for entity in entities)
    return {"can_send_message": "BLOCKED" if blocked else "AVAILABLE", "entities": entities}


def listing(sim: Simulator, waba: Waba, query: Mapping[str, str], path: str) -> dict:
    """GET /{WABA}/phone_numbers."""
    nodes = [number_node(sim, n) for n in sim.world.numbers.values() if n.waba_id == waba.id]
    result = page(nodes, query, sim.base_url, path)
    result["data"] = [select(node, query, NUMBER_FIELDS) for node in result["data"]]
    return result


async def update(sim: Simulator, number: Number, body: dict) -> dict:
    """POST /{PNID}: webhook override, PIN, display name."""
    hook = body.get("webhook_configuration")
    if hook is not None:
        if not isinstance(hook, dict):
            raise GraphError(100, message="(#100) Param webhook_configuration must be an object", messaging=False)
        number.override = await checked_override(sim, hook)
    if body.get("pin") is not None:
        number.pin = setup.checked_pin(body)
    if body.get("new_display_name") is not None:
        setup.set_display_name(sim, number, body["new_display_name"])
    return {"success": True}


async def checked_override(sim: Simulator, data: dict) -> Override | None:
    """An Override after Meta's challenge, or None when the URI is empty. :raises GraphError: code 2200."""
    url = data.get("override_callback_uri")
    if not url:
        return None
    if not isinstance(url, str) or len(url) > 200 or not url.startswith(("http://", "https://")):
        raise GraphError(100, messaging=False, message="(#100) Param override_callback_uri must be a valid URI of at "
                         "most 200 characters")
    token = str(data.get("verify_token") or "")
    problem = await sim.hub.verify(url, token)
    if problem:
        raise GraphError(2200, message=f"(#2200) Callback verification failed with the following errors: {problem}",
                         messaging=False)
    return Override(url, token)


def get_profile(sim: Simulator, number: Number, query: Mapping[str, str]) -> dict:
    """GET /{PNID}/whatsapp_business_profile."""
    names = [name.strip() for name in query["fields"].split(",")] if query.get("fields") else PROFILE_FIELDS
    for name in names:
        if name not in PROFILE_FIELDS:
            raise GraphError(100, message=f"(#100) Tried accessing nonexisting field ({name})", messaging=False)
    profile = {name: number.profile[name] for name in names if name in number.profile}
    return {"data": [{**profile, "messaging_product": "whatsapp"}]}


def set_profile(sim: Simulator, number: Number, body: dict) -> dict:
    """POST /{PNID}/whatsapp_business_profile."""
    if body.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    for name, limit in _PROFILE_LIMITS.items():
        value = body.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > limit):
            raise GraphError(100, message=f"(#100) Param {name} must be at most {limit} characters long.",
                             messaging=False)
    if body.get("vertical") and body["vertical"] not in VERTICALS:
        raise GraphError(100, message=f"(#100) Param vertical must be one of {{{', '.join(VERTICALS)}}}",
                         messaging=False)
    websites = body.get("websites")
    if websites is not None and (not isinstance(websites, list) or len(websites) > 2 or any(
            not isinstance(site, str) or not site.startswith("http") or len(site) > 256 for site in websites)):
        raise GraphError(100, message="(#100) Param websites must be at most 2 addresses", messaging=False)
    handle = body.get("profile_picture_handle")
    if handle:
        found = next((upload for upload in sim.world.uploads.values() if upload.get("handle") == handle), None)
        if found is None or found["type"] not in ("image/jpeg", "image/png"):
            raise GraphError(100, message="(#100) Param profile_picture_handle is not a valid handle", messaging=False)
        number.picture = (found["type"], found["data"])
        number.profile["profile_picture_url"] = f"{sim.base_url}/_sim/avatar/{number.id}"
    number.profile.update({name: body[name] for name in PROFILE_FIELDS if name in body})
    return {"success": True}


def block(sim: Simulator, number: Number, body: dict, adding: bool) -> dict:
    """POST (block) and DELETE (unblock) on /{PNID}/block_users."""
    users = body.get("block_users")
    if not isinstance(users, list) or not users or any(not isinstance(user, dict) for user in users):
        raise missing("block_users")
    done, failed = [], []
    for user in users:
        given = str(user.get("user") or user.get("user_id") or "")
        digits = "".join(c for c in given if c.isdigit()) if user.get("user") else None
        person = sim.world.person(digits, None if digits else given, create=False)
        if person is None or adding and not sim.world.window_open(number.id, person):
            error = webhook_error(139100, "The user did not write within the last 24 hours")
            failed.append({"input": given, "wa_id": digits or "", "errors": [error]})
            continue
        if adding:
            number.blocked[person.key] = time.time()
        else:
            number.blocked.pop(person.key, None)
        entry = {"input": given}
        if person.shows_phone:
            entry["wa_id"] = person.phone
        done.append(entry)
    key = "added_users" if adding else "removed_users"
    result = {"messaging_product": "whatsapp", "block_users": {key: done}}
    if failed:
        result["block_users"]["failed_users"] = failed
        if not done:
            raise GraphError(139100, failed[0]["errors"][0]["error_data"]["details"])
    return result


def blocked(sim: Simulator, number: Number, query: Mapping[str, str], path: str) -> dict:
    """GET /{PNID}/block_users."""
    users = []
    for key in number.blocked:
        person = sim.world.people[key]
        users.append({"messaging_product": "whatsapp", **({"wa_id": person.phone} if person.shows_phone
                                                          else {"user_id": person.user_id})})
    return page(users, query, sim.base_url, path)


def settings(sim: Simulator, number: Number, body: dict | None) -> dict:
    """GET and POST /{PNID}/settings; unknown settings are kept as they are sent."""
    if body is None:
        return {"storage_configuration": {"status": "DEFAULT"}, **number.settings}
    number.settings.update(body)
    return {"success": True}
