from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.whatsapp_base.tests.common import WhatsappData


@tagged("post_install", "-at_install")
class TestAccountSend(WhatsappData, AccountTestInvoicingCommon):
    """Invoices and payment reminders by WhatsApp."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        cls.env = cls.env(user=cls.env.ref("base.user_root"), su=True, context={"allowed_company_ids": company.ids})
        cls._set_up_whatsapp()
        cls.partner_a.phone = "+34600900111"
        cls.invoice = cls.init_invoice("out_invoice", partner=cls.partner_a, amounts=[100.0], post=True)
        plain = [{"type": "BODY", "text": "Your invoice"}]
        cls.ready = cls._template("invoice_ready", components=plain)
        cls.reminder = cls._template("payment_reminder", components=plain)

    def composer(self, action):
        return self.env[action["res_model"]].with_context(**action["context"]).create({})

    def test_an_invoice_goes_to_its_customer(self):
        composer = self.composer(self.invoice.action_whatsapp_send())
        self.assertEqual(composer.template_id, self.ready)
        composer.action_send()
        row = self.Message.search([("res_model", "=", "account.move"), ("res_id", "=", self.invoice.id)])
        self.assertEqual(row.contact_id.partner_id, self.partner_a)

    def test_a_reminder_has_its_own_template_and_only_for_what_is_due(self):
        self.assertEqual(self.composer(self.invoice.action_whatsapp_payment_reminder()).template_id, self.reminder)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({})._create_payments()
        self.invoice.payment_state = "paid"
        with self.assertRaisesRegex(UserError, "nothing to remind of"):
            self.invoice.action_whatsapp_payment_reminder()

    def test_a_draft_is_not_sent(self):
        draft = self.init_invoice("out_invoice", partner=self.partner_a, amounts=[100.0])
        with self.assertRaisesRegex(UserError, "Confirm the invoice first"):
            draft.action_whatsapp_send()

    def test_the_issued_file_is_sent_not_a_new_one(self):
        issued = self.env["ir.attachment"].create(
            {
                "name": "INV.pdf", "raw": b"%PDF", "res_model": "account.move", "res_id": self.invoice.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        self.invoice.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])
        report = self.env.ref("account.account_invoices")
        file = self.invoice._whatsapp_document(report)
        self.assertEqual((file.raw, file.name, file.res_id), (issued.raw, "INV.pdf", self.invoice.id))
        self.assertEqual(self.invoice._whatsapp_document(report), file, "one copy is enough")
        header = {"type": "HEADER", "format": "DOCUMENT"}
        template = self._template("invoice_file", components=[header, {"type": "BODY", "text": "Your invoice"}])
        [[_recipient, row]] = self.invoice._whatsapp_send(self.channel, template=template, report=report)
        self.assertEqual(row.attachment_ids, file)
        self.assertEqual(row.record_message_id.attachment_ids, file)
        with patch.object(type(report), "get_wkhtmltopdf_state", lambda _self: "install"):
            self.assertEqual(self.invoice._whatsapp_report(report), report, "no file has to be made")

    def test_without_a_tool_for_pdf_a_new_file_is_refused(self):
        report = self.env.ref("account.account_invoices")
        with (
            patch.object(type(report), "get_wkhtmltopdf_state", lambda _self: "install"),
            self.assertRaisesRegex(UserError, "no wkhtmltopdf"),
        ):
            self.invoice._whatsapp_report(report)
