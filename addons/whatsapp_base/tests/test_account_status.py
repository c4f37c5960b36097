from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..cloud_api import client
from ..cloud_api.meta_error import MetaError
from .common import APP, NUMBER, WhatsappCommon

SECRET = "test-app-secret"


@tagged("post_install", "-at_install")
class TestAccountStatus(WhatsappCommon):
    """What Meta tells about account, token, webhooks and a number's health when it is asked."""

    def setUp(self):
        super().setUp()
        self.calls = []

    def _meta(self, **answers):
        """Answer calls of the client: name -> value, exception, or function."""
        for name, answer in answers.items():
            def call(this, *args, name=name, answer=answer):
                self.calls.append((name, *args))
                if isinstance(answer, Exception):
                    raise answer
                return answer
            self.enterContext(patch.object(client.CloudClient, name, call))

    def _subscription(self, url=None, names=None):
        return [{
            "object": "whatsapp_business_account", "callback_url": url or self.account.callback_url, "active": True,
            "fields": [{"name": name, "version": "v25.0"} for name in (names if names is not None else self.account._webhook_fields())],
        }]

    def _apps(self, **more):
        return [{"whatsapp_business_api_data": {"id": APP}, **more}]

    # -- account and token

    def test_the_account_is_described(self):
        self.account._apply_status(
            {"name": "Acme", "currency": "EUR", "country": "ES", "timezone_id": 70, "status": "ACTIVE",
             "business_verification_status": "verified", "account_review_status": "APPROVED", "primary_funding_id": "1",
             "owner_business_info": {"id": "900", "name": "Acme Group"}, "health_status": {"can_send_message": "LIMITED"}}, None)
        self.assertRecordValues(self.account, [{
            "meta_name": "Acme", "meta_currency": "EUR", "meta_country": "ES", "meta_timezone": "70", "owner_name": "Acme Group",
            "verification_status": "verified", "review_status": "APPROVED", "has_payment_method": True, "health_state": "LIMITED",
            "portfolio_id": False,
        }])

    def test_the_token(self):
        soon = int((fields.Datetime.now() + timedelta(days=13)).timestamp())
        good = {"is_valid": True, "expires_at": 0, "scopes": ["whatsapp_business_messaging", "whatsapp_business_management"]}
        for token, state, called in (
            (good, "ok", 0), ({**good, "expires_at": soon + 2 * 86400}, "ok", 0), ({**good, "expires_at": soon}, "expiring", 1),
            ({**good, "scopes": ["whatsapp_business_messaging"]}, "scopes", 2), ({**good, "is_valid": False}, "invalid", 2),
        ):
            with self.subTest(state=state):
                self.account._apply_status(None, token)
                self.assertEqual(self.account.token_state, state)
                self.assertEqual(len(self.account.activity_ids), called)
        self.account._apply_status(None, {**good, "scopes": []})
        self.assertEqual(self.account.token_missing_scopes, "whatsapp_business_messaging, whatsapp_business_management")

    def test_the_client_proves_its_calls_when_told_so(self):
        self.assertFalse(self.account._client()._proof)
        self.account.use_appsecret_proof = True
        self.assertTrue(self.account._client()._proof)

    # -- webhooks

    def test_webhooks_are_right(self):
        self._meta(app_subscriptions=self._subscription(), subscribed_apps=self._apps())
        action = self.account.action_check_webhooks()
        self.assertEqual((self.account.webhook_state, action["params"]["type"]), ("ok", "success"))

    def test_missing_fields_are_named(self):
        self._meta(app_subscriptions=self._subscription(names=["messages"]), subscribed_apps=self._apps())
        action = self.account.action_check_webhooks()
        self.assertEqual(self.account.webhook_state, "missing")
        self.assertIn("account_update", self.account.webhook_missing_fields)
        self.assertNotIn("messages,", self.account.webhook_missing_fields)
        self.assertIn("account_update", action["params"]["message"])

    def test_another_address_is_shown(self):
        self._meta(app_subscriptions=self._subscription("https://other.test/hook"), subscribed_apps=self._apps())
        self.account.action_check_webhooks()
        self.assertEqual((self.account.webhook_state, self.account.webhook_address), ("elsewhere", "https://other.test/hook"))

    def test_the_accounts_own_address_wins(self):
        own = self._apps(override_callback_uri=self.account.callback_url)
        self._meta(app_subscriptions=self._subscription("https://other.test/hook"), subscribed_apps=own)
        self.account.action_check_webhooks()
        self.assertEqual(self.account.webhook_state, "ok")

    def test_the_address_of_another_account_of_the_same_app_will_do(self):
        sibling = self._account("299000000000002", app_id=APP, app_secret=SECRET)
        self._meta(app_subscriptions=self._subscription(sibling.callback_url), subscribed_apps=self._apps())
        self.account.action_check_webhooks()
        self.assertEqual(self.account.webhook_state, "ok")

    def test_nothing_subscribed(self):
        self._meta(app_subscriptions=[], subscribed_apps=[])
        self.account.action_check_webhooks()
        self.assertEqual(self.account.webhook_state, "none")

    def test_set_up_keeps_what_others_subscribed(self):
        self._meta(app_subscriptions=self._subscription(names=["messages", "flows"]), subscribed_apps=self._apps(),
                   subscribe_fields=True, subscribe_app=True)
        self.account.action_set_up_webhooks()
        [(_name, app, url, token, names)] = [call for call in self.calls if call[0] == "subscribe_fields"]
        self.assertEqual((app, url, token), (APP, self.account.callback_url, "test-verify-token"))
        self.assertLessEqual({"flows", "messages", "security", "account_update"}, set(names))

    def test_only_fields_with_a_handler_are_asked_for(self):
        names = self.account._webhook_fields()
        self.assertLessEqual({"messages", "account_update", "security", "message_template_status_update"}, set(names))
        handled = {name for name in names if hasattr(self.account, f"_on_{name}") or hasattr(self.account, f"_on_all_{name}")}
        self.assertEqual(set(names) - handled, {"messages"})
        self.assertNotIn("payment_configuration_update", names)
        self.assertNotIn("history", names)
        self.channel.is_on_phone_app = True
        self.assertLessEqual({"history", "smb_message_echoes"}, set(self.account._webhook_fields()))

    def test_without_the_app_secret_nothing_is_asked(self):
        self.account.app_secret = False
        for button in (self.account.action_check_webhooks, self.account.action_set_up_webhooks):
            with self.assertRaisesRegex(UserError, "app secret"):
                button()

    def test_a_refusal_is_explained(self):
        self._meta(app_subscriptions=client.ApiError(MetaError(code=190, message="no"), 401))
        with self.assertRaisesRegex(UserError, "Access token expired"):
            self.account.action_check_webhooks()

    # -- health of a number

    def _node(self, **values):
        return {"display_phone_number": "+1 555-019-0001", "verified_name": "Shop", "status": "CONNECTED", **values}

    def test_why_can_i_not_send(self):
        self._meta(username={}, phone_number=self._node(quality_rating="RED", health_status={
            "can_send_message": "BLOCKED", "entities": [
                {"entity_type": "WABA", "id": "1", "can_send_message": "BLOCKED", "errors": [
                    {"error_code": 141006, "error_description": "x", "possible_solution": "Visit billing"}]},
                {"entity_type": "PHONE_NUMBER", "id": NUMBER, "can_send_message": "LIMITED", "additional_info": ["<b>Name</b>"]},
            ]}))
        self.channel._pause(600, "Payment problem")
        action = self.channel.action_check_health()
        self.assertEqual((action["res_id"], action["target"]), (self.channel.id, "new"))
        self.assertEqual((self.channel.health_state, self.channel.quality_rating), ("BLOCKED", "RED"))
        text = self.channel.health_html
        for words in ("Payment method missing", "Visit billing", "sending is paused", "&lt;b&gt;Name&lt;/b&gt;"):
            self.assertIn(words, text)
        self.assertIn("Quality of", self.channel.activity_ids.mapped("summary")[0])

    def test_nothing_in_the_way(self):
        self._meta(username={"username": "acme"}, phone_number=self._node(health_status={"can_send_message": "AVAILABLE"}))
        self.channel.action_check_health()
        self.assertIn("can send", self.channel.health_html)
        self.assertEqual(self.channel.username, "acme")

    def test_a_number_without_username_endpoint(self):
        refused = client.ApiError(MetaError(code=100, message="no"), 400)
        self._meta(username=refused, phone_number=self._node())
        self.channel.username = "acme"
        self.channel.action_check_health()
        self.assertEqual(self.channel.username, "acme", "what could not be asked stays")

    def test_history(self):
        for quality in ("GREEN", "GREEN", "YELLOW", "RED"):
            self.channel._take_over({"quality_rating": quality})
        rows = self.channel.health_log_ids.sorted("id")
        self.assertEqual(rows.mapped("new_value"), ["GREEN", "YELLOW", "RED"])
        self.assertEqual(rows.mapped("quality_score"), [3, 2, 1])
        self.assertEqual(self.channel.quality_before, "YELLOW")
        self.assertEqual(rows[1].text, "Quality: Medium (before: High).")
        self.channel._take_over({"is_pin_enabled": True, "messaging_limit_tier": "TIER_2K"})
        texts = self.channel.health_log_ids.sorted("id")[-2:].mapped("text")
        self.assertEqual(set(texts), {"Two-Step PIN Set: yes (before: no).", "Messaging Limit: 2,000 (before: –)."})
        self.assertEqual(rows.mapped("severity"), ["info", "info", "danger"])

    def test_the_chatter_says_it_in_words(self):
        channel = self.channel.with_context(tracking_disable=False, mail_notrack=False)
        channel.write({"messaging_limit_tier": "TIER_250", "status": "CONNECTED"})
        self.env.flush_all()
        self.cr.precommit.run()
        channel._take_over(
            channel._values_at_meta({"id": NUMBER, "status": "RESTRICTED", "whatsapp_business_manager_messaging_limit": "TIER_2K"})
        )
        self.env.flush_all()
        self.cr.precommit.run()
        tracked = self.channel.message_ids.tracking_value_ids.filtered(lambda value: value.field_id.name == "status")
        self.assertEqual(tracked[:1].new_value_char, "Restricted")
        self.assertIn("Messaging Limit: 2,000 (before: 250)", "".join(self.channel.message_ids.mapped("body")))
        self.assertIn("Restricted", self.channel.activity_ids.mapped("summary")[0])

    def test_states_that_are_new_to_us(self):
        self.channel._take_over(self.channel._values_at_meta({"id": NUMBER, "status": "SOMETHING_NEW"}))
        self.account._apply_status({"business_verification_status": "odd", "account_review_status": "ODD", "status": "ACTIVE"}, None)
        self.assertEqual(self.channel.status, "UNKNOWN")
        self.assertEqual((self.account.verification_status, self.account.review_status), ("UNKNOWN", "UNKNOWN"))
        self.assertEqual(self.account.meta_status, "Active")

    def test_roles(self):
        self._set_up_people()
        self._meta(username={}, phone_number=self._node())
        self.channel.with_user(self.supervisor).action_check_health()
        for user in (self.supervisor, self.agent):
            for name in ("action_check_webhooks", "action_set_up_webhooks", "action_test_connection"):
                with self.assertRaises(AccessError):
                    getattr(self.account.with_user(user), name)()
        with self.assertRaises(AccessError):
            self.channel.with_user(self.agent).action_check_health()
        with self.assertRaises(AccessError):
            self.channel.with_user(self.agent).read(["health_status"])
        with self.assertRaises(AccessError):
            self.env["whatsapp.health.log"].with_user(self.agent).search([])
        with self.assertRaises(AccessError):
            self.channel.with_user(self.employee).action_check_health()

    def test_other_company(self):
        self._set_up_people()
        other = self.env["res.company"].create({"name": "Other"})
        self.channel._take_over({"quality_rating": "YELLOW"})
        self.supervisor.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertFalse(self.env["whatsapp.health.log"].with_user(self.supervisor).search([]))
