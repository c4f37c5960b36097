from odoo import api, models


class WhatsappOrder(models.Model):
    """New orders show as a line in the conversation that they come from."""

    _inherit = "whatsapp.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        Conversation = self.env["whatsapp.conversation"]
        Conversation._log_events(
            [
                (order.conversation_id, "order", Conversation._event_text("order", order=order.name))
                for order in orders.filtered("conversation_id")
            ]
        )
        return orders
