"""A simulator and a webhook receiver, each on a free port, in a thread of their own."""

import asyncio
import pathlib
import sys
import threading

import pytest
from aiohttp import web

_HERE = pathlib.Path(__file__).resolve()
for _path in (str(_HERE.parent), str(_HERE.parents[3])):
    if _path not in sys.path:
        sys.path.insert(0, _path)

from simulator_helpers import Receiver, Running  # noqa: E402

from simulator.app import create_app  # noqa: E402
from simulator.keys import SIM  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: needs a real Chromium")


async def _listen(app):
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"


@pytest.fixture(scope="session")
def server():
    """Start both servers once; the ``sim`` fixture resets them for each test."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start():
        receiver = Receiver()
        hook_app = web.Application(client_max_size=10 * 1024 * 1024)
        hook_app.router.add_get("/hook", receiver.get)
        hook_app.router.add_post("/hook", receiver.post)
        app = create_app("demo")
        runner, base = await _listen(app)
        hook_runner, hook_base = await _listen(hook_app)
        app[SIM].base_url = base
        return Running(base, app[SIM], receiver, f"{hook_base}/hook"), (runner, hook_runner)

    running, runners = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    yield running
    for runner in runners:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


@pytest.fixture
def sim(server):
    """A simulator as if just started, without a webhook URL, with quick statuses."""
    server.control("reset", {"keep_urls": False})
    server.receiver.posts.clear()
    server.receiver.answers.clear()
    server.receiver.challenges.clear()
    server.config(webhook={"status_delay_ms": 5, "retry_ms": 30})
    return server


@pytest.fixture
def hooked(sim):
    """The same with webhooks going to the receiver."""
    sim.register()
    return sim
