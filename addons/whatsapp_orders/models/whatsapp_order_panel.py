from odoo import models


class WhatsappOrder(models.Model):
    """Orders are shown beside their customer's conversation, and say when they change."""

    _name = "whatsapp.order"
    _inherit = ["whatsapp.order", "whatsapp.panel.document"]

    def _whatsapp_panel_fields(self):
        return super()._whatsapp_panel_fields() | {"price", "type_id"}
