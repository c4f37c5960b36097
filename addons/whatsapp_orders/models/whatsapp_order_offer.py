import secrets

from odoo import api, fields, models
from odoo.tools import consteq

ACCEPT, REJECT = "accept", "reject"
PAYLOAD_PREFIX = "order"


class WhatsappOrderOffer(models.Model):
    """An order as offered to one seller. At most one offer of an order is open, and only its seller may answer."""

    _name = "whatsapp.order.offer"
    _description = "WhatsApp Order Offer"
    _order = "id desc"
    _rec_name = "seller_id"

    order_id = fields.Many2one("whatsapp.order", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    seller_id = fields.Many2one("whatsapp.seller", required=True, ondelete="restrict", index=True)
    state = fields.Selection(
        [
            ("offered", "Offered"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
            ("expired", "Not Answered"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True, default="offered",
    )
    sent_at = fields.Datetime("Offered On", required=True, default=fields.Datetime.now)
    answered_at = fields.Datetime("Answered On")
    reason = fields.Char()
    user_id = fields.Many2one("res.users", "Answered by", help="The colleague who answered on behalf of the seller.")
    token = fields.Char(
        required=True, copy=False, default=lambda self: secrets.token_urlsafe(16), groups="base.group_system",
        help="Part of the buttons' IDs, so that nobody can guess another offer's.",
    )
    message_id = fields.Many2one("whatsapp.chat.message", ondelete="set null", index="btree_not_null")
    message_state = fields.Selection(related="message_id.state", string="Delivery")

    _open_unique = models.UniqueIndex("(order_id) WHERE state = 'offered'", "This order is offered to somebody already.")
    _token_unique = models.UniqueIndex("(token)", "Two offers cannot share a token.")

    def _button_id(self, action):
        """Return the ID of a button that answers this offer."""
        self.ensure_one()
        return f"{PAYLOAD_PREFIX}:{self.order_id.id}:{action}:{self.token}"

    @api.model
    def _find_by_button(self, payload, seller):
        """Return (offer, action) of a pressed button; an empty record when it is not one of this seller's."""
        parts = (payload or "").split(":")
        if len(parts) != 4 or parts[0] != PAYLOAD_PREFIX or parts[2] not in (ACCEPT, REJECT) or not parts[1].isdecimal():
            return self.browse(), None
        offers = self.search([("order_id", "=", int(parts[1][:18])), ("seller_id", "=", seller.id)])
        return offers.filtered(lambda offer: consteq(offer.token, parts[3]))[:1], parts[2]

    @api.model
    def _find_by_command(self, command, seller):
        """Return the offers of a seller that a text command may mean, the open ones where there are any.

        Without a number, those are all that wait for the seller's answer.

        :param order_text.commands.Command command: what the seller wrote
        """
        domain = [("seller_id", "=", seller.id)]
        if command.reference is None:
            return self.search([*domain, ("state", "=", "offered")])
        named = self.search([*domain, ("order_id.name", "like", command.digits)]).filtered(lambda o: command.names(o.order_id.name))
        return named.filtered(lambda offer: offer.state == "offered") or named[:1]
