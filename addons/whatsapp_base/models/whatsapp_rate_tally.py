from odoo import fields, models
from odoo.tools import SQL


class WhatsappRateTally(models.Model):
    """How many messages of a month have been counted, for volume tiers and the free service messages.

    Kept beside the log, since counting a month's log for each message would be slow, and because the log may be
    shorter than the month. Written where costs are settled, in the same transaction.
    """

    _name = "whatsapp.rate.tally"
    _description = "WhatsApp Messages Counted for Prices"
    _order = "month desc, channel_id, category, id"
    _log_access = False

    channel_id = fields.Many2one("whatsapp.channel", "Number", required=True, readonly=True, ondelete="cascade")
    month = fields.Date(required=True, readonly=True)
    category = fields.Char(required=True, readonly=True)
    country = fields.Char(required=True, readonly=True)
    quantity = fields.Integer(required=True, readonly=True)

    _line_unique = models.Constraint("UNIQUE(channel_id, month, category, country)", "Messages are counted once.")

    def _service_used(self, channel_ids, months):
        """Return ``{(channel ID, month): service messages counted}``."""
        rows = self.env.execute_query(
            SQL(
                """SELECT channel_id, month, sum(quantity)::int FROM whatsapp_rate_tally
                    WHERE channel_id = ANY(%s) AND month = ANY(%s) AND category = 'service' GROUP BY 1, 2""",
                list(channel_ids), list(months),
            )
        )
        return {(channel_id, month): count for channel_id, month, count in rows}

    def _by_account(self, account_ids, months):
        """Return ``{(account ID, month, category): {country: messages counted}}``."""
        result = {}
        for account_id, month, category, country, count in self.env.execute_query(
            SQL(
                """SELECT n.account_id, t.month, t.category, t.country, sum(t.quantity)::int
                     FROM whatsapp_rate_tally t JOIN whatsapp_channel n ON n.id = t.channel_id
                    WHERE n.account_id = ANY(%s) AND t.month = ANY(%s) GROUP BY 1, 2, 3, 4""",
                list(account_ids), list(months),
            )
        ):
            result.setdefault((account_id, month, category), {})[country] = count
        return result

    def _add(self, counts):
        """Add ``{(channel ID, month, category, country): number}``."""
        if counts:
            self.env.cr.execute(
                SQL(
                    """INSERT INTO whatsapp_rate_tally (channel_id, month, category, country, quantity) VALUES %s
                           ON CONFLICT (channel_id, month, category, country)
                           DO UPDATE SET quantity = whatsapp_rate_tally.quantity + EXCLUDED.quantity""",
                    SQL(", ").join(SQL("(%s, %s, %s, %s, %s)", *key, count) for key, count in sorted(counts.items())),
                )
            )
            self.invalidate_model(flush=False)
