"""The control API under ``/_sim/``: scripts the simulator and answers what happened.

Wrong input is answered 400 with ``{"error": {"field", "message", "remedy"}}``, never 500.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from aiohttp import web

from ..errors import BadInput
from ..keys import SIM
from . import account, ask, drive, hooks, phone_app, world

_logger = logging.getLogger(__name__)

ROUTES = (
    ("POST", "reset", drive.reset), ("GET", "config", drive.get_config), ("POST", "config", drive.set_config),
    ("GET", "fail", drive.list_failures), ("POST", "fail", drive.add_failure), ("DELETE", "fail", drive.clear_failures),
    ("POST", "inbound", drive.post_inbound), ("POST", "webhook", drive.post_webhook),
    ("POST", "webhook_url", hooks.set_webhook_url), ("GET", "webhook_url", ask.get_webhooks),
    ("GET", "requests", ask.get_requests), ("GET", "sent", ask.get_sent),
    ("GET", "deliveries", ask.get_deliveries), ("GET", "stats", ask.get_stats), ("POST", "status", drive.set_status),
    ("POST", "read", drive.read_thread), ("POST", "window", drive.set_window), ("POST", "people", world.add_person),
    ("POST", "tokens", world.set_token), ("POST", "apps", world.add_app), ("POST", "wabas", world.add_waba),
    ("POST", "number", account.set_number), ("POST", "account", account.set_waba), ("POST", "notify", account.notify),
    ("POST", "app", phone_app.set_app), ("POST", "echo", phone_app.post_echo),
    ("POST", "app_contacts", phone_app.post_contacts), ("POST", "call", phone_app.post_call),
    ("POST", "identity", phone_app.post_identity),
    ("POST", "numbers", world.add_number), ("POST", "templates", world.add_template),
)


def wrap(handler: Callable) -> Callable:
    """A control handler ``(sim, request) -> JSON`` as aiohttp handler: wrong input becomes 400."""
    async def answer(request: web.Request) -> web.Response:
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


def add_routes(app: web.Application) -> None:
    """Register the control API."""
    for method, name, handler in ROUTES:
        app.router.add_route(method, f"/_sim/{name}", wrap(handler))
