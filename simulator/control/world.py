"""Adding people, tokens, apps, accounts, numbers and templates."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aiohttp import web

from .. import ids, inbound
from ..errors import BadInput
from ..graph import templates as graph_templates
from ..state import App, Number, Template, Token, Waba
from .common import flag, read, text
from .hooks import scope_of

if TYPE_CHECKING:
    from ..core import Simulator


async def add_person(sim: Simulator, request: web.Request) -> dict:
    data = await read(request)
    person = inbound.find_person(sim, data)
    person.on_whatsapp = flag(data, "on_whatsapp", person.on_whatsapp)
    sim.pages.people_changed()
    return sim.pages.person_view(person)


async def set_token(sim: Simulator, request: web.Request) -> dict:
    """Add, expire or revoke a token: {token, app, valid, expires_in, wabas}."""
    data = await read(request)
    value = text(data, "token")
    token = sim.world.tokens.get(value)
    if token is None:
        scope_of(sim, {"app": data.get("app")})
        token = sim.world.tokens[value] = Token(value, str(data.get("app") or next(iter(sim.world.apps))))
    token.valid = flag(data, "valid", True)
    seconds = data.get("expires_in")
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, (int, float))):
        raise BadInput("expires_in", f"{seconds!r} is not a number", "Send seconds from now, or null: never.")
    token.expires_at = time.time() + seconds if seconds is not None else 0
    if data.get("wabas") is not None:
        if not isinstance(data["wabas"], list):
            raise BadInput("wabas", "is not a list", "Send a list of account ids.")
        token.wabas = {str(waba) for waba in data["wabas"]}
    return {"token": value, "valid": token.works(time.time())}


async def add_app(sim: Simulator, request: web.Request) -> dict:
    data = await read(request)
    app = App(text(data, "id"), text(data, "name", "App"), text(data, "secret"))
    sim.world.apps[app.id] = app
    if data.get("token"):
        sim.world.tokens[str(data["token"])] = Token(str(data["token"]), app.id)
    return {"id": app.id}


async def add_waba(sim: Simulator, request: web.Request) -> dict:
    data = await read(request)
    scope_of(sim, {"app": data.get("app")})
    waba = Waba(text(data, "id"), text(data, "name", "Account"))
    waba.subscriptions[str(data.get("app") or next(iter(sim.world.apps)))] = None
    sim.world.wabas[waba.id] = waba
    return {"id": waba.id}


async def add_number(sim: Simulator, request: web.Request) -> dict:
    data = await read(request)
    waba_id = text(data, "waba")
    if waba_id not in sim.world.wabas:
        raise BadInput("waba", f"{waba_id!r} is not known", f"Known: {', '.join(sim.world.wabas) or '(none)'}.")
    pnid = text(data, "id")
    if not pnid.isdigit():
        raise BadInput("id", f"{pnid!r} is not a phone number id", "Send digits.")
    number = Number(pnid, waba_id, text(data, "display"), text(data, "name", "Business"))
    sim.world.numbers[pnid] = number
    sim.pages.people_changed()
    return {"id": pnid}


async def add_template(sim: Simulator, request: web.Request) -> dict:
    """Add or change a template without review: {waba, name, language, category, components, status}.

    ``quality``, ``correct_category`` (with ``in_hours``: only announced) and ``tell_components`` send their webhooks.
    """
    data = await read(request)
    waba_id = str(data.get("waba") or next(iter(sim.world.wabas), ""))
    if waba_id not in sim.world.wabas:
        raise BadInput("waba", f"{waba_id!r} is not known", f"Known: {', '.join(sim.world.wabas) or '(none)'}.")
    name, language = text(data, "name"), text(data, "language", "en")
    template = sim.world.template(waba_id, name, language)
    status = text(data, "status", template.status if template else "APPROVED").upper()
    components = data.get("components", template.components if template else None)
    if not isinstance(components, list) or any(not isinstance(part, dict) for part in components):
        raise BadInput("components", "is not a list of components",
                       'Send for example [{"type": "BODY", "text": "Hi"}].')
    if template is None:
        template = Template(ids.number_id(), waba_id, name, language, "UTILITY", components)
        sim.world.templates[template.id] = template
    template.components = components
    template.category = text(data, "category", template.category).upper()
    template.parameter_format = text(data, "parameter_format", template.parameter_format).upper()
    if status != template.status and flag(data, "notify", True):
        graph_templates.set_status(sim, template, status, data.get("reason"))
    template.status = status
    if "quality" in data:
        graph_templates.set_quality(sim, template, text(data, "quality").upper())
    if "correct_category" in data:
        hours = data.get("in_hours", 0)
        if isinstance(hours, bool) or not isinstance(hours, (int, float)) or hours < 0:
            raise BadInput("in_hours", f"{hours!r} is not a number", "Send hours from now, or 0.")
        graph_templates.set_category(sim, template, text(data, "correct_category").upper(), hours)
    if flag(data, "tell_components", False):
        graph_templates.tell_components(sim, template)
    return {"id": template.id, "status": template.status}
