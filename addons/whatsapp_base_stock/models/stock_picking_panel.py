from odoo import models


class StockPicking(models.Model):
    """Deliveries are shown beside their customer's conversation, and say when they change."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "whatsapp.panel.document"]

    def _whatsapp_panel_fields(self):
        return super()._whatsapp_panel_fields() | {"scheduled_date"}

    def _tell_whatsapp_panel(self):
        return super(StockPicking, self.filtered(lambda picking: picking.picking_type_id.code == "outgoing"))._tell_whatsapp_panel()

    def _action_done(self):
        result = super()._action_done()
        self._tell_whatsapp_panel()  # the status is computed, and is never written
        return result
