from odoo import api, models
from odoo.tools import SQL

GC_BATCH = 10_000
# what may still leave, or of which nobody knows yet whether it did
KEPT_STATES = ("queued", "held", "sending", "uncertain")


class WhatsappChatMessage(models.Model):
    """Retention of the log. What Discuss shows (``mail.message``, files) stays: it belongs to the conversation."""

    _inherit = "whatsapp.chat.message"

    @api.autovacuum
    def _gc_old(self):
        """Delete messages after the retention time, oldest first, in batches; 0 days keeps them for ever."""
        days = self.env["res.config.settings"]._whatsapp_days("whatsapp_base.message_retention_days")
        if days <= 0:
            return None
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """DELETE FROM whatsapp_chat_message WHERE id IN (
                       SELECT id FROM whatsapp_chat_message
                        WHERE sent_on < (now() AT TIME ZONE 'utc') - %s * interval '1 day' AND state NOT IN %s
                          AND NOT (direction = 'inbound' AND is_handled IS NOT TRUE)
                        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)""",
                days, KEPT_STATES, GC_BATCH,
            )
        )
        count = self.env.cr.rowcount
        self.env.invalidate_all()
        return count, count == GC_BATCH
