from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .discuss_common import DiscussCommon


@tagged("post_install", "-at_install")
class TestThreadEvents(DiscussCommon):
    """Who did what with a conversation, as lines in its thread."""

    def lines(self, conversation=None):
        """Return the texts of the lines, oldest first."""
        thread = (conversation or self.conversation).discuss_channel_id
        domain = [("model", "=", "discuss.channel"), ("res_id", "=", thread.id), ("message_type", "=", "notification")]
        found = self.env["mail.message"].search(domain, order="id")
        return [self.env["ir.qweb.field.html"].value_to_html(m.body, {}).striptags() for m in found.filtered(
            lambda m: "whatsapp-" in m.body)]

    def as_agent(self, user=None):
        return self.conversation.with_user(user or self.agent)

    def test_taking_passing_on_and_giving_back_name_both_people(self):
        self.team.member_ids = self.agent | self.other_agent
        self.as_agent().action_assign_to_me()
        self.as_agent().write({"user_id": self.other_agent.id})
        self.as_agent(self.other_agent).action_unassign()
        self.assertEqual(
            self.lines(),
            [
                "wa_agent took this conversation",
                "wa_agent assigned this to wa_other",
                "wa_other put this back into the queue (was with wa_other)",
            ],
        )

    def test_state_priority_tags_team_and_snooze_are_noted_by_a_plain_write(self):
        tag = self.env["whatsapp.tag"].create({"name": "VIP"})
        sales = self.env["whatsapp.team"].create({"name": "Sales", "member_ids": self.agent.ids})
        mine = self.as_agent()
        mine.write({"priority": "2"})
        mine.write({"tag_ids": [fields.Command.link(tag.id)]})
        mine.write({"tag_ids": [fields.Command.unlink(tag.id)]})
        mine.write({"team_id": sales.id})
        mine.action_resolve()
        mine.action_reopen()
        mine.sudo().write({"snoozed_until": fields.Datetime.now() + timedelta(hours=2)})
        mine.sudo().write({"snoozed_until": False})
        texts = self.lines()
        self.assertEqual(
            texts[:6] + texts[7:],
            [
                "wa_agent set the priority to Urgent",
                "wa_agent added the tag VIP",
                "wa_agent removed the tag VIP",
                "wa_agent passed this to the team Sales",
                "wa_agent resolved this conversation",
                "wa_agent opened this conversation again",
                "wa_agent ended the snooze",
            ],
        )
        self.assertIn("wa_agent snoozed this until", texts[6])

    def test_what_changes_nothing_leaves_no_line(self):
        self.as_agent().write({"priority": "0", "state": "open", "team_id": self.team.id})
        self.assertEqual(self.lines(), [])

    def test_the_system_is_no_person(self):
        self.conversation.with_user(self.env.ref("base.user_root")).write({"user_id": self.agent.id})
        self.assertEqual(self.lines(), ["Assigned to wa_agent automatically"])

    def test_a_line_is_neither_sent_nor_counted_nor_rung(self):
        self.conversation.user_id = self.agent
        member = self.thread.with_user(self.agent).self_member_id
        before, interest = member.message_unread_counter, self.thread.last_interest_dt
        rows = self.bus_rows(lambda: self.conversation.with_user(self.supervisor).write({"priority": "1"}))
        self.assertEqual(self.Message.search_count([("conversation_id", "=", self.conversation.id)]), 0)
        member.invalidate_recordset()
        self.assertEqual(member.message_unread_counter, before)
        self.assertEqual(self.thread.last_interest_dt, interest)
        [told] = [m["payload"] for _channel, m in rows if m["type"] == "discuss.channel/new_message"]
        self.assertTrue(told["silent"])
        self.assertEqual(told["data"]["mail.message"][0]["message_type"], "notification")

    def test_names_in_a_line_are_text(self):
        self.agent.name = "<b>Ana</b> & co"
        self.as_agent().write({"priority": "1"})
        [message] = self.env["mail.message"].search([("model", "=", "discuss.channel"), ("res_id", "=", self.thread.id)])
        self.assertIn("&lt;b&gt;Ana&lt;/b&gt; &amp; co", message.body)

    def test_many_conversations_cost_as_many_queries_as_a_few(self):
        def cost(phones):
            conversations = self.Conversation.union(*(self._conversation(phone) for phone in phones))
            self.env.flush_all()
            conversations._log_event("priority", priority="High")
            self.env.flush_all()
            self.env.cr.precommit.run()
            before = self.env.cr.sql_log_count
            conversations._log_event("priority", priority="High")
            self.env.flush_all()
            self.env.cr.precommit.run()
            return self.env.cr.sql_log_count - before

        few = cost([f"346009{number:05}" for number in range(15)])
        many = cost([f"346008{number:05}" for number in range(60)])
        self.assertLessEqual(many, few + 1)

    def test_a_conversation_that_nobody_ever_opened_has_no_thread_to_note_in(self):
        contact = self._contact("34600900555")
        conversation = self.Conversation._find_or_create(self.channel, contact, with_thread=False)[contact]
        conversation.write({"priority": "1"})
        self.assertFalse(conversation.discuss_channel_id)
