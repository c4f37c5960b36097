"""Webhooks: signed POSTs to the registered URLs, with batching, disorder, repetition and retries.

Behaviour after "Webhooks" of Meta's documentation: signature over the raw bytes, non-ASCII as ``\\uXXXX``, slashes
escaped, any number of updates in one POST, anything but HTTP 200 is tried again with growing pauses.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from .config import Config
    from .state import World
    from .timeline import Timeline

_logger = logging.getLogger(__name__)

#: Fields that follow the override of a number or an account; all others go to the app's own URL.
OVERRIDDEN = frozenset((
    "messages", "message_echoes", "calls", "consumer_profile", "messaging_handovers", "group_lifecycle_update",
    "group_participants_update", "group_settings_update", "group_status_update", "smb_message_echoes",
    "smb_app_state_sync", "history", "account_settings_update",
))
#: Bytes of delivered bodies that the log keeps.
LOG_BYTES = 32 * 1024 * 1024
#: Updates waiting for one URL; beyond it the oldest are dropped and counted.
QUEUE_LIMIT = 1_000_000
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def sign(secret: str, body: bytes) -> str:
    """Value of X-Hub-Signature-256 for these bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Update:
    """One change to tell: a ``value`` of a ``field`` of an account."""

    __slots__ = ("acknowledged", "at", "field", "value", "waba_id")

    def __init__(self, waba_id: str, field: str, value: dict, acknowledged: Callable | None = None) -> None:
        self.waba_id, self.field, self.value, self.at = waba_id, field, value, time.time()
        self.acknowledged = acknowledged  # called once a receiver answered 200


def envelope(updates: Sequence[Update], shape: str = "changes") -> dict:
    """The notification for some updates.

    :param shape: "changes": one entry an account, one change an update; "entries": one entry an update;
        "value": consecutive message updates of one number merged into one value.
    """
    entries = {}
    result = []
    for update in updates:
        entry = None if shape == "entries" else entries.get(update.waba_id)
        if entry is None:
            entry = {"id": update.waba_id, "changes": []}
            if update.field != "messages":
                entry["time"] = int(update.at)
            entries[update.waba_id] = entry
            result.append(entry)
        changes = entry["changes"]
        if shape == "value" and update.field == "messages" and changes and _merge(changes[-1], update):
            continue
        value = dict(update.value) if shape == "value" else update.value
        changes.append({"value": value, "field": update.field})
    return {"object": "whatsapp_business_account", "entry": result}


def _merge(change: dict, update: Update) -> bool:
    if change["field"] != "messages":
        return False
    value, other = change["value"], update.value
    if value.get("metadata") != other.get("metadata"):
        return False
    for name in ("contacts", "messages", "statuses", "errors"):
        if name in other:
            value[name] = [*value.get(name, ()), *other[name]]
    return True


