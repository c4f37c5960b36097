from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.sql_db import connection_info_for
from odoo.tests import tagged
from odoo.tools import SQL

from ..lanes import LOCK_RUNNER
from .common import RUNNER, WhatsappCommon


@tagged("post_install", "-at_install")
class TestOutboxClaim(WhatsappCommon):
    """What leaves first, how much at once, and what must not leave at all."""

    def _bodies(self, jobs):
        return [self.Message.browse(job.id).body for job in jobs]

    def test_a_conversation_keeps_its_order(self):
        conversation = self._conversation()
        for body in ("one", "two", "three"):
            conversation._send_text(body)
        for body in ("one", "two", "three"):
            [job] = self.claim()
            self.assertEqual(self._bodies([job]), [body])
            self.assertFalse(self.claim(), "the next waits until the first has left")
            self.settle(job)

    def test_different_conversations_go_together(self):
        for number in range(5):
            self._conversation(f"346009001{number:02}")._send_text(f"m{number}")
        self.assertEqual(len(self.claim()), 5)

    def test_a_retry_holds_back_what_follows(self):
        conversation = self._conversation()
        first = conversation._send_text("first")
        conversation._send_text("second")
        [job] = self.claim()
        self.refuse(job, 131016, 500)
        self.assertEqual(first.state, "queued")
        self.assertGreater(first.next_try_at, fields.Datetime.now())
        self.assertFalse(self.claim())

    def test_people_come_before_robots_and_orders(self):
        self.channel.send_rate = 1
        for number, origin in enumerate(("order", "agent", "order", "flow")):
            self._conversation(f"346009002{number:02}")._send_text(origin, origin=origin)
        first = self.claim(room=2)
        self.assertEqual(self._bodies(first), ["agent"], "one token, and a person's answer gets it")

    def test_a_reply_overtakes_a_campaign_to_the_same_person(self):
        conversation = self._conversation()
        conversation._send_text("advertising", origin="campaign")
        conversation._send_text("answer", origin="agent")
        self.assertEqual(self._bodies(self.claim("replies")), ["answer"])

    def test_lanes_do_not_mix(self):
        conversation = self._conversation()
        row = conversation._send_text("news", origin="campaign")
        self.assertEqual((row.lane, row.priority), ("bulk", 2))
        self.assertFalse(self.claim("replies"))
        self.assertEqual(self._bodies(self.claim("bulk")), ["news"])

    def test_the_rate_limits_a_burst(self):
        self.channel.send_rate = 3
        for number in range(6):
            self._conversation(f"346009003{number:02}")._send_text(str(number))
        jobs, starved = self.Message._claim("replies", RUNNER, 50)
        self.assertEqual(len(jobs), 3)
        self.assertTrue(starved)
        self.assertLessEqual(len(self.claim()), 1)

    def test_no_second_sees_more_than_meta_allows(self):
        self.channel.write({"send_rate": 80, "reply_reserve": 0})
        buckets, sent = self.env["whatsapp.channel.rate"], 0
        sent += buckets._take(self.channel.id, 1000, 80, 0)
        for _tenth in range(10):
            self.env.cr.execute("UPDATE whatsapp_channel_rate SET updated_at = updated_at - 0.1")
            sent += buckets._take(self.channel.id, 1000, 80, 0)
        self.assertLessEqual(sent, 81)
        self.assertGreater(sent, 70)

    def test_bulk_leaves_a_reserve_for_replies(self):
        self.channel.write({"send_rate": 10, "reply_reserve": 50})
        for number in range(12):
            self._conversation(f"346009004{number:02}")._send_text(str(number), origin="campaign")
        self.assertEqual(len(self.claim("bulk")), 5)
        self._conversation("34600900499")._send_text("reply", origin="agent")
        self.assertEqual(len(self.claim("replies")), 1)

    def test_tokens_that_were_not_needed_are_given_back(self):
        self.channel.send_rate = 2
        conversation = self._conversation()
        conversation._send_text("a")
        conversation._send_text("b")
        self._conversation("34600900502")._send_text("c")
        # b waits for a: a and c go, and the bucket is empty, not in debt
        self.assertEqual(sorted(self._bodies(self.claim())), ["a", "c"])

    def test_room_is_respected(self):
        for number in range(5):
            self._conversation(f"346009006{number:02}")._send_text(str(number))
        self.assertEqual(len(self.claim(room=2)), 2)

    def test_a_paused_number_is_silent_until_resumed(self):
        self._conversation()._send_text("x")
        self.channel._pause(3600, "Somebody said so")
        self.assertTrue(self.channel.is_paused)
        self.assertFalse(self.claim())
        self.channel.action_resume()
        self.assertEqual(len(self.claim()), 1)

    def test_a_shorter_pause_does_not_end_a_longer_one(self):
        self.channel._pause(3600, "long")
        until = self.channel.paused_until
        self.channel._pause(5, "short")
        self.assertEqual(self.channel.paused_until, until)

    def test_scheduled_messages_wait_and_hold_nobody_back(self):
        conversation = self._conversation()
        later = conversation._send_text("later", scheduled_at=fields.Datetime.now() + timedelta(hours=1))
        conversation._send_text("now")
        self.assertEqual(self._bodies(self.claim()), ["now"])
        self.assertEqual(later.state, "queued")

    def test_the_window_is_checked_again_when_a_message_leaves(self):
        conversation = self._conversation()
        row = conversation._send_text("slow")
        conversation.window_expires_at = fields.Datetime.now() - timedelta(minutes=1)
        [job] = self.claim()
        self.assertEqual(job.refusal, "window")
        self.settle(job, "refused", text=job.refusal, wamid=None)
        self.assertEqual((row.state, row.error_code), ("failed", 131047))
        self.assertTrue(row.error_remedy)

    def test_templates_leave_outside_the_window(self):
        conversation = self._conversation(open_window=False)
        conversation._send_template(self._template(), body=["Ana"])
        [job] = self.claim()
        self.assertIsNone(job.refusal)
        self.assertEqual(job.content["template"]["name"], "greeting")

    def test_who_was_blocked_meanwhile_gets_nothing(self):
        conversation = self._conversation()
        row = conversation._send_text("x")
        conversation.contact_id.blocked = True
        [job] = self.claim()
        self.settle(job, "refused", text=job.refusal, wamid=None)
        self.assertEqual(row.state, "failed")
        self.assertIn("blocked", row.error_title)

    def test_once_means_once(self):
        conversation = self._conversation()
        first = conversation._send_text("confirmed", once="order-7")
        second = conversation._send_text("confirmed", once="order-7")
        self.assertEqual(first, second)
        self.assertEqual(len(self.claim()), 1)

    def test_cancel_takes_a_message_out_of_the_queue(self):
        row = self._conversation()._send_text("x")
        row.action_cancel()
        self.assertEqual(row.state, "cancelled")
        self.assertFalse(self.claim())

    def test_what_has_left_cannot_be_cancelled(self):
        row = self._conversation()._send_text("x")
        self.claim()
        with self.assertRaisesRegex(UserError, "cannot be cancelled"):
            row.action_cancel()
        self.assertEqual(row.state, "sending")

    def test_what_is_leaving_cannot_be_deleted(self):
        row = self._conversation()._send_text("x")
        self.claim()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            row.unlink()

    def test_contents_that_meta_would_refuse_are_refused_here(self):
        conversation = self._conversation()
        with self.assertRaises(ValidationError):
            conversation._send_text("")
        with self.assertRaises(ValidationError):
            conversation._send_text("x" * 4097)
        with self.assertRaises(ValidationError):
            conversation._send_buttons("Choose", [(str(n), f"Button {n}") for n in range(4)])
        self.assertFalse(self.Message.search([("conversation_id", "=", conversation.id)]))

    def test_a_template_that_is_not_approved_does_not_leave(self):
        template = self._template("pending_one", status="PENDING")
        with self.assertRaisesRegex(UserError, "cannot be sent"):
            self._conversation()._send_template(template, body=["Ana"])

    def test_missing_template_values_are_named(self):
        with self.assertRaises(ValidationError):
            self._conversation()._send_template(self._template(), body=[])

    def test_each_request_carries_our_id_and_the_quoted_message(self):
        conversation = self._conversation()
        row = conversation._send_text("re", reply_to="wamid.Q")
        [job] = self.claim()
        self.assertEqual((job.uuid, job.reply_to, job.phone_number_id), (row.uuid, "wamid.Q", self.channel.phone_number_id))

    def test_the_first_answer_of_an_agent_takes_the_conversation(self):
        self._set_up_people()
        conversation = self._conversation()
        conversation.with_user(self.agent).sudo()._agent_wrote(self.agent)
        self.assertEqual(conversation.user_id, self.agent)
        conversation._agent_wrote(self.supervisor)
        self.assertEqual(conversation.user_id, self.agent)

    # ------------------------------------------------------------
    # Senders that die
    # ------------------------------------------------------------

    def test_what_a_dead_sender_held_is_unclear_and_never_sent_again_by_itself(self):
        row = self._conversation()._send_text("x")
        self.claim()
        self.Message._recover_dead(own_runner_id=1)
        self.assertEqual(row.state, "uncertain")
        self.assertTrue(row.error_title and row.error_remedy)
        self.assertFalse(self.claim())

    def test_what_a_living_sender_holds_stays(self):
        row = self._conversation()._send_text("x")
        self.claim()
        _db, info = connection_info_for(self.env.cr.dbname)
        lock = psycopg2.connect(**info)  # another session: the lock is really somebody else's
        try:
            lock.cursor().execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_RUNNER, RUNNER))
            self.Message._recover_dead(own_runner_id=1)
        finally:
            lock.close()
        self.assertEqual(row.state, "sending")

    def test_own_messages_are_not_recovered(self):
        row = self._conversation()._send_text("x")
        self.claim()
        self.Message._recover_dead(own_runner_id=RUNNER)
        self.assertEqual(row.state, "sending")

    def test_claims_are_marked_with_the_claimer(self):
        row = self._conversation()._send_text("x")
        self.claim()
        self.assertEqual((row.state, row.claimed_by, row.attempts), ("sending", RUNNER, 1))
        [[count]] = self.env.execute_query(SQL("SELECT count(*) FROM whatsapp_chat_message WHERE id = %s AND state = 'sending'", row.id))
        self.assertEqual(count, 1)
