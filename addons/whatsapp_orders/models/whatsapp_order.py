from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount

STATES = [
    ("draft", "Details Missing"),
    ("new", "Looking for a Seller"),
    ("offered", "Offered"),
    ("accepted", "Accepted"),
    ("in_progress", "In Progress"),
    ("done", "Done"),
    ("rejected", "Rejected"),
    ("cancelled", "Cancelled"),
    ("expired", "Expired"),
]
COLUMN_STATES = ("draft", "new", "offered", "accepted", "in_progress")
CLOSED_STATES = ("done", "rejected", "cancelled", "expired")


class WhatsappOrder(models.Model):
    """What a customer asked for by WhatsApp, from the message to the sale.

    Its duties live in files of their own: ``whatsapp_order_assign`` finds the seller, ``whatsapp_order_notice``
    tells people, ``whatsapp_order_sale`` keeps the sale order.
    """

    _name = "whatsapp.order"
    _description = "WhatsApp Order"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True
    _rec_names_search = ["name", "partner_id.name"]

    name = fields.Char("Order", required=True, readonly=True, copy=False, default="/", index="trigram")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    state = fields.Selection(
        STATES, "Status", required=True, default="draft", tracking=True, copy=False, index=True,
        group_expand="_group_expand_state",
    )
    source = fields.Selection(
        [("chat", "Chat"), ("catalogue", "Catalogue"), ("website", "Website"), ("manual", "Entered by Hand")],
        required=True, default="manual",
    )
    ordered_at = fields.Datetime("Ordered On", required=True, default=fields.Datetime.now, copy=False)
    type_id = fields.Many2one(
        "whatsapp.order.type", "Service", required=True, index=True, ondelete="restrict", check_company=True, tracking=True
    )
    # customer
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict", check_company=True, tracking=True
    )
    conversation_id = fields.Many2one(
        "whatsapp.conversation", check_company=True, index="btree_not_null", ondelete="set null", copy=False,
        compute="_compute_conversation_id", store=True, readonly=False, precompute=True,
        help="Where the customer is told. By default, the customer's latest conversation.",
    )
    contact_id = fields.Many2one(related="conversation_id.contact_id", store=True, index="btree_not_null")
    customer_text = fields.Text("Customer's Words", readonly=True, copy=False)
    message_wamid = fields.Char("Captured From", readonly=True, copy=False)
    # what
    detail_ids = fields.One2many("whatsapp.order.detail", "order_id", "Details", copy=True)
    details_text = fields.Text("All Details", compute="_compute_details_text")
    missing = fields.Char(compute="_compute_missing")
    asked_at = fields.Datetime("Asked For Details On", readonly=True, copy=False)
    price = fields.Monetary(compute="_compute_price", store=True, readonly=False, precompute=True, tracking=True)
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    note = fields.Text("Internal Note")
    # who
    user_id = fields.Many2one(
        "res.users", "Responsible", compute="_compute_user_id", store=True, readonly=False, precompute=True, tracking=True,
        domain=[("share", "=", False)], index="btree_not_null",
    )
    seller_id = fields.Many2one(
        "whatsapp.seller", readonly=True, tracking=True, index="btree_not_null", copy=False, ondelete="restrict",
        help="Who has the order, or to whom it is offered at present.",
    )
    offer_ids = fields.One2many("whatsapp.order.offer", "order_id", "Offers", copy=False)
    accepted_at = fields.Datetime("Accepted On", readonly=True, copy=False)
    closed_at = fields.Datetime("Closed On", readonly=True, copy=False)
    # links
    sale_order_id = fields.Many2one(
        "sale.order", readonly=True, copy=False, index="btree_not_null", ondelete="set null", check_company=True
    )
    chat_message_ids = fields.One2many("whatsapp.chat.message", "whatsapp_order_id", "WhatsApp Messages")
    chat_message_count = fields.Integer(compute="_compute_chat_message_count")

    _name_unique = models.UniqueIndex("(company_id, name) WHERE name != '/'", "Another order has this number already.")
    _wamid_unique = models.UniqueIndex(
        "(message_wamid) WHERE message_wamid IS NOT NULL", "This message has become an order already."
    )
    _draft_idx = models.Index("(conversation_id, id) WHERE state = 'draft'")

    # ------------------------------------------------------------
    # Computed values
    # ------------------------------------------------------------

    @api.model
    def _group_expand_state(self, states, domain):
        """Show the columns of open orders always, those of closed ones where there are any."""
        return [state for state, _label in STATES if state in COLUMN_STATES or state in states]

    @api.depends("partner_id")
    def _compute_conversation_id(self):
        for order in self:
            if not order.partner_id:
                order.conversation_id = False
            elif order.conversation_id.partner_id != order.partner_id:
                order.conversation_id = self.env["whatsapp.conversation"].search(
                    [("partner_id", "=", order.partner_id.id), ("company_id", "=", order.company_id.id)], limit=1
                )

    @api.depends("type_id")
    def _compute_price(self):
        for order in self:
            if order.type_id:
                order.price = order.type_id.price

    @api.depends("type_id", "conversation_id")
    def _compute_user_id(self):
        for order in self:
            order.user_id = order.user_id or order.conversation_id.user_id or order.type_id.user_id

    @api.depends("detail_ids.name", "detail_ids.value")
    def _compute_details_text(self):
        for order in self:
            order.details_text = "\n".join(f"{d.name}: {d.value}" for d in order.detail_ids if d.value)

    @api.depends("detail_ids.value", "detail_ids.is_required")
    def _compute_missing(self):
        for order in self:
            order.missing = ", ".join(d.field_id._hint() if d.field_id else d.name for d in order._missing_details())

    def _compute_chat_message_count(self):
        counts = dict(
            self.env["whatsapp.chat.message"]._read_group(
                [("whatsapp_order_id", "in", self.ids)], ["whatsapp_order_id"], ["__count"]
            )
        )
        for order in self:
            order.chat_message_count = counts.get(order, 0)

    @api.onchange("type_id")
    def _onchange_type_id(self):
        self.detail_ids = [fields.Command.clear(), *map(fields.Command.create, self._detail_values())]

    # ------------------------------------------------------------
    # Life
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            if values.get("name", "/") == "/":
                company = self.env["res.company"].browse(values.get("company_id")) or self.env.company
                values["name"] = self.env["ir.sequence"].with_company(company).next_by_code("whatsapp.order") or "/"
        orders = super().create(vals_list)
        for order in orders:
            known = order.detail_ids.mapped("key")
            order.detail_ids = [
                fields.Command.create(values) for values in order._detail_values() if values["key"] not in known
            ]
        return orders

    @api.ondelete(at_uninstall=False)
    def _unlink_except_under_way(self):
        if any(order.state not in ("draft", "cancelled") for order in self):
            raise UserError(self.env._("Only drafts and cancelled orders can be deleted. Cancel the order first."))

    def _detail_values(self, values=None):
        """Return the details that the service needs, with the values that are known."""
        self.ensure_one()
        return [
            {
                "field_id": field.id,
                "sequence": field.sequence,
                "name": field.name,
                "key": field.key,
                "is_required": field.is_required,
                "value": (values or {}).get(field.key, False),
            }
            for field in self.type_id.field_ids
        ]

    def _missing_details(self):
        """Return the required details that have no value yet."""
        return self.detail_ids.filtered(lambda detail: detail.is_required and not (detail.value or "").strip())

    def _lock(self):
        """Hold these orders until the end of the transaction, and see them as they are now.

        Two messages, or a message and a colleague, may decide at once. Who comes second waits here; when the row
        has changed meanwhile, PostgreSQL makes them start over, and they find it decided.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL("SELECT id FROM whatsapp_order WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", self.ids)
        )
        self.invalidate_recordset()
        self.offer_ids.invalidate_recordset()

    def _set_state(self, state, **values):
        """Move orders to a state, with the time at which they were closed."""
        if state in CLOSED_STATES:
            values["closed_at"] = fields.Datetime.now()
        self.write({"state": state, **values})

    def _price_text(self):
        """Return the price as people write it."""
        self.ensure_one()
        return format_amount(self.env, self.price, self.currency_id).replace("\N{NO-BREAK SPACE}", " ").replace("\ufeff", "")

    def _channel(self):
        """Return the number from which customer and sellers of this order are told."""
        self.ensure_one()
        channel = self.conversation_id.channel_id
        if not channel:
            channel = self.env["whatsapp.channel"].search([("company_id", "=", self.company_id.id)], limit=1)
        return channel

    # ------------------------------------------------------------
    # Opening what belongs to it
    # ------------------------------------------------------------

    def action_open_chat(self):
        """Open the customer's conversation in Discuss."""
        self.ensure_one()
        if not self.conversation_id:
            raise UserError(self.env._("%s has no WhatsApp conversation yet.", self.partner_id.display_name))
        return self.conversation_id.action_open_discuss()

    def action_open_sale_order(self):
        """Open the sale order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.sale_order_id.id,
            "views": [(False, "form")],
        }

    def action_open_messages(self):
        """Open the messages about this order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Messages of %s", self.name),
            "res_model": "whatsapp.chat.message",
            "views": [(False, "list"), (False, "form")],
            "domain": [("whatsapp_order_id", "=", self.id)],
            "context": {"create": False},
        }
