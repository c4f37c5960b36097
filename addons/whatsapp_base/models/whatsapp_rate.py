from decimal import Decimal

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..cloud_api.pricing import PriceList, Rate

CATEGORIES = [
    ("marketing", "Marketing"),
    ("marketing_lite", "Marketing (Marketing Messages API)"),
    ("utility", "Utility"),
    ("authentication", "Authentication"),
    ("authentication_international", "Authentication, International"),
    ("service", "Service (replies)"),
    ("referral_conversion", "Ad Entry Point"),
    ("group_marketing", "Marketing in Groups"),
    ("group_utility", "Utility in Groups"),
    ("group_service", "Service in Groups"),
    ("general_purpose_ai", "General Purpose AI"),
]
SAMPLE_FILE = "/whatsapp_base/static/example/whatsapp_rates_example.csv"
IMPORT_TEMPLATE = "/whatsapp_base/static/example/whatsapp_rates_import.csv"


class WhatsappRate(models.Model):
    """A price of Meta's for one delivered message, by country or market, category and first day.

    The newest line that is valid counts, so lines cannot overlap. Meta publishes the official list; nothing here
    comes from it until somebody imports it.
    """

    _name = "whatsapp.rate"
    _inherit = "whatsapp.cached.mixin"
    _description = "WhatsApp Rate"
    _order = "valid_from desc, country_id, market_id, category, from_quantity, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True, help="Leave empty for all companies of this database."
    )
    country_id = fields.Many2one("res.country", index="btree_not_null", ondelete="restrict")
    market_id = fields.Many2one("whatsapp.rate.market", index="btree_not_null", ondelete="restrict")
    place = fields.Char("Country or Market", compute="_compute_place", search="_search_place")
    category = fields.Selection(CATEGORIES, required=True)
    valid_from = fields.Date(
        required=True, default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="The rate counts for messages delivered on or after this day, until a newer rate takes over.",
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id, ondelete="restrict",
        help="The currency that Meta bills the account in.",
    )
    price = fields.Float("Price of a Message", digits=(16, 6), min_display_digits=2, required=True)
    from_quantity = fields.Integer(
        "From Message",
        help="For volume tiers: the price counts when at least this many messages of the category were charged in the country "
        "or market in the same month. 0 for the first tier, and where there are none.",
    )
    active = fields.Boolean(default=True)
    is_example = fields.Boolean("Example", help="Made up, to try things out. Not what Meta charges.")
    import_id = fields.Many2one("whatsapp.rate.import", "Imported By", readonly=True, index="btree_not_null", ondelete="set null")
    replaced_by_id = fields.Many2one(
        "whatsapp.rate.import", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _one_place = models.Constraint(
        "CHECK((country_id IS NULL) <> (market_id IS NULL))", "A rate is for a country or for a market: enter one of the two."
    )
    _price_positive = models.Constraint("CHECK(price >= 0)", "The price of a message cannot be below zero.")
    _quantity_positive = models.Constraint("CHECK(from_quantity >= 0)", "From Message cannot be below zero.")
    _line_unique = models.UniqueIndex(
        """(COALESCE(company_id, 0), COALESCE(country_id, 0), COALESCE(market_id, 0), category, currency_id, valid_from,
            COALESCE(from_quantity, 0)) WHERE active""",
        "There is already a rate for this country or market, category, currency, day and quantity. Change that one.",
    )

    @api.depends("country_id", "market_id")
    def _compute_place(self):
        for rate in self:
            rate.place = rate.country_id.name or rate.market_id.name

    def _search_place(self, operator, value):
        return ["|", ("country_id", operator, value), ("market_id", operator, value)]

    @api.depends("place", "category", "valid_from")
    def _compute_display_name(self):
        labels = dict(self._fields["category"]._description_selection(self.env))
        for rate in self:
            rate.display_name = ", ".join(filter(None, [rate.place, labels.get(rate.category), str(rate.valid_from or "")]))

    @api.constrains("price")
    def _check_price(self):
        for rate in self:
            if rate.price >= 1_000_000:
                raise ValidationError(self.env._("The price of a message is too high: enter it for one message, not for a thousand."))

    @api.model
    def get_import_templates(self):
        return [{"label": self.env._("Rates, one in a row"), "template": IMPORT_TEMPLATE}]

    # ------------------------------------------------------------
    # For pricing
    # ------------------------------------------------------------

    @api.model
    @tools.ormcache("company_id")
    def _price_list(self, company_id):
        """Return (:class:`cloud_api.pricing.PriceList`, {currency name: ID}) of a company, kept in memory.

        A company's own line goes before the one for all companies.
        """
        # sudo: prices decide what a message is expected to cost, whoever sends it; they are not shown here
        rates = self.sudo().search([("company_id", "in", [False, company_id])])
        lines = {}
        for rate in rates.sorted(lambda r: bool(r.company_id)):
            place = rate.country_id.code or rate.market_id.code
            key = (place, rate.category, rate.valid_from, rate.currency_id.name, rate.from_quantity)
            lines[key] = Rate(*key[:4], Decimal(repr(rate.price)), rate.from_quantity)
        markets = self.env["whatsapp.rate.market"].sudo().search([])  # sudo: as above
        market_of = {country.code: market.code for market in markets for country in market.country_ids}
        prices = PriceList(lines.values(), market_of, markets.filtered("is_other").code or None)
        return prices, {currency.name: currency.id for currency in rates.currency_id}

    @api.model
    @tools.ormcache()
    def _country_ids(self):
        """Return ``{ISO code: res.country ID}``."""
        # sudo: countries are public
        return {country.code: country.id for country in self.env["res.country"].sudo().search([])}

    @api.model
    def _has_rates(self):
        """Tell whether costs can be shown for the current companies at all."""
        return any(bool(self._price_list(company.id)[0]) for company in self.env.companies)
