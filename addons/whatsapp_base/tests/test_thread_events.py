from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .desk_common import DeskCommon, after
from .discuss_common import DiscussCommon


def lines_of(conversation):
    """Return the texts of the lines in a thread, oldest first."""
    env = conversation.env
    domain = [
        ("model", "=", "discuss.channel"), ("res_id", "=", conversation.discuss_channel_id.id), ("message_type", "=", "notification"),
    ]
    found = env["mail.message"].search(domain, order="id").filtered(lambda message: "whatsapp-" in message.body)
    return [env["ir.qweb.field.html"].value_to_html(message.body, {}).striptags() for message in found]


@tagged("post_install", "-at_install")
class TestThreadEvents(DiscussCommon):
    """Who did what with a conversation, as lines in its thread."""

    def lines(self):
        return lines_of(self.conversation)

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


@tagged("post_install", "-at_install")
class TestReturnedLine(DeskCommon):
    """A customer who writes after the resolution opens the conversation, and the thread says so. The desk's work."""

    AGAIN = "Opened again: the customer wrote"

    def setUp(self):
        super().setUp()
        self.conversation.action_resolve()
        with freeze_time(after(0)):
            self.says()
            self.desk()
        self.old = lines_of(self.conversation)

    def lines(self):
        return lines_of(self.conversation)[len(self.old):]

    def resolve(self, minute):
        with freeze_time(after(minute)):
            self.conversation.with_user(self.agent).action_resolve()
            self.desk()
        self.old = lines_of(self.conversation)

    def test_the_first_message_of_all_opens_nothing_again(self):
        self.assertNotIn(self.AGAIN, self.old)

    def test_once_for_each_resolution_whether_the_case_goes_on_or_a_new_one_begins(self):
        for resolved, minute in ((10, 15), (20, 25), (30, 5 * 24 * 60)):
            self.resolve(resolved)
            with freeze_time(after(minute)):
                self.says(text="One more thing")
                self.assertEqual(self.lines(), [], "intake does not write it")
                self.desk()
                self.says(text="And another")
                self.conversation._desk_mark()
                self.desk()
            self.assertEqual(self.lines(), [self.AGAIN])
        self.assertEqual(len(self.conversation.cycle_ids), 2)

    def test_it_is_nobodys_line_also_where_a_colleague_has_it_counted(self):
        self.resolve(10)
        with freeze_time(after(15)):
            self.says()
            self.conversation.with_user(self.agent).action_resolve()
        self.assertEqual(self.lines(), [self.AGAIN, f"{self.agent.name} resolved this conversation"])
        message = self.env["mail.message"].search([("body", "like", "whatsapp-returned")])
        self.assertFalse(message.author_id)

    def test_who_opens_by_hand_is_named_instead(self):
        self.resolve(10)
        with freeze_time(after(15)):
            self.conversation.with_user(self.agent).action_reopen()
            self.desk()
        self.assertEqual(self.lines(), [f"{self.agent.name} opened this conversation again"])

    def test_what_needs_no_answer_leaves_no_line(self):
        self.resolve(10)

        def handle(_conversations, message):
            message._set_aside()
            return True

        self.patch(type(self.Conversation), "_inbound_handlers", lambda _self: ["_handle_rating"])
        self.patch(type(self.Conversation), "_handle_rating", handle)
        with freeze_time(after(15)):
            self.says(text="5 stars")
            self.conversation._desk_mark()
            self.desk()
        self.assertEqual((self.conversation.state, self.lines()), ("resolved", []))

    def test_many_cost_as_many_queries_as_a_few(self):
        def come_back(numbers):
            phones = [f"3460093{number:04}" for number in numbers]
            conversations = self.Conversation.union(*(self._conversation(phone) for phone in phones))
            for text in ("Hello", "Hello again"):
                for phone in phones:
                    self.receive(self.inbound_text(text, **{"from": phone}), contacts=({"wa_id": phone, "profile": {"name": "x"}},))
                if text == "Hello":
                    conversations._desk_count()
                    conversations.action_resolve()
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            conversations._desk_count()
            self.env.flush_all()
            self.env.cr.precommit.run()
            cost = self.env.cr.sql_log_count - before
            self.assertEqual({lines_of(conversation)[-1] for conversation in conversations}, {self.AGAIN})
            return cost

        come_back(range(60, 75))  # warm
        few, many = come_back(range(12)), come_back(range(20, 50))
        self.assertLessEqual(many, few + 2)
