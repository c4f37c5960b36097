import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cloud_api import rate_card
from .whatsapp_rate import CATEGORIES, SAMPLE_FILE

MAX_FILE = 2 * 1024 * 1024


class WhatsappRateImport(models.Model):
    """A rate card read from a file: first a preview, then rates, and a way back."""

    _name = "whatsapp.rate.import"
    _description = "WhatsApp Rate Import"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    file = fields.Binary("Rate Card (CSV)", attachment=True)
    file_name = fields.Char()
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, help="Leave empty to let the rates count for all companies."
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id,
        help="Counts for rows that name no currency of their own.",
    )
    valid_from = fields.Date(
        required=True, default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="Meta changes its rates on the first day of a quarter.",
    )
    is_example = fields.Boolean("Example", help="These prices are made up.")
    state = fields.Selection(
        [("draft", "To Check"), ("done", "Imported"), ("undone", "Undone")], default="draft", required=True, readonly=True, copy=False
    )
    line_ids = fields.One2many("whatsapp.rate.import.line", "import_id", readonly=True, copy=False)
    problem_ids = fields.One2many(
        "whatsapp.rate.import.line", "import_id", string="Problems", domain=[("problem", "!=", False)], readonly=True
    )
    price_ids = fields.One2many(
        "whatsapp.rate.import.line", "import_id", string="Prices", domain=[("problem", "=", False)], readonly=True
    )
    line_count = fields.Integer("Prices Found", compute="_compute_counts")
    problem_count = fields.Integer("Rows with Problems", compute="_compute_counts")
    rate_ids = fields.One2many("whatsapp.rate", "import_id", string="Rates", context={"active_test": False})
    rate_count = fields.Integer(compute="_compute_counts")

    @api.depends("file_name", "valid_from")
    def _compute_name(self):
        for card in self:
            card.name = ", ".join(filter(None, [card.file_name, str(card.valid_from or "")])) or self.env._("New import")

    @api.depends("line_ids.problem", "rate_ids")
    def _compute_counts(self):
        for card in self:
            problems = card.line_ids.filtered("problem")
            card.problem_count, card.line_count = len(problems), len(card.line_ids - problems)
            card.rate_count = len(card.rate_ids)

    @api.model_create_multi
    def create(self, vals_list):
        cards = super().create(vals_list)
        cards._read_file()
        return cards

    def write(self, vals):
        result = super().write(vals)
        if {"file", "currency_id", "valid_from", "company_id"} & set(vals):
            self._read_file()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if any(card.state == "done" for card in self):
            raise UserError(self.env._("Undo the import before you delete it: its rates are in use."))

    def _read_file(self):
        """Fill the preview."""
        for card in self:
            if card.state != "draft":
                raise UserError(self.env._("This import is finished. Make a new one."))
            card.line_ids.unlink()
            if not card.file:
                continue
            data = base64.b64decode(card.file)
            if len(data) > MAX_FILE:
                raise UserError(self.env._("The file is larger than %s MB; a rate card has a few kilobytes.", MAX_FILE // 1024 // 1024))
            found = rate_card.parse(rate_card.decode(data))
            values = [{"import_id": card.id, "row": problem.row, "problem": problem.text} for problem in found.problems]
            values += card._line_values(found.lines)
            self.env["whatsapp.rate.import.line"].create(values)

    def _line_values(self, lines):
        """Return values of preview lines: each with its country or market, currency and what is there already."""
        countries, markets = self._places()
        currencies = {currency.name: currency for currency in self.env["res.currency"].with_context(active_test=False).search([])}
        result = []
        for line in lines:
            key = line.market.strip().casefold()
            values = {
                "import_id": self.id, "row": line.row, "category": line.category, "price": float(line.price),
                "from_quantity": line.from_quantity, "place": line.market,
                "country_id": countries.get(key), "market_id": False if key in countries else markets.get(key),
                "currency_id": currencies[line.currency].id if line.currency in currencies else self.currency_id.id,
            }
            if line.currency and line.currency not in currencies:
                values["problem"] = self.env._("%(place)s: the currency %(code)s is not known here.", place=line.market, code=line.currency)
            elif not values["country_id"] and not values["market_id"]:
                values["problem"] = self.env._(
                    "“%s” is neither a country nor a market. Correct the name, or add it in WhatsApp > Reporting > Markets.", line.market
                )
            else:
                before = self._existing(values)
                values["previous_price"], values["has_previous"] = before.price, bool(before)
            result.append(values)
        return result

    def _places(self):
        """Return ({name or code: country ID}, {name or code: market ID}), lower case; English and the user's names."""
        countries, markets = {}, {}
        for lang in {"en_US", self.env.lang or "en_US"}:
            for country in self.env["res.country"].with_context(lang=lang).search([]):
                countries[country.name.casefold()] = countries[country.code.casefold()] = country.id
        for alias, code in _ALIASES.items():
            if code.casefold() in countries:
                countries.setdefault(alias, countries[code.casefold()])
        for market in self.env["whatsapp.rate.market"].search([]):
            markets[market.name.casefold()] = markets[market.code.casefold()] = market.id
        return countries, markets

    def _existing(self, values):
        """Return the rate that a line would replace."""
        return self.env["whatsapp.rate"].search(
            [
                ("company_id", "=", self.company_id.id), ("country_id", "=", values["country_id"] or False),
                ("market_id", "=", values["market_id"] or False), ("category", "=", values["category"]),
                ("currency_id", "=", values["currency_id"]), ("valid_from", "=", self.valid_from),
                ("from_quantity", "=", values["from_quantity"]),
            ],
            limit=1,
        )

    def action_import(self):
        """Make rates of the rows without problems; what they replace is archived, so that this can be undone."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("This import is finished. Make a new one."))
        lines = self.line_ids.filtered(lambda line: not line.problem)
        if not lines:
            raise UserError(self.env._("There is no price to import. Choose a file, and correct the rows that are listed as problems."))
        values = []
        for line in lines:
            place = {"country_id": line.country_id.id, "market_id": line.market_id.id}
            known = {"category": line.category, "currency_id": line.currency_id.id, "from_quantity": line.from_quantity, **place}
            before = self._existing(known)
            if before and abs(before.price - line.price) < 1e-9 and before.is_example == self.is_example:
                continue
            before.write({"active": False, "replaced_by_id": self.id})
            values.append(
                {
                    **known, "price": line.price, "valid_from": self.valid_from, "company_id": self.company_id.id,
                    "import_id": self.id, "is_example": self.is_example,
                }
            )
        self.env.flush_all()
        self.env["whatsapp.rate"].create(values)
        self.state = "done"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("%s rate(s) imported", len(values)),
                "message": self.env._("Messages from now on use them. For those before, choose “Price Again”."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_undo(self):
        """Remove the rates of this import and bring back those that it replaced."""
        Rate = self.env["whatsapp.rate"].with_context(active_test=False)
        for card in self:
            if card.state != "done":
                raise UserError(self.env._("Only a finished import can be undone."))
            later = card.rate_ids.filtered("replaced_by_id").replaced_by_id
            if later:
                raise UserError(
                    self.env._("“%s” was imported afterwards and replaced rates of this one. Undo that one first.", later[0].name)
                )
            card.rate_ids.unlink()
            Rate.search([("replaced_by_id", "=", card.id)]).write({"active": True, "replaced_by_id": False})
            card.state = "undone"

    def action_view_rates(self):
        """Open the rates of this import."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_rate_action")
        return dict(action, domain=[("import_id", "=", self.id)], context={"active_test": False})

    def action_download_example(self):
        """Download a file in the right layout, with prices that are made up."""
        return {"type": "ir.actions.act_url", "url": SAMPLE_FILE, "target": "download"}


class WhatsappRateImportLine(models.Model):
    """A price or a problem found in a rate card, as its preview shows it."""

    _name = "whatsapp.rate.import.line"
    _description = "WhatsApp Rate Import Line"
    _order = "row, id"

    import_id = fields.Many2one("whatsapp.rate.import", required=True, ondelete="cascade", index=True)
    row = fields.Integer()
    place = fields.Char("As in the File")
    country_id = fields.Many2one("res.country", ondelete="cascade")
    market_id = fields.Many2one("whatsapp.rate.market", ondelete="cascade")
    category = fields.Selection(CATEGORIES)
    currency_id = fields.Many2one("res.currency", ondelete="cascade")
    price = fields.Float(digits=(16, 6), min_display_digits=2)
    from_quantity = fields.Integer("From Message")
    has_previous = fields.Boolean()
    previous_price = fields.Float("Price Until Now", digits=(16, 6), min_display_digits=2)
    problem = fields.Char()


# names on Meta's rate card that Odoo spells in another way
_ALIASES = {
    "uae": "AE", "uk": "GB", "usa": "US", "turkey": "TR", "türkiye": "TR", "turkiye": "TR", "russia": "RU", "vietnam": "VN",
    "south korea": "KR", "korea": "KR", "hong kong": "HK", "taiwan": "TW", "czech republic": "CZ", "czechia": "CZ",
    "ivory coast": "CI", "swaziland": "SZ", "macedonia": "MK",
}
