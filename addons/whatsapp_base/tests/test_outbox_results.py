from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.whatsapp_chat_message_outbox import BREAKER_FAILURES
from .common import WhatsappCommon


@tagged("post_install", "-at_install")
class TestOutboxResults(WhatsappCommon):
    """What follows from Meta's answer."""

    def setUp(self):
        super().setUp()
        self.conversation = self._conversation()
        self.row = self.conversation._send_text("Hello")
        [self.job] = self.claim()

    def _again(self):
        """Claim the message for its next try."""
        self.row.next_try_at = False
        [job] = self.claim()
        return job

    def test_accepted(self):
        self.settle(self.job, wamid="wamid.X", user_id="ES.77")
        self.assertEqual((self.row.state, self.row.wamid), ("accepted", "wamid.X"))
        self.assertTrue(self.row.accepted_at)
        self.assertEqual(self.row.contact_id.bsuid, "ES.77", "Meta told the user ID, it is kept")

    def test_a_learned_user_id_never_takes_anothers(self):
        other = self._contact("34600900333")
        other.bsuid = "ES.88"
        self.settle(self.job, wamid="wamid.X", user_id="ES.88")
        self.assertFalse(self.row.contact_id.bsuid)

    def test_temporary_failures_are_retried_with_growing_pauses_and_end(self):
        pauses, job = [], self.job
        while True:
            self.refuse(job, 131016, 500)
            if self.row.state != "queued":
                break
            pauses.append((self.row.next_try_at - fields.Datetime.now()).total_seconds())
            self.assertTrue(self.row.error_title)
            job = self._again()
        self.assertEqual(self.row.state, "failed")
        self.assertEqual(len(pauses), 4)
        self.assertEqual(pauses, sorted(pauses))
        self.assertGreater(pauses[0], 5)

    def test_final_errors_fail_at_once_with_a_remedy(self):
        self.refuse(self.job, 131009, 400)
        self.assertEqual((self.row.state, self.row.error_code), ("failed", 131009))
        self.assertTrue(self.row.error_title and self.row.error_remedy and self.row.failed_at)

    def test_unknown_codes_fail_and_show_what_meta_said(self):
        self.refuse(self.job, 999999, 400, details="The moon is wrong")
        self.assertEqual((self.row.state, self.row.error_details), ("failed", "The moon is wrong"))

    def test_the_error_of_an_earlier_try_is_gone_after_success(self):
        self.refuse(self.job, 131016, 500)
        self.settle(self._again())
        self.assertEqual(self.row.state, "accepted")
        self.assertFalse(self.row.error_title or self.row.error_code or self.row.next_try_at)

    def test_throttle_rests_the_number(self):
        self.refuse(self.job, 130429, 429)
        self.assertEqual(self.row.state, "queued")
        self.assertTrue(self.channel.paused_until)

    def test_pair_limit_rests_the_message_only(self):
        self.refuse(self.job, 131056, 400)
        self.assertEqual(self.row.state, "queued")
        self.assertFalse(self.channel.is_paused)
        self._conversation("34600900444")._send_text("somebody else")
        self.assertEqual(len(self.claim()), 1)

    def test_window_error_fails(self):
        self.refuse(self.job, 131047, 400)
        self.assertEqual((self.row.state, self.row.error_code), ("failed", 131047))

    def test_marketing_stop_marks_the_contact(self):
        self.refuse(self.job, 131050, 400)
        self.assertTrue(self.row.contact_id.marketing_stopped)

    def test_a_stopped_number_keeps_its_messages(self):
        self.refuse(self.job, 131042, 400)
        self.assertEqual(self.row.state, "queued")
        self.assertTrue(self.channel.is_paused)
        self.assertGreater(self.row.next_try_at, fields.Datetime.now() + timedelta(minutes=30))

    def test_a_refused_token_stops_the_account_and_calls_an_administrator_once(self):
        self._set_up_people()
        second = self._channel(self.account, "399000000000002")
        self.refuse(self.job, 190, 401)
        self.assertEqual((self.row.state, self.account.state), ("queued", "error"))
        self.assertTrue(self.channel.is_paused and second.is_paused)
        activities = (self.channel | second).activity_ids
        self.assertEqual(len(activities), 1)
        self.assertTrue(activities.user_id.has_group("whatsapp_base.group_whatsapp_admin"))
        self.refuse(self.job, 190, 401)
        self.assertEqual((self.channel | second).activity_ids, activities)

    def test_not_reaching_meta_backs_off_without_end(self):
        job, pauses = self.job, []
        for _try in range(12):
            self.settle(job, "not_sent", text="no route", wamid=None)
            self.assertEqual(self.row.state, "queued")
            pauses.append(round((self.row.next_try_at - fields.Datetime.now()).total_seconds()))
            self.channel.action_resume()
            job = self._again()
        for expected, pause in zip((2, 5, 15, 60, 300, *[900] * 6), pauses):
            self.assertAlmostEqual(pause, expected, delta=2)

    def test_many_failures_to_reach_meta_rest_the_number(self):
        for number in range(BREAKER_FAILURES):
            conversation = self._conversation(f"346009007{number:02}")
            conversation._send_text("x")
            [job] = self.claim()
            self.settle(job, "not_sent", text="no route", wamid=None)
        self.assertTrue(self.channel.is_paused)
        self.channel.action_resume()
        self.assertEqual(self.channel.breaker_failures, 0)

    def test_success_resets_the_breaker(self):
        self.settle(self.job, "not_sent", text="no route", wamid=None)
        self.assertEqual(self.channel.breaker_failures, 1)
        self.settle(self._again())
        self.channel.invalidate_recordset()
        self.assertEqual(self.channel.breaker_failures, 0)

    def test_no_answer_is_unclear_and_waits_for_a_person(self):
        self.settle(self.job, "unknown", text="timeout", wamid=None)
        self.assertEqual(self.row.state, "uncertain")
        self.assertFalse(self.claim())

    def test_missing_credentials_keep_the_message(self):
        self.settle(self.job, "no_credentials", text="The access token is missing.", wamid=None)
        self.assertEqual(self.row.state, "queued")
        self.assertIn("token", self.row.error_title)

    def test_a_person_sends_again_under_a_new_id(self):
        self._set_up_people()
        self.refuse(self.job, 131009, 400)
        old = self.row.uuid
        self.row.with_user(self.agent).action_retry()
        self.assertEqual((self.row.state, self.row.attempts), ("queued", 0))
        self.assertNotEqual(self.row.uuid, old)
        self.assertFalse(self.row.error_title or self.row.failed_at)
        [job] = self.claim()
        self.settle(job)
        self.assertEqual(self.row.state, "accepted")

    def test_a_late_result_of_the_earlier_try_does_not_queue_the_repeated_one_again(self):
        self.settle(self.job, kind="unknown", text="silence")
        self.row.action_retry()
        [repeated] = self.claim()
        self.settle(self.job, kind="not_sent", text="refused after all")
        self.assertEqual(self.row.state, "sending")
        self.settle(repeated, wamid="wamid.SECOND")
        self.assertEqual((self.row.state, self.row.wamid), ("accepted", "wamid.SECOND"))

    def test_what_was_delivered_cannot_be_sent_again(self):
        self.settle(self.job)
        with self.assertRaisesRegex(UserError, "can be sent again"):
            self.row.action_retry()

    def test_customers_messages_cannot_be_sent_again(self):
        with self.assertRaises(UserError):
            self.receive(self.inbound_text()).action_retry()

    def test_states_reach_the_thread(self):
        self.assertEqual(self.row.mail_message_id._whatsapp_status()["state"], "sending")
        self.refuse(self.job, 131009, 400)
        status = self.row.mail_message_id._whatsapp_status()
        self.assertEqual(status["state"], "failed")
        self.assertTrue(status["title"] and status["remedy"])
