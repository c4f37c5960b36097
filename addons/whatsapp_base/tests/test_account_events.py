from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import APP, DISPLAY, WABA, WhatsappCommon


@tagged("post_install", "-at_install")
class TestAccountEvents(WhatsappCommon):
    """Notifications about accounts and numbers: kept, shown, with their effect, and somebody called where needed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sibling = cls._channel(cls.account, "399000000000002", display_phone_number="+15550190002")

    def _tell(self, field, value, waba=WABA):
        event = self.event({"object": "whatsapp_business_account", "entry": [
            {"id": waba, "time": 1790000000, "changes": [{"field": field, "value": value}]}]})
        self.process(event)
        self.env.invalidate_all()
        return event

    def _update(self, event, **value):
        return self._tell("account_update", {"event": event, **value})

    @property
    def _log(self):
        return self.env["whatsapp.health.log"].search([("account_id", "=", self.account.id)])

    def _called(self, record):
        return record.activity_ids.mapped("summary")

    # -- numbers

    def test_throughput_upgrade_raises_the_rate(self):
        self._tell("phone_number_quality_update", {
            "display_phone_number": DISPLAY, "event": "THROUGHPUT_UPGRADE", "max_daily_conversations_per_business": "TIER_UNLIMITED"})
        self.assertEqual((self.channel.throughput_level, self.channel.send_rate), ("HIGH", 1000))
        self.assertEqual((self.channel.messaging_limit, self.sibling.messaging_limit), (-1, -1), "the portfolio shares the limit")
        self.assertEqual(self.sibling.throughput_level, "STANDARD")
        self.assertEqual(set(self._log.mapped("kind")), {"throughput", "limit"})
        self.assertFalse(self._called(self.channel))

    def test_flagged_and_unflagged(self):
        value = {"display_phone_number": DISPLAY, "current_limit": "TIER_1K"}
        self._tell("phone_number_quality_update", {**value, "event": "FLAGGED"})
        self.assertEqual((self.channel.quality_rating, self.channel.status, self.channel.messaging_limit), ("RED", "FLAGGED", 1000))
        self.assertEqual(len(self._called(self.channel)), 2, "low quality, and the state")
        self._tell("phone_number_quality_update", {**value, "event": "UNFLAGGED"})
        self.assertEqual(self.channel.status, "CONNECTED")

    def test_an_unknown_number_is_noted_on_the_account(self):
        self._tell("phone_number_quality_update", {"display_phone_number": "999", "event": "FLAGGED"})
        self.assertIn("999", self._log.text)
        self.assertEqual(self.channel.status, "CONNECTED")

    def test_display_names(self):
        value = {"display_phone_number": DISPLAY, "requested_verified_name": "Acme", "rejection_reason": "NONE"}
        self._tell("phone_number_name_update", {**value, "decision": "APPROVED"})
        self.assertEqual((self.channel.verified_name, self.channel.name_status), ("Acme", "APPROVED"))
        self.channel.write({"requested_name": "Acme Iberia", "requested_name_status": "PENDING_REVIEW"})
        value["requested_verified_name"] = "Acme Iberia"
        self._tell("phone_number_name_update", {**value, "decision": "APPROVED"})
        self.assertEqual((self.channel.verified_name, self.channel.requested_name_status), ("Acme", "APPROVED"))
        self.assertIn("approved", self._called(self.channel)[0], "it must be registered again")
        self._tell("phone_number_name_update", {**value, "decision": "REJECTED", "rejection_reason": "Not yours"})
        self.assertEqual(self.channel.requested_name_status, "DECLINED")
        self.assertIn("Not yours", "".join(self.channel.activity_ids.mapped("note")))

    def test_usernames(self):
        self._tell("business_username_update", {"display_phone_number": DISPLAY, "username": "acme", "status": "approved"})
        self.assertEqual(self.channel.username, "acme")
        self._tell("business_username_update", {"display_phone_number": DISPLAY, "username": "acme", "status": "deleted"})
        self.assertFalse(self.channel.username)

    def test_a_changed_pin_calls_somebody(self):
        self._tell("security", {"display_phone_number": DISPLAY, "event": "PIN_CHANGED", "requester": "1234"})
        self.assertTrue(self.channel.is_pin_enabled)
        self.assertEqual(self._called(self.channel), ["The two-step PIN was changed."])
        self.assertIn("1234", self.channel.activity_ids.note)
        self._tell("security", {"display_phone_number": DISPLAY, "event": "PIN_REQUEST_SUCCESS"})
        self.assertFalse(self.channel.is_pin_enabled)

    def test_settings(self):
        self._tell("account_settings_update", {"phone_number_id": self.channel.phone_number_id, "calling": {"status": "ENABLED"}})
        self.assertIn("calling", self._log.text)
        self.assertEqual(self._log.channel_id, self.channel)

    # -- limits

    def test_every_form_of_the_limit(self):
        for sent, limit, words in (
            ("TIER_2K", 2000, "2,000"), (10000, 10000, "10,000"), ("100000", 100000, "100,000"), (-1, -1, "Unlimited"),
        ):
            self._tell("business_capability_update", {"max_daily_conversations_per_business": sent})
            self.assertEqual((self.channel.messaging_limit, self.channel.messaging_limit_text), (limit, words))
        self._tell("business_capability_update", {"max_daily_conversation_per_phone": 250})
        self.assertEqual(self.sibling.messaging_limit, 250)
        self.assertIn("went down", self._called(self.channel)[0])
        self._tell("business_capability_update", {"max_phone_numbers_per_waba": 25})
        self.assertEqual(self.sibling.messaging_limit, 250)

    def test_the_budget_counts_people_written_to_first(self):
        template = self._template()
        now = fields.Datetime.now()

        def send(phone, open_window=False, wamid=None):
            conversation = self._conversation(phone, open_window=False)
            if open_window:
                row = self.receive(self.inbound_text(**{"from": phone}), contacts=[{"wa_id": phone}])
                row.sent_on = now - timedelta(hours=2)
            row = conversation._send_template(template, body=["Ana"])
            [job] = [job for lane in ("replies", "bulk") for job in self.claim(lane) if job.id == row.id]
            self.settle(job)
            return row

        send("34600900001")
        send("34600900001")
        send("34600900002")
        send("34600900003", open_window=True)
        old = send("34600900004")
        old.accepted_at = now - timedelta(hours=25)
        self.channel.messaging_limit_tier = "TIER_2K"
        self.env.invalidate_all()
        self.assertEqual(self.channel.business_initiated_count, 2)
        self.assertEqual(self.channel.messaging_budget, "2 of 2,000")
        self.assertEqual(self.sibling.business_initiated_count, 2, "the portfolio is one")
        other = self._channel(self._account("299000000000009"), "399000000000009")
        self.assertEqual(other.business_initiated_count, 0)
        (self.channel | self.sibling | other).invalidate_recordset()
        with self.assertQueryCount(2):
            (self.channel | self.sibling | other).mapped("business_initiated_count")

    # -- the account

    def test_a_ban_stops_everything_and_its_end_lets_it_go_on(self):
        self._update("DISABLED_UPDATE", ban_info={"waba_ban_state": "SCHEDULE_FOR_DISABLE", "waba_ban_date": "2026-12-01"})
        self.assertFalse(self.channel.is_paused)
        self.assertEqual(len(self._called(self.account)), 1)
        self._update("DISABLED_UPDATE", ban_info={"waba_ban_state": "DISABLE"})
        self.assertTrue(self.channel.is_paused and self.sibling.is_paused)
        self.assertEqual((self.account.ban_state, len(self._called(self.account))), ("DISABLE", 2))
        self._update("DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"})
        self.assertFalse(self.account.ban_state or self.channel.is_paused or self.sibling.is_paused)

    def test_a_reinstated_account_ends_no_other_pause(self):
        self.channel._pause(600, "Payment problem")
        self._update("DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"})
        self.assertTrue(self.channel.is_paused)

    def test_restrictions(self):
        until = int((fields.Datetime.now() + timedelta(days=2)).timestamp())
        self._update("ACCOUNT_RESTRICTION", restriction_info=[
            {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": until, "remediation": "Wait for it"}])
        self.assertTrue(self.channel.is_bulk_paused)
        self.assertFalse(self.channel.is_paused, "replies go on")
        self.assertIn("Wait for it", self.account.activity_ids.note)
        self.assertIn("nobody may be written to first", self._log[:1].text)
        self._update("ACCOUNT_RESTRICTION", restriction_info=[{"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"}])
        self.assertTrue(self.channel.is_paused and self.sibling.is_paused)

    def test_a_restriction_that_is_over_stops_nothing(self):
        self._update("ACCOUNT_RESTRICTION", restriction_info=[
            {"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING", "expiration": 1700000000}])
        self.assertFalse(self.channel.is_paused)

    def test_what_else_needs_a_person(self):
        for event, value in (
            ("ACCOUNT_VIOLATION", {"violation_info": {"violation_type": "SPAM"}}),
            ("ACCOUNT_DELETED", {}), ("PARTNER_REMOVED", {}), ("PARTNER_APP_UNINSTALLED", {}),
        ):
            with self.subTest(event=event):
                self.account.activity_ids.unlink()
                self._update(event, **value)
                self.assertEqual(len(self.account.activity_ids), 1)
        self.assertEqual(self.account.state, "error")
        self.assertTrue(self.channel.is_paused)

    def test_what_is_only_noted(self):
        self._update("VOLUME_BASED_PRICING_TIER_UPDATE", volume_tier_info={})
        self._update("SOMETHING_NEW")
        self.assertEqual(len(self._log), 2)
        self.assertFalse(self.account.activity_ids)
        self.assertIn("SOMETHING_NEW", "".join(self.account.message_ids.mapped("body")))

    def test_reviews_and_alerts(self):
        self._tell("account_review_update", {"decision": "REJECTED"})
        self.assertEqual((self.account.review_status, len(self._called(self.account))), ("REJECTED", 1))
        self._tell("account_alerts", {"entity_type": "PHONE_NUMBER", "entity_id": self.channel.phone_number_id, "alert_info": {
            "alert_severity": "INFORMATIONAL", "alert_type": "OBA_APPROVED", "alert_description": "Welcome"}})
        self.assertFalse(self._called(self.channel))
        self._tell("account_alerts", {"entity_type": "WABA", "entity_id": WABA, "alert_info": {
            "alert_severity": "CRITICAL", "alert_type": "PROFILE_PICTURE_LOST", "alert_description": "Gone"}})
        self.assertEqual(len(self._called(self.account)), 2)

    def test_junk_is_survived(self):
        for field in ("account_update", "account_alerts", "account_review_update", "security", "business_capability_update",
                      "phone_number_quality_update", "phone_number_name_update", "business_username_update", "account_settings_update"):
            for value in ({}, {"event": 5, "display_phone_number": None, "decision": None, "status": 7}):
                with self.subTest(field=field, value=value):
                    self.assertEqual(self._tell(field, value).state, "done")

    def test_the_account_of_the_change_is_meant_not_that_of_the_address(self):
        second = self._account("299000000000002", app_id=APP)
        self._tell("account_review_update", {"decision": "PENDING"}, waba=second.waba_id)
        self.assertEqual((self.account.review_status, second.review_status), (False, "PENDING"))
        event = self._tell("account_review_update", {"decision": "REJECTED"}, waba="299000000000077")
        self.assertIn("299000000000077", event.note)
        self.assertFalse(self.account.review_status, "an account that is not set up here")
        foreign = self._account("299000000000003", app_id="199000000000003")
        self._tell("account_review_update", {"decision": "REJECTED"}, waba=foreign.waba_id)
        self.assertFalse(foreign.review_status, "another app's secret must not speak for it")

    def test_texts_are_in_the_language_of_whoever_is_responsible(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self._set_up_people()
        self.admin.lang = "fr_FR"
        self.account.responsible_id = self.admin
        self.assertEqual(self.account._speaking().env.lang, "fr_FR")
