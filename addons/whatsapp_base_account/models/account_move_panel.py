from odoo import models


class AccountMove(models.Model):
    """Invoices are shown beside their customer's conversation, and say when they change."""

    _name = "account.move"
    _inherit = ["account.move", "whatsapp.panel.document"]

    def _whatsapp_panel_fields(self):
        return super()._whatsapp_panel_fields() | {"invoice_line_ids", "line_ids", "invoice_date_due"}

    def _tell_whatsapp_panel(self):
        return super(AccountMove, self.filtered(lambda move: move.is_sale_document(include_receipts=True)))._tell_whatsapp_panel()

    def _invoice_paid_hook(self):
        self._tell_whatsapp_panel()
        return super()._invoice_paid_hook()
