from odoo import fields, models
from odoo.tools import SQL

from ..cloud_api import limits

# Meta counts what came in any one second. A bucket that holds a second's worth and refills at full speed lets twice as
# much through in its first second, is refused, rests, is full again, and so on. From this rate on (the smallest limit
# of Meta's), a tenth of the rate may leave at once and the rest drips in.
SMALLEST_LIMIT = 20
BURST_SHARE = 0.1


class WhatsappChannelRate(models.Model):
    """The token bucket of a number, shared by every process that sends from it.

    Apart from ``whatsapp.channel`` because it changes several times a second: users who edit the number
    must never collide with senders. One token is one message.
    """

    _name = "whatsapp.channel.rate"
    _description = "WhatsApp Sending Rate"
    _log_access = False

    channel_id = fields.Many2one("whatsapp.channel", required=True, ondelete="cascade")
    tokens = fields.Float(required=True, default=0)
    updated_at = fields.Float(required=True, default=0, help="Database clock, seconds since the epoch.")

    _channel_unique = models.UniqueIndex("(channel_id)", "A number has one bucket.")

    def _take(self, channel_id, wanted, rate, reserve):
        """Take up to ``wanted`` tokens of a number; the caller commits (the row stays locked until then).

        :param int channel_id: id of the number
        :param int wanted: how many messages the caller could send now
        :param float rate: tokens a second that the number earns
        :param float reserve: share of the bucket that must stay in it (0 for replies)
        :returns: how many may be sent, 0 to ``wanted``
        :rtype: int
        """
        cr = self.env.cr
        capacity = rate * BURST_SHARE if rate >= SMALLEST_LIMIT else rate
        speed = rate - capacity if rate >= SMALLEST_LIMIT else rate
        cr.execute(
            SQL(
                """INSERT INTO whatsapp_channel_rate (channel_id, tokens, updated_at)
                   VALUES (%s, %s, extract(epoch FROM clock_timestamp())) ON CONFLICT (channel_id) DO NOTHING""",
                channel_id, capacity,
            )
        )
        cr.execute(
            SQL(
                """SELECT tokens, updated_at, extract(epoch FROM clock_timestamp())::float
                     FROM whatsapp_channel_rate WHERE channel_id = %s FOR UPDATE""",
                channel_id,
            )
        )
        tokens, updated_at, now = cr.fetchone()
        bucket = limits.Bucket(speed, capacity, tokens, updated_at).refill(now)
        granted, bucket = bucket.take(wanted, reserve * capacity)
        cr.execute(
            SQL(
                "UPDATE whatsapp_channel_rate SET tokens = %s, updated_at = %s WHERE channel_id = %s",
                bucket.tokens, bucket.updated_at, channel_id,
            )
        )
        return granted

    def _give_back(self, channel_id, count):
        """Return tokens that were taken and not used."""
        if count:
            self.env.cr.execute(
                SQL("UPDATE whatsapp_channel_rate SET tokens = tokens + %s WHERE channel_id = %s", count, channel_id)
            )
