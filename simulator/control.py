"""The control API under ``/_sim/``: scripts the simulator and answers what happened.

Wrong input is answered 400 with ``{"error": {"field", "message", "remedy"}}``, never 500.
"""

import json
import logging
import time

from aiohttp import web

from . import ids, inbound
from .delivery import sign
from .errors import BadInput, GraphError
from .failures import KINDS, Rule
from .graph import templates as graph_templates
from .graph.numbers import checked_override
from .keys import SIM
from .state import App, Number, Override, Template, Token, Waba

_logger = logging.getLogger(__name__)


async def read(request):
    """The JSON object of a request ({} when the body is empty). :raises BadInput:"""
    raw = await request.read()
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadInput("(body)", "is not JSON", "Send a JSON object.") from None
    if not isinstance(value, dict):
        raise BadInput("(body)", "is not a JSON object", "Send a JSON object.")
    return value


def text(data, name, default=None):
    """A string field; without default it is required."""
    value = data.get(name, default)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value and default is None:
        raise BadInput(name, "is missing" if value in (None, "") else f"{value!r} is not a string", "Send a string.")
    return value


def _query_number(request, name, default=None):
    value = request.query.get(name)
    if value in (None, ""):
        return default
    try:
        return float(value)
    except ValueError:
        raise BadInput(name, f"{value!r} is not a number", "Send a number.") from None


def _flag(data, name, default):
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise BadInput(name, f"{value!r} is not true or false", "Send a JSON boolean.")
    return value


async def reset(sim, request):
    data = await read(request)
    sim.reset(_flag(data, "keep_urls", True), _flag(data, "keep_config", False))
    return {"ok": True}


async def get_config(sim, request):
    return sim.config.dump()


async def set_config(sim, request):
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


async def add_failure(sim, request):
    return sim.failures.add(await read(request)).dump()


async def list_failures(sim, request):
    return {"rules": [rule.dump() for rule in sim.failures.rules], "kinds": KINDS}


async def clear_failures(sim, request):
    rule_id = request.query.get("id")
    if rule_id is None:
        count = len(sim.failures.rules)
        sim.failures.rules.clear()
        return {"removed": count}
    if not rule_id.isdigit() or not sim.failures.remove(int(rule_id)):
        raise BadInput("id", f"there is no rule {rule_id!r}", "GET /_sim/fail lists the rules.")
    return {"removed": 1}


async def post_inbound(sim, request):
    data = await read(request)
    many = data.get("messages")
    if many is None:
        message = inbound.receive(sim, data)
        return {"wamid": message.wamid, "user_id": message.person.user_id, "phone_number_id": message.pnid}
    if not isinstance(many, list):
        raise BadInput("messages", "is not a list", "Send a list of messages.")
    return {"wamids": [inbound.receive(sim, one).wamid for one in many]}


async def post_webhook(sim, request):
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


async def set_webhook_url(sim, request):
    """Register where webhooks go: for a number, an account, or the app; verified by challenge."""
    data = await read(request)
    url = data.get("url")
    if url in (None, ""):
        return _clear_url(sim, data)
    token = str(data.get("verify_token") or "")
    if not _flag(data, "verify", True):
        override = Override(text(data, "url"), token)
    else:
        try:
            override = await checked_override(sim, {"override_callback_uri": url, "verify_token": token})
        except GraphError as error:
            raise BadInput("url", error.message, "The receiver must answer the GET challenge with 200 and the "
                           "challenge as body; check url and verify_token.") from None
    scope, target = _scope(sim, data)
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


def _scope(sim, data):
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


def _clear_url(sim, data):
    scope, target = _scope(sim, data)
    if scope == "phone_number":
        target.override = None
    elif scope == "waba":
        target.subscriptions = dict.fromkeys(target.subscriptions)
    else:
        for app in sim.world.apps.values():
            app.callback_url = ""
    return {"ok": True, "scope": scope, "url": None}


