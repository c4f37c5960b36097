"""Where webhooks go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from .. import inbound
from ..errors import BadInput, GraphError
from ..graph.numbers import checked_override
from ..state import Override
from .common import flag, read, text

if TYPE_CHECKING:
    from ..core import Simulator
    from ..state import Number, Waba


async def set_webhook_url(sim: Simulator, request: web.Request) -> dict:
    """Register where webhooks go: for a number, an account, or the app; verified by challenge."""
    data = await read(request)
    url = data.get("url")
    if url in (None, ""):
        return _clear_url(sim, data)
    token = str(data.get("verify_token") or "")
    if not flag(data, "verify", True):
        override = Override(text(data, "url"), token)
    else:
        try:
            override = await checked_override(sim, {"override_callback_uri": url, "verify_token": token})
        except GraphError as error:
            raise BadInput("url", error.message, "The receiver must answer the GET challenge with 200 and the "
                           "challenge as body; check url and verify_token.") from None
    scope, target = scope_of(sim, data)
    app = sim.world.apps[str(data.get("app") or next(iter(sim.world.apps)))]
    if scope == "phone_number":
        target.override = override
        waba = sim.world.wabas[target.waba_id]
        waba.subscriptions.setdefault(app.id, None)
    elif scope == "waba":
        target.subscriptions[app.id] = override
    if scope == "app" or not app.callback_url:
        app.callback_url, app.verify_token = override.url, override.verify_token
    return {"ok": True, "scope": scope, "url": override.url, "app_url": app.callback_url}


def scope_of(sim: Simulator, data: dict) -> tuple[str, Number | Waba | None]:
    pnid, waba_id, app_id = data.get("pnid") or data.get("phone_number_id"), data.get("waba"), data.get("app")
    if not sim.world.apps:
        raise BadInput("app", "there is no app yet", "POST /_sim/apps first.")
    if app_id and str(app_id) not in sim.world.apps:
        raise BadInput("app", f"{app_id!r} is not known", f"Known: {', '.join(sim.world.apps)}.")
    if pnid:
        return "phone_number", inbound.find_number(sim, pnid)
    if waba_id:
        waba = sim.world.wabas.get(str(waba_id))
        if waba is None:
            raise BadInput("waba", f"{waba_id!r} is not known", f"Known: {', '.join(sim.world.wabas)}.")
        return "waba", waba
    return "app", None


def _clear_url(sim: Simulator, data: dict) -> dict:
    scope, target = scope_of(sim, data)
    if scope == "phone_number":
        target.override = None
    elif scope == "waba":
        target.subscriptions = dict.fromkeys(target.subscriptions)
    else:
        for app in sim.world.apps.values():
            app.callback_url = ""
    return {"ok": True, "scope": scope, "url": None}
