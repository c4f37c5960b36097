from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..order_text import details, keywords, patterns


class WhatsappOrderType(models.Model):
    """A service that customers can order by WhatsApp: how a message is recognised, what it costs, who does it."""

    _name = "whatsapp.order.type"
    _inherit = "whatsapp.cached.mixin"
    _kept_fields = frozenset(("keywords", "active", "company_id"))
    _description = "WhatsApp Service"
    _order = "sequence, name, id"
    _check_company_auto = True
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(copy=False, help="Short name for reports and other programs.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    keywords = fields.Text(
        help="Words or phrases by which a customer's message is recognised, separated by commas or lines. Whole words "
        "count, whatever their case and accents. The phrase with more words wins over another service's."
    )
    product_id = fields.Many2one(
        "product.product", check_company=True, domain=[("sale_ok", "=", True)], ondelete="restrict",
        help="Sold on the sale order. Without a product, no sale order is made.",
    )
    price = fields.Monetary(
        compute="_compute_price", store=True, readonly=False, precompute=True,
        help="What the customer is told, in the company's currency. The product's price by default.",
    )
    user_id = fields.Many2one(
        "res.users", "Responsible", domain=[("share", "=", False)],
        help="Is asked to help when no seller can be found or told. By default, the agent of the conversation.",
    )
    field_ids = fields.One2many("whatsapp.order.type.field", "type_id", "Details", copy=True)
    seller_ids = fields.Many2many(
        "whatsapp.seller", "whatsapp_seller_type_rel", "type_id", "seller_id", string="Sellers", check_company=True,
    )
    order_ids = fields.One2many("whatsapp.order", "type_id", "Orders")
    order_count = fields.Integer(compute="_compute_order_count")

    _code_unique = models.UniqueIndex("(company_id, code) WHERE code IS NOT NULL", "Another service has this code already.")

    @api.depends("product_id", "company_id")
    def _compute_price(self):
        for order_type in self:
            product = order_type.product_id
            if product:
                order_type.price = product.currency_id._convert(
                    product.with_company(order_type.company_id).lst_price,
                    order_type.company_id.currency_id,
                    order_type.company_id,
                    fields.Date.context_today(self),
                )

    def _compute_order_count(self):
        counts = dict(self.env["whatsapp.order"]._read_group([("type_id", "in", self.ids)], ["type_id"], ["__count"]))
        for order_type in self:
            order_type.order_count = counts.get(order_type, 0)

    @api.constrains("price")
    def _check_price(self):
        for order_type in self:
            if order_type.price < 0:
                raise ValidationError(self.env._("The price of “%s” cannot be negative.", order_type.name))

    @api.constrains("keywords")
    def _check_keywords(self):
        for order_type in self:
            for keyword in keywords.split_keywords(order_type.keywords):
                if len(keyword) < 2:
                    raise ValidationError(
                        self.env._("“%s” is too short for a keyword: too many messages would match. Use a whole word.", keyword)
                    )

    # ------------------------------------------------------------
    # Recognition
    # ------------------------------------------------------------

    @api.model
    @tools.ormcache("company_id")
    def _keyword_table(self, company_id):
        """Return ``{type id: [keywords]}``; asked for every incoming text, so it must cost nothing."""
        # sudo: every customer's text is read against all services of the company
        types = self.sudo().search_fetch([("company_id", "=", company_id), ("keywords", "!=", False)], ["keywords"])
        return {order_type.id: keywords.split_keywords(order_type.keywords) for order_type in types}

    @api.model
    def _find_asked(self, text, company):
        """Return the service that a customer's text asks for; none where it is unclear."""
        found = keywords.find_type(text[:details.MAX_INPUT], self._keyword_table(company.id))
        return self.browse(found or [])

    def _extract(self, text, only=None, asked=False):
        """Find the values of this service's fields in a text.

        :param only: keys of the fields to look for; all by default
        :param asked: the text answers our question for them
        :rtype: order_text.details.Extraction
        """
        self.ensure_one()
        wanted = [
            field._specification() for field in self.field_ids if only is None or field.key in only
        ]
        return details.extract(text, wanted, asked=asked, region=self.company_id.country_id.code or None)

    def action_view_orders(self):
        """Open the orders of this service."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_orders.whatsapp_order_action")
        return dict(action, domain=[("type_id", "=", self.id)], context={"default_type_id": self.id})

    @staticmethod
    def _lengths_label(lengths, joiner):
        """Return allowed numbers of digits for people: "10, 13 or 17"."""
        parts = [str(low) if low == high else f"{low}–{high}" for low, high in patterns.parse_lengths(lengths)]
        return f" {joiner} ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""
