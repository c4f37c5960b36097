from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import convert_file
from odoo.tools.safe_eval import safe_eval

from ..models.whatsapp_demo_inbox import STAFF
from .common import WhatsappCommon


@tagged("post_install", "-at_install")
class TestScreens(WhatsappCommon):
    """Every screen opens for who may see it, and what people press works."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()

    def test_every_view_of_every_menu_opens_for_each_role(self):
        root = self.env.ref("whatsapp_base.whatsapp_menu_root")
        for user in (self.agent, self.supervisor, self.admin, self.env.ref("base.user_admin")):
            menus = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            visible = self.env["ir.ui.menu"].browse(menus).filtered(lambda menu: menu.parent_path.startswith(root.parent_path))
            self.assertTrue(visible)
            for action in [menu.action for menu in visible if menu.action]:
                opened = action
                if action.type == "ir.actions.server":  # the window that it opens, perhaps after a hint
                    opened = action.with_user(user).run()
                    opened = opened.get("params", {}).get("next", opened)
                if opened["type"] == "ir.actions.client":
                    continue  # screens of their own: the browser's tests open them
                model = self.env[opened["res_model"]].with_user(user)
                views = model.get_views([(view_id, kind) for view_id, kind in opened["views"]] + [(False, "search")])
                for kind, view in views["views"].items():
                    with self.subTest(user=user.login, model=opened["res_model"], view=kind):
                        self.assertTrue(etree.fromstring(view["arch"]) is not None)

    def test_menus_by_role(self):
        def names(user):
            menus = self.env["ir.ui.menu"].browse(self.env["ir.ui.menu"].with_user(user)._visible_menu_ids())
            return {xmlid.split(".")[1] for xmlid in menus.get_external_id().values() if xmlid.startswith("whatsapp_base.")}

        self.assertIn("whatsapp_menu_conversations", names(self.agent))
        self.assertNotIn("whatsapp_menu_configuration", names(self.agent))
        self.assertNotIn("whatsapp_menu_diagnostics", names(self.supervisor))
        self.assertIn("whatsapp_menu_teams", names(self.supervisor))
        self.assertNotIn("whatsapp_menu_accounts", names(self.supervisor))
        self.assertLessEqual({"whatsapp_menu_accounts", "whatsapp_menu_events", "whatsapp_menu_refusals"}, names(self.admin))
        self.assertFalse(names(self.employee))

    def test_every_search_filter_runs(self):
        models = ("whatsapp.business.account", "whatsapp.channel", "whatsapp.team", "whatsapp.contact", "whatsapp.conversation",
                  "whatsapp.chat.message", "whatsapp.message.template",
                  "whatsapp.message.template.translation", "whatsapp.webhook.event", "whatsapp.webhook.refusal")
        for name in models:
            model = self.env[name].with_user(self.admin)
            arch = etree.fromstring(model.get_view(view_type="search")["arch"])
            for node in arch.iter("filter"):
                if not node.get("domain"):
                    continue
                with self.subTest(model=name, filter=node.get("name")):
                    model.search(safe_eval(node.get("domain"), {"uid": self.admin.id}), limit=1)

    def test_an_account_is_entered_in_the_form(self):
        with Form(self.env["whatsapp.business.account"].with_user(self.admin)) as form:
            form.name, form.waba_id, form.app_id = "New", "299000000000050", "199000000000050"
            form.access_token, form.app_secret = "token", "secret"
            shown = form.verify_token
        account = form.record
        self.assertGreater(len(shown), 20)
        self.assertEqual(account._secret("verify_token"), shown, "the token that was shown before saving counts")
        self.assertEqual((account._secret("access_token"), account._secret("app_secret")), ("token", "secret"))
        with Form(account) as form:
            form.name = "Renamed"
        self.assertEqual(account._secret("access_token"), "token", "saving the form again keeps credentials")

    def test_wrong_ids_are_explained(self):
        with self.assertRaisesRegex(ValidationError, "digits only"):
            self._account("not a number")
        with self.assertRaisesRegex(ValidationError, "not the phone number"):
            self._channel(self.account, "+1 555")

    def test_numbers_of_buttons(self):
        conversation = self._conversation()
        conversation._send_text("x")
        self.assertEqual(self.channel.conversation_count, 1)
        self.assertEqual(conversation.contact_id.conversation_count, 1)
        self.assertEqual(conversation.message_line_count, 1)
        for record, method in (
            (self.channel, "action_view_conversations"), (conversation.contact_id, "action_view_conversations"),
            (conversation, "action_view_messages"), (self.account, "action_view_channels"),
            (self.account, "action_view_templates"), (self.account, "action_view_events"),
        ):
            action = getattr(record, method)()
            self.env[action["res_model"]].search(action["domain"])

    def test_the_customers_button_opens_the_inbox_at_their_latest_conversation(self):
        partner = self._conversation().partner_id
        latest = self._conversation(channel=self._channel(self.account, "399000000000999"))
        latest.write({"last_message_at": fields.Datetime.now() + timedelta(hours=1)})
        action = partner.with_user(self.agent).action_whatsapp_conversations()
        self.assertEqual((action["tag"], action["params"]["resId"]), ("whatsapp_base.inbox", latest.id))
        stranger = self.env["res.partner"].create({"name": "Nobody"})
        with self.assertRaisesRegex(UserError, "Nobody has no WhatsApp conversation"):
            stranger.action_whatsapp_conversations()

    def test_waiting_is_told_in_words(self):
        conversation = self._conversation()
        self.assertFalse(conversation.waiting_for)
        conversation.waiting_since = fields.Datetime.now() - timedelta(minutes=59, seconds=20)
        self.assertEqual(conversation.waiting_for, "59 minutes")

    def test_several_notifications_are_replayed_at_once(self):
        events = self.process(*[self.event("{}") for _ in range(2)])
        action = self.env.ref("whatsapp_base.whatsapp_webhook_event_action_replay")
        action.with_context(active_model=events._name, active_ids=events.ids).run()
        self.assertEqual(set(events.mapped("state")), {"pending"})

    def test_journal_bodies_are_readable(self):
        event = self.event('{"a":{"b":1}}')
        self.assertEqual(event.body_pretty, '{\n  "a": {\n    "b": 1\n  }\n}')
        event.body = "{broken"
        self.assertEqual(event.body_pretty, "{broken")

    def test_the_customer_form_shows_the_button_to_agents_only(self):
        for user in (self.employee, self.agent):
            arch = self.env["res.partner"].with_user(user).get_view(view_type="form")["arch"]
            self.assertEqual("action_whatsapp_conversations" in arch, user == self.agent)

    def test_a_template_shows_how_it_looks(self):
        template = self._template("shown", components=[
            {"type": "BODY", "text": "*Hello* <script>{{1}}"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes & no"}]},
        ])
        self.assertIn("<b>Hello</b>", template.preview_html)
        self.assertIn("&lt;script&gt;", template.preview_html)
        self.assertIn("Yes &amp; no", template.preview_html)


@tagged("post_install", "-at_install")
class TestRetention(WhatsappCommon):
    """What is deleted by itself, and what never."""

    def _settings(self, **values):
        self.env["res.config.settings"].create(values).execute()

    def test_settings_keep_zero(self):
        settings = self.env["res.config.settings"]
        self.assertEqual(settings.get_values()["whatsapp_journal_retention_days"], 30)
        self._settings(whatsapp_journal_retention_days=0, whatsapp_message_retention_days=0)
        self.assertEqual(settings.get_values()["whatsapp_journal_retention_days"], 0)
        self._settings(whatsapp_journal_retention_days=7, whatsapp_message_retention_days=90)
        self.assertEqual(settings.get_values()["whatsapp_message_retention_days"], 90)

    def test_too_short_a_memory_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "at least 30"):
            self._settings(whatsapp_message_retention_days=5)
        with self.assertRaisesRegex(ValidationError, "number of days"):
            self._settings(whatsapp_journal_retention_days=-1)

    def _old_messages(self):
        conversation = self._conversation()
        rows = {}
        for state in ("delivered", "failed", "queued", "sending", "uncertain", "cancelled"):
            rows[state] = conversation._send_text(state)
            rows[state].write({"state": state, "sent_on": fields.Datetime.now() - timedelta(days=100)})
        self.env.flush_all()
        return rows

    def test_messages_are_kept_for_ever_by_default(self):
        rows = self._old_messages()
        self.Message._gc_old()
        self.assertEqual(len(self.Message.browse([row.id for row in rows.values()]).exists()), len(rows))

    def test_old_messages_leave_the_log_and_what_may_still_leave_stays(self):
        rows = self._old_messages()
        shown = rows["delivered"].mail_message_id
        young = self._conversation("34600900901")._send_text("young")
        young.state = "delivered"
        unhandled = self.receive(self.inbound_text("x"))
        unhandled.write({"is_handled": False, "sent_on": fields.Datetime.now() - timedelta(days=100)})
        self._settings(whatsapp_message_retention_days=90)
        done, more = self.Message._gc_old()
        self.assertEqual((done, more), (3, False))
        left = {state for state, row in rows.items() if row.exists()}
        self.assertEqual(left, {"queued", "sending", "uncertain"})
        self.assertTrue(young.exists() and unhandled.exists())
        self.assertTrue(shown.exists(), "the conversation in Discuss stays")

    def test_handled_notifications_leave_and_the_others_stay(self):
        long_ago = fields.Datetime.now() - timedelta(days=40)
        events = {state: self.event("{}") for state in ("done", "pending", "parked")}
        for state, event in events.items():
            event.write({"state": state, "received_at": long_ago})
        recent = self.event("{}")
        recent.state = "done"
        self.env.flush_all()
        self.Event._gc_done()
        self.env.invalidate_all()
        self.assertEqual({state for state, event in events.items() if event.exists()}, {"pending", "parked"})
        self.assertTrue(recent.exists())


@tagged("post_install", "-at_install")
class TestDemo(WhatsappCommon):
    """Demo data loads, looks alive, sends nothing, and does not double."""

    def test_demo_data(self):
        convert_file(self.env, "whatsapp_base", "demo/whatsapp_demo_people.xml", None, "init", noupdate=True)
        self.Message.search([("wamid", "=like", "wamid.demo%")]).sudo().unlink()
        Demo = self.env["whatsapp.demo"]
        Demo._load_templates(self.account.id)
        Demo._load_conversations(self.channel.id)
        rows = self.Message.search([("channel_id", "=", self.channel.id)])
        self.assertGreater(len(rows.conversation_id), 11)
        self.assertFalse(rows.filtered(lambda row: row.state in ("queued", "sending") or row.media_state == "pending"))
        self.assertEqual(set(rows.conversation_id.mapped("state")), {"open", "pending", "resolved"})
        self.assertTrue(all(row.mail_message_id for row in rows if row.type not in ("reaction", "edit")))
        self.assertFalse(rows.filtered("is_waiting"), "reactions and edits are applied")
        cards = [shown["kind"] for row in rows if (shown := row._shown_content()) and shown.get("card")]
        self.assertEqual(set(cards), {"contacts", "flow", "location", "order"})
        Demo._load_conversations(self.channel.id)
        self.assertEqual(self.Message.search_count([("channel_id", "=", self.channel.id)]), len(rows))

    def test_the_inbox_of_the_demo_is_lively_and_settled(self):
        convert_file(self.env, "whatsapp_base", "demo/whatsapp_demo_people.xml", None, "init", noupdate=True)
        self.Message.search([("wamid", "=like", "wamid.demo%")]).sudo().unlink()
        Demo = self.env["whatsapp.demo"]
        Demo._load_templates(self.account.id)
        Demo._load_conversations(self.channel.id)
        Demo._load_inbox(self.channel.id)
        conversations = self.Conversation.search([("channel_id", "=", self.channel.id)])
        self.assertFalse(conversations.filtered("desk_due"), "nobody is greeted because of what is past")
        lines = conversations.discuss_channel_id.message_ids.mapped("body")
        self.assertFalse([line for line in lines if "automatically" in line], "no line of now below what was said before")
        self.assertTrue(conversations.filtered("snoozed_until") and conversations.tag_ids and len(conversations.user_id) > 3)
        cycles = self.env["whatsapp.conversation.cycle"].search([("channel_id", "=", self.channel.id)])
        self.assertGreater(len(cycles), 100)
        self.assertEqual(set(cycles.filtered("resolved_at").user_id), set(map(Demo._staff, STAFF)))
        self.assertTrue(all(cycle.opened_at < cycle.first_response_at < cycle.resolved_at for cycle in cycles.filtered("rating_value")))
        self.assertGreater(len(cycles.filtered("rating_value")), 30)
        statuses = self.env["whatsapp.agent"]._of(self.env["res.users"].union(*map(Demo._staff, STAFF))).mapped("status")
        self.assertEqual(set(statuses), {"active", "busy", "break"})
        count = len(cycles)
        Demo._load_inbox(self.channel.id)
        self.assertEqual(self.env["whatsapp.conversation.cycle"].search_count([("channel_id", "=", self.channel.id)]), count)
