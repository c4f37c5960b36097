from odoo import api, fields, models

from ..models.whatsapp_seller import OPEN_STATES


class WhatsappOrderOfferWizard(models.TransientModel):
    """Asks a colleague to whom an order shall be offered."""

    _name = "whatsapp.order.offer.wizard"
    _description = "Offer a WhatsApp Order"

    order_id = fields.Many2one("whatsapp.order", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id")
    type_id = fields.Many2one(related="order_id.type_id")
    current_seller_id = fields.Many2one(related="order_id.seller_id", string="Now With")
    order_state = fields.Selection(related="order_id.state")
    seller_id = fields.Many2one(
        "whatsapp.seller", "Offer To", required=True,
        domain="[('company_id', '=', company_id), '|', ('type_ids', '=', False), ('type_ids', 'in', type_id)]",
    )
    seller_note = fields.Char(compute="_compute_seller_note")

    @api.depends("seller_id")
    def _compute_seller_note(self):
        labels = dict(self.env["whatsapp.seller"]._fields["availability"]._description_selection(self.env))
        for wizard in self:
            seller = wizard.seller_id
            if not seller:
                wizard.seller_note = False
                continue
            open_orders = self.env["whatsapp.order"].search_count(
                [("seller_id", "=", seller.id), ("state", "in", OPEN_STATES)]
            )
            offer = wizard.order_id.offer_ids.filtered(lambda o, s=seller: o.seller_id == s)[:1]
            before = (
                self.env._("; was offered this order before: %s",
                           dict(offer._fields["state"]._description_selection(self.env))[offer.state])
                if offer else ""
            )
            wizard.seller_note = self.env._(
                "%(availability)s, %(count)s open orders%(before)s",
                availability=labels[seller.availability], count=open_orders, before=before,
            )

    def action_offer(self):
        """Offer the order to the chosen seller."""
        self.ensure_one()
        self.order_id._reassign(self.seller_id)
        return {"type": "ir.actions.act_window_close"}