async def get_requests(sim, request):
    query = request.query
    limit = _query_number(request, "limit")
    found = sim.recorder.find(query.get("path"), _query_number(request, "since"), query.get("to"), query.get("type"),
                              query.get("method"), int(limit) if limit else None)
    return {"count": len(found), "last": sim.recorder.seq, "requests": [entry.dump() for entry in found]}


async def get_sent(sim, request):
    query = request.query
    to = query.get("to", "").lstrip("+")
    found = []
    for message in sim.world.messages.values():
        if not message.outbound or to and to not in (message.person.phone, message.person.user_id):
            continue
        if query.get("phone_number_id") and message.pnid != query["phone_number_id"]:
            continue
        if query.get("callback_data") and message.callback != query["callback_data"]:
            continue
        if query.get("type") and message.type != query["type"]:
            continue
        found.append(message)
    limit = _query_number(request, "limit")
    shown = found[-int(limit):] if limit else found
    return {"count": len(found), "messages": [_sent(sim, message) for message in shown]}


def _sent(sim, message):
    return {
        "wamid": message.wamid, "phone_number_id": message.pnid, "to": message.person.phone,
        "user_id": message.person.user_id, "type": message.type, "content": message.content, "at": message.at,
        "status": message.status, "times": message.times, "errors": message.errors,
        "callback_data": message.callback, "context": message.context_id,
        "accepted_times": sim.recorder.callbacks.get(message.callback, 1) if message.callback else 1,
    }


async def get_deliveries(sim, request):
    since = _query_number(request, "since", 0)
    status = request.query.get("status")
    want_body = request.query.get("bodies") in ("1", "true")
    names = ("seq", "at", "url", "status", "latency_ms", "attempt", "updates", "field", "error")
    bodies = sim.hub.bodies() if want_body else {}
    found = []
    for row in sim.hub.log:
        if (row[1] <= since if since >= 1e9 else row[0] <= since) or status and str(row[3]) != status:
            continue
        entry = dict(zip(names, row, strict=True))
        if row[0] in bodies:
            entry["body"] = bodies[row[0]].decode("utf-8", "replace")
        found.append(entry)
    limit = _query_number(request, "limit")
    count = len(found)
    return {"count": count, "last": sim.hub.log_seq, "waiting": sim.hub.waiting(),
            "deliveries": found[-int(limit):] if limit else found}


async def get_stats(sim, request):
    recorder, world = sim.recorder, sim.world
    latencies = sorted(row[4] for row in sim.hub.log if row[3] == 200)
    def quantile(share):
        return latencies[min(len(latencies) - 1, int(len(latencies) * share))] if latencies else None
    return {
        "uptime_s": round(time.time() - recorder.started, 1), "requests": recorder.counters["requests"],
        "refused": recorder.counters["refused"], "accepted": recorder.counters["accepted"],
        "inbound": recorder.counters["inbound"], "duplicates": recorder.duplicates,
        "duplicated_callbacks": [c for c, n in recorder.callbacks.items() if n > 1][:100],
        "distinct_callbacks": len(recorder.callbacks), "counters": dict(recorder.counters),
        "webhooks": {**dict(sim.hub.counters), "waiting": sim.hub.waiting(), "planned": len(sim.timeline),
                     "p50_ms": quantile(0.5), "p99_ms": quantile(0.99)},
        "messages": len(world.messages), "people": len(world.people), "media": len(world.media),
    }


async def set_status(sim, request):
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
        if _flag(data, "force", False):
            message.status = "accepted"
        sim.set_status(message, status)
    else:
        raise BadInput("status", f"{status!r} is not known", "Use sent, delivered, read, played or failed.")
    return {"wamid": message.wamid, "status": message.status}


async def read_thread(sim, request):
    """A person opens the chat: everything delivered becomes read."""
    data = await read(request)
    number = inbound.find_number(sim, data.get("phone_number_id"))
    person = inbound.find_person(sim, data)
    return {"read": sim.pages.mark_read(person, number.id)}


async def set_window(sim, request):
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


