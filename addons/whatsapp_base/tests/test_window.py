from datetime import datetime, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .discuss_common import DiscussCommon

END = datetime(2026, 3, 10, 12, 0, 0)
SECOND = timedelta(seconds=1)


@tagged("-at_install", "post_install")
class TestWindow(DiscussCommon):
    """The 24 hours end at the very second, everywhere; an ad makes messages free, not free text allowed."""

    def test_the_end_itself_is_too_late(self):
        self.conversation.window_expires_at = END
        self.assertTrue(self.conversation._window_open(END - SECOND))
        self.assertFalse(self.conversation._window_open(END))
        self.assertFalse(self.conversation._window_open(END + SECOND))

    def test_each_message_of_the_customer_starts_24_hours_from_when_it_was_sent(self):
        at = int(datetime.now().timestamp()) - 3600
        row = self.receive(self.inbound_text("Hello", timestamp=str(at)))
        expected = datetime.utcfromtimestamp(at) + timedelta(hours=24)
        self.assertEqual(row.conversation_id.window_expires_at, expected)

    def test_the_clock_of_the_agent_changes_words_only(self):
        self.conversation.write({"last_inbound_at": END, "window_expires_at": END + timedelta(hours=24)})
        said = set()
        for zone in ("Pacific/Pago_Pago", "UTC", "Asia/Kolkata", "Pacific/Kiritimati"):
            self.agent.tz = zone
            conversation = self.conversation.with_user(self.agent)
            self.assertTrue(conversation._window_open(END + timedelta(hours=24) - SECOND))
            self.assertFalse(conversation._window_open(END + timedelta(hours=24)))
            said.add(conversation._window_closed_message())
        self.assertEqual(len(said), 4, "each reads the time of the own place")

    def test_what_was_queued_in_time_and_could_not_leave_in_time_stays(self):
        row = self.conversation._send_text("Just in time")
        self.env.cr.execute("UPDATE whatsapp_conversation SET window_expires_at = now() AT TIME ZONE 'utc'")
        [job] = self.claim()
        self.assertEqual((job.id, job.refusal), (row.id, "window"))

    # ------------------------------------------------------------
    # Ads
    # ------------------------------------------------------------

    def tell(self, row, until, origin="referral_conversion"):
        conversation = {"id": "c1", "expiration_timestamp": str(int(until.timestamp())), "origin": {"type": origin}}
        self.assertFalse(self.apply_statuses(self.status(row.wamid, "sent", conversation=conversation)))

    def test_an_ad_makes_messages_free_for_72_hours_and_free_text_no_longer_allowed(self):
        row = self.sent(self.conversation)
        until = datetime.now().replace(microsecond=0) + timedelta(hours=72)
        self.tell(row, until)
        self.assertEqual(self.conversation.free_until, datetime.utcfromtimestamp(int(until.timestamp())))
        self.conversation.window_expires_at = datetime.now() - timedelta(hours=1)
        with self.assertRaisesRegex(UserError, "24 hours"):
            self.conversation._send_text("Hello")

    def test_other_conversations_of_metas_are_not_free(self):
        row = self.sent(self.conversation)
        self.tell(row, datetime.now() + timedelta(hours=24), origin="utility")
        self.assertFalse(self.conversation.free_until)

    def test_it_is_never_shortened_and_costs_one_query_for_a_batch(self):
        rows = [self.sent(self._conversation(f"3460090080{number}")) for number in range(4)]
        late = datetime.now().replace(microsecond=0) + timedelta(hours=72)
        until = datetime.utcfromtimestamp(int(late.timestamp()))
        Conversation = self.env["whatsapp.conversation"]
        Conversation._note_free_until({row.id: until for row in rows})
        self.assertEqual(set(self.Message.union(*rows).conversation_id.mapped("free_until")), {until})
        with self.assertQueryCount(1):
            Conversation._note_free_until({row.id: until - timedelta(hours=5) for row in rows})
        self.assertEqual(rows[0].conversation_id.free_until, until)

    def test_agents_cannot_write_it(self):
        with self.assertRaises(UserError):
            self.conversation.with_user(self.agent).free_until = END

    # ------------------------------------------------------------
    # Old and failed messages
    # ------------------------------------------------------------

    def test_what_is_a_month_old_or_failed_is_answered_without_a_quote(self):
        quoted = self.sent(self.conversation)
        for values, expected in (({}, quoted.wamid), ({"sent_on": datetime.now() - timedelta(days=31)}, False),
                                 ({"sent_on": datetime.now(), "state": "failed"}, False)):
            with self.subTest(values=values):
                quoted.write(values)
                message = self.post(self.agent, parent_id=quoted.mail_message_id.id)
                row = self.Message.search([("mail_message_id", "=", message.id)])
                self.assertEqual(row.reply_to_wamid, expected)

    def test_what_is_a_month_old_or_failed_cannot_be_reacted_to(self):
        row = self.sent(self.conversation)

        def react():
            message = row.mail_message_id.with_user(self.agent).sudo()
            message._message_reaction("👍", "add", self.agent.partner_id, self.env["mail.guest"])

        row.sent_on = datetime.now() - timedelta(days=31)
        with self.assertRaisesRegex(UserError, "last 30 days"):
            react()
        row.write({"sent_on": datetime.now(), "state": "failed"})
        with self.assertRaisesRegex(UserError, "has not reached WhatsApp"):
            react()
        row.state = "delivered"
        react()
        self.assertTrue(self.Message.search([("conversation_id", "=", self.conversation.id), ("type", "=", "reaction")]))
