from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..order_text import placeholders

# what every text may mention, besides the service's own details
PLACEHOLDERS = ("order", "customer", "service", "price", "details", "seller", "missing", "company")
MESSAGES = (
    "message_confirmation", "message_missing", "message_offer", "message_accepted_customer", "message_accepted_seller",
    "message_declined_seller", "message_withdrawn_seller", "message_no_seller", "message_rejected", "message_cancelled",
)
# notices that may have to leave outside the customer service window
TEMPLATES = {"offer": "order_new_seller", "confirmation": "order_confirmation", "accepted": "order_accepted"}


class WhatsappOrderType(models.Model):
    """What customers and sellers are told, and by which templates outside the customer service window."""

    _inherit = "whatsapp.order.type"

    message_confirmation = fields.Text(
        "Order Received", translate=True,
        default=lambda self: self.env._(
            "Thank you, {customer}! We have received your order *{order}*.\n\nService: {service}\n{details}\nPrice: {price}\n\n"
            "We will tell you as soon as a seller has accepted it."
        ),
        help="To the customer, once the order is complete.",
    )
    message_missing = fields.Text(
        "Details Missing", translate=True,
        default=lambda self: self.env._("Thank you for your order *{order}* ({service}). Please send us also: {missing}"),
        help="To the customer, as long as required details are missing.",
    )
    message_offer = fields.Text(
        "New Order", translate=True,
        default=lambda self: self.env._(
            "*New order {order}*\n\nCustomer: {customer}\nService: {service}\nPrice: {price}\n{details}\n\n"
            "Press a button, or answer ACCEPT {order} or REJECT {order}."
        ),
        help="To the seller, with the buttons Accept and Reject.",
    )
    message_accepted_customer = fields.Text(
        "Accepted: Customer", translate=True,
        default=lambda self: self.env._("Good news, {customer}! {seller} has accepted your order *{order}* ({service})."),
    )
    message_accepted_seller = fields.Text(
        "Accepted: Seller", translate=True,
        default=lambda self: self.env._("You have accepted *{order}*.\n\nCustomer: {customer}\nService: {service}\n{details}"),
    )
    message_declined_seller = fields.Text(
        "Rejected: Seller", translate=True,
        default=lambda self: self.env._("You have rejected {order}. Thank you for the quick answer."),
    )
    message_withdrawn_seller = fields.Text(
        "Withdrawn: Seller", translate=True,
        default=lambda self: self.env._("{order} is no longer yours to accept. There is nothing left to do for you."),
        help="To a seller who is late, or from whom the order is taken back.",
    )
    message_no_seller = fields.Text(
        "No Seller", translate=True,
        default=lambda self: self.env._(
            "All our sellers are busy at the moment. We keep your order {order} and will tell you as soon as one is free."
        ),
        help="To the customer, once for each order.",
    )
    message_rejected = fields.Text(
        "Order Rejected", translate=True,
        default=lambda self: self.env._("We are sorry: we cannot take your order {order} ({service})."),
    )
    message_cancelled = fields.Text(
        "Order Cancelled", translate=True, default=lambda self: self.env._("Your order {order} ({service}) is cancelled."),
    )

    template_offer_id = fields.Many2one(
        "whatsapp.message.template", "Template: New Order", check_company=True,
        help="For sellers who have not written for 24 hours. Its first two quick replies accept and reject. Empty: the "
        "approved template order_new_seller, if there is one.",
    )
    template_offer_values = fields.Text(
        "Values: New Order", default="{seller}\n{order}\n{customer}\n{service}\n{price}",
        help="One line for each variable of the template.",
    )
    template_confirmation_id = fields.Many2one(
        "whatsapp.message.template", "Template: Order Received", check_company=True,
        help="Empty: the approved template order_confirmation, if there is one.",
    )
    template_confirmation_values = fields.Text(
        "Values: Order Received", default="{customer}\n{order}\n{service}\n{price}",
        help="One line for each variable of the template.",
    )
    template_accepted_id = fields.Many2one(
        "whatsapp.message.template", "Template: Accepted", check_company=True,
        help="Empty: the approved template order_accepted, if there is one.",
    )
    template_accepted_values = fields.Text(
        "Values: Accepted", default="{customer}\n{order}\n{service}\n{seller}",
        help="One line for each variable of the template.",
    )

    @api.model
    def _placeholders(self):
        """Return the names of the placeholders that every service has."""
        return PLACEHOLDERS

    @api.constrains(*MESSAGES, *(f"template_{kind}_values" for kind in TEMPLATES), "field_ids")
    def _check_placeholders(self):
        for order_type in self:
            allowed = (*PLACEHOLDERS, *order_type.field_ids.mapped("key"))
            for name in (*MESSAGES, *(f"template_{kind}_values" for kind in TEMPLATES)):
                wrong = placeholders.unknown(order_type[name], allowed)
                if wrong:
                    raise ValidationError(
                        self.env._(
                            "%(field)s: nothing can be put in for %(names)s. You can use %(allowed)s.",
                            field=self._fields[name]._description_string(self.env),
                            names=", ".join(f"{{{item}}}" for item in wrong),
                            allowed=", ".join(f"{{{item}}}" for item in allowed),
                        )
                    )

    def _template(self, kind, channel):
        """Return the template of a notice that ``channel`` may send; may be empty.

        :param str kind: offer, confirmation or accepted
        """
        self.ensure_one()
        chosen = self[f"template_{kind}_id"]
        if chosen and chosen.account_id == channel.account_id and chosen.is_sendable:
            return chosen
        return self.env["whatsapp.message.template"].search(
            [
                ("account_id", "=", channel.account_id.id),
                ("name", "=", chosen.name or TEMPLATES[kind]),
                ("is_sendable", "=", True),
            ],
            limit=1,
        )

    def _template_values(self, kind, values):
        """Return the values of a template's variables, filled in from the lines of the setting."""
        self.ensure_one()
        lines = (self[f"template_{kind}_values"] or "").splitlines()
        # Meta refuses empty values
        return [placeholders.clip(placeholders.render(line, values), 500) or "-" for line in lines if line.strip()]
