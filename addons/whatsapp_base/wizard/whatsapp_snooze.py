from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import snooze_times


class WhatsappSnooze(models.TransientModel):
    """Asks until when conversations are out of sight."""

    _name = "whatsapp.snooze"
    _inherit = "whatsapp.conversation.wizard"
    _description = "Snooze WhatsApp Conversations"

    conversation_ids = fields.Many2many("whatsapp.conversation", "whatsapp_snooze_conversation_rel", string="Conversations")
    preset = fields.Selection(
        [("hour", "For an hour"), ("tomorrow", "Until tomorrow, 9:00"), ("monday", "Until next Monday, 9:00"), ("own", "Until…")],
        "How Long", required=True, default="tomorrow",
    )
    until = fields.Datetime(compute="_compute_until", store=True, readonly=False, precompute=True)

    @api.depends("preset")
    def _compute_until(self):
        for wizard in self:
            preset = wizard.preset if wizard.preset in snooze_times.PRESETS else "hour"
            wizard.until = snooze_times.until(preset, fields.Datetime.now(), self.env.user.tz)

    def action_snooze(self):
        """Put the conversations out of sight."""
        self.ensure_one()
        if not self.conversation_ids:
            raise UserError(self.env._("Choose at least one conversation to snooze."))
        until = self.until
        if self.preset in snooze_times.PRESETS:  # the form may have been open for long
            until = snooze_times.until(self.preset, fields.Datetime.now(), self.env.user.tz)
        self.conversation_ids.action_snooze(until)
        return {"type": "ir.actions.act_window_close"}
