from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.whatsapp_base.cloud_api import recipients

# states in which an order takes up a seller's time
OPEN_STATES = ("offered", "accepted", "in_progress")


class WhatsappSeller(models.Model):
    """Somebody who takes orders by WhatsApp. Needs no login: the phone number, or a chosen contact, says who it is."""

    _name = "whatsapp.seller"
    _description = "WhatsApp Seller"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True
    _rec_names_search = ["name", "number", "wa_id"]

    partner_id = fields.Many2one("res.partner", "Contact", required=True, index=True, ondelete="restrict", check_company=True)
    name = fields.Char(related="partner_id.name", store=True)
    avatar_128 = fields.Image(related="partner_id.avatar_128")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    number = fields.Char(
        "WhatsApp Number", compute="_compute_number", store=True, readonly=False, precompute=True, tracking=True,
        help="The number from which this seller writes, with its country code. By default, the contact's phone number.",
    )
    wa_id = fields.Char("WhatsApp ID", compute="_compute_wa_id", store=True, precompute=True)
    contact_id = fields.Many2one(
        "whatsapp.contact", "WhatsApp Contact", check_company=True, ondelete="set null", index="btree_not_null",
        help="Choose it for sellers who hide their phone number; otherwise it is found by the number.",
    )
    type_ids = fields.Many2many(
        "whatsapp.order.type", "whatsapp_seller_type_rel", "seller_id", "type_id", string="Services", check_company=True,
        help="What this seller takes. Empty: every service.",
    )
    availability = fields.Selection(
        [("available", "Available"), ("busy", "Busy"), ("away", "Away")], required=True, default="available", tracking=True,
        help="Only available sellers are offered new orders.",
    )
    max_open_orders = fields.Integer("Open Orders at Most", default=0, help="0: no limit.")
    user_id = fields.Many2one("res.users", help="Where the seller also works in Odoo.", ondelete="set null")
    last_offer_at = fields.Datetime("Last Offer", readonly=True, copy=False)
    offer_ids = fields.One2many("whatsapp.order.offer", "seller_id", "Offers")
    order_ids = fields.One2many("whatsapp.order", "seller_id", "Orders")
    open_order_count = fields.Integer("Open Orders", compute="_compute_counts")
    order_count = fields.Integer("All Orders", compute="_compute_counts")

    _wa_id_unique = models.UniqueIndex(
        "(company_id, wa_id) WHERE wa_id IS NOT NULL AND active", "There is a seller with this WhatsApp number already."
    )

    @api.depends("partner_id")
    def _compute_number(self):
        for seller in self:
            if seller.partner_id and not seller.number:
                seller.number = seller.partner_id.phone

    @api.depends("number", "company_id", "partner_id.country_id")
    def _compute_wa_id(self):
        for seller in self:
            seller.wa_id = recipients.clean_digits(seller._international()) or False

    def _international(self):
        """Return the number in E.164, read with the seller's country, else the company's; False where it is none."""
        self.ensure_one()
        if not self.number:
            return False
        country = self.partner_id.country_id or self.company_id.country_id
        return self.partner_id._phone_format(number=self.number, country=country)

    def _compute_counts(self):
        groups = self.env["whatsapp.order"]._read_group([("seller_id", "in", self.ids)], ["seller_id", "state"], ["__count"])
        for seller in self:
            counts = {state: count for owner, state, count in groups if owner == seller}
            seller.order_count = sum(counts.values())
            seller.open_order_count = sum(counts.get(state, 0) for state in OPEN_STATES)

    @api.constrains("number", "contact_id")
    def _check_reachable(self):
        for seller in self:
            if not seller.contact_id and not seller.wa_id:
                raise ValidationError(
                    self.env._(
                        "%s needs a WhatsApp number with its country code, such as +880 1812-345678, or a WhatsApp contact.",
                        seller.partner_id.display_name,
                    )
                )

    @api.constrains("max_open_orders")
    def _check_max_open_orders(self):
        if any(seller.max_open_orders < 0 for seller in self):
            raise ValidationError(self.env._("Open Orders at Most cannot be negative. Enter 0 for no limit."))

    # ------------------------------------------------------------
    # Who is it, how to reach them
    # ------------------------------------------------------------

    @api.model
    def _of_contact(self, contact):
        """Return the seller who writes as this WhatsApp contact; by number or chosen contact, never by name."""
        identity = [("contact_id", "=", contact.id)]
        if contact.wa_id:
            identity = ["|", *identity, ("wa_id", "in", recipients.phone_variants(contact.wa_id))]
        return self.search([("company_id", "=", contact.company_id.id), *identity], limit=1)

    def _conversation(self, channel):
        """Return the conversation of a number with this seller, created where there is none."""
        self.ensure_one()
        contact = self.contact_id
        if not contact or contact.portfolio != channel.portfolio:
            if not self.wa_id:
                raise UserError(
                    self.env._("%(who)s has no WhatsApp number that %(channel)s could write to.",
                               who=self.display_name, channel=channel.display_name)
                )
            contact = self.env["whatsapp.contact"]._find_or_create_by_phone(channel, self.wa_id, self.partner_id)
        return channel._conversation_with(contact=contact)

    # ------------------------------------------------------------
    # Choosing
    # ------------------------------------------------------------

    @api.model
    def _ranked_for(self, order):
        """Return the sellers who could take an order, best first: fewest open orders, then longest without an offer.

        Whoever was offered it before is left out, and so is the customer.
        """
        candidates = self.search(
            [
                ("company_id", "=", order.company_id.id),
                ("availability", "=", "available"),
                "|", ("type_ids", "=", False), ("type_ids", "in", order.type_id.ids),
                ("id", "not in", order.offer_ids.seller_id.ids),
                ("partner_id", "!=", order.partner_id.id),
            ]
        )
        if order.contact_id:
            candidates = candidates.filtered(
                lambda s: s.contact_id != order.contact_id and (not s.wa_id or s.wa_id != order.contact_id.wa_id)
            )
        open_orders = dict(
            self.env["whatsapp.order"]._read_group(
                [("seller_id", "in", candidates.ids), ("state", "in", OPEN_STATES)], ["seller_id"], ["__count"]
            )
        )
        free = candidates.filtered(lambda s: not s.max_open_orders or open_orders.get(s, 0) < s.max_open_orders)
        never = fields.Datetime.to_datetime("1970-01-01")
        return free.sorted(key=lambda s: (open_orders.get(s, 0), s.last_offer_at or never, s.sequence, s.id))

    def action_view_orders(self):
        """Open this seller's orders."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_orders.whatsapp_order_action")
        return dict(action, domain=[("seller_id", "=", self.id)], context={"default_seller_id": self.id})

    def action_set_available(self):
        """Offer new orders to these sellers again, and those that wait for somebody."""
        self.write({"availability": "available"})
        return True

    def action_set_away(self):
        """Offer no new orders to these sellers."""
        self.write({"availability": "away"})
        return True
