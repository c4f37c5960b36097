from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WhatsappCommon

DESK = "odoo.addons.whatsapp_base.models.whatsapp_conversation_desk"


@tagged("post_install", "-at_install")
class TestDesk(WhatsappCommon):
    """What turns is taken up, once; who spoils it for others is set aside and comes again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()

    def setUp(self):
        super().setUp()
        self.Conversation = self.env["whatsapp.conversation"]
        self.seen = []

    def _step(self, follow=None):
        def note(records):
            self.seen += records.ids
            if follow:
                follow(records)

        model = self.env.registry["whatsapp.conversation"]
        with (
            patch.object(model, "_desk_followups", lambda this: ["_note"]),
            patch.object(model, "_note", note, create=True),
        ):
            return self.Conversation._desk_step()

    def _came_in(self, *texts):
        self.receive(*[self.inbound_text(text) for text in texts])
        return self.Conversation.search([], order="id desc", limit=1)

    def test_a_customer_who_begins_to_wait_is_taken_up_once(self):
        conversation = self._came_in("Hello", "Anybody there?")
        self.assertTrue(conversation.desk_due)
        self._step()
        self.assertEqual(self.seen, conversation.ids)
        self.assertFalse(conversation.desk_due)
        self._step()
        self.assertEqual(self.seen, conversation.ids, "once")
        self._came_in("Hello?")
        self.assertFalse(conversation.desk_due, "still the same waiting")

    def test_customers_who_wait_come_before_what_is_left_of_others(self):
        ended = self._conversation("34600900501") + self._conversation("34600900502")
        self.env.flush_all()
        ended._desk_mark()
        waits = self._came_in("Hello")
        self.assertGreater(waits.id, max(ended.ids))
        with patch(f"{DESK}.DESK_BATCH", 1):
            for _step in range(3):
                self._step()
        self.assertEqual(self.seen, [waits.id, *ended.ids])

    def test_an_answer_turns_the_conversation(self):
        conversation = self._came_in("Hello")
        self._step()
        conversation._send_text("We are closed", origin="flow")
        self.assertFalse(conversation.desk_due, "a machine's answer is none")
        conversation._send_text("Good morning", origin="agent", user=self.agent)
        self.assertTrue(conversation.desk_due)

    @mute_logger(DESK)
    def test_one_that_fails_does_not_hold_up_the_others_and_comes_again(self):
        good, bad = self._conversation("34600900301"), self._conversation("34600900302")
        (good | bad)._desk_mark()

        def fail(records):
            if bad in records:
                raise ValueError("broken")
            records.priority = "1"

        self.assertTrue(self._step(fail))
        self.assertEqual((good.priority, good.desk_due), ("1", False))
        self.assertTrue(bad.desk_due)
        self.assertGreater(bad.desk_after, fields.Datetime.now())
        self.assertFalse(self._step(fail))
        bad.desk_after = fields.Datetime.now() - timedelta(seconds=1)
        self.seen.clear()
        self._step()
        self.assertEqual(self.seen, bad.ids)
        self.assertFalse(bad.desk_due or bad.desk_after)

    @mute_logger(DESK)
    def test_a_timer_that_fails_does_not_stop_the_others(self):
        model = self.env.registry["whatsapp.conversation"]
        ran = []

        def broken(this):
            raise ValueError("broken")

        with (
            patch.object(model, "_desk_timers", lambda this: ["_clock_broken", "_clock_fine"]),
            patch.object(model, "_clock_broken", broken, create=True),
            patch.object(model, "_clock_fine", lambda this: ran.append(1), create=True),
        ):
            self.assertFalse(self.Conversation._desk_clock())
        self.assertEqual(ran, [1])

    def test_the_moment_of_an_assignment_is_kept(self):
        conversation = self._conversation("34600900303")
        self.assertFalse(conversation.assigned_at)
        conversation.user_id = self.agent
        self.assertTrue(conversation.assigned_at)
