from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    whatsapp_order_ids = fields.One2many("whatsapp.order", "sale_order_id", string="WhatsApp Orders")
    whatsapp_order_count = fields.Integer(compute="_compute_whatsapp_order_count", string="Number of WhatsApp Orders")

    def _compute_whatsapp_order_count(self):
        counts = dict(
            self.env["whatsapp.order"]._read_group([("sale_order_id", "in", self.ids)], ["sale_order_id"], ["__count"])
        )
        for order in self:
            order.whatsapp_order_count = counts.get(order, 0)

    def action_view_whatsapp_orders(self):
        """Open the WhatsApp order behind this sale, or the list where there are several."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_orders.whatsapp_order_action")
        if len(self.whatsapp_order_ids) == 1:
            return dict(action, views=[(False, "form")], res_id=self.whatsapp_order_ids.id, domain=[])
        return dict(action, domain=[("sale_order_id", "=", self.id)])

    def action_open_whatsapp_chat(self):
        """Open the customer's conversation from which this sale came."""
        self.ensure_one()
        return self.whatsapp_order_ids[:1].action_open_chat()
