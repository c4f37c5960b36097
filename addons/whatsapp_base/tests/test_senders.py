from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import WhatsappCommon


@tagged("post_install", "-at_install")
class TestSenders(WhatsappCommon):
    """Who wrote: by phone, by user ID, or by both, now or later."""

    def _from(self, body="Hi", phone=None, user_id=None, profile=None):
        message = self.inbound_text(body, **{"from": phone, "from_user_id": user_id})
        contact = {"profile": profile or {"name": "Nila"}}
        if phone:
            contact["wa_id"] = phone
        if user_id:
            contact["user_id"] = user_id
        return self.receive(message, contacts=[contact])

    def test_a_sender_without_any_phone(self):
        row = self._from(user_id="BD.9f3KqLm2", profile={"name": "Nila", "username": "nila.dhaka"})
        contact = row.contact_id
        self.assertEqual((contact.bsuid, contact.wa_id, contact.username), ("BD.9f3KqLm2", False, "nila.dhaka"))
        self.assertEqual(contact.partner_id.name, "Nila")
        self.assertFalse(contact.partner_id.phone)
        again = self._from("again", user_id="BD.9f3KqLm2")
        self.assertEqual(again.conversation_id, row.conversation_id)

    def test_an_answer_to_a_sender_without_phone_names_the_user_id(self):
        row = self._from(user_id="BD.9f3KqLm2")
        row.conversation_id._send_text("Hello Nila")
        [job] = self.claim()
        self.assertEqual((job.wa_id, job.user_id), (None, "BD.9f3KqLm2"))

    def test_the_phone_is_learned_later(self):
        first = self._from(user_id="BD.7later")
        second = self._from(user_id="BD.7later", phone="8801700900001")
        self.assertEqual(second.contact_id, first.contact_id)
        self.assertEqual(first.contact_id.wa_id, "8801700900001")
        third = self._from(phone="8801700900001")
        self.assertEqual(third.conversation_id, first.conversation_id)

    def test_the_user_id_is_learned_later(self):
        first = self._from(phone="8801700900002")
        self._from(phone="8801700900002", user_id="BD.8later")
        third = self._from(user_id="BD.8later")
        self.assertEqual(third.contact_id, first.contact_id)

    def test_a_message_that_names_both_makes_one_contact_of_two(self):
        phone, hidden = self._from(phone="8801700900003"), self._from(user_id="BD.3two")
        row = self._from(phone="8801700900003", user_id="BD.3two")
        self.assertEqual((phone | hidden | row).mapped("contact_id"), row.contact_id)
        self.assertEqual((row.contact_id.wa_id, row.contact_id.bsuid), ("8801700900003", "BD.3two"))
        self.assertEqual(len((phone | hidden | row).conversation_id), 1)

    def test_only_a_username_names_the_customer(self):
        row = self._from(user_id="BD.4nick", profile={"username": "silent.one"})
        self.assertEqual(row.contact_id.partner_id.name, "@silent.one")

    def test_new_names_are_kept_and_the_customer_is_not_renamed(self):
        row = self._from(phone="8801700900004", profile={"name": "Nila"})
        self._from(phone="8801700900004", profile={"name": "Nila B.", "username": "nila"})
        self.assertEqual((row.contact_id.profile_name, row.contact_id.username), ("Nila B.", "nila"))
        self.assertEqual(row.contact_id.partner_id.name, "Nila")

    def test_a_known_customer_is_recognised_by_phone(self):
        partner = self.env["res.partner"].create({"name": "Known", "phone": "+34 600 900 777"})
        row = self._from(phone="34600900777", profile={"name": "Somebody"})
        self.assertEqual(row.contact_id.partner_id, partner)

    def test_a_person_comes_before_the_company_with_the_same_phone(self):
        self.env["res.partner"].create({"name": "Firm", "phone": "+34600900778", "is_company": True})
        person = self.env["res.partner"].create({"name": "Person", "phone": "+34600900778"})
        self.assertEqual(self._from(phone="34600900778").contact_id.partner_id, person)

    def test_the_same_person_at_two_numbers_has_two_conversations_and_one_contact(self):
        other = self._channel(self.account, "399000000000002")
        first = self.receive(self.inbound_text("a"))
        second = self.receive(self.inbound_text("b"), channel=other)
        self.assertEqual(first.contact_id, second.contact_id)
        self.assertNotEqual(first.conversation_id, second.conversation_id)

    def test_another_portfolio_knows_the_person_as_another_contact(self):
        account = self._account("299000000000005")
        other = self._channel(account, "399000000000005")
        first = self.receive(self.inbound_text("a"))
        second = self.receive(self.inbound_text("b"), channel=other)
        self.assertNotEqual(first.contact_id, second.contact_id)
        self.assertEqual(first.contact_id.partner_id, second.contact_id.partner_id)

    def test_messages_of_blocked_people_are_stored_and_not_shown(self):
        first = self._from(phone="8801700900005")
        first.contact_id.blocked = True
        calls = []
        with self._handlers(calls):
            row = self._from("spam", phone="8801700900005")
        self.assertTrue(row)
        self.assertFalse(row.mail_message_id)
        self.assertFalse(calls)
        with self.assertRaisesRegex(UserError, "blocked"):
            row.conversation_id._send_text("No")

    def _handlers(self, calls):
        return patch.object(type(self.Conversation), "_inbound_handlers", lambda conversation: calls.append(1) or [])


