from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .discuss_common import DiscussCommon


@tagged("post_install", "-at_install")
class TestThreadNotes(DiscussCommon):
    """Internal notes: what colleagues say to each other stays between them."""

    def note(self, user, body="What do you think?", **values):
        return self.thread.with_user(user).sudo().message_post(
            body=body, message_type="comment", subtype_xmlid="mail.mt_note", **values
        )

    def rows(self):
        return self.Message.search([("conversation_id", "=", self.conversation.id)])

    def test_a_note_and_its_files_make_nothing_that_could_leave(self):
        file = self.env["ir.attachment"].with_user(self.agent).create({"name": "margin.txt", "raw": b"12 %"})
        message = self.note(self.agent, "Our margin is 12 %", attachment_ids=file.ids)
        self.assertEqual(message.attachment_ids, file)
        self.assertFalse(self.rows())
        self.assertFalse(message.whatsapp_chat_message_ids)
        self.assertEqual(self.conversation.unanswered_count, 0)
        self.assertFalse(self.conversation.user_id, "a note is no answer: nobody takes the conversation by it")

    def test_a_note_is_possible_when_the_window_is_closed(self):
        self.conversation.write({"window_expires_at": False, "last_inbound_at": False})
        self.assertTrue(self.note(self.agent))
        self.assertFalse(self.rows())

    def test_a_note_cannot_be_quoted_to_the_customer(self):
        note = self.note(self.agent, "secret")
        self.post(self.agent, "Hello", parent_id=note.id)
        [row] = self.rows()
        self.assertFalse(row.reply_to_wamid)
        self.assertNotIn("secret", row.payload)

    def test_calling_a_colleague_of_another_team_lets_them_in(self):
        self.other_agent.write({"email": "other@example.com", "notification_type": "inbox"})
        foreign = self.conversation.with_user(self.other_agent)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            foreign.read(["state"])
        message = self.note(self.agent, "@wa_other?", partner_ids=self.other_agent.partner_id.ids)
        self.assertIn(self.other_agent.partner_id, message.partner_ids)
        self.assertIn(self.other_agent, self.conversation.shared_user_ids)
        self.assertIn(self.other_agent.partner_id, self.thread.channel_partner_ids)
        self.assertEqual(message.notification_ids.res_partner_id, self.other_agent.partner_id)

    def test_a_colleague_without_the_role_is_let_into_the_thread_only(self):
        self.note(self.agent, "@wa_employee?", partner_ids=self.employee.partner_id.ids)
        self.assertNotIn(self.employee, self.conversation.shared_user_ids)
        self.assertTrue(self.thread.with_user(self.employee).has_access("read"))

    def test_customers_portal_users_and_other_companies_are_never_called(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env, "wa_stranger", "base.group_user,whatsapp_base.group_whatsapp_agent", company_id=other.id,
            company_ids=[(6, 0, other.ids)], name="wa_stranger",
        )
        ids = (self.portal.partner_id | self.conversation.partner_id | stranger.partner_id).ids
        message = self.note(self.agent, "look", partner_ids=ids)
        self.assertFalse(message.partner_ids)
        self.assertFalse(self.thread.channel_partner_ids & self.env["res.partner"].browse(ids))
        data = self.conversation.with_user(self.agent).mention_suggestions("wa_")
        names = {partner["name"] for partner in data["res.partner"]}
        self.assertTrue({"wa_agent", "wa_other", "wa_employee"} <= names)
        self.assertFalse({"wa_portal", "wa_stranger"} & names)

    def test_calling_somebody_in_what_the_customer_reads_does_nothing(self):
        message = self.post(self.agent, "Hello", partner_ids=self.other_agent.partner_id.ids)
        self.assertFalse(message.partner_ids)
        self.assertNotIn(self.other_agent, self.conversation.shared_user_ids)

    def test_who_only_looks_in_cannot_let_others_in(self):
        self.thread._add_members(partners=self.employee.partner_id, post_joined_message=False)
        self.note(self.employee, "@wa_other", partner_ids=self.other_agent.partner_id.ids)
        self.assertNotIn(self.other_agent, self.conversation.shared_user_ids)
        self.assertNotIn(self.other_agent.partner_id, self.thread.channel_partner_ids)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_suggestions_are_for_who_may_read_the_conversation(self):
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.other_agent).mention_suggestions("wa")
