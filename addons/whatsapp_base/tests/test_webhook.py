import json

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..cloud_api import signature
from .common import APP_SECRET, VERIFY_TOKEN, WhatsappData


@tagged("post_install", "-at_install")
class TestWebhook(WhatsappData, HttpCase):
    """The door to Meta: what it stores, what it refuses, and that it never breaks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_whatsapp()
        cls.path = f"/whatsapp/webhook/{cls.account.webhook_uuid}"

    def url_open(self, *args, **kwargs):
        self.env.flush_all()  # requests have an environment of their own
        return super().url_open(*args, **kwargs)

    def _post(self, body, secret=APP_SECRET, header=None, path=None):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if header is None and secret is not None:
            header = signature.sign(secret, data)
        if header:
            headers["X-Hub-Signature-256"] = header
        return self.url_open(path or self.path, data=data, headers=headers, method="POST")

    def _get(self, path=None, **query):
        params = "&".join(f"hub.{name}={value}" for name, value in query.items())
        return self.url_open(f"{path or self.path}?{params}")

    def _refusals(self, reason):
        self.env.invalidate_all()
        rows = self.env["whatsapp.webhook.refusal"].search([("reason", "=", reason)])
        return sum(rows.mapped("count"))

    def _stored(self):
        self.env.invalidate_all()
        return self.Event.search([("account_id", "=", self.account.id)])

    def _assert_refused(self, response, status, reason, before):
        self.assertEqual(response.status_code, status)
        self.assertFalse(response.content, "who is refused learns nothing")
        self.assertEqual(self._refusals(reason), before + 1)
        self.assertFalse(self._stored())

    # ------------------------------------------------------------
    # Verification
    # ------------------------------------------------------------

    def test_verification(self):
        response = self._get(mode="subscribe", verify_token=VERIFY_TOKEN, challenge="1158201444")
        self.assertEqual((response.status_code, response.text), (200, "1158201444"))
        self.assertTrue(response.headers["Content-Type"].startswith("text/plain"), "a challenge must not become HTML")

    def test_verification_with_a_wrong_token(self):
        for query in (
            {"mode": "subscribe", "verify_token": "wrong", "challenge": "1"},
            {"mode": "subscribe", "verify_token": "", "challenge": "1"},
            {"mode": "subscribe", "challenge": "1"},
            {"mode": "unsubscribe", "verify_token": VERIFY_TOKEN, "challenge": "1"},
            {},
        ):
            with self.subTest(query=query):
                before = self._refusals("verify")
                self._assert_refused(self._get(**query), 403, "verify", before)

    def test_verification_of_an_account_without_token_is_never_given(self):
        self.account.verify_token = False
        before = self._refusals("verify")
        self._assert_refused(self._get(mode="subscribe", verify_token="", challenge="1"), 403, "verify", before)

    def test_unknown_addresses(self):
        for path in ("/whatsapp/webhook/nobody", "/whatsapp/webhook/%27%20OR%201=1", "/whatsapp/webhook/%F0%9F%98%80"):
            with self.subTest(path=path):
                before = self._refusals("account")
                self._assert_refused(self._get(path, mode="subscribe", verify_token="x"), 404, "account", before)
                self._assert_refused(self._post({}, path=path), 404, "account", before + 1)

    def test_archived_accounts_have_no_address(self):
        self.account.active = False
        self.assertEqual(self._post({}).status_code, 404)
        self.assertEqual(self._get(mode="subscribe", verify_token=VERIFY_TOKEN, challenge="1").status_code, 404)

    # ------------------------------------------------------------
    # Notifications
    # ------------------------------------------------------------

    def test_a_signed_notification_is_stored_as_received(self):
        body = json.dumps(self.notification([self.inbound_text("Hi \U0001f600 ‮ אבג")]), indent=1).encode()
        response = self._post(body)
        self.assertEqual((response.status_code, response.content), (200, b""))
        event = self._stored()
        self.assertEqual((event.body.encode(), event.state, event.attempts), (body, "pending", 0))
        self.assertNotIn("Set-Cookie", response.headers)
        self.process(event)
        self.assertIn("\U0001f600", self.Message.search([], limit=1, order="id desc").body)

    def test_emoji_unescaped_is_stored(self):
        body = json.dumps(self.notification([self.inbound_text("\U0001f600")]), ensure_ascii=False).encode()
        self.assertEqual(self._post(body).status_code, 200)
        self.assertEqual(self._stored().body, body.decode())

    def test_bad_signatures_are_refused_and_counted(self):
        body = json.dumps(self.notification([self.inbound_text()])).encode()
        good = signature.sign(APP_SECRET, body)
        for header in (
            "", "sha256=", "sha256=00", good[:-1], good.replace("sha256=", ""), good.replace("sha256", "sha1"),
            f"{good},{good}", "sha256=" + "z" * 64, signature.sign("other", body), signature.sign(APP_SECRET, body + b" "),
            signature.sign("", body),
        ):
            with self.subTest(header=header):
                before = self._refusals("signature")
                self._assert_refused(self._post(body, secret=None, header=header), 403, "signature", before)

    def test_without_app_secret_everything_is_refused(self):
        self.account.app_secret = False
        body = b'{"object": "whatsapp_business_account"}'
        self.assertEqual(self._post(body, secret="").status_code, 403)
        self.assertEqual(self._post(body, secret=None).status_code, 403)
        self.assertFalse(self._stored())

    def test_a_new_app_secret_counts_at_once(self):
        self.assertEqual(self._post({"object": "x"}).status_code, 200)
        self.account.app_secret = "another-secret"
        self.assertEqual(self._post({"object": "x"}).status_code, 403)
        self.assertEqual(self._post({"object": "x"}, secret="another-secret").status_code, 200)

    def test_empty_body(self):
        before = self._refusals("json")
        self._assert_refused(self._post(b""), 400, "json", before)

    def test_a_body_that_is_too_large(self):
        before = self._refusals("size")
        response = self._post(b'{"x": "' + b"a" * (5 * 1024 * 1024) + b'"}')
        self._assert_refused(response, 413, "size", before)

    def test_what_is_not_json(self):
        bodies = (
            b"{", b"hello", b"<xml/>", b'{"a": "\xff\xfe"}', b"[" * 100_000, b'{"a": "\x00"}', b"\x00", b"5", b'"text"', b"null",
        )
        for body in bodies:
            with self.subTest(body=body[:20]):
                before = self._refusals("json")
                self._assert_refused(self._post(body), 400, "json", before)

    def test_json_of_another_shape_is_stored(self):
        for body in (b"{}", b"[]", b'{"entry": 5}', b'{"object": "page", "entry": [{"changes": [{"value": {"messages": 3}}]}]}'):
            with self.subTest(body=body):
                self.assertEqual(self._post(body).status_code, 200)
        events = self._stored()
        self.assertEqual(len(events), 4)
        self.process(events)
        self.assertEqual(set(events.mapped("state")), {"done"})

    def test_an_escaped_nul_is_stored_and_handled(self):
        body = json.dumps(self.notification([self.inbound_text("a\u0000b")])).encode()
        self.assertIn(b"\\u0000", body)
        self.assertEqual(self._post(body).status_code, 200)
        event = self._stored()
        self.process(event)
        self.assertEqual(event.state, "done")
        self.assertNotIn("\x00", self.Message.search([], limit=1, order="id desc").body)

    def test_three_megabytes_are_stored(self):
        message = self.inbound_text("x")
        message["padding"] = "p" * (3 * 1024 * 1024)
        self.assertEqual(self._post(self.notification([message])).status_code, 200)

    def test_refusals_of_one_day_are_one_row(self):
        for _ in range(3):
            self._post({}, secret="wrong")
        self.env.invalidate_all()
        row = self.env["whatsapp.webhook.refusal"].search([("account_id", "=", self.account.id), ("reason", "=", "signature")])
        self.assertEqual((len(row), row.count), (1, 3))
        self.assertTrue(row.last_address)

    @mute_logger("odoo.http")
    def test_other_methods_are_refused(self):
        for method in ("PUT", "DELETE"):
            response = self.opener.request(method, self.base_url() + self.path, timeout=10)
            self.assertEqual(response.status_code, 405)