@tagged("post_install", "-at_install")
class TestConversationLife(WhatsappCommon):
    """What a customer's message does to the conversation."""

    def test_a_resolved_conversation_opens_again_for_its_agent(self):
        self._set_up_people()
        row = self.receive(self.inbound_text("Hi"))
        conversation = row.conversation_id
        conversation.with_user(self.agent).action_assign_to_me()
        channel = conversation.discuss_channel_id
        self.assertIn(self.agent.partner_id, channel.channel_partner_ids)
        conversation.with_user(self.agent).action_resolve()
        self.assertNotIn(self.agent.partner_id, channel.channel_partner_ids)
        self.assertEqual((conversation.state, conversation.user_id), ("resolved", self.agent))
        self.receive(self.inbound_text("One more thing"))
        self.assertEqual((conversation.state, conversation.user_id), ("open", self.agent))
        self.assertIn(self.agent.partner_id, channel.channel_partner_ids)

    def test_waiting_counts_from_the_first_message_and_ends_with_a_persons_answer(self):
        early = datetime.now() - timedelta(minutes=20)
        self.receive(self.inbound_text("a", timestamp=str(int(early.timestamp()))))
        row = self.receive(self.inbound_text("b"))
        conversation = row.conversation_id
        self.assertEqual(conversation.unanswered_count, 2)
        self.assertLess(conversation.waiting_since, fields.Datetime.now() - timedelta(minutes=19))
        conversation._send_text("automatic", origin="flow")
        self.assertEqual(conversation.unanswered_count, 2, "a robot's answer is no answer")
        conversation._send_text("Hello", origin="agent")
        self.assertEqual((conversation.unanswered_count, conversation.waiting_since), (0, False))

    def test_messages_from_the_future_are_dated_now(self):
        future = datetime.now() + timedelta(days=3)
        row = self.receive(self.inbound_text("x", timestamp=str(int(future.timestamp()))))
        self.assertLessEqual(row.sent_on, fields.Datetime.now())
        self.assertLessEqual(row.conversation_id.window_expires_at, fields.Datetime.now() + timedelta(hours=24))

    def test_an_old_message_does_not_shorten_the_window(self):
        row = self.receive(self.inbound_text("now"))
        expires = row.conversation_id.window_expires_at
        old = datetime.now() - timedelta(hours=30)
        self.receive(self.inbound_text("late", timestamp=str(int(old.timestamp()))))
        self.assertEqual(row.conversation_id.window_expires_at, expires)

    def test_the_window_is_24_hours_to_the_second(self):
        with freeze_time("2026-09-21 14:00:00"):
            row = self.receive(self.inbound_text("x", timestamp="1789999200"))  # 14:00:00 UTC
        conversation = row.conversation_id
        self.assertEqual(conversation.window_expires_at, datetime(2026, 9, 22, 14, 0, 0))
        with freeze_time("2026-09-22 13:59:59"):
            self.assertTrue(conversation._window_open())
            conversation._send_text("in time")
        with freeze_time("2026-09-22 14:00:00"):
            self.assertFalse(conversation._window_open())
            with self.assertRaisesRegex(UserError, "24 hours"):
                conversation._send_text("too late")
            conversation._send_template(self._template(), body=["Ana"])

    def test_the_window_can_be_searched(self):
        opened, closed = self._conversation("34600900001"), self._conversation("34600900002", open_window=False)
        both = [("id", "in", (opened | closed).ids)]
        self.assertEqual(self.Conversation.search([*both, ("is_window_open", "=", True)]), opened)
        self.assertEqual(self.Conversation.search([*both, ("is_window_open", "=", False)]), closed)

    def test_nobody_wrote_yet_says_so(self):
        with self.assertRaisesRegex(UserError, "has not written to you yet"):
            self._conversation("34600900003", open_window=False)._send_text("Hi")

    def test_conversation_with_a_partner(self):
        partner = self.env["res.partner"].create({"name": "P", "phone": "+34 600 900 456"})
        conversation = self.channel._conversation_with(partner=partner)
        self.assertEqual(conversation.partner_id, partner)
        self.assertEqual(conversation.contact_id.wa_id, "34600900456")
        self.assertEqual(self.channel._conversation_with(phone="+34600900456"), conversation)
        with self.assertRaisesRegex(UserError, "no phone number"):
            self.channel._conversation_with(partner=self.env["res.partner"].create({"name": "No phone"}))

    def test_the_merged_contacts_partner_is_followed(self):
        row = self.receive(self.inbound_text("Hi"))
        other = self.env["res.partner"].create({"name": "Real customer"})
        row.contact_id.partner_id = other
        self.assertEqual(row.conversation_id.partner_id, other)
        self.assertEqual(row.conversation_id.display_name, "Real customer")

    def test_assigning_moves_the_membership(self):
        self._set_up_people()
        conversation = self._conversation()
        conversation.user_id = self.agent
        self.assertEqual(conversation.discuss_channel_id.channel_partner_ids, self.agent.partner_id)
        conversation.user_id = self.supervisor
        self.assertEqual(conversation.discuss_channel_id.channel_partner_ids, self.supervisor.partner_id)
        conversation.action_unassign()
        self.assertFalse(conversation.discuss_channel_id.channel_partner_ids)
