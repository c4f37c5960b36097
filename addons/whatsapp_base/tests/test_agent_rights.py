from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger

from .team_common import TeamCommon

ROLE = "base.group_user,whatsapp_base.group_whatsapp_supervisor"


class TestAgentRights(TeamCommon):
    """Supervisors change agents of the teams that they lead; who may change nobody is told whom to ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(cls.env, "wa_boss", ROLE)
        cls.seller_boss = new_test_user(cls.env, "wa_seller_boss", ROLE)
        cls.team.supervisor_ids = cls.boss
        cls.sales = cls.env["whatsapp.team"].create(
            {
                "name": "Sales", "supervisor_ids": [Command.set(cls.seller_boss.ids)],
                "member_ids": [Command.set((cls.other_agent | cls.boss).ids)],
            }
        )
        cls.row = cls.Agent._of(cls.ana)

    def assertChanges(self, user, row=None, may=True):
        """Check every way in which somebody could change an agent."""
        row = (row or self.row).with_user(user)
        board = self.env["whatsapp.board"].with_user(user)
        theirs = row.sudo().user_id.id
        ways = {
            "status": lambda: row.write({"status": "busy"}),
            "capacity": lambda: row.write({"capacity": 3}),
            "both": lambda: row.write({"status": "active", "capacity": 4}),
            "skills": lambda: row.write({"skill_ids": [Command.clear()]}),
            "Reassign All": row.action_reassign,
            "its wizard": lambda: self.env["whatsapp.reassign"].with_user(user).create({"agent_id": row.id}).action_confirm(),
            "the board's status": lambda: board.set_status(theirs, "break"),
            "the board's Reassign All": lambda: board.reassign_all(theirs),
        }
        for name, way in ways.items():
            with self.subTest(user=user.login, way=name):
                if may:
                    way()
                else:
                    before = row.sudo().read(["status", "capacity"])
                    with self.assertRaises(AccessError) as caught:
                        way()
                    self.assertEqual(row.sudo().read(["status", "capacity"]), before)
                    if user.has_group("whatsapp_base.group_whatsapp_supervisor"):
                        self.assertIn("Ask a supervisor of their team or an administrator", str(caught.exception))
                        self.assertIn(row.sudo().name, str(caught.exception))

    def test_who_leads_a_team_of_theirs_may(self):
        self.assertChanges(self.boss)
        self.assertChanges(self.admin)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_who_leads_another_team_or_none_may_not(self):
        self.assertChanges(self.seller_boss, may=False)
        self.assertChanges(self.boss, self.Agent._of(self.other_agent), may=False)  # a member of that team, not its supervisor
        self.assertChanges(self.supervisor, may=False)
        self.assertChanges(self.ben, may=False)
        self.assertChanges(self.employee, may=False)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_teams_count_at_once(self):
        self.team.member_ids += self.other_agent
        self.assertChanges(self.boss, self.Agent._of(self.other_agent))
        self.team.member_ids -= self.other_agent
        self.assertChanges(self.boss, self.Agent._of(self.other_agent), may=False)
        self.team.supervisor_ids += self.supervisor
        self.assertChanges(self.supervisor)
        self.team.channel_ids.team_id = False
        self.team.active = False
        self.assertChanges(self.supervisor, may=False)

    def test_a_team_that_nobody_leads_is_led_by_every_supervisor_of_its_company(self):
        self.team.supervisor_ids = False
        self.assertChanges(self.supervisor)
        tenant = self.env["res.company"].create({"name": "Tenant"})
        self.ana.company_ids += tenant
        self.env["whatsapp.team"].create({"name": "Theirs", "company_id": tenant.id, "member_ids": self.ana.ids})
        self.team.supervisor_ids = self.boss
        self.assertFalse(self.row.with_user(self.supervisor).has_access("write"))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_of_several_the_others_are_named(self):
        both = self.row | self.Agent._of(self.other_agent)
        with self.assertRaisesRegex(AccessError, "wa_other") as caught:
            both.with_user(self.boss).write({"capacity": 9})
        self.assertNotIn("Ana", str(caught.exception))
        self.assertFalse(self.row.capacity)

    def test_everybody_reads_and_sets_the_own_status(self):
        for user in (self.ana, self.supervisor, self.seller_boss):
            self.assertTrue(self.row.with_user(user).read(["status", "capacity"]))
            self.assertEqual(self.Agent.with_user(user).set_status("busy")["status"], "busy")
        self.env["whatsapp.board"].with_user(self.supervisor).set_status(self.supervisor.id, "break")
        self.assertEqual(self.Agent._of(self.supervisor).status, "break")

    def test_what_would_be_refused_is_not_offered(self):
        """Whoever may change an agent, and nobody else, gets the buttons: in the form as on the board."""
        other_row = self.Agent._of(self.other_agent)
        for user, row, may in (
            (self.boss, self.row, True), (self.admin, self.row, True), (self.admin, other_row, True),
            (self.boss, other_row, False), (self.seller_boss, self.row, False), (self.supervisor, self.row, False),
        ):
            with self.subTest(user=user.login, agent=row.name):
                self.assertEqual(row.with_user(user).may_change, may)
                board = self.env["whatsapp.board"].with_user(user).load()
                line = next((line for line in board["agents"] if line["id"] == row.user_id.id), None)
                self.assertEqual(line["may_change"], may)
                form = Form(row.with_user(user), "whatsapp_base.whatsapp_agent_view_form")
                for name in ("status", "capacity", "calendar_id", "lang_ids", "skill_ids"):
                    self.assertEqual(form._get_modifier(name, "readonly"), not may, name)

    def test_whether_a_team_can_be_changed_is_said_before(self):
        self.assertTrue(self.team.with_user(self.boss).may_change)
        self.assertTrue(self.team.with_user(self.admin).may_change)
        self.assertFalse(self.sales.with_user(self.boss).may_change)  # a member, not a supervisor
        self.assertTrue(Form(self.env["whatsapp.team"].with_user(self.boss)).may_change)
