"""Apps and tokens: subscriptions, token introspection, app tokens."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import GraphError, missing, unknown_object
from .numbers import checked_override

if TYPE_CHECKING:
    from ..core import Simulator
    from ..state import App, Token, Waba


#: What an app without a choice of fields receives.
ALL_FIELDS = (
    "account_alerts", "account_review_update", "account_settings_update", "account_update",
    "business_capability_update", "business_username_update", "calls", "flows", "history",
    "message_template_components_update", "message_template_quality_update", "message_template_status_update",
    "messages", "phone_number_name_update", "phone_number_quality_update", "security", "smb_app_state_sync",
    "smb_message_echoes", "template_category_update", "template_correct_category_detection", "user_id_update",
    "user_preferences",
)


def subscribed(sim: Simulator, waba: Waba) -> dict:
    """GET /{WABA}/subscribed_apps."""
    data = []
    for app_id, override in waba.subscriptions.items():
        app = sim.world.apps.get(app_id)
        entry = {"whatsapp_business_api_data": {
            "id": app_id, "name": app.name if app else "", "link": f"https://www.facebook.com/games/?app_id={app_id}"}}
        if override:
            entry["override_callback_uri"] = override.url
        data.append(entry)
    return {"data": data}


async def subscribe(sim: Simulator, waba: Waba, token: Token | None, body: dict) -> dict:
    """POST /{WABA}/subscribed_apps, with or without an alternate callback."""
    app_id = token.app_id if token else next(iter(sim.world.apps), None)
    if app_id not in sim.world.apps:
        raise unknown_object(app_id, "post")
    waba.subscriptions[app_id] = await checked_override(sim, body)
    return {"success": True}


def unsubscribe(sim: Simulator, waba: Waba, token: Token | None) -> dict:
    """DELETE /{WABA}/subscribed_apps."""
    waba.subscriptions.pop(token.app_id if token else next(iter(sim.world.apps), None), None)
    return {"success": True}


async def subscriptions(sim: Simulator, app: App, token: Token | None, method: str, values: dict) -> dict:
    """GET, POST and DELETE /{APP}/subscriptions (with the app token)."""
    if token is not None and "|" not in token.value:
        raise GraphError(15, message="(#15) This method must be called with an app access_token.", messaging=False)
    if method == "GET":
        if not app.callback_url:
            return {"data": []}
        fields = [{"name": name, "version": "v25.0"} for name in sorted(app.fields or ALL_FIELDS)]
        return {"data": [{"object": "whatsapp_business_account", "callback_url": app.callback_url, "active": True,
                          "fields": fields}]}
    if method == "DELETE":
        app.callback_url, app.fields = "", set()
        return {"success": True}
    if values.get("object") != "whatsapp_business_account":
        raise GraphError(100, message="(#100) Param object must be one of {WHATSAPP_BUSINESS_ACCOUNT}",
                         messaging=False)
    if not values.get("callback_url"):
        raise missing("callback_url")
    override = await checked_override(sim, {"override_callback_uri": values["callback_url"],
                                            "verify_token": values.get("verify_token")})
    fields = values.get("fields") or ""
    names = fields if isinstance(fields, list) else str(fields).split(",")
    app.callback_url, app.verify_token = override.url, override.verify_token
    app.fields = {str(name).strip() for name in names if str(name).strip()}
    return {"success": True}


def debug_token(sim: Simulator, query: Mapping[str, str]) -> dict:
    """GET /debug_token?input_token=..."""
    value = query.get("input_token")
    if not value:
        raise missing("input_token")
    token = sim.world.tokens.get(value)
    if token is None:
        return {"data": {"is_valid": False, "scopes": [], "error": {
            "code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}}}
    app = sim.world.apps.get(token.app_id)
    wabas = sorted(token.wabas if token.wabas is not None else sim.world.wabas)
    data = {
        "app_id": token.app_id, "type": "SYSTEM_USER", "application": app.name if app else "",
        "data_access_expires_at": 0, "expires_at": int(token.expires_at), "is_valid": token.works(time.time()),
        "issued_at": 1767225600, "scopes": list(token.scopes), "user_id": "500000000000001",
        "granular_scopes": [{"scope": scope, "target_ids": wabas} for scope in token.scopes if "whatsapp" in scope],
    }
    if not data["is_valid"]:
        data["error"] = {"code": 190, "message": "Error validating access token: Session has expired", "subcode": 463}
    return {"data": data}


def access_token(sim: Simulator, query: Mapping[str, str]) -> dict:
    """GET /oauth/access_token (client credentials)."""
    app = sim.world.apps.get(query.get("client_id", ""))
    if app is None or query.get("client_secret") != app.secret:
        raise GraphError(1, message="Error validating client secret.", messaging=False)
    return {"access_token": f"{app.id}|{app.secret}", "token_type": "bearer"}
