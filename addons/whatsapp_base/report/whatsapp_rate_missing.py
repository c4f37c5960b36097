from odoo import fields, models
from odoo.tools import SQL


class WhatsappRateMissing(models.Model):
    """Prices that the list lacks: by country and category, with how many messages wait for them."""

    _name = "whatsapp.rate.missing"
    _description = "Missing WhatsApp Rate"
    _auto = False
    _order = "message_count desc, id"

    company_id = fields.Many2one("res.company", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    category = fields.Char("Category at Meta", readonly=True)
    currency_id = fields.Many2one("res.currency", "Billed In", readonly=True)
    message_count = fields.Integer("Messages", readonly=True)
    first_date = fields.Date("First", readonly=True)
    last_date = fields.Date("Last", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """SELECT min(m.id) AS id, m.company_id, m.country_id, a.currency_id, count(*)::int AS message_count,
                      COALESCE(m.cost_category, lower(replace(m.pricing_category, '-', '_'))) AS category,
                      min(m.cost_date) AS first_date, max(m.cost_date) AS last_date
                 FROM whatsapp_chat_message m
                 JOIN whatsapp_channel n ON n.id = m.channel_id
                 JOIN whatsapp_business_account a ON a.id = n.account_id
                WHERE m.cost_reason = 'no_rate' AND m.cost_date > (now() AT TIME ZONE 'utc')::date - 365
             GROUP BY m.company_id, m.country_id, a.currency_id, 6"""
        )

    def _compute_display_name(self):
        for missing in self:
            missing.display_name = f"{missing.country_id.name or '?'}, {missing.category or '?'}"

    def action_add_rate(self):
        """Enter the missing price."""
        self.ensure_one()
        known = dict(self.env["whatsapp.rate"]._fields["category"].selection)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Rate"),
            "res_model": "whatsapp.rate",
            "views": [(False, "form")],
            "context": {
                "default_country_id": self.country_id.id,
                "default_category": self.category if self.category in known else False,
                "default_company_id": self.company_id.id,
                "default_valid_from": fields.Date.to_string(self.first_date.replace(day=1)),
                **({"default_currency_id": self.currency_id.id} if self.currency_id else {}),
            },
        }

    def action_open_messages(self):
        """Open the messages that have no price."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_chat_message_action")
        domain = [
            ("cost_reason", "=", "no_rate"), ("company_id", "=", self.company_id.id), ("country_id", "=", self.country_id.id),
            ("cost_date", ">=", self.first_date),
        ]
        return dict(action, domain=domain, context={})
