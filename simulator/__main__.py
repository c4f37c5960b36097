"""Command line: ``python -m simulator --port 8899 --seed demo``."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
from collections.abc import Sequence

from aiohttp import web

from .app import create_app
from .errors import BadInput
from .keys import SIM
from .seed import SEEDS


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="A server that behaves like Meta's "
                                     "WhatsApp Cloud API, with a phone page to be the customer.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8899, help="port to listen on (default: %(default)s)")
    parser.add_argument("--seed", nargs="?", const="demo", default="demo", choices=sorted(SEEDS),
                        help="data to start with (default: %(default)s)")
    parser.add_argument("--base-url", help="address that clients use, if not http://HOST:PORT")
    parser.add_argument("--config", "--data", dest="config", metavar="FILE", help="JSON file for POST /_sim/config")
    parser.add_argument("--webhook-url", help="where webhooks go from the start, without the challenge")
    parser.add_argument("--verbose", action="store_true", help="log every request")
    return parser.parse_args(argv)


def _load(path: str) -> dict:
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


async def serve(arguments: argparse.Namespace, config: dict) -> None:
    """Listen until SIGINT or SIGTERM. ``config`` as for POST /_sim/config."""
    host = "127.0.0.1" if arguments.host in ("0.0.0.0", "::") else arguments.host
    app = create_app(arguments.seed, arguments.base_url)
    app[SIM].config.update(config)
    app[SIM].apply_config()
    for meta_app in app[SIM].world.apps.values():
        meta_app.callback_url = arguments.webhook_url or ""
    runner = web.AppRunner(app, access_log=logging.getLogger("simulator.access") if arguments.verbose else None,
                           keepalive_timeout=75, handle_signals=False, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, arguments.host, arguments.port, backlog=1024)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    url = arguments.base_url or f"http://{host}:{port}"
    app[SIM].base_url = url.rstrip("/")
    print(f"simulator ready on {url}", flush=True)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    await stop.wait()
    await runner.cleanup()


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point. Returns the exit code."""
    arguments = _arguments(argv)
    logging.basicConfig(level=logging.INFO if arguments.verbose else logging.WARNING,
                        format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        import uvloop
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    except ImportError:  # optional: about a third faster
        pass
    try:
        config = _load(arguments.config) if arguments.config else {}
    except (OSError, ValueError) as error:
        print(f"simulator: cannot read {arguments.config}: {error}", file=sys.stderr)
        return 2
    try:
        asyncio.run(serve(arguments, config))
    except OSError as error:
        print(f"simulator: cannot listen on {arguments.host}:{arguments.port}: {error.strerror or error}. "
              "Choose another --port, or stop what uses it.", file=sys.stderr)
        return 1
    except BadInput as error:
        print(f"simulator: {arguments.config}: {error}. {error.remedy}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
