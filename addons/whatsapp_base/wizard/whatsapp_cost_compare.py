from datetime import datetime, time, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.date_utils import add, start_of

from ..cloud_api import client as cloud_client
from ..cloud_api.pricing import normalize_category
from ..models.whatsapp_rate import CATEGORIES


class WhatsappCostCompare(models.TransientModel):
    """Puts what Meta says a month cost beside what our log says."""

    _name = "whatsapp.cost.compare"
    _description = "Compare WhatsApp Costs with Meta"

    account_id = fields.Many2one(
        "whatsapp.business.account", required=True, default=lambda self: self.env["whatsapp.business.account"].search([], limit=1)
    )
    month = fields.Date(required=True, default=lambda self: start_of(fields.Date.context_today(self), "month"))
    line_ids = fields.One2many("whatsapp.cost.compare.line", "compare_id", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    is_fetched = fields.Boolean(readonly=True)
    our_count = fields.Integer("Messages in Our Log", compute="_compute_totals")
    meta_count = fields.Integer("Messages at Meta", compute="_compute_totals")
    our_cost = fields.Float(digits=(16, 4), compute="_compute_totals")
    meta_cost = fields.Float("Meta's Cost", digits=(16, 4), compute="_compute_totals")
    difference = fields.Float(digits=(16, 4), compute="_compute_totals")

    @api.depends("line_ids")
    def _compute_totals(self):
        for compare in self:
            lines = compare.line_ids
            compare.our_count, compare.meta_count = sum(lines.mapped("our_count")), sum(lines.mapped("meta_count"))
            compare.our_cost, compare.meta_cost = sum(lines.mapped("our_cost")), sum(lines.mapped("meta_cost"))
            compare.difference = compare.our_cost - compare.meta_cost

    def action_compare(self):
        """Ask Meta for the month and show both."""
        self.ensure_one()
        self.check_access("write")
        self.account_id.check_access("read")
        account = self.account_id.sudo()  # sudo: the call needs the token, which nobody sees
        first = start_of(self.month, "month")
        following = add(first, months=1)
        if first > fields.Date.context_today(self):
            raise UserError(self.env._("This month has not begun yet. Choose an earlier one."))
        try:
            currency_code, points = account._client().pricing_analytics(account.waba_id, _epoch(first), _epoch(following))
        except (cloud_client.ApiError, cloud_client.NotSent, cloud_client.OutcomeUnknown) as error:
            raise UserError(account._explain(error)) from None
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", currency_code or "")], limit=1)
        if currency and not account.currency_id:
            account.currency_id = currency
        self.line_ids.unlink()
        self.write(
            {
                "currency_id": (currency or account.currency_id or self.env.company.currency_id).id,
                "is_fetched": True,
                "line_ids": [fields.Command.create(values) for values in self._lines(account, first, following, points)],
            }
        )
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_cost_compare_action")
        return dict(action, res_id=self.id)

    def _lines(self, account, first, following, points):
        """Return the values of a line for each country and category that one of the two sides knows."""
        countries = self.env["whatsapp.rate"]._country_ids()
        known, lines = dict(CATEGORIES), {}
        for point in points:
            category = normalize_category(point.category)
            key = (countries.get(point.country, False), category if category in known else False)
            line = lines.setdefault(key, {"our_count": 0, "our_cost": 0.0, "meta_count": 0, "meta_cost": 0.0})
            line["meta_count"] += point.volume
            line["meta_cost"] += point.cost
        # sudo: who may see costs may compare them as a whole
        ours = self.env["whatsapp.cost.report"].sudo()._read_group(
            [("account_id", "=", account.id), ("date", ">=", first), ("date", "<", following), ("reason", "!=", "not_delivered"),
             ("state", "!=", "estimated")],
            ["country_id", "category"], ["__count", "billed_cost:sum"],
        )
        for country, category, count, cost in ours:
            line = lines.setdefault(
                (country.id, category), {"our_count": 0, "our_cost": 0.0, "meta_count": 0, "meta_cost": 0.0}
            )
            line["our_count"] += count
            line["our_cost"] += cost
        return [
            {"country_id": country_id, "category": category, **values} for (country_id, category), values in sorted(
                lines.items(), key=lambda item: (-max(item[1]["meta_cost"], item[1]["our_cost"]), str(item[0])))
        ]


class WhatsappCostCompareLine(models.TransientModel):
    """A country and category of a comparison."""

    _name = "whatsapp.cost.compare.line"
    _description = "WhatsApp Cost Comparison Line"

    compare_id = fields.Many2one("whatsapp.cost.compare", required=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="compare_id.currency_id")
    country_id = fields.Many2one("res.country", readonly=True)
    category = fields.Selection(CATEGORIES, readonly=True)
    our_count = fields.Integer("Messages in Our Log", readonly=True)
    meta_count = fields.Integer("Messages at Meta", readonly=True)
    our_cost = fields.Float(digits=(16, 4), readonly=True)
    meta_cost = fields.Float("Meta's Cost", digits=(16, 4), readonly=True)
    difference = fields.Float(digits=(16, 4), compute="_compute_difference")

    @api.depends("our_cost", "meta_cost")
    def _compute_difference(self):
        for line in self:
            line.difference = line.our_cost - line.meta_cost


def _epoch(day):
    return int(datetime.combine(day, time.min, timezone.utc).timestamp())
