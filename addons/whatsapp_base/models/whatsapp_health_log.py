from odoo import api, fields, models

from ..cloud_api.account_events import read_limit

SCORES = {"GREEN": 3, "YELLOW": 2, "RED": 1}


class WhatsappHealthLog(models.Model):
    """What Meta thought of an account or number, and since when: one row for each change. Never written by people."""

    _name = "whatsapp.health.log"
    _description = "WhatsApp Health History"
    _order = "id desc"
    _log_access = False
    _rec_name = "text"

    account_id = fields.Many2one("whatsapp.business.account", required=True, index=True, ondelete="cascade")
    channel_id = fields.Many2one("whatsapp.channel", "Number", index="btree_not_null", ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    kind = fields.Selection(
        [
            ("quality", "Quality"),
            ("limit", "Messaging limit"),
            ("throughput", "Throughput"),
            ("status", "Status"),
            ("name", "Display name"),
            ("security", "Security"),
            ("username", "Username"),
            ("event", "Event"),
        ],
        required=True,
    )
    severity = fields.Selection([("info", "Information"), ("warning", "Warning"), ("danger", "Problem")], required=True, default="info")
    old_value = fields.Char("Before")
    new_value = fields.Char("After")
    text = fields.Char("What Happened")
    quality_score = fields.Integer("Quality (3 high, 1 low)", compute="_compute_figures", store=True, aggregator="avg")
    messaging_limit = fields.Integer("Limit", compute="_compute_figures", store=True, aggregator="max")

    @api.depends("kind", "new_value")
    def _compute_figures(self):
        for row in self:
            row.quality_score = SCORES.get(row.new_value, 0) if row.kind == "quality" else 0
            row.messaging_limit = max(read_limit(row.new_value) or 0, 0) if row.kind == "limit" else 0
