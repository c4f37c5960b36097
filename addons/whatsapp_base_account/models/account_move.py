from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    def _whatsapp_usual_templates(self):
        if self.env.context.get("whatsapp_reminder"):
            return ["payment_reminder"]
        return ["invoice_ready"]

    def _whatsapp_usual_report(self):
        return self.env.ref("account.account_invoices")

    def _whatsapp_document_version(self):
        # what was paid meanwhile is on the invoice as well
        return f"{self.state}:{self.payment_state}:{self.amount_residual}:{fields.Datetime.to_string(self.write_date)}"

    def _whatsapp_made_document(self, report):
        """Send the invoice that was issued, where there is one: the customer must not get a second original."""
        # sudo: the file is a field of the invoice, which the user may read
        issued = self.sudo().invoice_pdf_report_id
        if issued and report.sudo().is_invoice_report:
            return issued._whatsapp_plain_copy().sudo(self.env.su)
        return super()._whatsapp_made_document(report)

    def action_whatsapp_send(self):
        """Open the composer, for invoices that were issued."""
        if any(move.state != "posted" or not move.is_sale_document(include_receipts=True) for move in self):
            raise UserError(self.env._("Only confirmed customer invoices can be sent. Confirm the invoice first."))
        return super().action_whatsapp_send()

    def action_whatsapp_payment_reminder(self):
        """Open the composer with the payment reminder, for what is still to be paid."""
        due = self.filtered(lambda move: move.payment_state in ("not_paid", "partial"))
        if not due:
            raise UserError(self.env._("There is nothing to remind of: everything here is paid."))
        action = due.action_whatsapp_send()
        return dict(
            action, name=self.env._("Payment Reminder by WhatsApp"), context={**action["context"], "whatsapp_reminder": True}
        )
