"""HTTP to addresses that strangers chose: link previews, pictures of advertisements. No Odoo import.

A stranger's link must never make this server talk to a machine behind the firewall. Names are resolved here, every
address is judged, and the connection goes to the address that was judged: a name that answers differently the second
time (DNS rebinding) gains nothing. Each redirect is a new connection and is judged anew.
"""

from __future__ import annotations

import socket
import time
from http.cookiejar import DefaultCookiePolicy
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

MAX_REDIRECTS = 4
MAX_BYTES = 8 * 1024 * 1024
PORTS = {80, 443}
_CHUNK = 64 * 1024


class Refused(requests.RequestException):
    """The address leads, or may lead, into our own network, or is none that we call."""


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the internet rather than to somebody's own network."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        # an IPv4 address may hide inside: mapped, 6to4, Teredo, NAT64
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip.packed[:12] == ip_address("64:ff9b::").packed[:12]:
            inner.append(ip_address(ip.packed[12:]))
        if any(part is not None and not part.is_global for part in inner):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve(host: str, port: int) -> str:
    """Return one public address of a host.

    :raises OSError: the name is unknown
    :raises Refused: one of its addresses is not public; then none is used
    """
    found = [entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(is_public(address) for address in found):
        raise Refused("The address leads into a private network.")
    return found[0]


class _Judged:
    """Connection that goes to an address which was judged; the name stays for TLS and the Host header."""

    def _new_conn(self) -> socket.socket:
        if self.port not in PORTS:  # type: ignore[attr-defined]
            raise Refused("Only the ports of the web are called.")
        try:
            address = resolve(self._dns_host, self.port)  # type: ignore[attr-defined]
            return socket.create_connection((address, self.port), self.timeout)  # type: ignore[attr-defined]
        except OSError as error:
            raise NewConnectionError(self, f"no connection ({type(error).__name__})") from None  # type: ignore[arg-type]


class _HTTP(_Judged, HTTPConnection):
    pass


class _HTTPS(_Judged, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPS


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class GuardedSession(requests.Session):
    """A session that reaches the internet only: no proxy of the environment, no cookies, few redirects, no credentials.

    :param schemes: which addresses are called at all
    :param seconds: how long a whole call may take, redirects and body included
    """

    def __init__(self, schemes: tuple[str, ...] = ("https",), seconds: float = 15.0) -> None:
        super().__init__()
        self.trust_env = False
        self.max_redirects = MAX_REDIRECTS
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.seconds = seconds
        self._schemes = schemes
        adapter = _Adapter(max_retries=0)
        for scheme in ("https", "http"):
            self.mount(f"{scheme}://", adapter)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send one request of a chain; every hop passes here."""
        parts = urlsplit(request.url or "")
        if parts.scheme not in self._schemes or not parts.hostname or "@" in parts.netloc:
            raise Refused("This kind of address is not called.")
        kwargs["timeout"] = kwargs.get("timeout") or 5
        response = super().send(request, **kwargs)
        response.iter_content = _bounded(response, time.monotonic() + self.seconds)  # type: ignore[method-assign]
        return response

    def fetch(self, url: str, max_bytes: int = MAX_BYTES) -> tuple[bytes, str]:
        """Return the bytes and the MIME type behind an address.

        :raises requests.RequestException: refused, out of reach, too large, too slow, or no success
        """
        with self.get(url, stream=True, timeout=5) as response:
            response.raise_for_status()
            data = bytearray()
            for chunk in response.iter_content(_CHUNK):
                data += chunk
                if len(data) > max_bytes:
                    raise Refused(f"The answer has more than {max_bytes} bytes.")
            return bytes(data), response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _bounded(response: requests.Response, deadline: float) -> Any:
    """Return an ``iter_content`` that ends with an error when the time is up or the answer is endless."""
    original = response.iter_content

    def iter_content(chunk_size: int = _CHUNK, decode_unicode: bool = False) -> Any:
        size = 0
        for chunk in original(chunk_size, decode_unicode):
            size += len(chunk)
            if size > MAX_BYTES or time.monotonic() > deadline:
                raise requests.exceptions.ConnectionError("The answer is too long or too slow.")
            yield chunk

    return iter_content
