from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.whatsapp_base.tests.common import WhatsappData
from odoo.addons.whatsapp_base.tests.panel_common import PanelData


@tagged("post_install", "-at_install")
class TestAccountPanel(PanelData, WhatsappData, AccountTestInvoicingCommon):
    """What a customer owes, beside the conversation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        cls.env = cls.env(user=cls.env.ref("base.user_root"), su=True, context={"allowed_company_ids": company.ids})
        cls._set_up_whatsapp()
        cls._set_up_people()
        (cls.agent | cls.supervisor).write({"company_ids": [(4, company.id)], "company_id": company.id})
        cls.agent.group_ids += cls.env.ref("account.group_account_invoice")
        cls.talk = cls._conversation("34600900621")
        cls.partner = cls.talk.partner_id
        cls.invoice = cls.init_invoice("out_invoice", partner=cls.partner, amounts=[100.0])
        cls.invoice.write({"invoice_date": "2020-01-01", "invoice_payment_term_id": False, "invoice_date_due": "2020-01-15"})
        cls.invoice.action_post()

    def test_what_is_due_is_shown_late_with_its_total(self):
        self.init_invoice("out_invoice", partner=self.partner, amounts=[50.0], post=True)
        self.init_invoice("out_invoice", partner=self.partner, amounts=[7.0])
        self.init_invoice("in_invoice", partner=self.partner, amounts=[9.0], post=True)
        section = self.section(self.talk, "Invoices Due")
        self.assertEqual(section["count"], 2)
        self.assertIn("150.00", section["total"])
        first = section["documents"][0]
        self.assertEqual((first["id"], first["is_late"], first["date"]["type"]), (self.invoice.id, True, "date"))
        self.assertEqual(first["state"], {"label": "Not Paid", "color": "warning"})

    def test_invoices_of_the_whole_company_count(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.partner.parent_id = firm
        due = self.init_invoice("out_invoice", partner=firm, amounts=[5.0], post=True)
        self.assertIn(due.id, [document["id"] for document in self.section(self.talk, "Invoices Due")["documents"]])

    def test_who_may_not_read_invoices_does_not_see_them(self):
        self.assertIsNone(self.section(self.talk, "Invoices Due", self.supervisor))

    def test_a_new_invoice_knows_its_customer_and_is_one_for_customers(self):
        context = self.section(self.talk, "Invoices Due")["create_context"]
        self.assertEqual(context, {"default_move_type": "out_invoice", "default_partner_id": self.partner.id})

    def test_a_payment_is_told_at_once_a_bill_is_not(self):
        self.forget()
        self.init_invoice("in_invoice", partner=self.partner, amounts=[9.0], post=True)
        self.assertEqual(self.told(), set())
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({})._create_payments()
        self.assertEqual(self.told(), {self.talk.id})
