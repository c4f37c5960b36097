from odoo import api, fields, models
from odoo.tools.date_utils import end_of, start_of

from .whatsapp_chat_message_cost import COSTS


class WhatsappConversation(models.Model):
    """What a conversation has cost."""

    _inherit = "whatsapp.conversation"

    cost = fields.Monetary(compute="_compute_cost", currency_field="company_currency_id", groups=COSTS)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    has_rates = fields.Boolean(compute="_compute_has_rates", groups=COSTS)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_cost(self):
        costs = _sums(self, "conversation_id")
        for conversation in self:
            conversation.cost = costs.get(conversation, 0.0)

    @api.depends_context("allowed_company_ids")
    def _compute_has_rates(self):
        self.has_rates = self.env["whatsapp.rate"]._has_rates()

    def action_view_costs(self):
        """Open what this conversation has cost."""
        return _open_costs(self, "conversation_id")


class WhatsappChannel(models.Model):
    """What a number costs a month."""

    _inherit = "whatsapp.channel"

    cost_this_month = fields.Monetary(compute="_compute_cost_this_month", currency_field="company_currency_id", groups=COSTS)
    cost_forecast = fields.Monetary(
        "Cost Expected This Month", compute="_compute_cost_this_month", currency_field="company_currency_id", groups=COSTS,
        help="What this month will have cost if it goes on as it has until now.",
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    has_rates = fields.Boolean(compute="_compute_has_rates", groups=COSTS)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_cost_this_month(self):
        today = fields.Date.today()
        costs = _sums(self, "channel_id", since=start_of(today, "month"))
        share = today.day / end_of(today, "month").day
        for channel in self:
            channel.cost_this_month = costs.get(channel, 0.0)
            channel.cost_forecast = channel.cost_this_month / share

    @api.depends_context("allowed_company_ids")
    def _compute_has_rates(self):
        self.has_rates = self.env["whatsapp.rate"]._has_rates()

    def action_view_costs(self):
        """Open what this number costs."""
        return _open_costs(self, "channel_id")


class WhatsappMessageTemplate(models.Model):
    """What messages of a template cost a month."""

    _inherit = "whatsapp.message.template"

    cost_this_month = fields.Monetary(compute="_compute_cost_this_month", currency_field="company_currency_id", groups=COSTS)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    has_rates = fields.Boolean(compute="_compute_has_rates", groups=COSTS)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_cost_this_month(self):
        costs = _sums(self, "template_id", since=start_of(fields.Date.today(), "month"))
        for template in self:
            template.cost_this_month = costs.get(template, 0.0)

    @api.depends_context("allowed_company_ids")
    def _compute_has_rates(self):
        self.has_rates = self.env["whatsapp.rate"]._has_rates()

    def action_view_costs(self):
        """Open what messages of this template cost."""
        return _open_costs(self, "template_id")


class WhatsappBusinessAccount(models.Model):
    """In which money Meta bills an account."""

    _inherit = "whatsapp.business.account"

    currency_id = fields.Many2one(
        "res.currency",
        "Billed In",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        help="The currency of the account at Meta: rates in it count. Left empty, the first currency that has a rate counts.",
    )

    @api.depends("meta_currency")
    def _compute_currency_id(self):
        codes = self.filtered("meta_currency").mapped("meta_currency")
        found = self.env["res.currency"].with_context(active_test=False).search([("name", "in", codes)]) if codes else []
        currencies = {currency.name: currency for currency in found}
        for account in self:
            account.currency_id = currencies.get(account.meta_currency) or account.currency_id


def _sums(records, field, since=None):
    """Return ``{record: cost in company currency}`` as the user may see it."""
    domain = [(field, "in", records.ids), ("cost_date", ">=" if since else "!=", since or False)]
    return dict(records.env["whatsapp.chat.message"]._read_group(domain, [field], ["cost_company:sum"]))


def _open_costs(record, field):
    record.ensure_one()
    action = record.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_cost_report_action")
    return dict(action, domain=[(field, "=", record.id)], context={"search_default_group_month": 1})
