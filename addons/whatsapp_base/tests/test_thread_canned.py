from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .discuss_common import DiscussCommon


@tagged("post_install", "-at_install")
class TestThreadCanned(DiscussCommon):
    """Canned replies with variables, files and buttons, and templates in the composer."""

    def canned(self, user=None, **values):
        return self.env["mail.canned.response"].with_user(user or self.agent).create(
            {"source": "hi", "substitution": "Hello", **values}
        )

    def mine(self, user=None):
        return self.conversation.with_user(user or self.agent)

    def test_variables_are_those_of_the_conversation(self):
        self.conversation.partner_id.write({"name": "Ana Ruiz", "city": "Sevilla"})
        response = self.canned(
            substitution="{{customer}} of {{customer.city}}: {{agent}}, {{company}}, {{team}}, {{number}}"
        )
        reply = self.mine().canned_reply(response.id)
        self.assertEqual(
            reply["text"], f"Ana Ruiz of Sevilla: wa_agent, {self.company.name}, Support, {self.channel.name}"
        )
        self.assertEqual(reply["missing"], [])

    def test_what_is_not_known_or_secret_stays_as_written(self):
        response = self.canned(
            substitution="{{order}} {{customer.city}} {{company.nothing}} {{agent.user_ids.password}} "
            "{{number.account_id.access_token}}"
        )
        reply = self.mine().canned_reply(response.id)
        self.assertEqual(
            set(reply["missing"]) - {"order"},
            {"customer.city", "company.nothing", "agent.user_ids.password", "number.account_id.access_token"},
        )
        self.assertIn("{{number.account_id.access_token}}", reply["text"])

    def test_favourites_come_first_and_are_ones_own(self):
        self.team.member_ids = self.agent | self.other_agent
        first = self.canned(source="aaa", team_ids=self.team.ids)
        second = self.canned(source="bbb", team_ids=self.team.ids)
        second.is_favorite = True
        shown = [(reply["source"], reply["is_favorite"]) for reply in self.mine().canned_replies()]
        self.assertEqual([s for s in shown if s[0] in ("aaa", "bbb")], [("bbb", True), ("aaa", False)])
        theirs = {reply["source"]: reply["is_favorite"] for reply in self.mine(self.other_agent).canned_replies()}
        self.assertEqual(theirs["bbb"], False)
        self.assertEqual([r["source"] for r in self.mine().canned_replies("aa")], [first.source])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_team_shares_its_replies_and_nobody_else_sees_them(self):
        response = self.canned(team_ids=self.team.ids)
        self.assertTrue(response.is_shared)
        alone = self.canned(source="mine")
        self.assertFalse(response.with_user(self.other_agent).has_access("read"))
        self.team.member_ids += self.other_agent
        other = response.with_user(self.other_agent)
        other.invalidate_recordset()
        self.assertEqual(other.substitution, "Hello")
        self.assertFalse(alone.with_user(self.other_agent).has_access("read"))
        self.assertFalse(other.has_access("write"))
        self.assertTrue(response.with_user(self.supervisor).has_access("write"))
        with self.assertRaises(AccessError):
            self.mine(self.other_agent).canned_reply(alone.id)

    def test_one_shares_with_ones_own_teams_only(self):
        foreign = self.env["whatsapp.team"].create({"name": "Foreign"})
        with self.assertRaisesRegex(ValidationError, "own teams only"):
            self.canned(team_ids=foreign.ids)

    def test_files_are_copied_for_each_message_and_must_be_visible(self):
        file = self.env["ir.attachment"].with_user(self.agent).create(
            {"name": "prices.pdf", "raw": b"%PDF-1.4", "mimetype": "application/pdf"}
        )
        self.team.member_ids = self.agent | self.other_agent
        response = self.canned(attachment_ids=file.ids, team_ids=self.team.ids)
        reply = self.mine(self.other_agent).canned_reply(response.id)
        copy = self.env["ir.attachment"].browse(reply["attachments"])
        self.assertEqual((copy.name, copy.raw, copy.create_uid), ("prices.pdf", b"%PDF-1.4", self.other_agent))
        self.assertNotEqual(copy, file)
        self.assertTrue(reply["store_data"]["ir.attachment"][0]["ownership_token"])
        hidden = self.env["ir.attachment"].create({"name": "of somebody else", "raw": b"x"})
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_attachment"):
            self.canned(attachment_ids=hidden.ids)

    def test_buttons_are_checked_when_they_are_written(self):
        response = self.canned(button_1="Yes", button_2="No")
        self.assertEqual(self.mine().canned_reply(response.id)["buttons"], ["Yes", "No"])
        with self.assertRaises(ValidationError):
            response.button_2 = "Yes"
        with self.assertRaises(ValidationError):
            response.substitution = "x" * 1025

    def test_the_preview_shows_text_and_buttons(self):
        response = self.canned(substitution="Hi *{{team}}*", button_1="Yes")
        shown = self.mine().canned_preview(response.id)["phone"]
        self.assertIn("Support", shown["body"])
        self.assertEqual([button["label"] for button in shown["buttons"]], ["Yes"])

    def test_a_deleted_reply_is_said_to_be(self):
        response = self.canned()
        number = response.id
        response.unlink()
        with self.assertRaisesRegex(UserError, "deleted meanwhile"):
            self.mine().canned_reply(number)

    # ------------------------------------------------------------
    # Templates
    # ------------------------------------------------------------

    def test_templates_are_filled_shown_and_sent_from_the_composer(self):
        self.conversation.write({"window_expires_at": False})
        template = self._template("greeting")
        choices = self.mine().template_choices("greet")
        self.assertEqual([(c["id"], c["needs_dialog"]) for c in choices], [(template.id, False)])
        draft = self.mine().template_draft(template.id)
        [line] = draft["lines"]
        draft = self.mine().template_draft(template.id, {line["key"]: "Ana"})
        self.assertIn("Hello Ana", draft["phone"]["body"])
        self.assertFalse(draft["problem"])
        with self.assertRaises(UserError):
            self.mine().send_template_draft(template.id, {})
        self.mine().send_template_draft(template.id, {line["key"]: "Ana"})
        [row] = self.Message.search([("conversation_id", "=", self.conversation.id)])
        self.assertEqual((row.type, row.origin, row.body), ("template", "agent", "Hello Ana"))

    def test_variables_with_known_names_are_proposed_and_can_be_emptied(self):
        self.conversation.partner_id.name = "Ana Ruiz"
        example = {"body_text_named_params": [{"param_name": "customer", "example": "John"}]}
        template = self._template(
            "named", parameter_format="NAMED", components=[{"type": "BODY", "text": "Hi {{customer}}", "example": example}]
        )
        draft = self.mine().template_draft(template.id)
        [line] = draft["lines"]
        self.assertEqual(line["value"], "Ana Ruiz")
        self.assertIn("Hi Ana Ruiz", draft["phone"]["body"])
        [line] = self.mine().template_draft(template.id, {line["key"]: ""})["lines"]
        self.assertEqual(line["value"], "")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_templates_are_for_who_may_write_to_the_customer(self):
        template = self._template("greeting")
        for user in (self.other_agent, self.employee):
            with self.assertRaises(AccessError):
                self.mine(user).template_choices()
            with self.assertRaises(AccessError):
                self.mine(user).send_template_draft(template.id, {})
