"""A small HTTP server that misbehaves on demand, for the tests of the client."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "EAAB" + "x1Y2z3" * 10  # of the shape of Meta's tokens


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Reply:
    """One answer, or one kind of misbehaviour.

    ``action``: ``answer``; ``reset`` (TCP reset), ``close`` (end without a byte), ``half`` (part of the body), ``hang``
    (nothing until the test ends), ``drip`` (a byte every 50 ms), ``junk`` (no HTTP).
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    action: str = "answer"
    close_after: bool = False

    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class MetaServer:
    """Answers each request with what ``reply`` returns for it; records everything."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.reply: Callable[[Seen], Reply] | Reply = Reply(body={"success": True})
        self.connections = 0
        self.released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                outer.connections += 1
                self.number = outer.connections

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                seen = Seen(self.command, self.path, dict(self.headers), body, self.number)
                outer.seen.append(seen)
                reply = outer.reply(seen) if callable(outer.reply) else outer.reply
                outer._misbehave(self, reply) if reply.action != "answer" else outer._answer(self, reply)

            do_GET = do_POST = do_DELETE = _serve

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # broken connections are what these tests are about

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    @staticmethod
    def _answer(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        data = reply.data()
        handler.send_response(reply.status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(data)), **reply.headers}
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)
        if reply.close_after:
            handler.wfile.flush()
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True

    def _misbehave(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        handler.close_connection = True
        if reply.action == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
        elif reply.action == "hang":
            self.released.wait(10)
        elif reply.action == "junk":
            handler.wfile.write(b"\x00\x01 not http at all\r\n\r\n")
        elif reply.action == "half":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + reply.data())
        elif reply.action == "drip":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not self.released.wait(0.05):
                handler.wfile.write(b" ")
                handler.wfile.flush()

    def close(self) -> None:
        """End all hanging answers and the server."""
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)
