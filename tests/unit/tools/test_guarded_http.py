"""Addresses that strangers chose never lead into our own network."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
from tools import guarded_http
from tools.guarded_http import GuardedSession, Refused, is_public


@pytest.mark.parametrize("address", [
    "8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946",
])
def test_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.0.0.5", "172.16.3.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::a00:1", "2002:7f00:1::", "not an address", "",
])
def test_everything_else_is_not(address):
    assert not is_public(address)


class _Page(BaseHTTPRequestHandler):
    hits: list = []

    def do_GET(self):
        self.hits.append(self.path)
        body = b"x" * 5000
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "http://internal.test/secret")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "image/png; charset=x")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    """A server here that the client takes for one on the internet, under the name public.test."""
    httpd = HTTPServer(("127.0.0.1", 0), _Page)
    _Page.hits = []
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    monkeypatch.setattr(guarded_http, "PORTS", {80, 443, httpd.server_port})
    def resolve_name(host, port, **options):
        known = {"public.test": "93.184.216.34", "internal.test": "10.0.0.1", "both.test": "93.184.216.34"}
        if host not in known:
            raise socket.gaierror("unknown")
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (known[host], port))]
        if host == "both.test":
            found.append((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)))
        return found

    monkeypatch.setattr(guarded_http.socket, "getaddrinfo", resolve_name)
    monkeypatch.setattr(guarded_http.socket, "create_connection", lambda address, timeout: _connect(httpd.server_port, timeout))
    yield f"http://public.test:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()


def _connect(port, timeout):
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.settimeout(timeout)
    sock.connect(("127.0.0.1", port))
    return sock


def test_a_public_page_is_fetched(server):
    with GuardedSession(schemes=("http",)) as session:
        data, mimetype = session.fetch(f"{server}/picture")
    assert (len(data), mimetype) == (5000, "image/png")


def test_what_is_too_large_is_given_up(server):
    with GuardedSession(schemes=("http",)) as session, pytest.raises(Refused):
        session.fetch(f"{server}/picture", max_bytes=100)


@pytest.mark.parametrize("host", ["internal.test", "both.test"])
def test_a_name_that_leads_inside_is_not_called(server, host):
    with GuardedSession(schemes=("http",)) as session, pytest.raises(requests.RequestException):
        session.get(server.replace("public.test", host))
    assert _Page.hits == []


def test_a_redirect_is_judged_as_well(server):
    with GuardedSession(schemes=("http",)) as session, pytest.raises(requests.RequestException):
        session.get(f"{server}/redirect")
    assert _Page.hits == ["/redirect"]


@pytest.mark.parametrize("url", [
    "http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/", "http://0x7f000001/", "https://10.1.2.3/",
    "http://localhost:80/", "http://2130706433/",
])
def test_addresses_in_any_spelling(url):
    with GuardedSession(schemes=("http", "https")) as session, pytest.raises(requests.RequestException):
        session.get(url, timeout=2)


@pytest.mark.parametrize("url", ["http://93.184.216.34/", "ftp://93.184.216.34/", "https://user:pw@93.184.216.34/", "file:///etc/passwd"])
def test_other_kinds_of_addresses(url):
    with GuardedSession() as session, pytest.raises((Refused, requests.exceptions.InvalidSchema)):
        session.get(url, timeout=2)


def test_other_ports():
    with GuardedSession(schemes=("http",)) as session, pytest.raises(requests.RequestException):
        session.get("http://93.184.216.34:5432/", timeout=2)
