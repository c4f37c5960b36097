import json
from datetime import timedelta

from markupsafe import Markup

from odoo import fields
from odoo.exceptions import UserError

from .discuss_common import DiscussCommon


class TestDiscussPost(DiscussCommon):
    """What agents do in the thread, and what of it reaches the customer."""

    def outgoing(self):
        return self.Message.search([("conversation_id", "=", self.conversation.id), ("direction", "=", "outbound")], order="id")

    def close_window(self):
        past = fields.Datetime.now() - timedelta(hours=30)
        self.conversation.write({"last_inbound_at": past, "window_expires_at": past + timedelta(hours=24)})

    def from_customer(self, **values):
        """Return a customer's message that is shown in the thread."""
        row = self.receive(self.inbound_text("Hello", **values))
        self.conversation = row.conversation_id
        self.thread = self.conversation.discuss_channel_id
        return row

    def react(self, message, emoji, user=None, action="add"):
        user = user or self.agent
        message.with_user(user).sudo()._message_reaction(emoji, action, user.partner_id, self.env["mail.guest"])

    def sent_reactions(self):
        rows = self.outgoing().filtered(lambda row: row.type == "reaction")
        return [json.loads(row.payload)["reaction"]["emoji"] for row in rows]

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    def test_an_agents_post_is_queued_with_the_right_text(self):
        message = self.post(self.agent, Markup("<p>Hello <b>you</b></p>"))
        row = self.outgoing()
        self.assertEqual((row.state, row.type, row.origin, row.priority), ("queued", "text", "agent", 0))
        self.assertEqual(row.body, "Hello *you*")
        self.assertEqual(row.mail_message_id, message)
        self.assertEqual(message._whatsapp_status()["state"], "queued")

    def test_a_post_whose_answer_was_lost_is_not_sent_again(self):
        first = self.post(self.agent, "Hello", whatsapp_once="k1")
        self.assertEqual(self.post(self.agent, "Hello", whatsapp_once="k1"), first)
        files = self.env["ir.attachment"].with_user(self.agent).create(
            [{"name": f"{n}.txt", "raw": b"x", "res_model": "mail.compose.message", "res_id": 0} for n in range(2)]
        )
        second = self.post(self.agent, "x" * 5000, whatsapp_once="k2", attachment_ids=files.ids)
        self.assertEqual(self.post(self.agent, "x" * 5000, whatsapp_once="k2", attachment_ids=files.ids), second)
        rows = self.Message.search([("conversation_id", "=", self.conversation.id), ("direction", "=", "outbound")])
        self.assertEqual([len(rows.filtered(lambda row, m=m: row.mail_message_id == m)) for m in (first, second)], [1, 4])
        self.assertEqual(len(rows), 5)
        self.assertIn("whatsapp_once", self.thread._get_allowed_message_params())
        # a key is the user's own
        self.conversation.user_id = False
        self.assertNotEqual(self.post(self.supervisor, "Hello", whatsapp_once="k1"), first)

    def test_the_first_reply_takes_the_conversation(self):
        self.post(self.agent)
        self.assertEqual(self.conversation.user_id, self.agent)
        self.assertIn(self.agent.partner_id, self.thread.channel_partner_ids)

    def test_typing_before_taking_is_no_error_and_does_not_join(self):
        thread = self.thread.with_user(self.agent)
        self.assertFalse(thread._find_or_create_member_for_self())
        self.conversation.with_user(self.agent).action_assign_to_me()
        self.assertEqual(thread._find_or_create_member_for_self().partner_id, self.agent.partner_id)

    def test_nothing_is_posted_outside_the_window(self):
        self.close_window()
        with self.assertRaisesRegex(UserError, "24 hours"):
            self.post(self.agent)
        self.assertFalse(self.outgoing())

    def test_a_member_without_the_role_reads_and_does_not_write(self):
        self.thread.sudo()._add_members(partners=self.employee.partner_id, post_joined_message=False)
        self.assertTrue(self.thread.with_user(self.employee).has_access("read"))
        with self.assertRaisesRegex(UserError, "Only WhatsApp agents"):
            self.post(self.employee)

    def test_strangers_cannot_post(self):
        for user in (self.other_agent, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                self.post(user)
        self.assertFalse(self.outgoing())

    def test_a_note_never_leaves(self):
        self.close_window()
        note = self.thread.with_user(self.agent).message_post(
            body="He is difficult", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.assertFalse(self.outgoing())
        self.assertFalse(note._whatsapp_status())

    def test_a_notification_never_leaves(self):
        self.thread.with_user(self.agent).message_post(body="joined", message_type="notification")
        self.assertFalse(self.outgoing())

    def test_what_was_sent_can_be_neither_edited_nor_deleted(self):
        message = self.post(self.agent)
        for body in ("Something else", ""):
            with self.subTest(body=body), self.assertRaisesRegex(UserError, "cannot be edited or deleted"):
                self.thread.with_user(self.agent)._message_update_content(message.with_user(self.agent), body=body)

    def test_what_the_customer_wrote_can_be_neither_edited_nor_deleted(self):
        message = self.from_customer().mail_message_id
        with self.assertRaisesRegex(UserError, "cannot be edited or deleted"):
            self.thread.with_user(self.admin)._message_update_content(message.with_user(self.admin), body="")

    # ------------------------------------------------------------
    # Reactions
    # ------------------------------------------------------------

    def test_an_agents_reaction_goes_to_the_customer(self):
        row = self.from_customer()
        self.react(row.mail_message_id, "👍")
        sent = self.outgoing()
        self.assertEqual(json.loads(sent.payload)["reaction"], {"message_id": row.wamid, "emoji": "👍"})
        self.assertEqual((sent.state, sent.origin, sent.user_id), ("queued", "agent", self.agent))
        self.assertFalse(sent.mail_message_id)
        self.assertEqual(row.mail_message_id.reaction_ids.content, "👍")

    def test_taking_it_back_sends_an_empty_one(self):
        message = self.from_customer().mail_message_id
        self.react(message, "👍")
        self.react(message, "👍", action="remove")
        self.assertEqual(self.sent_reactions(), ["👍", ""])
        self.assertFalse(message.reaction_ids)

    def test_the_business_has_one_reaction_whoever_gave_it(self):
        message = self.from_customer().mail_message_id
        self.react(message, "👍")
        self.react(message, "❤️", user=self.supervisor)
        self.assertEqual(self.sent_reactions(), ["👍", "❤️"])
        self.assertEqual(message.reaction_ids.mapped("content"), ["❤️"])

    def test_doing_it_twice_sends_it_once(self):
        message = self.from_customer().mail_message_id
        self.react(message, "👍")
        self.react(message, "👍")
        self.react(message, "❤️", action="remove")
        self.assertEqual(self.sent_reactions(), ["👍"])

    def test_the_customers_reaction_stays_and_is_not_sent_back(self):
        self.post(self.agent)
        [job] = self.claim()
        self.settle(job)
        row = self.outgoing()
        reaction = {"message_id": row.wamid, "emoji": "🎉"}
        self.receive(
            self.inbound_message("reaction", reaction=reaction, **{"from": "34600900222"}),
            contacts=[{"wa_id": "34600900222", "profile": {"name": "Someone"}}],
        )
        self.assertEqual(row.mail_message_id.reaction_ids.mapped("content"), ["🎉"])
        self.assertEqual(self.sent_reactions(), [])
        self.react(row.mail_message_id, "👍")
        self.assertEqual(sorted(row.mail_message_id.reaction_ids.mapped("content")), sorted(["🎉", "👍"]))

    def test_no_reaction_outside_the_window(self):
        message = self.from_customer().mail_message_id
        self.close_window()
        with self.assertRaisesRegex(UserError, "24 hours"):
            self.react(message, "👍")
        self.assertFalse(message.reaction_ids)

    def test_no_reaction_without_the_role(self):
        message = self.from_customer().mail_message_id
        with self.assertRaisesRegex(UserError, "Only WhatsApp agents"):
            self.react(message, "👍", user=self.employee)

    def test_no_reaction_on_what_has_not_left_yet(self):
        message = self.post(self.agent)
        with self.assertRaisesRegex(UserError, "has not reached WhatsApp"):
            self.react(message, "👍")

    def test_a_reaction_on_a_note_stays_inside(self):
        note = self.thread.with_user(self.agent).message_post(
            body="Note", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.react(note, "👍")
        self.assertEqual(note.sudo().reaction_ids.content, "👍")
        self.assertFalse(self.outgoing())
