from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from .team_common import TeamCommon


class TestVisibility(TeamCommon):
    """Agents see their own, what waits for their teams, and what is shared; supervisors the teams; administrators all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(cls.env, "wa_boss", "base.group_user,whatsapp_base.group_whatsapp_supervisor")
        cls.sales = cls.env["whatsapp.team"].create({"name": "Sales", "supervisor_ids": [Command.set(cls.boss.ids)]})
        open_channel = cls._channel(cls.account, "399000000000007")
        cls.free, cls.anas, cls.bens = cls.waiting(), cls.waiting(user_id=cls.ana.id), cls.waiting(user_id=cls.ben.id)
        cls.selling = cls.waiting(team=cls.sales)
        cls.sold = cls.waiting(team=cls.sales, user_id=cls.other_agent.id)
        cls.nobodys = cls._conversation("34611009999", channel=open_channel)
        cls.taken = cls._conversation("34611009998", channel=open_channel)
        cls.taken.user_id = cls.ben
        cls.all = cls.free | cls.anas | cls.bens | cls.selling | cls.sold | cls.nobodys | cls.taken
        for conversation in cls.all:
            conversation._send_text("secret")
        cls.env.flush_all()

    def assertSees(self, user, expected, message=None):
        """Check every model that follows from a conversation, by searching and by reading."""
        names = ["whatsapp.conversation", "whatsapp.chat.message", "discuss.channel"]
        ways = {"whatsapp.chat.message": "conversation_id", "discuss.channel": "whatsapp_conversation_id"}
        self.env.flush_all()
        for name in names:
            records = self.env[name].with_user(user).search([(ways.get(name, "id"), "in", self.all.ids)])
            found = records.sudo().mapped(ways[name]) if name in ways else records
            self.assertEqual(found.sudo(), expected.sudo(), f"{message or user.login}: {name}")
        for conversation in self.all:
            is_seen = conversation in expected
            row = conversation.message_line_ids[:1]
            for record in (conversation, row, conversation.discuss_channel_id, row.mail_message_id):
                self.assertEqual(record.with_user(user).has_access("read"), is_seen, f"{user.login}: {record}")
            self.assertEqual(conversation.with_user(user).has_access("write"), is_seen)

    def test_an_agent(self):
        self.assertSees(self.ana, self.free | self.anas | self.nobodys)
        self.assertSees(self.other_agent, self.sold | self.nobodys)

    def test_an_agent_keeps_what_is_theirs_when_the_team_changes(self):
        self.anas.team_id = self.sales
        self.assertSees(self.ana, self.free | self.anas | self.nobodys)

    def test_what_is_shared(self):
        self.sold.shared_user_ids = self.ana
        self.assertSees(self.ana, self.free | self.anas | self.nobodys | self.sold)
        self.team.is_shared = True
        self.assertSees(self.ana, self.free | self.anas | self.nobodys | self.sold | self.bens)
        self.team.is_shared = False
        self.assertSees(self.ana, self.free | self.anas | self.nobodys | self.sold)

    def test_membership_counts_at_once(self):
        member = self.env["whatsapp.team.member"].create({"team_id": self.sales.id, "user_id": self.ana.id})
        self.assertSees(self.ana, self.free | self.anas | self.nobodys | self.selling)
        member.unlink()
        self.assertSees(self.ana, self.free | self.anas | self.nobodys)

    def test_supervisors_see_the_teams_they_lead_or_belong_to_and_those_that_nobody_leads(self):
        support = self.free | self.anas | self.bens | self.nobodys | self.taken
        self.assertSees(self.supervisor, support)
        self.assertSees(self.boss, self.all)
        self.team.supervisor_ids = self.boss
        self.assertSees(self.supervisor, self.nobodys | self.taken)
        self.env["whatsapp.team.member"].create({"team_id": self.team.id, "user_id": self.supervisor.id})
        self.assertSees(self.supervisor, support)

    def test_administrators_see_all(self):
        self.assertSees(self.admin, self.all)

    def test_who_has_no_role_sees_nothing(self):
        for user in (self.employee, self.portal):
            self.assertFalse(self.env["discuss.channel"].with_user(user).search([("whatsapp_conversation_id", "in", self.all.ids)]))
            self.assertFalse(self.free.with_user(user).has_access("read"))

    def test_a_supervisor_manages_the_teams_they_lead_and_cannot_join_another(self):
        self.team.with_user(self.supervisor).away_message = "Closed"
        self.team.with_user(self.supervisor).member_ids += self.other_agent
        with self.assertRaises(AccessError):
            self.sales.with_user(self.supervisor).name = "Mine now"
        with self.assertRaises(AccessError):
            self.env["whatsapp.team.member"].with_user(self.supervisor).create(
                {"team_id": self.sales.id, "user_id": self.supervisor.id}
            )
        with self.assertRaises(AccessError):
            self.sales.with_user(self.supervisor).supervisor_ids = self.supervisor
        team = self.env["whatsapp.team"].with_user(self.supervisor).create(
            {"name": "New", "membership_ids": [Command.create({"user_id": self.ana.id})]}
        )
        self.assertEqual(team.sudo().member_ids, self.ana)
        self.sales.with_user(self.boss).member_ids = self.ana
        self.sales.with_user(self.admin).name = "Renamed"

    def test_members(self):
        with self.assertRaisesRegex(Exception, "only internal users"):
            self.team.member_ids += self.portal
        company = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.env["whatsapp.team"].create({"name": "Theirs", "company_id": company.id})
        with self.assertRaisesRegex(Exception, "no access to the company"):
            theirs.member_ids = self.ana
        with self.assertRaisesRegex(Exception, "Capacity of Ana"):
            self.team.membership_ids[0].capacity = -1
        self.assertIn(self.team, self.env["whatsapp.team"].search([("member_ids", "in", self.ana.ids)]))
        self.team.member_ids = self.ben | self.agent
        self.assertEqual(self.team.membership_ids.user_id, self.ben | self.agent)

    def test_time_in_status_is_the_agents_own(self):
        Log = self.env["whatsapp.agent.status.log"]
        self.assertEqual(Log.with_user(self.ana).search([]).user_id, self.ana)
        self.assertLessEqual(self.ana | self.ben, Log.with_user(self.supervisor).search([]).user_id)

    def test_an_agent_who_gives_a_conversation_away_gets_no_error(self):
        conversation = self.anas.with_context(tracking_disable=False).with_user(self.ana)
        conversation.write({"user_id": self.ben.id})
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertNotIn(self.anas, self.Conversation.with_user(self.ana).search([]))
