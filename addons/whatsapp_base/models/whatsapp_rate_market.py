from odoo import api, fields, models
from odoo.exceptions import ValidationError


class WhatsappRateMarket(models.Model):
    """Countries that share prices on Meta's rate card, such as "Rest of Africa".

    A country that has rates of its own needs no market; its own rates go first.
    """

    _name = "whatsapp.rate.market"
    _inherit = "whatsapp.cached.mixin"
    _description = "WhatsApp Market"
    _order = "name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, help="As Meta's rate card calls it, so that imports find it.")
    code = fields.Char(required=True)
    country_ids = fields.Many2many("res.country", "whatsapp_rate_market_country_rel", "market_id", "country_id", string="Countries")
    country_count = fields.Integer("Number of Countries", compute="_compute_country_count")
    is_other = fields.Boolean("All Other Countries", help="The market of every country that belongs to no other market.")

    _code_unique = models.Constraint("UNIQUE(code)", "There is already a market with this code.")
    _other_unique = models.UniqueIndex("(is_other) WHERE is_other", "Only one market can stand for all other countries.")

    def init(self):
        # by construction, and not only by the friendlier check below: a country belongs to one market
        self.env.cr.execute(
            """CREATE UNIQUE INDEX IF NOT EXISTS whatsapp_rate_market_country_rel_country_unique
                   ON whatsapp_rate_market_country_rel (country_id)"""
        )

    @api.depends("country_ids")
    def _compute_country_count(self):
        for market in self:
            market.country_count = len(market.country_ids)

    @api.constrains("country_ids")
    def _check_country_ids(self):
        for market in self:
            other = self.search([("country_ids", "in", market.country_ids.ids), ("id", "!=", market.id)], limit=1)
            if other:
                both = (other.country_ids & market.country_ids)[:1]
                raise ValidationError(
                    self.env._(
                        "%(country)s belongs to the market “%(market)s” already. Remove it there first.",
                        country=both.name, market=other.name,
                    )
                )
