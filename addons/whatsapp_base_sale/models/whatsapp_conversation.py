from odoo import models


class WhatsappConversation(models.Model):
    """``{{order}}`` in canned replies: the customer's latest quotation or order."""

    _inherit = "whatsapp.conversation"

    def _canned_records(self):
        order = self.env["sale.order"]
        if self.partner_id and order.has_access("read"):
            order = order.search(
                [
                    ("partner_id", "child_of", self.partner_id.commercial_partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("state", "!=", "cancel"),
                ],
                order="date_order desc, id desc", limit=1,
            )
        return {**super()._canned_records(), "order": (order, "name")}
