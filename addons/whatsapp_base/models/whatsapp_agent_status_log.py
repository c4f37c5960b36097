from odoo import fields, models

from .whatsapp_agent import STATUSES


class WhatsappAgentStatusLog(models.Model):
    """How long an agent was in which status. One row without end for each agent: no gaps, no overlaps."""

    _name = "whatsapp.agent.status.log"
    _description = "WhatsApp Time in Status"
    _order = "started_at desc, id desc"
    _rec_name = "user_id"
    _log_access = False

    agent_id = fields.Many2one("whatsapp.agent", required=True, ondelete="cascade", readonly=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade", readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    status = fields.Selection(STATUSES, required=True, readonly=True)
    source = fields.Selection(
        [("hand", "By hand"), ("inactivity", "By presence"), ("schedule", "By schedule")], "Set", readonly=True
    )
    started_at = fields.Datetime("From", required=True, readonly=True)
    ended_at = fields.Datetime("Until", readonly=True)
    seconds = fields.Integer("Time", readonly=True, aggregator="sum", help="Filled in when the status ends.")

    _open_unique = models.UniqueIndex("(agent_id) WHERE ended_at IS NULL", "An agent is in one status at a time.")
    _agent_idx = models.Index("(agent_id, started_at DESC)")
    _order_check = models.Constraint("CHECK(ended_at >= started_at)", "A status cannot end before it began.")
