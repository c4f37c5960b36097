from odoo import fields, models


class WhatsappChatMessage(models.Model):
    """Messages know the order that they are about, and say when an offer did not arrive."""

    _inherit = "whatsapp.chat.message"

    whatsapp_order_id = fields.Many2one("whatsapp.order", "Order", index="btree_not_null", ondelete="set null", copy=False)

    def _on_final_failure(self):
        super()._on_final_failure()
        offers = self.env["whatsapp.order.offer"].sudo()
        if offers.search_count([("message_id", "in", self.ids), ("state", "=", "offered")], limit=1):
            # the sender's transaction must stay small and safe: the next seller is found right after it
            self.env.ref("whatsapp_orders.ir_cron_whatsapp_failed_offers").sudo()._trigger()

    def _shown_order(self, order):
        shown = super()._shown_order(order)
        # sudo: product.product - names of what the customer put into the cart; agents need no rights on products
        products = self.env["product.product"].sudo().search(
            [
                ("default_code", "in", [line["code"] for line in shown["lines"]]),
                ("company_id", "in", [False, self.company_id.id]),
            ]
        )
        names = {product.default_code: product.with_context(display_default_code=False).display_name for product in products}
        for line in shown["lines"]:
            line["name"] = names.get(line["code"], line["code"])
        return shown
