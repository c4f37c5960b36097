from odoo import api, fields, models
from odoo.tools import SQL

from .whatsapp_conversation_cycle import WEEKDAYS

RETENTION_DAYS = 730
GC_BATCH = 10_000


class WhatsappConversationWait(models.Model):
    """One time that a customer waited for a person: from their first message to the answer, or to the resolution."""

    _name = "whatsapp.conversation.wait"
    _description = "WhatsApp Customer Wait"
    _order = "since desc, id desc"
    _rec_name = "conversation_id"

    cycle_id = fields.Many2one("whatsapp.conversation.cycle", required=True, readonly=True, ondelete="cascade")
    conversation_id = fields.Many2one("whatsapp.conversation", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    team_id = fields.Many2one("whatsapp.team", readonly=True, index="btree_not_null", ondelete="set null")
    user_id = fields.Many2one("res.users", "Answered by", readonly=True, index="btree_not_null", ondelete="set null")
    since = fields.Datetime("Waiting Since", required=True, readonly=True)
    # by the clock of the team: for load by hour and day
    hour = fields.Char("Hour of Day", readonly=True)
    weekday = fields.Selection(WEEKDAYS, "Day of Week", readonly=True)
    answered_at = fields.Datetime("Answered", readonly=True)
    ended_at = fields.Datetime(readonly=True, help="Answered, or resolved without an answer.")
    seconds = fields.Integer("Time to Response", readonly=True, aggregator="avg")
    work_seconds = fields.Integer("Time to Response (working time)", readonly=True, aggregator="avg")
    is_first = fields.Boolean("First of Its Case", readonly=True)
    is_late = fields.Boolean("Late", readonly=True, help="Later than the service policy promised.")
    paused_work_seconds = fields.Integer(readonly=True)

    _cycle_idx = models.Index("(cycle_id, since)")
    _open_idx = models.UniqueIndex("(conversation_id) WHERE ended_at IS NULL", "A customer waits once at a time.")
    _conversation_idx = models.Index("(conversation_id)")
    _company_idx = models.Index("(company_id, since)")
    _ended_idx = models.Index("(ended_at) WHERE ended_at IS NOT NULL")

    def action_open_conversation(self):
        """Open the conversation in which the customer waited."""
        self.ensure_one()
        return self.conversation_id.get_formview_action()

    @api.autovacuum
    def _gc_old(self):
        """Delete waits after two years, in batches; the cycles, which reports count, stay."""
        # sudo: how long things are kept is no secret, and the vacuum asks
        value = self.env["ir.config_parameter"].sudo().get_param("whatsapp_base.wait_retention_days")
        days = int(value) if (value or "").isdecimal() else RETENTION_DAYS
        if not days:
            return None
        self.env.cr.execute(
            SQL(
                """DELETE FROM whatsapp_conversation_wait WHERE id IN (
                       SELECT id FROM whatsapp_conversation_wait
                        WHERE ended_at < (now() AT TIME ZONE 'utc') - %s * interval '1 day'
                        ORDER BY ended_at LIMIT %s FOR UPDATE SKIP LOCKED)""",
                days, GC_BATCH,
            )
        )
        count = self.env.cr.rowcount
        self.env.invalidate_all(flush=False)
        return count, count == GC_BATCH
