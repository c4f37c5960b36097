from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WhatsappCommon
from .panel_common import PanelData

DOCUMENTS = "odoo.addons.whatsapp_base.models.whatsapp_panel_section_documents"


@tagged("post_install", "-at_install")
class TestPanelSections(PanelData, WhatsappCommon):
    """Documents of the customer beside the conversation, described as data; bank accounts stand for documents here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.Section = cls.env["whatsapp.panel.section"]
        cls.talk = cls._conversation("34600900401")
        cls.ana = cls.talk.partner_id
        cls.banks = cls._section("Banks", "res.partner.bank", title_field="acc_number", sort_order="acc_number", record_limit=2)

    @classmethod
    def _section(cls, name, model, **values):
        return cls.Section.create({"name": name, "model_id": cls.env["ir.model"]._get_id(model), **values})

    def _accounts(self, partner, *numbers, **values):
        return self.env["res.partner.bank"].create([{"acc_number": number, "partner_id": partner.id, **values} for number in numbers])

    def _titles(self, name="Banks", talk=None):
        return [document["title"] for document in self.section(talk or self.talk, name)["documents"]]

    # ------------------------------------------------------------
    # What is shown
    # ------------------------------------------------------------

    def test_documents_come_in_their_order_up_to_the_limit_with_the_number_of_all(self):
        self._accounts(self.ana, "C3", "A1", "B2")
        section = self.section(self.talk, "Banks")
        self.assertEqual([document["title"] for document in section["documents"]], ["A1", "B2"])
        self.assertEqual((section["count"], section["icon"], section["model"]), (3, "fa-file-text-o", "res.partner.bank"))

    def test_nobody_elses_documents_are_shown(self):
        self._accounts(self._conversation("34600900402").partner_id, "X9")
        self.assertEqual(self.section(self.talk, "Banks")["documents"], [])

    def test_a_filter_holds(self):
        self._accounts(self.ana, "A1", "B2")
        self.banks.domain = '["|", ("acc_number", "=", "B2"), ("acc_number", "=", "ZZ")]'
        self.assertEqual(self._titles(), ["B2"])

    def test_whose_documents_count(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        colleague = self.env["res.partner"].create({"name": "Colleague", "parent_id": firm.id, "active": False})
        self.ana.parent_id = firm
        assistant = self.env["res.partner"].create({"name": "Assistant", "parent_id": self.ana.id, "type": "other"})
        for partner, number in ((firm, "FIRM"), (colleague, "OTHER"), (self.ana, "ANA"), (assistant, "HELP")):
            self._accounts(partner, number)
        self.banks.record_limit = 10
        for scope, expected in (
            ("customer", ["ANA"]), ("children", ["ANA", "HELP"]), ("company", ["ANA", "FIRM", "HELP", "OTHER"])
        ):
            self.banks.partner_scope = scope
            self.assertEqual(self._titles(), expected, scope)

    def test_each_column_as_people_read_it(self):
        other = self._conversation("34600900401", channel=self._channel(self.account, "399000000000777", team_id=self.team.id))
        self._section(
            "Talks", "whatsapp.conversation", subtitle_field="channel_id", date_field="last_inbound_at", date_is_deadline=True,
            state_field="state", state_colors="open=success", amount_field="unanswered_count", domain=f'[("id", "=", {other.id})]',
        )
        [document] = self.section(self.talk, "Talks")["documents"]
        self.assertEqual(document["title"], other.display_name)
        self.assertEqual(document["subtitle"], other.channel_id.display_name)
        self.assertEqual(document["date"]["type"], "datetime")
        self.assertTrue(document["is_late"])
        self.assertEqual((document["amount"], document["state"]), ("0", {"label": "Open", "color": "success"}))

    def test_a_path_may_end_at_the_contact_or_the_conversation(self):
        row = self.talk._send_text("Hello")
        self._section("By contact", "whatsapp.chat.message", partner_path="contact_id")
        self._section("By conversation", "whatsapp.chat.message", partner_path="conversation_id")
        self._section("By customer", "whatsapp.chat.message", partner_path="conversation_id.contact_id.partner_id")
        for name in ("By contact", "By conversation", "By customer"):
            self.assertEqual([document["id"] for document in self.section(self.talk, name)["documents"]], row.ids, name)

    def test_without_a_customer_nothing_is_listed(self):
        self._accounts(self.ana, "A1")
        self.talk.contact_id.partner_id = False
        section = self.section(self.talk, "Banks")
        self.assertEqual((section["documents"], section["count"]), ([], 0))

    def test_new_documents_know_the_customer_and_the_conversation(self):
        self.env["ir.model.access"].create(
            {"name": "x", "model_id": self.env["ir.model"]._get_id("res.partner.bank"), "perm_create": True, "perm_read": True,
             "group_id": self.env.ref("whatsapp_base.group_whatsapp_agent").id}
        )
        self.banks.create_context = '{"default_allow_out_payment": True}'
        context = self.section(self.talk, "Banks")["create_context"]
        self.assertEqual(context, {"default_allow_out_payment": True, "default_partner_id": self.ana.id})
        self.banks.can_create = False
        self.assertFalse(self.section(self.talk, "Banks")["create_context"])

    def test_all_documents_open_in_a_list_of_this_customer(self):
        self._accounts(self.ana, "A1", "B2", "C3")
        self._accounts(self._conversation("34600900402").partner_id, "X9")
        action = self.banks.with_user(self.agent).open_all(self.talk.id)
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sorted(found.mapped("acc_number")), ["A1", "B2", "C3"])
        self.assertEqual(action["context"]["default_partner_id"], self.ana.id)

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_who_may_not_read_a_model_does_not_see_the_section(self):
        self._section("Merges", "whatsapp.contact.merge.request", partner_path="survivor_id")
        self.assertIsNone(self.section(self.talk, "Merges"))
        self.assertIsNotNone(self.section(self.talk, "Merges", self.admin))

    def test_who_may_not_list_a_model_may_not_by_the_button_either(self):
        section = self._section("Merges", "whatsapp.contact.merge.request", partner_path="survivor_id")
        with self.assertRaises(AccessError):
            section.with_user(self.agent).open_all(self.talk.id)

    def test_documents_that_a_rule_hides_are_not_shown(self):
        self._accounts(self.ana, "A1", "B2")
        self.env["ir.rule"].create(
            {"name": "x", "model_id": self.env["ir.model"]._get_id("res.partner.bank"), "domain_force": "[('acc_number', '!=', 'A1')]"}
        )
        self.assertEqual(self._titles(), ["B2"])
        self.assertEqual(self.section(self.talk, "Banks")["count"], 1)

    def test_a_section_may_be_for_some_groups_only(self):
        self.banks.group_ids = self.env.ref("whatsapp_base.group_whatsapp_supervisor")
        self.assertIsNone(self.section(self.talk, "Banks"))
        self.assertIsNotNone(self.section(self.talk, "Banks", self.supervisor))

    def test_sections_and_documents_of_another_company_are_not_there(self):
        tenant = self.env["res.company"].create({"name": "Tenant"})
        self.agent.company_ids += tenant
        mine, theirs = self._accounts(self.ana, "A1", "T1")
        for account, company in ((mine, self.company), (theirs, tenant)):
            self.env.cr.execute("UPDATE res_partner_bank SET company_id = %s WHERE id = %s", [company.id, account.id])
        self.env.invalidate_all()
        self._section("Theirs", "res.partner.bank", company_id=tenant.id)
        talk = self.talk.with_context(allowed_company_ids=(self.company | tenant).ids)
        self.assertIsNone(self.section(talk, "Theirs"))
        self.assertEqual(self._titles(talk=talk), ["A1"])

    def test_only_administrators_make_sections(self):
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                self.banks.with_user(user).name = "Mine"
        self.banks.with_user(self.admin).name = "Accounts"

    # ------------------------------------------------------------
    # Mistakes
    # ------------------------------------------------------------

    def test_mistakes_are_named_with_the_field_and_the_remedy(self):
        for values, expected in (
            ({"partner_path": "customer_id"}, "Field of the Customer: there is no field “customer_id”"),
            ({"partner_path": "bank_id"}, "Field of the Customer: “bank_id” leads from .* to Bank, not to a contact"),
            ({"partner_path": "acc_number"}, "Field of the Customer: “acc_number” .* does not lead to other records"),
            ({"partner_path": "partner_id.parent_id.parent_id.parent_id.parent_id"}, "at most 4 steps"),
            ({"title_field": "nothing"}, "Title: there is no field “nothing”"),
            ({"date_field": "acc_number"}, "Date: .* of the type char. Choose a field of another type: date, datetime"),
            ({"amount_field": "partner_id"}, "Amount: .* of the type many2one"),
            ({"state_field": "sequence"}, "Status: .* of the type integer"),
            ({"shows_total": True}, "Show the Total: the amount must be stored"),
            ({"state_colors": "open=pink"}, "Status Colours: “open=pink”"),
            ({"state_colors": "open"}, "Status Colours: “open=”"),
            ({"domain": "acc_number = 1"}, "Filter: “acc_number = 1” is no domain"),
            ({"domain": "[('nothing', '=', 1)]"}, "Filter: .*nothing"),
            ({"domain": "[('acc_number', '=')]"}, "Filter: "),
            ({"domain": "__import__('os').system('true')"}, "is no domain"),
            ({"sort_order": "nothing desc"}, "Order: .*nothing"),
            ({"sort_order": "id; DROP TABLE res_users"}, "Order: "),
            ({"create_context": "[1]"}, "Values of New Documents: “\\[1\\]” is no context"),
            ({"icon": "fa-x\" onclick=\""}, "is no icon"),
            ({"action_id": self.env.ref("base.action_partner_form").id}, "Action: .* shows other documents"),
            ({"model_id": self.env["ir.model"]._get_id("whatsapp.compose.message")}, "Documents: choose a model whose records are stored"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(ValidationError, expected), self.cr.savepoint():
                self.banks.write(values)

    @mute_logger(DOCUMENTS)
    def test_a_section_that_broke_later_says_so_and_spoils_no_other(self):
        self._accounts(self.ana, "A1")
        broken = self._section("Broken", "res.partner.bank", sequence=1)
        self.env.cr.execute("UPDATE whatsapp_panel_section SET subtitle_field = 'gone' WHERE id = %s", [broken.id])
        self.env.invalidate_all()
        self.assertIn("there is no field “gone”", self.section(self.talk, "Broken")["problem"])
        self.assertEqual(self._titles(), ["A1"])

    @mute_logger(DOCUMENTS, "odoo.sql_db")
    def test_an_error_of_the_database_in_one_section_spoils_no_other(self):
        self._accounts(self.ana, "A1")
        broken = self._section("Broken", "res.partner.bank", sequence=1)
        self.env.cr.execute("UPDATE whatsapp_panel_section SET domain = %s WHERE id = %s", ['[("sequence", "=", "many")]', broken.id])
        self.env.invalidate_all()
        self.assertTrue(self.section(self.talk, "Broken")["problem"])
        self.assertEqual(self._titles(), ["A1"])

    # ------------------------------------------------------------
    # Costs
    # ------------------------------------------------------------

    def test_more_documents_cost_no_more_queries_and_each_section_the_same(self):
        self.banks.record_limit = 20
        self._accounts(self.ana, *(f"A{number}" for number in range(3)))
        few = self.queries(lambda: self.panel(self.talk))
        self._accounts(self.ana, *(f"B{number}" for number in range(15)))
        self.assertEqual(self.queries(lambda: self.panel(self.talk)), few)
        self._section("Second", "res.partner.bank", record_limit=20)
        second = self.queries(lambda: self.panel(self.talk))
        self._section("Third", "res.partner.bank", record_limit=20)
        third = self.queries(lambda: self.panel(self.talk))
        self.assertLessEqual(third - second, second - few)
        self.assertLessEqual(third - second, 5)