async def add_person(sim, request):
    data = await read(request)
    person = inbound.find_person(sim, data)
    person.on_whatsapp = _flag(data, "on_whatsapp", person.on_whatsapp)
    sim.pages.people_changed()
    return sim.pages.person_view(person)


async def set_token(sim, request):
    """Add, expire or revoke a token: {token, app, valid, expires_in, wabas}."""
    data = await read(request)
    value = text(data, "token")
    token = sim.world.tokens.get(value)
    if token is None:
        _scope(sim, {"app": data.get("app")})
        token = sim.world.tokens[value] = Token(value, str(data.get("app") or next(iter(sim.world.apps))))
    token.valid = _flag(data, "valid", True)
    seconds = data.get("expires_in")
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, (int, float))):
        raise BadInput("expires_in", f"{seconds!r} is not a number", "Send seconds from now, or null: never.")
    token.expires_at = time.time() + seconds if seconds is not None else 0
    if data.get("wabas") is not None:
        if not isinstance(data["wabas"], list):
            raise BadInput("wabas", "is not a list", "Send a list of account ids.")
        token.wabas = {str(waba) for waba in data["wabas"]}
    return {"token": value, "valid": token.works(time.time())}


async def add_app(sim, request):
    data = await read(request)
    app = App(text(data, "id"), text(data, "name", "App"), text(data, "secret"))
    sim.world.apps[app.id] = app
    if data.get("token"):
        sim.world.tokens[str(data["token"])] = Token(str(data["token"]), app.id)
    return {"id": app.id}


async def add_waba(sim, request):
    data = await read(request)
    _scope(sim, {"app": data.get("app")})
    waba = Waba(text(data, "id"), text(data, "name", "Account"))
    waba.subscriptions[str(data.get("app") or next(iter(sim.world.apps)))] = None
    sim.world.wabas[waba.id] = waba
    return {"id": waba.id}


async def add_number(sim, request):
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


async def add_template(sim, request):
    """Add or change a template without review: {waba, name, language, category, components, status}."""
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
    if status != template.status and _flag(data, "notify", True):
        graph_templates.set_status(sim, template, status, data.get("reason"))
    template.status = status
    return {"id": template.id, "status": template.status}


async def get_webhooks(sim, request):
    """Where each kind of update would go now."""
    return {"numbers": {pnid: [url for url, _s in sim.hub.targets(number.waba_id, "messages", pnid)]
                        for pnid, number in sim.world.numbers.items()},
            "apps": {app.id: app.callback_url for app in sim.world.apps.values()}}


ROUTES = (
    ("POST", "reset", reset), ("GET", "config", get_config), ("POST", "config", set_config),
    ("GET", "fail", list_failures), ("POST", "fail", add_failure), ("DELETE", "fail", clear_failures),
    ("POST", "inbound", post_inbound), ("POST", "webhook", post_webhook), ("POST", "webhook_url", set_webhook_url),
    ("GET", "webhook_url", get_webhooks), ("GET", "requests", get_requests), ("GET", "sent", get_sent),
    ("GET", "deliveries", get_deliveries), ("GET", "stats", get_stats), ("POST", "status", set_status),
    ("POST", "read", read_thread), ("POST", "window", set_window), ("POST", "people", add_person),
    ("POST", "tokens", set_token), ("POST", "apps", add_app), ("POST", "wabas", add_waba),
    ("POST", "numbers", add_number), ("POST", "templates", add_template),
)


def wrap(handler):
    """A control handler ``(sim, request) -> JSON`` as aiohttp handler: wrong input becomes 400."""
    async def answer(request):
        try:
            return web.json_response(await handler(request.app[SIM], request))
        except BadInput as error:
            return web.json_response(error.body(), status=400)
        except Exception:
            _logger.exception("%s %s", request.method, request.path)
            return web.json_response(
                BadInput("(body)", "could not be understood", "See simulator/README.md for the shape.").body(),
                status=400)
    return answer


def add_routes(app):
    """Register the control API."""
    for method, name, handler in ROUTES:
        app.router.add_route(method, f"/_sim/{name}", wrap(handler))
