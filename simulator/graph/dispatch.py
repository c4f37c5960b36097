"""One handler for every Graph path: token, failure rules, routing, envelope, record."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
import time
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .. import phone_app
from ..errors import GraphError, unknown_object
from ..failures import hang, reset_connection
from ..keys import SIM
from ..state import Token
from . import analytics, apps, media, messages, numbers, presence, setup, templates
from .paging import select

if TYPE_CHECKING:
    from ..core import Simulator
    from ..failures import Rule
    from ..recording import Request
    from ..state import Number, Waba

_logger = logging.getLogger(__name__)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_MESSAGES = re.compile(r"^/v\d+\.\d+/(\d+)/(messages|marketing_messages)$")
_SETUP = {"register": setup.register, "deregister": setup.deregister, "request_code": setup.request_code,
          "verify_code": setup.verify_code}
#: Kinds of failure that end the request before anything is looked at.
_BEFORE = ("error", "http", "timeout_before", "drop", "expired_token")


def _answer(status: int, body: dict) -> web.Response:
    return web.Response(status=status, body=_encode(body).encode("utf-8", "surrogatepass"),
                        headers={"Content-Type": "application/json; charset=UTF-8"})


def _refuse(error: GraphError) -> web.Response:
    response = _answer(error.status, error.body())
    if error.status == 401:
        description = error.message.replace("\n", " ").replace('"', "'")
        response.headers["WWW-Authenticate"] = f'OAuth "Facebook Platform" "invalid_token" "{description}"'
    return response


def check_token(sim: Simulator, request: web.Request) -> Token | None:
    """The Token of a request. :raises GraphError: 190 or 104-like when missing, unknown or expired."""
    header = request.headers.get("Authorization", "")
    scheme, _space, value = header.partition(" ")
    value = value.strip() if scheme.lower() in ("bearer", "oauth") else request.query.get("access_token", "")
    token = sim.world.tokens.get(value)
    if token is None and "|" in value:
        app_id, secret = value.split("|", 1)
        app = sim.world.apps.get(app_id)
        if app is not None and app.secret == secret:
            token = Token(value, app_id)
    if not sim.config.check_token:
        return token
    if not value:
        raise GraphError(190, message="An access token is required to request this resource.", status=401,
                         messaging=False)
    if token is None:
        raise GraphError(190, message="Invalid OAuth access token - Cannot parse access token", status=401,
                         messaging=False)
    if not token.works(time.time()):
        raise GraphError(190, message="Error validating access token: Session has expired.", subcode=463, status=401,
                         messaging=False)
    return token


async def _body(request: web.Request) -> Any:
    """The JSON body, form fields as a dict, or None. Multipart is left for its handler."""
    if request.method == "GET" or not request.can_read_body:
        return None
    if request.content_type.startswith("multipart/") or "/upload:" in request.path:
        return None
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(await request.post())
    raw = await request.read()
    if not raw:
        return None
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise GraphError(100, message="(#100) Invalid parameter: the body is not valid JSON", messaging=False) from None


async def handle(request: web.Request) -> web.StreamResponse:
    """Answer a request to a Graph path."""
    sim = request.app[SIM]
    path = request.path
    body = problem = None
    try:
        body = await _body(request)
    except GraphError as error:
        problem = error
    entry = sim.recorder.begin(request.method, path, request.query_string, body)
    rule = sim.failures.find(request.method, path, body) if sim.failures.rules else None
    if rule is not None:
        entry.rule = rule.id
        if rule.kind in _BEFORE:
            return await _fail_before(sim, request, rule, entry)
    delay = sim.config.latency_ms / 1000
    if sim.config.latency_jitter_ms:
        delay += random.random() * sim.config.latency_jitter_ms / 1000
    if rule is not None and rule.kind == "latency":
        delay += rule.delay_ms / 1000
    hanging = rule is not None and rule.kind in ("timeout_after", "drop_after")
    try:
        if problem:
            raise problem
        token = check_token(sim, request)
        found = _MESSAGES.match(path)
        if found and request.method == "POST":
            number = _number(sim, token, found.group(1))
            result = messages.send(sim, number, body, rule, 0.0 if hanging else delay)
        else:
            result = await _route(sim, request, token, body)
        response, status, code = _answer(200, result), 200, None
    except GraphError as error:
        response, status, code = _refuse(error), error.status, error.code
    except (ConnectionError, asyncio.CancelledError):
        raise
    except Exception:
        _logger.exception("%s %s", request.method, path)
        error = GraphError(131000, messaging=False)
        response, status, code = _refuse(error), 500, 131000
    if hanging and status == 200:
        sim.recorder.end(entry, 0)
        if rule.kind == "drop_after":
            reset_connection(request)
            return response
        if not rule.late:
            return await hang(request, rule.delay_ms)
        delay += rule.delay_ms / 1000
    if delay:
        await asyncio.sleep(delay)
    sim.recorder.end(entry, status, code)
    return response


async def _fail_before(sim: Simulator, request: web.Request, rule: Rule, entry: Request) -> web.Response:
    sim.recorder.counters[f"failure_{rule.kind}"] += 1
    if rule.delay_ms and rule.kind != "timeout_before":
        await asyncio.sleep(rule.delay_ms / 1000)
    if rule.kind == "timeout_before":
        sim.recorder.end(entry, 0)
        return await hang(request, rule.delay_ms)
    if rule.kind == "drop":
        sim.recorder.end(entry, 0)
        reset_connection(request)
        return web.Response(status=499)
    if rule.kind == "http":
        sim.recorder.end(entry, rule.status)
        return web.Response(status=rule.status, text=rule.body, headers=rule.headers)
    error = rule.error()
    sim.recorder.end(entry, error.status, error.code)
    response = _refuse(error)
    response.headers.update(rule.headers)
    return response


def _number(sim: Simulator, token: Token | None, object_id: str, verb: str = "post") -> Number:
    number = sim.world.numbers.get(object_id)
    if number is None or token is not None and token.wabas is not None and number.waba_id not in token.wabas:
        raise unknown_object(object_id, verb)
    return number


def _values(request: web.Request, body: Any) -> dict:
    """Parameters of a call that may come in the query, as form fields or as JSON."""
    return {**request.query, **(body if isinstance(body, dict) else {})}


async def _route(sim: Simulator, request: web.Request, token: Token | None, body: Any) -> dict:
    """Find the handler for everything but messages."""
    path, method, query = request.path, request.method, request.query
    parts = [part for part in path.split("/")[2:] if part]
    verb = method.lower()
    if not parts:
        raise unknown_path("/")
    values = _values(request, body)
    head, edge = parts[0], "/".join(parts[1:])
    if head == "debug_token":
        return apps.debug_token(sim, query)
    if head == "oauth" and edge == "access_token":
        return apps.access_token(sim, values)
    if head.startswith("upload:"):
        return await media.continue_upload(sim, head, request)
    world = sim.world
    if head in world.numbers:
        return await _number_edge(sim, request, _number(sim, token, head, verb), edge, values, body)
    if head in world.wabas:
        if token is not None and token.wabas is not None and head not in token.wabas:
            raise unknown_object(head, verb)
        return await _waba_edge(sim, request, token, world.wabas[head], edge, values, body)
    if head in world.apps or head == "app":
        app = world.apps[token.app_id if token else next(iter(world.apps))] if head == "app" else world.apps[head]
        if edge == "subscriptions":
            return await apps.subscriptions(sim, app, token, method, values)
        if edge == "uploads" and method == "POST":
            return media.start_upload(sim, values)
        if not edge and method == "GET":
            return select({"id": app.id, "name": app.name}, query, ("name",))
    if head in world.templates and not edge:
        template = templates.one(sim, head)
        if method == "GET":
            return select(templates.node(template), query, templates.DEFAULT_FIELDS)
        if method == "POST":
            return templates.edit(sim, template, values)
    if head in world.templates and edge == "unpause" and method == "POST":
        templates.set_status(sim, templates.one(sim, head), "APPROVED")
        return {"success": True}
    if head in world.media and not edge:
        if method == "GET":
            return media.look_up(sim, world.media[head], query)
        if method == "DELETE":
            media.look_up(sim, world.media[head], query)
            del world.media[head]
            return {"success": True}
    if head == "me" and not edge and method == "GET":
        return {"name": "System user", "id": "500000000000001"}
    raise unknown_object(head, verb)


async def _number_edge(sim: Simulator, request: web.Request, number: Number, edge: str, values: dict,
                       body: Any) -> dict:
    method, query, path = request.method, request.query, request.path
    data = body if isinstance(body, dict) else values
    if edge == "":
        if method == "GET":
            return select(numbers.number_node(sim, number), query, numbers.NUMBER_FIELDS)
        if method == "POST":
            return await numbers.update(sim, number, values)
    elif edge == "media" and method == "POST":
        return await media.upload(sim, number, request)
    elif edge == "whatsapp_business_profile":
        if method == "GET":
            return numbers.get_profile(sim, number, query)
        if method == "POST":
            return numbers.set_profile(sim, number, data)
    elif edge == "block_users":
        if method == "GET":
            return numbers.blocked(sim, number, query, request.path)
        if method in ("POST", "DELETE"):
            return numbers.block(sim, number, data, method == "POST")
    elif edge == "smb_app_data" and method == "POST":
        return phone_app.sync(sim, number, data)
    elif edge in _SETUP and method == "POST":
        return _SETUP[edge](sim, number, values)
    elif edge == "settings" and method in ("GET", "POST"):
        return numbers.settings(sim, number, data if method == "POST" else None)
    elif edge == "conversational_automation" and method == "POST":
        return presence.automation(sim, number, data)
    elif edge == "username" and method in ("GET", "POST", "DELETE"):
        return presence.username(sim, number, method, values)
    elif edge == "username_suggestions" and method == "GET":
        return {"data": [{"username": "".join(c for c in number.name.lower() if c.isalnum())}]}
    elif edge.partition("/")[0] == "message_qrdls":
        return presence.qr_codes(sim, number, method, edge.partition("/")[2], values, path)
    raise unknown_object(f"{number.id}/{edge}" if edge else number.id, method.lower())


async def _waba_edge(sim: Simulator, request: web.Request, token: Token | None, waba: Waba, edge: str, values: dict,
                     body: Any) -> dict:
    method, query, path = request.method, request.query, request.path
    if edge == "" and method == "GET" and "analytics" in query.get("fields", ""):
        return analytics.read(sim, waba, query)
    if edge == "" and method == "GET":
        return select(numbers.waba_node(sim, waba), query, ("name", "timezone_id", "message_template_namespace"))
    if edge == "phone_numbers" and method == "GET":
        return numbers.listing(sim, waba, query, path)
    if edge == "phone_numbers" and method == "POST":
        return setup.add_number(sim, waba, values)
    if edge == "message_templates":
        if method == "GET":
            return templates.listing(sim, waba, query, path)
        if method == "POST":
            return templates.create(sim, waba, body if isinstance(body, dict) else values)
        if method == "DELETE":
            return templates.delete(sim, waba, values)
    if edge == "subscribed_apps":
        if method == "GET":
            return apps.subscribed(sim, waba)
        if method == "POST":
            return await apps.subscribe(sim, waba, token, values)
        if method == "DELETE":
            return apps.unsubscribe(sim, waba, token)
    raise unknown_object(f"{waba.id}/{edge}" if edge else waba.id, method.lower())


def unknown_path(path: str) -> GraphError:
    """Graph's answer to a path outside every version."""
    return GraphError(2500, message=f"Unknown path components: {path}", messaging=False)
