from odoo import models


class SaleOrder(models.Model):
    """Orders are shown beside their customer's conversation, and say when they change."""

    _name = "sale.order"
    _inherit = ["sale.order", "whatsapp.panel.document"]

    def _whatsapp_panel_fields(self):
        return super()._whatsapp_panel_fields() | {"order_line", "date_order"}
