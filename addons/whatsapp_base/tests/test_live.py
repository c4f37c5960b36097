import json

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .discuss_common import DiscussCommon


@tagged("post_install", "-at_install")
class TestLive(DiscussCommon):
    """Whoever may see a conversation hears of it, whoever may not (any more) hears nothing: people it is shared with, agents
    who had it open when a colleague took it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.friend = cls.other_agent  # of no team: sees what is shared with them
        company = cls.env["res.company"].create({"name": "Far"})
        cls.far = new_test_user(
            cls.env, "wa_far", "base.group_user,whatsapp_base.group_whatsapp_agent", company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound_text("Hello")).conversation_id
        self.thread = self.conversation.discuss_channel_id

    def told(self, function, *args):
        """Return {login: [payload]} of what a call tells people on their own bus channels."""
        users = self.agent | self.friend | self.supervisor | self.employee | self.portal | self.far
        logins = {user.partner_id.id: user.login for user in users}
        result = {}
        for channel, message in self.bus_rows(function, *args):
            if message["type"] == "whatsapp.conversation/queue" and channel[1] == "res.partner":
                result.setdefault(logins[channel[2]], []).append(message["payload"])
        return result

    def test_a_message_is_told_to_those_with_whom_the_conversation_is_shared(self):
        self.conversation.write({"user_id": self.agent.id, "shared_user_ids": self.friend.ids})
        told = self.told(self.receive, self.inbound_text("Again"))
        self.assertEqual(list(told), [self.friend.login])
        [payload] = told[self.friend.login]
        self.assertEqual((payload["changed"], payload["agents"], payload["gone"]), (self.conversation.ids, self.agent.ids, []))
        self.assertFalse(payload["waiting"] or payload["known"], "of the rest they ask with their own rights")
        self.assertEqual(list(self.told(self.post, self.agent)), [self.friend.login], "an answer as well")

    def test_sharing_and_its_end_are_told_at_once(self):
        [payload] = self.told(self.conversation.write, {"shared_user_ids": [Command.link(self.friend.id)]})[self.friend.login]
        self.assertEqual((payload["changed"], payload["gone"]), (self.conversation.ids, []))
        [payload] = self.told(self.conversation.write, {"shared_user_ids": [Command.clear()]})[self.friend.login]
        self.assertEqual((payload["changed"], payload["gone"], payload["unshared"]), ([], self.conversation.ids, self.conversation.ids))
        self.assertEqual(self.told(self.receive, self.inbound_text("Again")), {})

    def test_who_may_not_read_it_is_told_nothing_even_when_it_is_shared(self):
        self.conversation.shared_user_ids = self.employee | self.far | self.friend
        self.assertEqual(list(self.told(self.receive, self.inbound_text("Again"))), [self.friend.login])
        self.conversation.contact_id.blocked = True
        self.assertEqual(self.told(self.receive, self.inbound_text("Again")), {}, "what blocked people write is shown to nobody")

    def test_a_batch_is_one_row_a_person(self):
        talks = self.conversation.union(*(self._conversation(f"3460090040{number}") for number in range(9)))
        talks.shared_user_ids = self.friend | self.supervisor
        told = self.told(talks._announce)
        self.assertEqual({login: [len(p["changed"]) for p in payloads] for login, payloads in told.items()}, {
            self.friend.login: [10], self.supervisor.login: [10],
        })

    def test_many_take_as_many_queries_as_few_shared_or_not(self):
        talks = self.conversation.union(*(self._conversation(f"3460090040{number}") for number in range(9)))

        def queries(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records._announce()
            return self.env.cr.sql_log_count - before

        queries(talks)  # fills what is cached for good
        alone = queries(talks)
        self.assertLessEqual(alone, queries(talks[:2]) + 1)
        talks.shared_user_ids = self.friend | self.supervisor
        queries(talks)
        self.assertLessEqual(queries(talks), queries(talks[:2]) + 1)
        self.assertLessEqual(queries(talks), alone + 4, "people, their partners, groups and companies")

    def test_the_old_team_is_told_that_it_went_to_another(self):
        queue = self.Conversation._queue_subchannel(self.company.id, self.team.id)
        rows = self.queue_rows(self.conversation.write, {"team_id": self.env["whatsapp.team"].create({"name": "Sales"}).id})
        self.assertEqual(rows[queue]["moved"], self.conversation.ids)
        self.conversation.team_id = self.team
        rows = self.queue_rows(self.conversation.with_user(self.agent).action_assign_to_me)
        self.assertEqual((rows[queue]["gone"], rows[queue]["moved"]), (self.conversation.ids, []))

    def test_an_agent_from_whom_it_is_taken_hears_it_in_the_thread(self):
        self.conversation.user_id = self.agent
        found = [
            message["payload"]["whatsapp.conversation"][0]
            for channel, message in self.bus_rows(self.conversation.action_unassign)
            if channel[1:] == ["discuss.channel", self.thread.id] and "whatsapp.conversation" in message["payload"]
        ]
        self.assertEqual([values["agent_id"] for values in found], [False])

    def test_a_conversation_that_is_merged_away_is_gone_for_all(self):
        self.conversation.shared_user_ids = self.friend
        [payload] = self.told(self.conversation._announce_gone)[self.friend.login]
        self.assertEqual((payload["gone"], payload["changed"], payload["unshared"]), (self.conversation.ids, [], []))

    def test_who_has_it_open_asks_how_it_stands_with_their_own_rights(self):
        follow = self.conversation.with_user(self.agent).inbox_follow
        [values] = follow()["data"]["whatsapp.conversation"]
        self.assertEqual((values["id"], values["state"], values["agent_id"]), (self.conversation.id, "open", False))
        colleague = new_test_user(self.env, "wa_maya", "base.group_user,whatsapp_base.group_whatsapp_agent", name="Maya")
        self.team.member_ids += colleague
        self.conversation.with_user(colleague).action_assign_to_me()
        self.assertEqual(follow(), {"lost": "unreadable"})
        self.assertEqual(self.conversation.with_user(self.employee).inbox_follow(), {"lost": "unreadable"})
        values = self.conversation.with_user(self.supervisor).inbox_follow()["data"]
        self.assertEqual(values["whatsapp.conversation"][0]["agent_id"], colleague.partner_id.id)
        self.assertIn("Maya", json.dumps(values, default=str))
        self.assertNotIn(self.conversation.contact_id.wa_id, json.dumps(values, default=str))
        self.assertEqual(self.Conversation.browse(999_999_999).with_user(self.agent).inbox_follow(), {"lost": "deleted"})
