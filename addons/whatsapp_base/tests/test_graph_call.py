from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..cloud_api import client
from ..cloud_api.meta_error import MetaError
from .common import APP, NUMBER, WABA, WhatsappCommon

TOKEN = "EAAGsecretsecretsecretsecretsecretsecret"
SECRET = "test-app-secret"


@tagged("post_install", "-at_install")
class TestGraphCall(WhatsappCommon):
    """Calling anything of Meta's: who may, where to, and what never comes out."""

    def setUp(self):
        super().setUp()
        self.account.access_token = TOKEN
        self.asked = []
        self.answer = {"id": WABA}
        self._set_up_people()

        def exchange(this, method, path, params, timeout=None, auth=None, **options):
            self.asked.append((method, path, dict(params or {}), options.get("json"), auth))
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        self.enterContext(patch.object(client.CloudClient, "_exchange_json", exchange))

    def _call(self, *args, user=None, **kwargs):
        return self.account.with_user(user or self.admin).graph_call(*args, **kwargs)

    def test_a_call(self):
        answer = self._call("get", f"/{WABA}/phone_numbers/", params={"fields": "id,status", "limit": 5, "ids": ["a"]})
        self.assertEqual(answer, {"id": WABA})
        self.assertEqual(self.asked, [("GET", f"{WABA}/phone_numbers", {"fields": "id,status", "limit": "5", "ids": '["a"]'}, None, None)])

    def test_what_belongs_to_the_account(self):
        self.account.write({"portfolio_id": "900", "catalog_id": "800"})
        template = self._template()
        for head in (WABA, NUMBER, APP, "900", "800", template.translation_ids.meta_id):
            with self.subTest(head=head):
                self._call("GET", f"{head}/anything")
        self._call("GET", "12345", params={"phone_number_id": NUMBER})

    def test_flows_are_looked_up(self):
        with patch.object(client.CloudClient, "flow_ids", return_value={"777"}):
            self._call("GET", "777/assets")
            with self.assertRaisesRegex(UserError, "nothing of this account"):
                self._call("GET", "778/assets")

    def test_what_does_not(self):
        other = self._channel(self._account("299000000000002"), "399000000000002")
        for path in ("me", "299000000000002", other.phone_number_id, "debug_token", "oauth/access_token", "../me", "me/accounts"):
            with self.subTest(path=path), self.assertRaises(UserError), patch.object(client.CloudClient, "flow_ids", return_value=set()):
                self._call("GET", path)
        self.assertFalse(self.asked)
        with self.assertRaises(UserError):
            self._call("GET", "12345", params={"phone_number_id": other.phone_number_id})

    def test_what_is_wrong_is_named(self):
        for args, kwargs, words in (
            (("PUT", WABA), {}, "methods"), (("GET", ""), {}, "path is missing"), (("GET", WABA), {"params": [1]}, "as objects"),
            (("GET", WABA), {"json": {"a": 1}}, "no body"), (("GET", WABA), {"params": {"access_token": "x"}}, "Leave tokens"),
            (("POST", WABA), {"json": {"a": [{"App_Secret": "x"}]}}, "Leave tokens"),
            (("GET", WABA), {"params": {"fields": "id,access_token"}}, "Leave tokens"),
            (("POST", f"{NUMBER}/messages"), {"json": {}}, "send_text"),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(UserError, words):
                self._call(*args, **kwargs)
        self.assertFalse(self.asked)

    def test_roles(self):
        for user in (self.supervisor, self.agent, self.other_agent, self.employee, self.portal, self.public):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._call("GET", WABA, user=user)
        company = self.env["res.company"].create({"name": "Other"})
        self.admin.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        with self.assertRaises(AccessError):
            self._call("GET", WABA)
        self.assertFalse(self.asked)

    def test_nothing_secret_comes_out(self):
        self.answer = {"data": [{"access_token": "anything", "note": f"uses {TOKEN} and {SECRET}"}], "x": [TOKEN]}
        text = str(self._call("GET", WABA))
        for secret in (TOKEN, SECRET, "anything"):
            self.assertNotIn(secret, text)

    def test_a_refusal_is_explained_without_secrets(self):
        self.answer = client.ApiError(MetaError(code=100, message="Invalid parameter", details="Bad field"), 400)
        with self.assertRaisesRegex(UserError, "Bad field") as caught:
            self._call("GET", WABA)
        self.assertNotIn(TOKEN, str(caught.exception))

    def test_the_app_is_asked_in_its_own_name(self):
        self._call("GET", f"{APP}/subscriptions")
        self._call("GET", WABA)
        self.assertEqual([bool(call[4]) for call in self.asked], [True, False])

    @mute_logger("odoo.addons.whatsapp_base.models.whatsapp_business_account_graph")
    def test_changes_leave_an_audit_line_without_values(self):
        self.answer = {"success": True}
        self._call("POST", f"{NUMBER}/settings", json={"storage": {"x": "hidden-value"}})
        [line] = self.account.message_ids[:1]
        self.assertIn(f"POST {NUMBER}/settings (storage)", line.body)
        self.assertNotIn("hidden-value", line.body)
        self.assertEqual(line.author_id, self.admin.partner_id)
        before = len(self.account.message_ids)
        self._call("GET", NUMBER)
        self.assertEqual(len(self.account.message_ids), before, "reading leaves a line in the server's log only")

    def test_an_answer_that_is_no_object(self):
        self.answer = ["a"]
        self.assertEqual(self._call("GET", WABA), {"data": ["a"]})
