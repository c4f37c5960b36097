from odoo import fields, models

from .whatsapp_sla_policy import SLA_STATES, TARGETS


class WhatsappConversation(models.Model):
    """What was promised to the customer and until when."""

    _inherit = "whatsapp.conversation"

    sla_due_at = fields.Datetime("Promised Until", readonly=True, copy=False)
    sla_target = fields.Selection(TARGETS, "Promise", readonly=True, copy=False)
    sla_state = fields.Selection(SLA_STATES, "Service Level", readonly=True, copy=False, default="none")
    # when the state changes by the clock: at the warning, then at the breach
    sla_check_at = fields.Datetime(readonly=True, copy=False)
    sla_paused_at = fields.Datetime("Clock Stopped", readonly=True, copy=False)

    _sla_check_idx = models.Index("(sla_check_at) WHERE sla_check_at IS NOT NULL")

    def _system_fields(self):
        return super()._system_fields() | {"sla_due_at", "sla_target", "sla_state", "sla_check_at", "sla_paused_at"}
