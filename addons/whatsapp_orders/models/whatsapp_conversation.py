from odoo import api, fields, models


class WhatsappConversation(models.Model):
    """Where incoming messages meet orders, and the way from a conversation to its orders."""

    _inherit = "whatsapp.conversation"

    whatsapp_order_ids = fields.One2many("whatsapp.order", "conversation_id", string="Orders")
    whatsapp_order_count = fields.Integer("Number of Orders", compute="_compute_whatsapp_order_count")

    def _compute_whatsapp_order_count(self):
        counts = dict(
            self.env["whatsapp.order"]._read_group([("conversation_id", "in", self.ids)], ["conversation_id"], ["__count"])
        )
        for conversation in self:
            conversation.whatsapp_order_count = counts.get(conversation, 0)

    @api.model
    def _inbound_handlers(self):
        # a seller's answer must not be eaten by a chatbot; a new order is what is left when nobody else wants the text
        return ["_handle_seller_answer", *super()._inbound_handlers(), "_handle_order_capture"]

    def action_view_orders(self):
        """Open the orders of this conversation."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_orders.whatsapp_order_action")
        return dict(
            action,
            domain=[("conversation_id", "=", self.id)],
            context={"default_conversation_id": self.id, "default_partner_id": self.partner_id.id},
        )
