"""Making things happen: settings, failures, inbound messages, statuses."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from aiohttp import web

from .. import inbound
from ..delivery import sign
from ..errors import BadInput
from ..failures import KINDS, Rule
from .common import flag, read, text

if TYPE_CHECKING:
    from ..core import Simulator


async def reset(sim: Simulator, request: web.Request) -> dict:
    data = await read(request)
    sim.reset(flag(data, "keep_urls", True), flag(data, "keep_config", False))
    return {"ok": True}


async def get_config(sim: Simulator, request: web.Request) -> dict:
    return sim.config.dump()


async def set_config(sim: Simulator, request: web.Request) -> dict:
    data = await read(request)
    rules = data.pop("failures", None)
    if rules is not None and not isinstance(rules, list):
        raise BadInput("failures", "is not a list of rules", "Send a list as for POST /_sim/fail.")
    parsed = [Rule(rule) for rule in rules] if rules is not None else None
    sim.config.update(data)
    if parsed is not None:
        sim.failures.rules = parsed
    sim.apply_config()
    return sim.config.dump()


async def add_failure(sim: Simulator, request: web.Request) -> dict:
    return sim.failures.add(await read(request)).dump()


async def list_failures(sim: Simulator, request: web.Request) -> dict:
    return {"rules": [rule.dump() for rule in sim.failures.rules], "kinds": KINDS}


async def clear_failures(sim: Simulator, request: web.Request) -> dict:
    rule_id = request.query.get("id")
    if rule_id is None:
        count = len(sim.failures.rules)
        sim.failures.rules.clear()
        return {"removed": count}
    if not rule_id.isdigit() or not sim.failures.remove(int(rule_id)):
        raise BadInput("id", f"there is no rule {rule_id!r}", "GET /_sim/fail lists the rules.")
    return {"removed": 1}


async def post_inbound(sim: Simulator, request: web.Request) -> dict:
    data = await read(request)
    many = data.get("messages")
    if many is None:
        message = inbound.receive(sim, data)
        return {"wamid": message.wamid, "user_id": message.person.user_id, "phone_number_id": message.pnid}
    if not isinstance(many, list):
        raise BadInput("messages", "is not a list", "Send a list of messages.")
    return {"wamids": [inbound.receive(sim, one).wamid for one in many]}


async def post_webhook(sim: Simulator, request: web.Request) -> dict:
    """Deliver any bytes, signed (or wrongly signed when told so)."""
    data = await read(request)
    payload = data.get("raw")
    if payload is None:
        if "payload" not in data:
            raise BadInput("payload", "is missing", 'Send {"payload": {...}} or {"raw": "text"}.')
        body = json.dumps(data["payload"]).encode()
    elif isinstance(payload, str):
        body = payload.encode("utf-8", "surrogatepass")
    else:
        raise BadInput("raw", "is not a string", "Send the raw body as text.")
    waba_id = str(data.get("waba") or next(iter(sim.world.wabas), ""))
    pnid = str(data.get("phone_number_id") or next(iter(sim.world.numbers), ""))
    field = str(data.get("field") or "messages")
    targets = sim.hub.targets(waba_id, field, pnid)
    if data.get("url"):
        app = next(iter(sim.world.apps.values()), None)
        targets = [(text(data, "url"), str(data.get("secret") or (app.secret if app else "")))]
    if not targets:
        raise BadInput("url", "no webhook URL is registered", "POST /_sim/webhook_url first, or send url.")
    copies = data.get("copies", 1)
    if isinstance(copies, bool) or not isinstance(copies, int) or not 1 <= copies <= 1000:
        raise BadInput("copies", f"{copies!r} is not a number from 1 to 1000", "Send such a number.")
    signature = data.get("signature")
    if signature is not None and not isinstance(signature, str):
        raise BadInput("signature", "is not a string", "Send the whole header value, or leave it out.")
    tasks = []
    for url, secret in targets:
        endpoint = sim.hub.endpoint(url, secret)
        good = sign(secret, body) if signature is None else signature
        tasks += [endpoint.send_body(body, 1, field, good) for _copy in range(copies)]
    statuses = [await task for task in tasks] if data.get("wait", True) else []
    return {"deliveries": len(tasks), "statuses": statuses}


async def set_status(sim: Simulator, request: web.Request) -> dict:
    """Push a status of a message by hand: also backwards, twice, or for unknown messages when force is true."""
    data = await read(request)
    message = sim.world.messages.get(text(data, "wamid"))
    if message is None:
        raise BadInput("wamid", "no such message", "GET /_sim/sent lists accepted messages.")
    status = text(data, "status")
    if status == "failed":
        code = data.get("code", 131026)
        if isinstance(code, bool) or not isinstance(code, int):
            raise BadInput("code", f"{code!r} is not a number", "Send one of Meta's error codes.")
        sim.fail(message, code, data.get("details"))
    elif status in ("sent", "delivered", "read", "played"):
        if flag(data, "force", False):
            message.status = "accepted"
        sim.set_status(message, status)
    else:
        raise BadInput("status", f"{status!r} is not known", "Use sent, delivered, read, played or failed.")
    return {"wamid": message.wamid, "status": message.status}


async def read_thread(sim: Simulator, request: web.Request) -> dict:
    """A person opens the chat: everything delivered becomes read."""
    data = await read(request)
    number = inbound.find_number(sim, data.get("phone_number_id"))
    person = inbound.find_person(sim, data)
    return {"read": sim.pages.mark_read(person, number.id)}


async def set_window(sim: Simulator, request: web.Request) -> dict:
    """Move the end of a customer service window, without a message: {from, phone_number_id, hours_ago}."""
    data = await read(request)
    number = inbound.find_number(sim, data.get("phone_number_id"))
    person = inbound.find_person(sim, data)
    hours = data.get("hours_ago", 0)
    if hours is None:
        sim.world.last_inbound.pop((number.id, person.key), None)
    elif isinstance(hours, bool) or not isinstance(hours, (int, float)) or hours < 0:
        raise BadInput("hours_ago", f"{hours!r} is not a number", "Send hours since the last message, or null: never.")
    else:
        sim.world.last_inbound[number.id, person.key] = time.time() - hours * 3600
    return {"window_open": sim.world.window_open(number.id, person)}
