"""HTTP under the client: pooled connections, bounded answers, and knowledge of whether a request left.

A message must never be sent twice, and Cloud API has no idempotency key (Meta, "Send messages"). So a failed call is
told apart by one question: was a byte of the request handed to the network? The connection classes below note that.
"""

from __future__ import annotations

import io
import os
import threading
import time
from http.client import HTTPException, HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .values import NotJson, decode

MAX_ANSWER = 16 * 1024 * 1024  # bytes of a JSON answer; pages of templates are the longest
MAX_IDLE = 15.0  # seconds after which a pooled connection is not trusted any more
USER_AGENT = "odoo-whatsapp-base/1.0"
_CHUNK = 64 * 1024

_wire = threading.local()


class CloudError(Exception):
    """Any failure of a call; its text never holds tokens or addresses with parameters."""


class NotSent(CloudError):
    """The request certainly never reached Meta (name not found, refused, no TLS, connect time-out): safe to retry."""


class OutcomeUnknown(CloudError):
    """The request may have been carried out (no answer, a broken or unreadable one): never retry a send by itself."""


class TooLarge(CloudError):
    """The answer or file is larger than the caller allows."""


class _TimedReader(io.RawIOBase):
    """The bytes of an answer, until this thread's deadline: a socket's own time-out starts anew with each byte."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if time.monotonic() > getattr(_wire, "deadline", float("inf")):
            raise TimeoutError("the answer took too long")
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach()))


class _Tracked:
    """Connection that notes, for this thread, when the first byte of a request is handed over."""

    response_class = _TimedResponse

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]
        finally:
            # A proxy's CONNECT is written while connecting; it is not the request.
            _wire.left = False

    def send(self, data: Any) -> None:
        if getattr(self, "sock", None) is None:
            self.connect()
        _wire.left = True
        super().send(data)  # type: ignore[misc]


class _TrackedHTTPConnection(_Tracked, HTTPConnection):
    pass


class _TrackedHTTPSConnection(_Tracked, HTTPSConnection):
    pass


class _FreshPool:
    """Pool that closes connections which were idle for long: the other side may be closing them just now.

    Such a race would look like a request that left and got no answer, hence an uncertain message.
    """

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.idle_since = time.monotonic()
        super()._put_conn(conn)  # type: ignore[misc]

    def _get_conn(self, timeout: float | None = None) -> Any:
        conn = super()._get_conn(timeout)  # type: ignore[misc]
        idle_since = getattr(conn, "idle_since", None)
        if idle_since is not None and time.monotonic() - idle_since > MAX_IDLE:
            conn.close()
        return conn


class _HTTPPool(_FreshPool, HTTPConnectionPool):
    ConnectionCls = _TrackedHTTPConnection


class _HTTPSPool(_FreshPool, HTTPSConnectionPool):
    ConnectionCls = _TrackedHTTPSConnection


class _Adapter(HTTPAdapter):
    """Pools of the classes above; never retries by itself."""

    def __init__(self, pool_size: int) -> None:
        super().__init__(pool_connections=4, pool_maxsize=pool_size, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
        return manager


class Bearer(AuthBase):
    """Puts the token into the Authorization header, and nothing else may: a ``.netrc`` would replace it otherwise."""

    __slots__ = ("_token",)

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        prepared.headers["Authorization"] = f"Bearer {self._token}"
        return prepared

    def __repr__(self) -> str:
        return "Bearer(***)"


def is_loopback(host: str | None) -> bool:
    """Tell whether ``host`` is this machine by name or address."""
    if not host:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_base_url(url: str) -> str:
    """Return ``url`` without trailing slash if the client may send tokens to it.

    :raises ValueError: not https (plain http only on loopback), or with user, query or fragment
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except (ValueError, AttributeError, TypeError):
        host = None
    if not host or parts.scheme not in ("https", "http") or any(c.isspace() or ord(c) < 32 for c in url):
        raise ValueError("The API address is not a web address. Enter for instance https://graph.facebook.com.")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("The API address must start with https://; plain http is allowed on this machine only.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("The API address must not hold a user, a question mark or a hash sign. Enter host and path.")
    return url.rstrip("/")


def new_session(pool_size: int) -> requests.Session:
    """Return a session that threads may share: no cookies, no redirects by itself, no environment look-ups per call."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    session.headers["User-Agent"] = USER_AGENT
    adapter = _Adapter(pool_size)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def exchange(
    session: requests.Session,
    method: str,
    url: str,
    timeout: tuple[float, float],
    max_bytes: int = MAX_ANSWER,
    **options: Any,
) -> tuple[int, dict[str, str], bytes]:
    """Do one HTTP call and return status, headers and at most ``max_bytes`` of body.

    :param timeout: seconds to connect, and seconds of silence while reading; the whole call may take the former and
        three times the latter, so that a server that drips cannot hold a thread
    :raises NotSent: the request did not leave
    :raises OutcomeUnknown: it may have left, and there is no whole answer
    :raises TooLarge: the answer is longer than ``max_bytes``
    """
    host = urlsplit(url).hostname
    _wire.left = None
    _wire.deadline = deadline = time.monotonic() + timeout[0] + 3 * timeout[1]
    try:
        response = session.request(method, url, timeout=timeout, allow_redirects=False, stream=True, **options)
    except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError) as error:
        raise _failure(error, host) from None
    except ValueError as error:  # requests and urllib3 refuse bad headers or addresses so, before anything leaves
        raise NotSent(f"The request to {host} could not be made ({type(error).__name__}).") from None
    try:
        body = _read(response, max_bytes, deadline)
    except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError) as error:
        raise OutcomeUnknown(f"The answer of {host} broke off ({type(error).__name__}).") from None
    finally:
        response.close()
    return response.status_code, dict(response.headers), body


def _read(response: requests.Response, max_bytes: int, deadline: float) -> bytes:
    declared = response.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise TooLarge(f"The answer has {declared} bytes; {max_bytes} are allowed.")
    chunks, size = [], 0
    for chunk in response.iter_content(_CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise TooLarge(f"The answer has more than {max_bytes} bytes.")
        if time.monotonic() > deadline:
            raise OutcomeUnknown("The answer took too long.")
        chunks.append(chunk)
    # Older versions of urllib3 take a broken answer for a short one.
    if declared.isdigit() and response.raw.tell() < int(declared):
        raise OutcomeUnknown("The answer broke off.")
    return b"".join(chunks)


def _failure(error: Exception, host: str | None) -> CloudError:
    """Judge an exception of the call itself by what the connection noted, else by its kind."""
    left = getattr(_wire, "left", None)
    if left is None:
        # A session of somebody else's making, or a failure before there was a connection.
        cause = getattr(error.args[0], "reason", None) if error.args else None
        early = (requests.ConnectTimeout, requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)
        left = not (
            isinstance(error, early)
            or isinstance(cause, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError))
        )
    if not left:
        return NotSent(f"No connection to {host} ({_reason(error)}).")
    if isinstance(error, requests.Timeout):
        return OutcomeUnknown(f"{host} did not answer in time.")
    return OutcomeUnknown(f"The connection to {host} broke before the answer ({_reason(error)}).")


def _reason(error: Exception) -> str:
    """Name an error without its text, which may hold the address with its parameters."""
    cause = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, requests.exceptions.SSLError):
        return "TLS failed: certificate or protocol not accepted"
    if isinstance(error, requests.ConnectTimeout):
        return "connect time-out"
    return type(cause).__name__ if cause is not None else type(error).__name__


def decode_answer(body: bytes) -> Any:
    """Return the JSON value of an answer, or None when there is none."""
    try:
        return decode(body) if body else None
    except NotJson:
        return None
