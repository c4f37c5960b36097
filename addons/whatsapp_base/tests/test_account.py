from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..cloud_api import client
from ..cloud_api.meta_error import MetaError
from .common import APP, NUMBER, WhatsappCommon

LISTED = {
    "id": NUMBER, "display_phone_number": "+1 555-019-0001", "verified_name": "Shop", "status": "CONNECTED",
    "quality_rating": "GREEN", "whatsapp_business_manager_messaging_limit": "TIER_1K", "throughput": {"level": "HIGH"},
}
WABA_NODE = {"id": "299000000000001", "name": "Shop", "currency": "EUR", "account_review_status": "APPROVED"}
TOKEN = {"is_valid": True, "expires_at": 0, "scopes": ["whatsapp_business_messaging", "whatsapp_business_management"]}


@tagged("post_install", "-at_install")
class TestAccount(WhatsappCommon):
    """The connection test: what it asks Meta, and what it makes of the answers."""

    def _test(self, numbers=(LISTED,), templates=(), apps=(), fails=None):
        """Press the button with Meta answering this; returns (action, ids that were subscribed)."""
        subscribed = []
        with (
            patch.object(client.CloudClient, "phone_numbers", side_effect=fails, return_value=list(numbers)),
            patch.object(client.CloudClient, "templates", return_value=iter(templates)),
            patch.object(client.CloudClient, "subscribed_apps", return_value=[{"whatsapp_business_api_data": {"id": i}} for i in apps]),
            patch.object(client.CloudClient, "waba", return_value=dict(WABA_NODE)),
            patch.object(client.CloudClient, "debug_token", return_value=dict(TOKEN)),
            patch.object(client.CloudClient, "subscribe_app", side_effect=lambda waba, *args: subscribed.append(waba)),
        ):
            return self.account.action_test_connection(), subscribed

    def test_numbers_are_created_and_updated(self):
        new = {**LISTED, "id": "399000000000044", "verified_name": "Second", "throughput": None, "quality_rating": "NEW"}
        action, _subscribed = self._test([LISTED, new])
        known = self.channel
        self.assertEqual((known.quality_rating, known.send_rate, known.messaging_limit_tier), ("GREEN", 1000, "TIER_1K"))
        self.assertEqual(self.channel.name, "Number 1", "the name that people chose stays")
        second = self.account.channel_ids - self.channel
        self.assertEqual((second.name, second.quality_rating, second.send_rate), ("Second", "UNKNOWN", 80))
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual((self.account.meta_currency, self.account.token_state), ("EUR", "ok"))
        self.assertEqual(set(second.health_log_ids.mapped("kind")) & {"quality", "status"}, {"quality", "status"})

    def test_numbers_that_meta_no_longer_lists_stay_and_are_marked(self):
        self._test([])
        self.assertEqual((self.channel.status, self.channel.active), ("NOT_FOUND", True))

    def test_our_app_is_subscribed_once(self):
        self.assertEqual(self._test(apps=[])[1], [self.account.waba_id])
        self.assertEqual(self._test(apps=[APP])[1], [])

    def test_another_apps_subscription_does_not_count_as_ours(self):
        self.assertEqual(self._test(apps=["123"])[1], [self.account.waba_id])

    def test_missing_credentials_are_named(self):
        self.account.app_secret = False
        action, _subscribed = self._test()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn("app secret", action["params"]["message"])
        self.account.access_token = False
        with self.assertRaisesRegex(UserError, "access token .* is missing"):
            self.account.action_test_connection()

    def test_a_refused_token_is_explained(self):
        error = MetaError(code=190, message="Session has expired", title="")
        with self.assertRaisesRegex(UserError, "Access token expired") as caught:
            self._test(fails=client.ApiError(error, 401))
        self.assertIn("Create a new access token", str(caught.exception))

    def test_a_new_token_lets_the_numbers_send_again(self):
        self.account.state = "error"
        self.channel._pause(600, "Access token expired")
        self._test()
        self.assertFalse(self.channel.is_paused)
        self.channel._pause(600, "Payment problem")
        self._test()
        self.assertTrue(self.channel.is_paused, "a test of a connection that works ends no other pause")

    def test_no_connection_names_the_address(self):
        with self.assertRaisesRegex(UserError, "127.0.0.1:9"):
            self._test(fails=client.NotSent("refused"))

    def test_what_an_account_received_goes_with_it(self):
        other = self._account("299000000000055")
        kept, gone = self.event({"object": "x"}), self.event({"object": "x"}, other)
        other.unlink()
        self.assertFalse(gone.exists())
        self.assertTrue(kept.exists())

    def test_the_journal_locks_no_account(self):
        self.env.cr.execute(
            "SELECT 1 FROM pg_constraint WHERE conrelid = 'whatsapp_webhook_event'::regclass AND contype = 'f'"
        )
        self.assertFalse(self.env.cr.fetchall(), "a foreign key makes each notification lock the account's row")

    def test_a_notification_for_an_account_that_is_being_deleted_is_cleaned_up(self):
        event = self.event({"object": "x"})
        self.env.cr.execute("UPDATE whatsapp_webhook_event SET account_id = 0 WHERE id = %s", [event.id])
        self.Event._gc_orphans()
        self.assertFalse(event.exists())
