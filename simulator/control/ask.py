"""Questions: what arrived, what was accepted, what was delivered."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aiohttp import web

from .common import query_number

if TYPE_CHECKING:
    from ..core import Simulator
    from ..state import Message


async def get_requests(sim: Simulator, request: web.Request) -> dict:
    query = request.query
    limit = query_number(request, "limit")
    found = sim.recorder.find(query.get("path"), query_number(request, "since"), query.get("to"), query.get("type"),
                              query.get("method"), int(limit) if limit else None)
    return {"count": len(found), "last": sim.recorder.seq, "requests": [entry.dump() for entry in found]}


async def get_sent(sim: Simulator, request: web.Request) -> dict:
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
    limit = query_number(request, "limit")
    shown = found[-int(limit):] if limit else found
    return {"count": len(found), "messages": [_sent(sim, message) for message in shown]}


def _sent(sim: Simulator, message: Message) -> dict:
    return {
        "wamid": message.wamid, "phone_number_id": message.pnid, "to": message.person.phone,
        "user_id": message.person.user_id, "type": message.type, "content": message.content, "at": message.at,
        "status": message.status, "times": message.times, "errors": message.errors,
        "callback_data": message.callback, "context": message.context_id,
        "accepted_times": sim.recorder.callbacks.get(message.callback, 1) if message.callback else 1,
    }


async def get_deliveries(sim: Simulator, request: web.Request) -> dict:
    since = query_number(request, "since", 0)
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
    limit = query_number(request, "limit")
    count = len(found)
    return {"count": count, "last": sim.hub.log_seq, "waiting": sim.hub.waiting(),
            "deliveries": found[-int(limit):] if limit else found}


async def get_stats(sim: Simulator, request: web.Request) -> dict:
    recorder, world = sim.recorder, sim.world
    latencies = sorted(row[4] for row in sim.hub.log if row[3] == 200)
    def quantile(share: float) -> float | None:
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


async def get_webhooks(sim: Simulator, request: web.Request) -> dict:
    """Where each kind of update would go now."""
    return {"numbers": {pnid: [url for url, _s in sim.hub.targets(number.waba_id, "messages", pnid)]
                        for pnid, number in sim.world.numbers.items()},
            "apps": {app.id: app.callback_url for app in sim.world.apps.values()}}
