"""The web application: Graph paths, media downloads, control API and phone page."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator

from aiohttp import web

from . import control, pages
from .core import Simulator
from .graph import dispatch
from .graph.media import download
from .keys import SIM
from .qr_picture import picture

STATIC = pathlib.Path(__file__).parent / "static"


def create_app(seed: str = "demo", base_url: str | None = None) -> web.Application:
    """Build the aiohttp application; its simulator is ``app[simulator.keys.SIM]``.

    :param seed: "demo" or "empty".
    :param base_url: address that clients use, for media URLs; can be set later as its ``base_url``.
    """
    app = web.Application(client_max_size=120 * 1024 * 1024)
    sim = Simulator(seed)
    sim.base_url = base_url or "http://127.0.0.1:8899"
    app[SIM] = sim

    async def lifespan(_app) -> AsyncIterator[None]:
        await sim.start()
        yield
        await sim.stop()

    app.cleanup_ctx.append(lifespan)
    app.router.add_route("*", r"/{version:v\d+\.\d+}/{tail:.*}", dispatch.handle)
    app.router.add_get("/_media/{media_id}", _download)
    control.add_routes(app)
    app.router.add_get("/_sim/health", _health)
    app.router.add_get("/_sim/phone/events", pages.events)
    app.router.add_post("/_sim/phone/upload", control.wrap(lambda _sim, request: pages.upload(request)))
    app.router.add_get("/_sim/file/{media_id}", pages.file)
    app.router.add_get("/_sim/qr/{code}.png", _qr_picture)
    app.router.add_get("/_sim/avatar/{pnid}", _avatar)
    app.router.add_get("/", _index)
    app.router.add_static("/static", STATIC)
    app.router.add_route("*", "/{tail:.*}", _unknown)
    return app


async def _download(request: web.Request) -> web.Response:
    return await download(request.app[SIM], request)


async def _qr_picture(request: web.Request) -> web.Response:
    """The picture of a QR code: a stand-in."""
    code = request.match_info["code"]
    if not any(code in number.qr_codes for number in request.app[SIM].world.numbers.values()):
        raise web.HTTPNotFound
    return web.Response(body=picture(code), content_type="image/png")


async def _avatar(request: web.Request) -> web.Response:
    """The picture that was uploaded for a number's profile."""
    number = request.app[SIM].world.numbers.get(request.match_info["pnid"])
    if number is None or not number.picture:
        raise web.HTTPNotFound
    return web.Response(body=number.picture[1], content_type=number.picture[0])


async def _index(_request) -> web.StreamResponse:
    """The phone page."""
    return web.FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


async def _unknown(request: web.Request) -> web.Response:
    """Anything else: Graph's answer to a path without version or with an unknown one."""
    error = dispatch.unknown_path(request.path)
    return web.json_response(error.body(), status=error.status)
