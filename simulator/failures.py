"""Failure rules: which request goes wrong, how, and how often (``/_sim/fail``)."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import time
from typing import Any

from aiohttp import web

from .errors import CATALOG, BadInput, GraphError

#: kind -> what happens
KINDS = {
    "error": "answer an error in Meta's envelope (code, optional status and details)",
    "http": "answer a raw HTTP status without envelope (status, optional body)",
    "timeout_before": "hold the connection for delay_ms, then close it; nothing was accepted",
    "timeout_after": "accept and send statuses, hold for delay_ms, then close (or answer late with late=true)",
    "drop": "reset the connection at once; nothing was accepted",
    "drop_after": "accept and send statuses, then reset the connection without an answer",
    "expired_token": "answer code 190, subcode 463, HTTP 401",
    "latency": "answer normally, delay_ms later",
    "failed_status": "accept, then report the message as failed by webhook (code, optional details)",
    "silent": "accept, then never send any status",
}
MATCH = ("path", "type", "to", "phone_number_id", "method", "nth")
FIELDS = ("match", "times", "kind", "code", "status", "delay_ms", "details", "body", "late", "headers")
_ids = itertools.count(1)


class Rule:
    """One failure rule. It fires on matching requests number ``nth`` to ``nth + times - 1``."""

    def __init__(self, spec: dict) -> None:
        if not isinstance(spec, dict):
            raise BadInput("(body)", "is not a JSON object", 'Send for example {"kind": "error", "code": 130429}.')
        for name in spec:
            if name not in FIELDS:
                raise BadInput(name, "is not a known field", f"Use: {', '.join(FIELDS)}.")
        self.id = next(_ids)
        self.kind = spec.get("kind", "error")
        if self.kind not in KINDS:
            raise BadInput("kind", f"{self.kind!r} is not known", f"Use one of: {', '.join(KINDS)}.")
        match = spec.get("match") or {}
        if not isinstance(match, dict):
            raise BadInput("match", "is not a JSON object", f"Its names are: {', '.join(MATCH)}.")
        for name in match:
            if name not in MATCH:
                raise BadInput(f"match.{name}", "is not a known condition", f"Use: {', '.join(MATCH)}.")
        self.nth = self._integer("match.nth", match.get("nth", 1), 1)
        self.match = {k: str(v) for k, v in match.items() if k != "nth" and v is not None}
        if "to" in self.match:
            self.match["to"] = self.match["to"].lstrip("+")
        times = spec.get("times", 1)
        self.times = None if times is None else self._integer("times", times, 1)
        default_code = 131026 if self.kind == "failed_status" else 131000
        self.code = self._integer("code", spec.get("code", default_code), 0)
        self.status = spec.get("status")
        if self.status is not None:
            self.status = self._integer("status", self.status, 100)
            if self.status > 599:
                raise BadInput("status", f"{self.status} is not an HTTP status", "Use 100 to 599.")
        elif self.kind == "http":
            self.status = 500
        self.delay_ms = self._integer("delay_ms", spec.get("delay_ms", 60_000 if "timeout" in self.kind else 0), 0)
        self.details = spec.get("details")
        self.body = spec.get("body", "")
        if not isinstance(self.body, str):
            raise BadInput("body", "is not a string", "Send the raw answer as a string.")
        self.headers = spec.get("headers") or {}
        if not isinstance(self.headers, dict):
            raise BadInput("headers", "is not a JSON object", 'Send for example {"Retry-After": "5"}.')
        self.headers = {str(k): str(v) for k, v in self.headers.items()}
        self.late = bool(spec.get("late", False))
        self.seen = self.fired = 0

    @staticmethod
    def _integer(name: str, value: Any, low: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < low:
            raise BadInput(name, f"{value!r} is not a whole number from {low} up", "Send such a number.")
        return value

    def dump(self) -> dict:
        return {
            "id": self.id, "kind": self.kind, "match": dict(self.match, nth=self.nth), "times": self.times,
            "code": self.code, "status": self.status, "delay_ms": self.delay_ms, "late": self.late,
            "details": self.details, "seen": self.seen, "fired": self.fired, "active": self.active,
        }

    @property
    def active(self) -> bool:
        return self.times is None or self.fired < self.times

    def _matches(self, method: str, path: str, body: Any) -> bool:
        match = self.match
        if "method" in match and match["method"].upper() != method:
            return False
        if "path" in match and match["path"] not in path:
            return False
        if "phone_number_id" in match and f"/{match['phone_number_id']}/" not in f"{path}/":
            return False
        if "type" in match or "to" in match:
            if not isinstance(body, dict):
                return False
            if "type" in match and match["type"] != body.get("type", "text"):
                return False
            if "to" in match:
                to = str(body.get("to") or body.get("recipient") or "").lstrip("+")
                if to != match["to"]:
                    return False
        return True

    def takes(self, method: str, path: str, body: Any) -> bool:
        """True when this request is to fail by this rule. Counts."""
        if not self.active or not self._matches(method, path, body):
            return False
        self.seen += 1
        if self.seen < self.nth:
            return False
        self.fired += 1
        return True

    def error(self) -> GraphError:
        """The GraphError to answer for kinds ``error`` and ``expired_token``."""
        if self.kind == "expired_token":
            return GraphError(190, message="Error validating access token: Session has expired.", subcode=463,
                              status=401, messaging=False)
        status = self.status or CATALOG.get(self.code, (None, 400))[1]
        return GraphError(self.code, self.details, status=status)


class Failures:
    """The list of rules. The first rule that matches decides."""

    def __init__(self) -> None:
        self.rules = []

    def add(self, spec: dict) -> Rule:
        rule = Rule(spec)
        self.rules.append(rule)
        return rule

    def remove(self, rule_id: int) -> bool:
        before = len(self.rules)
        self.rules = [rule for rule in self.rules if rule.id != rule_id]
        return len(self.rules) < before

    def find(self, method: str, path: str, body: Any) -> Rule | None:
        for rule in self.rules:
            if rule.takes(method, path, body):
                return rule
        return None


def reset_connection(request: web.Request) -> None:
    """Cut the connection so that the client sees a reset, not an orderly end."""
    transport = request.transport
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
    transport.abort()


async def hang(request: web.Request, delay_ms: int) -> web.Response:
    """Keep the client waiting, then close without an answer. Ends early when the client is gone."""
    end = time.monotonic() + delay_ms / 1000
    while request.transport is not None and (left := end - time.monotonic()) > 0:
        await asyncio.sleep(min(left, 0.5))
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=499)
