from odoo import api, fields, models
from odoo.tools import SQL

REASONS = [
    ("signature", "Wrong or missing signature"),
    ("account", "Unknown address"),
    ("size", "Too large"),
    ("json", "Not JSON"),
    ("verify", "Wrong verify token"),
]


class WhatsappWebhookRefusal(models.Model):
    """How many calls of the webhook were refused, by day, account and reason.

    A row a day and reason, not a row a call: strangers must not be able to fill the database.
    """

    _name = "whatsapp.webhook.refusal"
    _description = "Refused WhatsApp Notifications"
    _order = "day desc, id desc"
    _log_access = False
    _rec_name = "reason"

    day = fields.Date(required=True)
    account_id = fields.Many2one("whatsapp.business.account", ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id")
    reason = fields.Selection(REASONS, required=True)
    count = fields.Integer(required=True, default=0)
    last_at = fields.Datetime(required=True)
    last_address = fields.Char("Last Sender Address")

    _day_unique = models.UniqueIndex("(day, COALESCE(account_id, 0), reason)", "Refusals are counted by day and reason.")

    @api.model
    def _count_one(self, account_id, reason, address):
        """Count one refused call, in a transaction of its own that waits for nobody's."""
        with self.env.registry.cursor() as cr:
            self.with_env(self.env(cr=cr)).env["whatsapp.lane"]._read_committed()
            cr.execute(
                SQL(
                    """INSERT INTO whatsapp_webhook_refusal (day, account_id, reason, count, last_at, last_address)
                       VALUES (CURRENT_DATE, %s, %s, 1, now() AT TIME ZONE 'utc', %s)
                       ON CONFLICT (day, COALESCE(account_id, 0), reason)
                       DO UPDATE SET count = whatsapp_webhook_refusal.count + 1, last_at = excluded.last_at,
                                     last_address = excluded.last_address""",
                    account_id or None, reason, (address or "")[:64],
                )
            )
