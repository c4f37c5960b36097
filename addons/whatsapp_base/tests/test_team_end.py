from lxml import etree
from psycopg2.errors import RestrictViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .team_common import TeamCommon


class TestTeamEnd(TeamCommon):
    """What a team has is not left behind: a team ends when it has nothing left, and macros keep their steps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel.team_id = False
        cls.conversation_of_team = cls.waiting()

    def test_a_team_with_open_conversations_or_numbers_is_not_archived(self):
        team = self.team.with_user(self.supervisor)
        team.sudo().supervisor_ids = self.supervisor
        with self.assertRaisesRegex(ValidationError, "not resolved: 1"):
            team.active = False
        self.conversation_of_team.state = "resolved"
        self.channel.team_id = self.team
        with self.assertRaisesRegex(ValidationError, "Choose another team on the number"):
            team.active = False
        self.channel.team_id = False
        team.active = False
        self.assertEqual(self.conversation_of_team.team_id, self.team)

    def test_a_team_with_a_past_is_not_deleted(self):
        self.conversation_of_team.state = "resolved"
        with self.assertRaisesRegex(UserError, "Archive the team instead"):
            self.team.unlink()
        self.env["whatsapp.team"].create({"name": "By mistake"}).unlink()

    def test_what_a_macro_uses_is_not_deleted(self):
        tag = self.env["whatsapp.tag"].create({"name": "Angry"})
        self.env["whatsapp.macro"].create(
            {"name": "Calm down", "step_ids": [Command.create({"kind": "tag", "tag_ids": tag.ids})]}
        )
        with self.assertRaisesRegex(UserError, "The macro “Calm down” uses the tag “Angry”"):
            tag.unlink()
        tag.active = False
        with self.assertRaisesRegex(ValidationError, "does nothing"):
            self.env["whatsapp.macro"].create({"name": "Nothing"})

    def test_hours_that_make_no_sense(self):
        silence = {"auto_resolve_hours": 2, "auto_resolve_warning": "Are you there?"}
        for values, words in (
            ({**silence, "auto_resolve_warning_hours": 2}, "less than the 2 hours"),
            ({**silence, "auto_resolve_warning_hours": 0}, "at least 1"),
            ({"reopen_hours": -1}, "cannot be negative"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
                self.team.write(values)
        self.team.write({**silence, "auto_resolve_warning_hours": 1})

    @mute_logger("odoo.sql_db")
    def test_how_past_cases_ended_is_not_forgotten(self):
        outcome = self.env["whatsapp.outcome"].create({"name": "Sold"})
        self.desk()
        self.conversation_of_team.action_resolve(outcome_id=outcome.id)
        self.assertEqual(self.conversation_of_team.cycle_ids.outcome_id, outcome)
        with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
            outcome.unlink()
        outcome.active = False
        self.assertEqual(self.conversation_of_team.cycle_ids.outcome_id, outcome)

    def test_who_has_left_is_no_agent_and_who_has_no_role_no_member(self):
        shown = safe_eval(self.env.ref("whatsapp_base.whatsapp_agent_action").domain)
        self.assertIn(self.ben, self.Agent.search(shown).user_id)
        self.ben.active = False
        self.assertNotIn(self.ben, self.Agent.search(shown).user_id)
        self.assertIn(self.ana, self.Agent.search(shown).user_id)
        offered = self.env["res.users"].search(self.offered_members())
        self.assertIn(self.ana, offered)
        self.assertNotIn(self.employee, offered)

    def offered_members(self):
        """Return the domain by which the form of a team offers members."""
        view = self.env["whatsapp.team"].get_view(self.env.ref("whatsapp_base.whatsapp_team_view_form").id, "form")
        node = etree.fromstring(view["arch"]).find(".//field[@name='membership_ids']/list/field[@name='user_id']")
        return safe_eval(node.get("domain"), {"parent": self.team, "uid": self.env.uid})
