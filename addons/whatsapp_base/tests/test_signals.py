from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..cloud_api.transport import NotSent
from ..models import whatsapp_signal
from .discuss_common import DiscussCommon


class FakeClient:
    def __init__(self):
        self.bodies, self.broken = [], False

    def mark_read(self, phone_number_id, body):
        if self.broken:
            raise NotSent("no route")
        self.bodies.append(body)


@tagged("-at_install", "post_install")
class TestSignals(DiscussCommon):
    """Customers are told that an agent has read and types: once, not for those who only look, and never late."""

    def setUp(self):
        super().setUp()
        self.row = self.receive(self.inbound_text("Hello"))
        self.conversation = self.row.conversation_id
        self.thread = self.conversation.discuss_channel_id
        self.conversation.with_user(self.agent).action_assign_to_me()
        self.meta = FakeClient()
        self.startPatcher(patch.object(type(self.env["whatsapp.signal"]), "_client", lambda signal, account_id: self.meta))
        self.startPatcher(patch.object(self.env.cr, "commit", lambda: None))

    def member(self, user):
        return self.thread.with_user(user).self_member_id

    def see(self, user=None, row=None):
        self.member(user or self.agent)._mark_as_read((row or self.row).mail_message_id.id)

    def type(self, user=None):
        self.member(user or self.agent)._notify_typing(True)

    def told(self):
        """Run the lane; returns [(wamid, whether typing)]."""
        before = len(self.meta.bodies)
        while self.env["whatsapp.signal"]._deliver():
            pass
        return [(body["message_id"], "typing_indicator" in body) for body in self.meta.bodies[before:]]

    def age(self, seconds):
        self.env.cr.execute("UPDATE whatsapp_signal SET created_at = created_at - %s * interval '1 second'", [seconds])

    def test_reading_marks_the_last_message_once(self):
        last = self.receive(self.inbound_text("Anybody?"))
        self.see(row=last)
        self.see(row=last)
        self.assertEqual(self.told(), [(last.wamid, False)])
        self.assertTrue(last.read_at)
        self.see(row=last)
        self.assertEqual(self.told(), [])

    def test_only_as_far_as_was_read(self):
        self.receive(self.inbound_text("Later"))
        self.see()
        self.assertEqual(self.told(), [(self.row.wamid, False)])

    def test_a_reply_marks_what_it_answers(self):
        self.post(self.agent)
        self.assertEqual(self.told(), [(self.row.wamid, False)])

    def test_many_readers_and_messages_are_one_mark(self):
        self.thread.sudo()._add_members(partners=self.supervisor.partner_id, post_joined_message=False)
        self.see()
        last = self.receive(self.inbound_text("More"))
        self.see(row=last)
        self.see(self.supervisor, row=last)
        self.assertEqual(self.told(), [(last.wamid, False)])

    def test_who_only_looks_in_does_not_count(self):
        self.assertFalse(self.member(self.supervisor))
        self.thread.with_user(self.supervisor).read(["name"])
        self.assertEqual(self.told(), [])

    def test_a_member_without_the_role_does_not_count(self):
        self.thread.sudo()._add_members(partners=self.employee.partner_id, post_joined_message=False)
        self.see(self.employee)
        self.type(self.employee)
        self.assertEqual(self.told(), [])

    def test_the_number_decides(self):
        self.channel.write({"marks_read": False, "shows_typing": False})
        self.see()
        self.type()
        self.assertEqual(self.told(), [])

    def test_typing_is_told_once_in_20_seconds(self):
        self.type()
        self.type()
        self.assertEqual(self.told(), [(self.row.wamid, True)])
        self.type()
        self.assertEqual(self.told(), [])
        self.age(whatsapp_signal.TYPING_EVERY + 1)
        self.type()
        self.assertEqual(self.told(), [(self.row.wamid, True)])

    def test_reading_and_typing_together_are_one_call(self):
        self.see()
        self.type()
        self.assertEqual(self.told(), [(self.row.wamid, True)])

    def test_not_typing_is_not_told(self):
        self.member(self.agent)._notify_typing(False)
        self.assertEqual(self.told(), [])

    def test_nobody_is_told_in_a_closed_window_that_an_answer_comes(self):
        self.conversation.window_expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.type()
        self.assertEqual(self.told(), [])

    def test_blocked_people_are_told_nothing(self):
        self.row.contact_id.blocked = True
        self.see()
        self.type()
        self.assertEqual(self.told(), [])

    def test_what_is_old_is_dropped(self):
        self.type()
        self.age(whatsapp_signal.TYPING_LIFE + 1)
        self.assertEqual(self.told(), [])
        self.see()
        self.age(whatsapp_signal.READ_LIFE + 1)
        self.assertEqual(self.told(), [])

    def test_a_paused_number_tells_nothing(self):
        self.channel._pause(60, "Test")
        self.see()
        self.assertEqual(self.told(), [])

    def test_a_failure_harms_nobody_and_is_not_repeated(self):
        self.meta.broken = True
        self.see()
        self.assertEqual(self.told(), [])
        self.assertFalse(self.row.read_at)
        self.meta.broken = False
        self.assertEqual(self.told(), [])

    def test_a_message_that_is_a_month_old_cannot_be_marked(self):
        self.row.sent_on = fields.Datetime.now() - timedelta(days=31)
        self.see()
        self.assertEqual(self.told(), [])

    def test_other_channels_are_left_alone(self):
        channel = self.env["discuss.channel"].with_user(self.agent).create({"name": "general", "channel_type": "group"})
        message = channel.message_post(body="x", message_type="comment")
        channel.self_member_id._mark_as_read(message.id)
        channel.self_member_id._notify_typing(True)
        self.assertEqual(self.told(), [])

    def test_forgotten_after_an_hour(self):
        self.see()
        self.age(whatsapp_signal.KEEP + 1)
        self.env["whatsapp.signal"]._gc_done()
        self.assertFalse(self.env["whatsapp.signal"].search([]))
