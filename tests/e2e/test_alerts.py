"""What agents hear of customers: the counter in the tab, the sound, and the push on their devices; and when not."""

import base64
import datetime
import http.server
import json
import threading
import time

import pytest
from browsers import log_in
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from harness import wait_until
from people import Agent
from playwright.sync_api import expect

NOT_LOOKING = """
    window.played = 0;
    HTMLMediaElement.prototype.play = function () { window.played++; return Promise.resolve(); };
    document.hasFocus = () => false;
"""


def encoded(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Device:
    """A browser that is closed, and the push service that would wake it. pushes: what has come, decrypted."""

    def __init__(self):
        self.pushes = []
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"sixteen bytes ok"
        device = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Encoding"] == "aes128gcm"
                device.pushes.append(json.loads(device._decrypted(body)))
                self.send_response(201)
                self.end_headers()

            def log_message(self, *_args):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}/push"

    @property
    def _public(self):
        return self._key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)

    @property
    def keys(self):
        return {"p256dh": encoded(self._public), "auth": encoded(self._auth)}

    def _decrypted(self, body):
        """Undo RFC 8291 for a message of one record."""
        def derived(secret, salt, info, length):
            return HKDF(hashes.SHA256(), length, salt, info).derive(secret)

        salt, size = body[:16], body[20]
        sender, sealed = body[21 : 21 + size], body[21 + size :]
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        secret = derived(shared, self._auth, b"WebPush: info\0" + self._public + sender, 32)
        key = derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(secret, salt, b"Content-Encoding: nonce\0", 12)
        return AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\2")

    def close(self):
        self._server.shutdown()


@pytest.fixture
def ida(stack):
    """An agent who is told of her own conversations: (user ID, login)."""
    login = f"ida{time.time_ns()}"
    return stack.colleague("Ida", "agent", login, tz="UTC"), login


@pytest.fixture
def device():
    """A device of somebody's."""
    device = Device()
    yield device
    device.close()


def keeps_quiet(stack, login):
    """Let her quiet hours be now."""
    hour = datetime.datetime.now(datetime.UTC).hour
    hours = {"whatsapp_quiet": True, "whatsapp_quiet_from": (hour - 1) % 24, "whatsapp_quiet_to": (hour + 2) % 24}
    agent = Agent(stack, login, login)
    [uid] = agent.call("res.users", "search", [("login", "=", login)])
    agent.call("res.users", "write", [uid], hours)
    time.sleep(1.5)  # the lanes ask once a second whether choices have changed


@pytest.mark.browser
def test_the_tab_counts_and_sounds_but_sounds_at_no_quiet_hour(stack, web, tabs, ida):
    user, login = ida
    maria = stack.acquaintance("Maria")
    stack.admin.call("whatsapp.conversation", "write", [maria.conversation()["id"]], {"user_id": user})
    page = tabs(1200, 800)
    page.add_init_script(NOT_LOOKING)
    log_in(page, web.url, login, login)
    page.goto(f"{web.url}/odoo/whatsapp-inbox")
    page.wait_for_selector(".o-whatsapp-InboxRow")
    expect(page).to_have_title("(1) Inbox")
    before = page.evaluate("played")
    maria.writes("Anybody there?")
    page.wait_for_function("before => played > before", arg=before)
    Agent(stack, login, login).writes_to(maria, "I am.")
    expect(page).to_have_title("Inbox")
    keeps_quiet(stack, login)
    page.reload()
    page.wait_for_selector(".o-whatsapp-InboxRow")
    before = page.evaluate("played")
    maria.writes("Good")
    expect(page).to_have_title("(1) Inbox")
    page.wait_for_timeout(1500)
    assert page.evaluate("played") == before


def test_a_push_comes_to_who_has_the_conversation_once_and_at_no_quiet_hour(stack, ida, device):
    user, login = ida
    agent = Agent(stack, login, login)
    key = agent.call("mail.push.device", "get_web_push_vapid_public_key")
    agent.call("mail.push.device", "register_devices", endpoint=device.endpoint, keys=device.keys, vapid_public_key=key)
    maria, stranger = stack.acquaintance("Maria"), stack.acquaintance("Sam")
    stack.admin.call("whatsapp.conversation", "write", [maria.conversation()["id"]], {"user_id": user})
    stranger.writes("Not for Ida")
    maria.writes("Is it ready?")
    wait_until(lambda: device.pushes, "the push", 60)
    time.sleep(3)
    assert [(push["title"], push["options"]["body"]) for push in device.pushes] == [("Maria", "Is it ready?")]
    keeps_quiet(stack, login)
    maria.writes("Hello?")
    stack.wait_until_quiet()
    time.sleep(5)
    assert len(device.pushes) == 1
    assert stack.value("SELECT count(*) FROM mail_push") == 0
