"""What arrived, how often, in what order. Bounded, and cheap enough for a thousand requests a second."""

from __future__ import annotations

import time
from collections import Counter, deque
from typing import Any


class Request:
    """One request to a Graph path."""

    __slots__ = ("at", "body", "code", "method", "ms", "path", "query", "rule", "seq", "status")

    def __init__(self, seq: int, at: float, method: str, path: str, query: str, body: Any) -> None:
        self.seq, self.at, self.method, self.path, self.query, self.body = seq, at, method, path, query, body
        self.status = self.ms = self.code = self.rule = None

    def dump(self) -> dict:
        result = {name: getattr(self, name) for name in self.__slots__}
        if isinstance(self.body, dict):
            result["to"] = self.body.get("to") or self.body.get("recipient")
            result["type"] = self.body.get("type")
        return result


class Recorder:
    """Requests, accepted messages and counters since the last reset."""

    def __init__(self, keep: int = 20_000) -> None:
        self.seq = 0
        self.requests = deque(maxlen=keep)
        self.keep_bodies = True
        self.started = time.time()
        self.counters = Counter()
        self.callbacks = {}  # biz_opaque_callback_data -> times accepted
        self.duplicates = 0

    def resize(self, keep: int) -> None:
        """Keep at most that many requests from now on; the newest survive."""
        if keep != self.requests.maxlen:
            self.requests = deque(self.requests, maxlen=keep)

    def begin(self, method: str, path: str, query: str, body: Any) -> Request:
        """Note a request before it is handled, so that a hanging one is visible too."""
        self.seq += 1
        entry = Request(self.seq, time.time(), method, path, query, body if self.keep_bodies else None)
        self.requests.append(entry)
        return entry

    def end(self, entry: Request, status: int, code: int | None = None) -> None:
        entry.status, entry.code = status, code
        entry.ms = round((time.time() - entry.at) * 1000, 2)
        self.counters["requests"] += 1
        if status >= 400:
            self.counters["refused"] += 1

    def accepted(self, callback: str | None) -> None:
        """Count an accepted message and notice when our client sent the same one twice."""
        self.counters["accepted"] += 1
        if callback is not None:
            times = self.callbacks.get(callback, 0) + 1
            self.callbacks[callback] = times
            if times > 1:
                self.duplicates += 1

    def find(self, path: str | None = None, since: float | None = None, to: str | None = None,
             type_: str | None = None, method: str | None = None, limit: int | None = None) -> list[Request]:
        """Requests in order of arrival. ``since``: a sequence number, or epoch seconds (from 1e9 up)."""
        found = []
        for entry in self.requests:
            if since is not None and (entry.at <= since if since >= 1e9 else entry.seq <= since):
                continue
            if path and path not in entry.path or method and entry.method != method.upper():
                continue
            if to or type_:
                body = entry.body if isinstance(entry.body, dict) else {}
                target = str(body.get("to") or body.get("recipient") or "").lstrip("+")
                if to and target != to.lstrip("+") or type_ and body.get("type") != type_:
                    continue
            found.append(entry)
        return found[-limit:] if limit else found
