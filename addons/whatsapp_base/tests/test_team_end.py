from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

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
