"""What the simulator's tests share: a webhook receiver, shortcuts for calls, waiting."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import threading
import time

import requests
from aiohttp import web

from simulator.app import create_app
from simulator.keys import SIM

PNID = "300000000000001"
PNID_2 = "300000000000002"
WABA = "200000000000001"
APP = "100000000000001"
JOHN = "8801700000001"
RAHIM = "8801800000002"


class Receiver:
    """Keeps what it got; answers what ``answers`` says (HTTP statuses, or seconds to sleep), then 200."""

    def __init__(self):
        self.posts = []  # (time, bytes, headers)
        self.answers = []
        self.verify_token = "demo-verify-token"
        self.challenges = []
        self.round = 0  # part of the path: what an earlier test still sends is not counted for this one

    async def get(self, request):
        self.challenges.append(dict(request.query))
        if request.query.get("hub.verify_token") != self.verify_token:
            return web.Response(status=403)
        return web.Response(text=request.query["hub.challenge"])

    async def post(self, request):
        body = await request.read()
        if request.match_info["round"] != str(self.round):
            return web.Response()
        self.posts.append((time.monotonic(), body, dict(request.headers)))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            answer = 200
        return web.Response(status=answer)

    def values(self, field="messages"):
        """All values of a field, in order of arrival."""
        return [change["value"] for _at, body, _headers in list(self.posts)
                for entry in json.loads(body)["entry"] for change in entry["changes"] if change["field"] == field]

    def statuses(self, wamid=None):
        return [status for value in self.values() for status in value.get("statuses", ())
                if wamid is None or status["id"] == wamid]

    def messages(self):
        return [message for value in self.values() for message in value.get("messages", ())]


class Running:
    """A simulator that answers, with shortcuts for what tests do most."""

    def __init__(self, base, sim, receiver, hook):
        self.base, self.sim, self.receiver, self._hook = base, sim, receiver, hook
        self.http = requests.Session()
        self.http.headers["Authorization"] = "Bearer demo-access-token"

    @property
    def hook(self):
        """The callback URL of this test."""
        return f"{self._hook}/{self.receiver.round}"

    def control(self, name, data=None, method=None, **query):
        response = self.http.request(method or ("GET" if data is None else "POST"), f"{self.base}/_sim/{name}",
                                     json=data, params=query, timeout=10)
        assert response.status_code in (200, 400), response.text
        return response.json()

    def graph(self, method, path, data=None, timeout=10, **kwargs):
        return self.http.request(method, f"{self.base}/v25.0/{path}", json=data, timeout=timeout, **kwargs)

    def send(self, to=JOHN, type_="text", content=None, timeout=10, pnid=PNID, **extra):
        body = {"messaging_product": "whatsapp", "to": to, "type": type_,
                type_: {"body": "Hello"} if content is None and type_ == "text" else content, **extra}
        return self.graph("POST", f"{pnid}/messages", body, timeout=timeout)

    def inbound(self, text="Hi", from_=JOHN, **data):
        return self.control("inbound", {"from": from_, "text": text, **data})["wamid"]

    def fresh(self):
        """As if just started: no webhook URL, quick statuses."""
        self.control("reset", {"keep_urls": False})
        self.receiver.round += 1
        self.receiver.posts.clear()
        self.receiver.answers.clear()
        self.receiver.challenges.clear()
        self.config(webhook={"status_delay_ms": 5, "retry_ms": 30})
        return self

    def register(self, **scope):
        answer = self.control("webhook_url", {"url": self.hook, "verify_token": "demo-verify-token", **scope})
        assert answer.get("ok"), answer
        return answer

    def config(self, **values):
        answer = self.control("config", values)
        assert "error" not in answer, answer
        return answer


def wait(condition, seconds=5.0):
    """The first true result of ``condition()``; fails when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.01)


def good_signature(body, header, secret="demo-app-secret"):
    return header == "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def error(response, code, status=400):
    """Check that a Graph answer is Meta's envelope with that code; returns the inner object."""
    assert response.status_code == status, response.text
    envelope = response.json()["error"]
    assert envelope["code"] == code, envelope
    assert envelope["message"] and envelope["type"] and envelope["fbtrace_id"].startswith("A")
    return envelope


async def _listen(app):
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"


@contextlib.contextmanager
def servers():
    """A simulator and a webhook receiver on free ports, in a thread of their own. Gives a Running."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start():
        receiver = Receiver()
        hook_app = web.Application(client_max_size=10 * 1024 * 1024)
        hook_app.router.add_get("/hook/{round}", receiver.get)
        hook_app.router.add_post("/hook/{round}", receiver.post)
        app = create_app("demo")
        runner, base = await _listen(app)
        hook_runner, hook_base = await _listen(hook_app)
        app[SIM].base_url = base
        return Running(base, app[SIM], receiver, f"{hook_base}/hook"), (runner, hook_runner)

    running, runners = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield running
    finally:
        for runner in runners:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
