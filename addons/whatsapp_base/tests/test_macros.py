"""Macros: several things with one click, all or none, with the rights of who runs them."""

from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger

from ..models import whatsapp_macro
from .discuss_common import DiscussCommon


class TestMacros(DiscussCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag = cls.env["whatsapp.tag"].create({"name": "Refund"})
        cls.conversation.tag_ids = False

    def macro(self, *steps, user=None, **values):
        return self.env["whatsapp.macro"].with_user(user or self.agent).create(
            {"name": "Close politely", "step_ids": [Command.create(step) for step in steps], **values}
        )

    def close(self, **values):
        return self.macro(
            {"kind": "reply", "text": "Thank you, {{customer}}!"}, {"kind": "tag", "tag_ids": self.tag.ids},
            {"kind": "priority", "priority": "2"}, {"kind": "note", "text": "Was angry"}, {"kind": "resolve"}, **values,
        )

    def test_all_steps_are_done_in_order_as_if_the_agent_had_done_them(self):
        report = self.close().run(self.conversation.ids)
        self.assertEqual(report, {"done": self.conversation.ids, "failed": [], "name": "Close politely"})
        row = self.conversation.message_line_ids
        self.assertEqual((row.body, row.user_id, row.origin), (f"Thank you, {self.conversation.partner_id.name}!", self.agent, "agent"))
        self.assertEqual((self.conversation.tag_ids, self.conversation.priority), (self.tag, "2"))
        self.assertEqual((self.conversation.state, self.conversation.user_id), ("resolved", self.agent))
        note = self.env["mail.message"].search([("res_id", "=", self.thread.id), ("body", "ilike", "Was angry")])
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))

    def test_a_step_that_fails_is_named_and_nothing_is_changed(self):
        macro = self.macro({"kind": "tag", "tag_ids": self.tag.ids}, {"kind": "reply", "text": "Hello"}, {"kind": "resolve"})
        self.conversation.window_expires_at = False
        with self.assertRaisesRegex(UserError, r"Step 2 \(Reply “Hello”\).*template"), self.env.cr.savepoint():
            macro.run(self.conversation.ids)
        self.env.invalidate_all()
        self.assertFalse(self.conversation.tag_ids)
        self.assertEqual((self.conversation.state, macro.use_count), ("open", 0))

    def test_outside_the_window_it_does_what_the_step_says(self):
        self.conversation.window_expires_at = False
        self.macro({"kind": "reply", "text": "Hello", "outside": "skip"}, {"kind": "resolve"}).run(self.conversation.ids)
        self.assertFalse(self.conversation.message_line_ids)
        self.macro({"kind": "reply", "text": "Hello", "outside": "later"}).run(self.conversation.ids)
        self.assertEqual([row["body"] for row in self.conversation.pending_replies()], ["Hello"])
        template = self._template("hello", components=[{"type": "BODY", "text": "Hello again"}])
        self.macro({"kind": "reply", "text": "Hello", "outside": "template", "template_id": template.id}).run(self.conversation.ids)
        self.assertEqual(self.conversation.message_line_ids.template_id, template)

    def test_on_many_each_is_all_or_nothing_and_the_report_says_why(self):
        closed = self._conversation("34600900333", open_window=False)
        report = self.close().run([self.conversation.id, closed.id])
        self.assertEqual(report["done"], self.conversation.ids)
        [failed] = report["failed"]
        self.assertEqual((failed["id"], failed["name"]), (closed.id, closed.display_name))
        self.assertIn("Step 1", failed["problem"])
        self.assertEqual((closed.state, closed.tag_ids), ("open", self.tag.browse()))
        self.assertEqual((self.conversation.state, self.env["whatsapp.macro"].search([]).use_count), ("resolved", 1))

    def test_they_are_offered_for_any_number_of_conversations_and_run_on_some_at_a_time(self):
        ids = self.conversation.ids + [row.id for row in (self._conversation(f"34600900{number}") for number in range(400, 405))]
        macro = self.close()
        self.patch(whatsapp_macro, "MOST_AT_ONCE", 5)
        offered = self.env["whatsapp.macro"].with_user(self.agent).for_conversations(ids)
        self.assertEqual([line["id"] for line in offered], macro.ids)
        with self.assertRaisesRegex(UserError, "up to 5 conversations in one call"):
            macro.run(ids)

    def test_the_preview_says_what_would_be_written_and_what_is_in_the_way(self):
        self.close()
        [macro] = self.env["whatsapp.macro"].with_user(self.agent).for_conversations(self.conversation.ids)
        self.assertEqual(macro["steps"][0]["text"], f"Thank you, {self.conversation.partner_id.name}!")
        self.assertFalse(any(step["blocks"] for step in macro["steps"]))
        self.conversation.window_expires_at = False
        [macro] = self.env["whatsapp.macro"].with_user(self.agent).for_conversations(self.conversation.ids)
        self.assertEqual((macro["steps"][0]["blocks"], macro["steps"][1]["blocks"]), (True, False))
        self.assertIn("template", macro["steps"][0]["problem"])

    def test_a_variable_without_a_value_is_never_sent_as_it_is_written(self):
        macro = self.macro({"kind": "reply", "text": "Your {{nothing}} is ready"})
        with self.assertRaisesRegex(UserError, "nothing"):
            macro.run(self.conversation.ids)
        self.assertFalse(self.conversation.message_line_ids)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_who_sees_and_who_makes_macros(self):
        own = self.close()
        self.other_agent.group_ids += self.env.ref("whatsapp_base.group_whatsapp_agent")
        Theirs = self.env["whatsapp.macro"].with_user(self.other_agent)
        self.assertFalse(Theirs.search([]))
        with self.assertRaises(AccessError):
            own.with_user(self.supervisor).read(["name"])
        with self.assertRaisesRegex(AccessError, "supervisors"), self.env.cr.savepoint():
            own.visibility = "all"
        self.env.invalidate_all()
        shared = self.close(user=self.supervisor, visibility="team", team_ids=self.team.ids)
        self.assertIn(shared, self.env["whatsapp.macro"].with_user(self.agent).search([]))
        self.assertFalse(Theirs.search([]))
        with self.assertRaises(AccessError):
            shared.with_user(self.agent).name = "Mine now"
        with self.assertRaises(AccessError):
            shared.with_user(self.agent).step_ids[0].text = "Rude"
        self.close(user=self.supervisor, visibility="all")
        self.assertEqual(len(Theirs.search([])), 1)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_it_lends_no_rights(self):
        macro = self.close(user=self.supervisor, visibility="all")
        with self.assertRaises(AccessError):
            macro.with_user(self.other_agent).run(self.conversation.ids)
        with self.assertRaises(AccessError):
            macro.with_user(self.employee).run(self.conversation.ids)
        self.assertEqual(self.conversation.state, "open")

    def test_incomplete_steps_say_what_is_missing(self):
        for step, words in (
            ({"kind": "reply"}, "write a text"), ({"kind": "tag"}, "tag"), ({"kind": "template"}, "template"),
            ({"kind": "assign_user"}, "colleague"), ({"kind": "snooze", "snooze_hours": 0}, "hours"),
        ):
            with self.subTest(step=step), self.assertRaisesRegex(ValidationError, words):
                self.macro(step)
        with self.assertRaisesRegex(ValidationError, "does nothing"):
            self.macro()

    def test_assigning_and_snoozing(self):
        self.macro({"kind": "assign_me"}, {"kind": "snooze", "snooze_for": "hours", "snooze_hours": 2}).run(self.conversation.ids)
        self.assertEqual(self.conversation.user_id, self.agent)
        self.assertTrue(self.conversation.snoozed_until)
        team = self.env["whatsapp.team"].create({"name": "Sales", "member_ids": self.agent.ids})
        self.macro({"kind": "assign_team", "team_id": team.id}).run(self.conversation.ids)
        self.assertEqual(self.conversation.team_id, team)

    def test_mornings_are_those_of_the_agent(self):
        self.agent.tz = "Europe/Madrid"
        step = self.macro({"kind": "snooze", "snooze_for": "monday"}).step_ids
        # a Saturday before the clocks go back: 9 o'clock is 8 UTC on Monday, not 7
        self.assertEqual(step._snooze_until(datetime(2026, 10, 24, 12)), datetime(2026, 10, 26, 8))
        step.snooze_for = "tomorrow"
        self.assertEqual(step._snooze_until(datetime(2026, 7, 1, 23)), datetime(2026, 7, 3, 7))
        step.write({"snooze_for": "hours", "snooze_hours": 3})
        self.assertEqual(step._snooze_until(datetime(2026, 7, 1, 23)), datetime(2026, 7, 1, 23) + timedelta(hours=3))
