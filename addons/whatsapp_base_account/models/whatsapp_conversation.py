from odoo import models


class WhatsappConversation(models.Model):
    """``{{invoice}}`` in canned replies: the customer's latest posted invoice."""

    _inherit = "whatsapp.conversation"

    def _canned_records(self):
        invoice = self.env["account.move"]
        if self.partner_id and invoice.has_access("read"):
            invoice = invoice.search(
                [
                    ("commercial_partner_id", "=", self.partner_id.commercial_partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                ],
                order="invoice_date desc, id desc", limit=1,
            )
        return {**super()._canned_records(), "invoice": (invoice, "name")}
