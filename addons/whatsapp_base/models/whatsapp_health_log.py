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
    # what the number had at that moment, whatever the row is about: graphs need a figure for each day
    quality_score = fields.Integer("Quality (3 high, 1 low)", aggregator="min")
    messaging_limit = fields.Integer("Limit", aggregator="max")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            channel = self.env["whatsapp.channel"].browse(vals.get("channel_id") or ())
            vals["quality_score"] = SCORES.get(channel.quality_rating, 0)
            vals["messaging_limit"] = max(read_limit(channel.messaging_limit_tier) or 0, 0)
        return super().create(vals_list)