class Endpoint:
    """The queue of one (URL, secret)."""

    def __init__(self, hub: Hub, url: str, secret: str) -> None:
        self.hub, self.url, self.secret = hub, url, secret
        self.ready = deque()
        self.wake = asyncio.Event()
        self.busy = 0
        self.free = asyncio.Event()
        self.task = asyncio.get_running_loop().create_task(self._pump())

    def push(self, update: Update) -> None:
        if len(self.ready) >= QUEUE_LIMIT:
            self.ready.popleft()
            self.hub.counters["dropped"] += 1
        self.ready.append(update)
        self.wake.set()

    async def _pump(self) -> None:
        settings = self.hub.config.webhook
        while True:
            await self.wake.wait()
            if settings.batch > 1 and settings.batch_wait_ms and len(self.ready) < settings.batch:
                await asyncio.sleep(settings.batch_wait_ms / 1000)
            while self.ready:
                while self.busy >= settings.concurrency:
                    self.free.clear()
                    await self.free.wait()
                size = min(settings.batch, len(self.ready))
                batch = [self.ready.popleft() for _ in range(size)]
                if settings.reorder and size > 1:
                    self.hub.random.shuffle(batch)
                self._send(batch)
            self.wake.clear()

    def _send(self, batch: list[Update]) -> None:
        settings = self.hub.config.webhook
        body = _encode(envelope(batch, settings.shape)).replace("/", "\\/").encode("ascii")
        copies = 1 + int(settings.duplicate)
        if self.hub.random.random() < settings.duplicate % 1:
            copies += 1
        self.hub.counters["updates"] += len(batch)
        self.hub.counters["duplicated"] += copies - 1
        then = [update.acknowledged for update in batch if update.acknowledged]
        for _copy in range(copies):
            self.send_body(body, len(batch), batch[0].field, then=then)

    def send_body(self, body: bytes, updates: int, field: str, signature: str | None = None,
                  then: Sequence[Callable] = ()) -> asyncio.Task:
        """Deliver these bytes in the background, with retries.

        :param then: functions to call when the receiver answered 200.
        """
        self.busy += 1
        task = self.hub.spawn(self._deliver(body, updates, field, signature, then))
        task.add_done_callback(self._done)
        return task

    def _done(self, _task) -> None:
        self.busy -= 1
        self.free.set()

    async def _deliver(self, body: bytes, updates: int, field: str, signature: str | None, then: Sequence[Callable],
                       attempt: int = 1, until: float | None = None) -> int | None:
        """One attempt. A failure plans the next one, and frees the slot meanwhile.

        :returns: the HTTP status, or None when there was no answer.
        """
        settings = self.hub.config.webhook
        headers = {
            "Content-Type": "application/json", "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signature if signature is not None else sign(self.secret, body),
        }
        at, clock = time.time(), time.perf_counter()
        status = error = None
        try:
            timeout = aiohttp.ClientTimeout(total=settings.timeout_ms / 1000)
            async with self.hub.session.post(self.url, data=body, headers=headers, timeout=timeout,
                                             allow_redirects=False) as response:
                await response.read()
                status = response.status
        except TimeoutError:
            error = "timeout"
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            error = f"{type(exc).__name__}: {exc}"
        self.hub.delivered(self.url, at, time.perf_counter() - clock, status, error, attempt, updates, field, body)
        if status == 200:
            for function in then:
                function()
        elif settings.retry:
            until = until or at + settings.retry_for_s
            pause = min(settings.retry_ms * 2 ** min(attempt - 1, 30), settings.retry_max_ms) / 1000
            if time.time() + pause <= until:
                self.hub.retrying += 1
                self.hub.timeline.after(pause, self._again, body, updates, field, signature, then, attempt, until)
        return status

    def _again(self, body: bytes, updates: int, field: str, signature: str | None, then: Sequence[Callable],
               attempt: int, until: float | None) -> None:
        self.hub.retrying -= 1
        self.busy += 1
        task = self.hub.spawn(self._deliver(body, updates, field, signature, then, attempt + 1, until))
        task.add_done_callback(self._done)


