from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..models.whatsapp_chat_message_cost import REASONS
from ..models.whatsapp_rate import CATEGORIES


class WhatsappCostReport(models.Model):
    """What messages to customers cost, one row a message: the log itself, seen by money.

    Not summed up in SQL: filters (a month, a number) reach the log's own indexes, and each figure opens its messages.
    """

    _name = "whatsapp.cost.report"
    _description = "WhatsApp Costs"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "message_id"

    message_id = fields.Many2one("whatsapp.chat.message", readonly=True)
    date = fields.Date("Billing Date", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    account_id = fields.Many2one("whatsapp.business.account", "Business Account", readonly=True)
    channel_id = fields.Many2one("whatsapp.channel", "Number", readonly=True)
    conversation_id = fields.Many2one("whatsapp.conversation", readonly=True)
    team_id = fields.Many2one("whatsapp.team", readonly=True)
    user_id = fields.Many2one("res.users", "Written by", readonly=True)
    template_id = fields.Many2one("whatsapp.message.template", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    category = fields.Selection(CATEGORIES, readonly=True)
    origin = fields.Selection(
        lambda self: self.env["whatsapp.chat.message"]._fields["origin"].selection, readonly=True
    )
    state = fields.Selection(
        [("estimated", "Expected"), ("final", "Charged"), ("free", "Free"), ("unknown", "No rate")], "Cost Status", readonly=True
    )
    reason = fields.Selection(REASONS, "Why", readonly=True)
    is_billable = fields.Selection([("billable", "Billable"), ("free", "Free")], "Billable or Free", readonly=True)
    cost = fields.Monetary(currency_field="currency_id", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    billed_cost = fields.Monetary("Cost as Billed", currency_field="billed_currency_id", readonly=True)
    billed_currency_id = fields.Many2one("res.currency", "Billed In", readonly=True)

    @property
    def _table_query(self):
        # LEFT JOINs on keys: PostgreSQL leaves those out that a question does not need
        return SQL(
            """SELECT m.id, m.id AS message_id, m.cost_date AS date, m.company_id, n.account_id, m.channel_id, m.conversation_id,
                      v.team_id, m.user_id, m.template_id, m.country_id, m.cost_category AS category, m.origin,
                      m.cost_state AS state, m.cost_reason AS reason,
                      CASE WHEN m.cost_reason IN ('charged', 'no_rate', 'no_country') THEN 'billable' ELSE 'free' END AS is_billable,
                      COALESCE(m.cost_company, 0) AS cost, c.currency_id, COALESCE(m.cost, 0) AS billed_cost,
                      m.currency_id AS billed_currency_id
                 FROM whatsapp_chat_message m
            LEFT JOIN whatsapp_channel n ON n.id = m.channel_id
            LEFT JOIN whatsapp_conversation v ON v.id = m.conversation_id
            LEFT JOIN res_company c ON c.id = m.company_id
                WHERE m.cost_date IS NOT NULL"""
        )

    @api.model
    def _search(self, domain, *args, **kwargs):
        self.env["whatsapp.chat.message"].flush_model()
        return super()._search(domain, *args, **kwargs)

    @api.model
    def action_open(self):
        """Open the report; say so where messages count as 0 because nobody entered their price."""
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_cost_report_action")
        missing = [("reason", "in", ("no_rate", "no_country")), ("date", ">=", fields.Date.today() - timedelta(days=365))]
        if not self.search_count(missing, limit=1):
            return action
        link = {"label": self.env._("Missing Rates"), "url": "/odoo/whatsapp-missing-rates"}
        is_supervisor = self.env.user.has_group("whatsapp_base.group_whatsapp_supervisor")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.env._("Some messages have no price yet and count as 0"),
                # links take the place of %s
                "message": "%s" if is_supervisor else self.env._("A supervisor sees in Missing Rates what to enter."),
                "links": [link] if is_supervisor else [],
                "next": action,
            },
        }

    def action_open_message(self):
        """Open the message behind a row."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": "whatsapp.chat.message", "res_id": self.id, "views": [(False, "form")]}
