from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import WhatsappCommon


@tagged("post_install", "-at_install")
class TestSecurity(WhatsappCommon):
    """Who sees and does what, as RPC would be asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.message = cls.Message.browse()
        cls.row = cls._conversation("34600900801")._send_text("secret price")
        cls.conversation = cls.row.conversation_id
        cls.template = cls._template()
        cls.event_row = cls.Event.create({"account_id": cls.account.id, "body": '{"secret": "body"}'})
        cls.refusal = cls.env["whatsapp.webhook.refusal"].create(
            {"day": "2026-01-01", "account_id": cls.account.id, "reason": "json", "count": 1, "last_at": "2026-01-01 00:00:00"}
        )
        cls.rate = cls.env["whatsapp.channel.rate"].create({"channel_id": cls.channel.id})
        cls.records = {
            "whatsapp.business.account": cls.account, "whatsapp.channel": cls.channel, "whatsapp.channel.rate": cls.rate,
            "whatsapp.team": cls.team, "whatsapp.contact": cls.conversation.contact_id,
            "whatsapp.conversation": cls.conversation, "whatsapp.chat.message": cls.row,
            "whatsapp.message.template": cls.template, "whatsapp.message.template.translation": cls.template.translation_ids,
            "whatsapp.webhook.event": cls.event_row,
            "whatsapp.webhook.refusal": cls.refusal,
        }
        cls.env.flush_all()

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_who_has_no_role_reads_and_finds_nothing(self):
        for user in (self.employee, self.portal, self.public):
            for record in self.records.values():
                with self.subTest(user=user.login, model=record._name):
                    with self.assertRaises(AccessError):
                        record.with_user(user).read(["display_name"])
                    with self.assertRaises(AccessError):
                        record.with_user(user).search([])
                    with self.assertRaises(UserError):
                        record.with_user(user).export_data(["id"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_agents_see_their_teams_only(self):
        conversation = self.conversation
        self.assertIn(conversation, self.Conversation.with_user(self.agent).search([]))
        self.assertNotIn(conversation, self.Conversation.with_user(self.other_agent).search([]))
        self.assertNotIn(self.row, self.Message.with_user(self.other_agent).search([]))
        for record in (conversation, self.row):
            with self.assertRaises(AccessError):
                record.with_user(self.other_agent).read(["display_name"])
        with self.assertRaises(AccessError):
            conversation.with_user(self.other_agent).action_assign_to_me()
        with self.assertRaises(AccessError):
            conversation.with_user(self.other_agent).action_open_discuss()
        with self.assertRaises(AccessError):
            self.row.with_user(self.other_agent).action_cancel()
        self.assertIn(conversation, self.Conversation.with_user(self.supervisor).search([]))
        self.assertIn(conversation, self.Conversation.with_user(self.admin).search([]))

    def test_what_is_assigned_to_an_agent_is_seen_by_them(self):
        self.conversation.user_id = self.other_agent
        self.assertIn(self.conversation, self.Conversation.with_user(self.other_agent).search([]))
        self.assertIn(self.row, self.Message.with_user(self.other_agent).search([]))

    def test_numbers_without_a_team_are_everybodys(self):
        channel = self._channel(self.account, "399000000000007")
        conversation = self._conversation("34600900802", channel=channel)
        self.assertIn(conversation, self.Conversation.with_user(self.other_agent).search([]))

    def test_the_thread_follows_the_conversation(self):
        thread = self.conversation.discuss_channel_id
        for user, may in (
            (self.agent, True), (self.supervisor, True), (self.admin, True), (self.other_agent, False), (self.employee, False),
            (self.portal, False), (self.public, False),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(thread.with_user(user).has_access("read"), may)
        message = self.row.mail_message_id
        self.assertTrue(message.with_user(self.agent).has_access("read"))
        self.assertFalse(message.with_user(self.employee).has_access("read"))
        self.assertFalse(message.with_user(self.other_agent).has_access("read"))

    def test_the_customer_with_a_login_does_not_see_the_thread(self):
        customer = new_test_user(self.env, "wa_customer", "base.group_portal")
        self.conversation.contact_id.partner_id = customer.partner_id
        self.env.flush_all()
        self.assertFalse(self.conversation.discuss_channel_id.with_user(customer).has_access("read"))
        with self.assertRaisesRegex(Exception, "Only colleagues"):
            self.conversation.discuss_channel_id.sudo()._add_members(partners=customer.partner_id)

    def _exporter(self, user):
        """Give a user the right to export, which is a role of its own in Odoo."""
        user.group_ids += self.env.ref("base.group_allow_export")
        return user

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_payloads_are_for_administrators(self):
        for user in (self.agent, self.supervisor):
            row = self.row.with_user(user)
            for name in ("payload", "payload_pretty"):
                with self.subTest(user=user.login, field=name):
                    with self.assertRaises(AccessError):
                        row.read([name])
                    with self.assertRaises(AccessError):
                        row.with_user(self._exporter(user)).export_data([name])
                    self.assertNotIn(name, row.fields_get())
            with self.assertRaises(AccessError):
                row.search([("payload", "like", "secret")])
            self.assertEqual(row.read(["body"])[0]["body"], "secret price")
        self.assertIn("secret price", self.row.with_user(self.admin).payload_pretty)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_credentials_are_for_administrators_and_masked(self):
        for user in (self.agent, self.supervisor):
            account = self.account.with_user(user)
            for name in ("access_token", "app_secret", "verify_token", "webhook_uuid", "callback_url"):
                with self.subTest(user=user.login, field=name), self.assertRaises(AccessError):
                    account.read([name])
            self.assertTrue(account.read(["name", "state"]))
            with self.assertRaises(AccessError):
                account.action_test_connection()
            with self.assertRaises(AccessError):
                account.action_new_verify_token()
        self.assertIn(self.account.webhook_uuid, self.account.with_user(self.admin).callback_url)

    def test_template_definitions_are_for_administrators(self):
        template = self.template.translation_ids.with_user(self.agent)
        with self.assertRaises(AccessError):
            template.read(["definition"])
        self.assertIn("Hello", template.preview_html)

    def test_journal_bodies_are_for_administrators(self):
        self.assertIn("body", self.event_row.with_user(self.admin).body_pretty)
        with self.assertRaises(AccessError):
            self.event_row.with_user(self.supervisor).action_replay()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_agents_cannot_open_the_window_or_redirect_answers(self):
        later = fields.Datetime.add(fields.Datetime.now(), days=9)
        other = self._contact("34600900803")
        for vals in (
            {"window_expires_at": later}, {"contact_id": other.id}, {"company_id": 1}, {"discuss_channel_id": False},
            {"channel_id": self.channel.id}, {"unanswered_count": 0},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                self.conversation.with_user(self.supervisor).write(vals)
        for vals in ({"wa_id": "1"}, {"bsuid": "X.1"}, {"portfolio": "1"}, {"company_id": 1}, {"profile_name": "x"}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                other.with_user(self.supervisor).write(vals)
        with self.assertRaises(AccessError):
            self.row.with_user(self.supervisor).write({"state": "read"})
        with self.assertRaises(AccessError):
            self.Message.with_user(self.agent).create({"conversation_id": self.conversation.id})

    def test_agents_can_do_their_work(self):
        conversation = self.conversation.with_user(self.agent)
        conversation.action_assign_to_me()
        conversation.write({"state": "pending"})
        conversation.action_resolve()
        self.assertEqual((conversation.state, conversation.unanswered_count), ("resolved", 0))
        conversation.action_reopen()
        conversation.action_unassign()
        conversation.contact_id.write({"blocked": True})
        conversation.message_post(body="a note")
        conversation.activity_schedule("mail.mail_activity_data_todo", summary="Call")
        self.row.with_user(self.agent).action_cancel()
        self.assertEqual(self.row.state, "cancelled")
        action = conversation.action_open_discuss()
        self.assertEqual(action["tag"], "mail.action_discuss")

    def test_only_agents_write_to_customers(self):
        thread = self.conversation.discuss_channel_id
        thread.with_user(self.agent).message_post(body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment")
        row = self.Message.search([("conversation_id", "=", self.conversation.id)], limit=1)
        self.assertEqual((row.body, row.origin, row.user_id), ("Hello", "agent", self.agent))
        for user in (self.other_agent, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                thread.with_user(user).message_post(body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment")

    def test_private_methods_are_not_callable(self):
        for model, method in (
            ("whatsapp.business.account", "_secret"), ("whatsapp.conversation", "_send_text"), ("whatsapp.conversation", "_receive"),
            ("whatsapp.chat.message", "_requeue"), ("whatsapp.chat.message", "_claim"), ("whatsapp.demo", "_load_templates"),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                get_public_method(self.env[model], method)

    def test_everybody_can_still_read_partners_and_messages(self):
        partner = self.conversation.partner_id
        for user in (self.employee, self.other_agent, self.agent):
            with self.subTest(user=user.login):
                # only our fields: Odoo's own are not all readable by everybody either
                names = [name for name in partner.with_user(user).fields_get() if "whatsapp" in name]
                self.assertEqual(bool(names), user != self.employee)
                self.assertTrue(partner.with_user(user).read(["name", *names]))
        note = partner.message_post(body="note")
        for user in (self.employee, self.agent):
            names = [name for name in note.with_user(user).fields_get() if "whatsapp" in name]
            self.assertEqual(bool(names), user != self.employee)
            self.assertTrue(note.with_user(user).read(["body", *names]))
        self.assertEqual(partner.with_user(self.agent).whatsapp_conversation_count, 1)
        self.assertEqual(partner.with_user(self.other_agent).whatsapp_conversation_count, 0)

    # ------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nothing_crosses_companies(self):
        company = self.env["res.company"].create({"name": "Tenant"})
        # not base.group_system: Odoo shows every Discuss channel to whoever may change any right
        stranger = new_test_user(
            self.env, "wa_stranger", "base.group_user,whatsapp_base.group_whatsapp_admin",
            company_id=company.id, company_ids=[(6, 0, company.ids)],
        )
        for record in self.records.values():
            theirs = record.with_user(stranger)
            with self.subTest(model=record._name):
                self.assertNotIn(record, theirs.search([]))
                with self.assertRaises(AccessError):
                    theirs.read(["display_name"])
        self.assertFalse(self.conversation.discuss_channel_id.with_user(stranger).has_access("read"))

    def test_the_same_phone_in_two_companies_is_two_customers(self):
        company = self.env["res.company"].create({"name": "Tenant"})
        account = self._account("299000000000008", company_id=company.id)
        channel = self._channel(account, "399000000000008")
        theirs = self.receive(self.inbound_text("to them"), channel=channel)
        ours = self.receive(self.inbound_text("to us"))
        self.assertEqual(theirs.company_id, company)
        self.assertNotEqual(ours.contact_id, theirs.contact_id)
        self.assertNotEqual(ours.contact_id.partner_id, theirs.contact_id.partner_id)
        self.assertEqual(theirs.contact_id.partner_id.company_id, company)

    def test_a_team_of_another_company_cannot_answer(self):
        company = self.env["res.company"].create({"name": "Tenant"})
        team = self.env["whatsapp.team"].create({"name": "Theirs", "company_id": company.id})
        with self.assertRaisesRegex(Exception, "compan"):
            self.channel.team_id = team