class Hub:
    """Finds the URL for each update and keeps one queue for each URL, plus the log of deliveries."""

    def __init__(self, config: Config, world: World, timeline: Timeline) -> None:
        self.config, self.world, self.timeline = config, world, timeline
        self.random = random.Random(19)
        self.endpoints = {}
        self.counters = Counter()
        self.log = deque(maxlen=config.record.deliveries)
        self.log_seq = 0
        self._bodies = deque()  # (sequence number, body) of the newest deliveries
        self._bodies_size = 0
        self.retrying = 0
        self.session = None
        self._tasks = set()

    async def start(self) -> None:
        """Open the client session; keep-alive connections to the receivers are reused."""
        connector = aiohttp.TCPConnector(limit=500, keepalive_timeout=30)
        self.session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def stop(self) -> None:
        self.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.session:
            await self.session.close()

    def clear(self) -> None:
        """Forget queues, deliveries under way, logs and counters."""
        for task in (*(endpoint.task for endpoint in self.endpoints.values()), *self._tasks):
            task.cancel()
        self.endpoints.clear()
        self.counters.clear()
        self.log = deque(maxlen=self.config.record.deliveries)
        self._bodies.clear()
        self._bodies_size = self.retrying = 0

    def spawn(self, coroutine: Coroutine) -> asyncio.Task:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def endpoint(self, url: str, secret: str) -> Endpoint:
        """The queue of a URL, made at first use."""
        found = self.endpoints.get((url, secret))
        if found is None:
            found = self.endpoints[url, secret] = Endpoint(self, url, secret)
        return found

    def targets(self, waba_id: str, field: str, pnid: str | None = None) -> list[tuple[str, str]]:
        """``[(url, secret)]`` of the apps subscribed to the account: phone before account before app."""
        waba = self.world.wabas.get(waba_id)
        if waba is None:
            return []
        number = self.world.numbers.get(pnid) if pnid else None
        found = []
        for app_id, override in waba.subscriptions.items():
            app = self.world.apps.get(app_id)
            if app is None or app.fields and field not in app.fields:
                continue
            url = app.callback_url
            if field in OVERRIDDEN:
                if number is not None and number.override:
                    url = number.override.url
                elif override:
                    url = override.url
            if url:
                found.append((url, app.secret))
        return found

    def push(self, waba_id: str, field: str, value: dict, pnid: str | None = None,
             acknowledged: Callable | None = None) -> None:
        """Tell an update to whoever subscribed, with the configured delay and disorder.

        :param acknowledged: function called when a receiver answered 200.
        """
        settings = self.config.webhook
        if not settings.enabled:
            return
        targets = self.targets(waba_id, field, pnid)
        if not targets:
            self.counters["nowhere"] += 1
            return
        update = Update(waba_id, field, value, acknowledged)
        delay = settings.delay_ms
        if settings.reorder:
            delay += self.random.random() * settings.reorder_ms
        for url, secret in targets:
            if delay:
                self.timeline.after(delay / 1000, self._push_to, url, secret, update)
            else:
                self._push_to(url, secret, update)

    def _push_to(self, url: str, secret: str, update: Update) -> None:
        self.endpoint(url, secret).push(update)

    def delivered(self, url: str, at: float, seconds: float, status: int | None, error: str | None, attempt: int,
                  updates: int, field: str, body: bytes) -> None:
        """Log one attempt."""
        self.log_seq += 1
        self.counters["attempts"] += 1
        self.counters["ok" if status == 200 else "failed"] += 1
        self.log.append((self.log_seq, at, url, status, round(seconds * 1000, 2), attempt, updates, field, error))
        if self.config.record.bodies:
            self._bodies.append((self.log_seq, body))
            self._bodies_size += len(body)
            while self._bodies_size > LOG_BYTES or len(self._bodies) > self.log.maxlen:
                self._bodies_size -= len(self._bodies.popleft()[1])

    def bodies(self) -> dict[int, bytes]:
        """Sequence number -> bytes, of the deliveries whose body is still kept."""
        return dict(self._bodies)

    def waiting(self) -> int:
        """Updates not yet delivered: queued, on their way, or between two attempts."""
        return (sum(len(e.ready) + e.busy for e in self.endpoints.values())) + self.retrying

    async def fetch(self, link: str) -> str | None:
        """Get a linked file. :returns: None when it is there, else what was wrong (text)."""
        try:
            async with self.session.get(link, timeout=aiohttp.ClientTimeout(total=10)) as response:
                if response.status != 200:
                    return f"Downloading media from weblink failed with http code {response.status}"
                async for _chunk in response.content.iter_chunked(65536):
                    pass
        except asyncio.TimeoutError:
            return "Downloading media from weblink timed out"
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            return f"Downloading media from weblink failed: {type(exc).__name__}"
        return None

    async def verify(self, url: str, verify_token: str) -> str | None:
        """Meta's challenge on registration.

        :returns: None when the receiver echoed the challenge, else what was wrong (text).
        """
        challenge = str(random.randrange(10**8, 10**9))
        params = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        try:
            timeout = aiohttp.ClientTimeout(total=10)
            async with self.session.get(url, params=params, timeout=timeout, allow_redirects=False) as response:
                text = await response.text(errors="replace")
                if response.status != 200:
                    return f"HTTP Status Code = {response.status}; HTTP Message = {response.reason}"
                if text.strip() != challenge:
                    return f"the answer was not the challenge: {text[:80]!r}"
        except TimeoutError:
            return "timeout: no answer in 10 seconds"
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            return f"{type(exc).__name__}: {exc}"
        return None
