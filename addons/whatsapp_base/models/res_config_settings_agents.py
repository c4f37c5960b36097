from odoo import api, fields, models
from odoo.exceptions import ValidationError

INACTIVITY = "whatsapp_base.agent_inactivity_minutes"
MAX_MINUTES = 24 * 60


class ResConfigSettings(models.TransientModel):
    """When agents go offline by themselves."""

    _inherit = "res.config.settings"

    # not config_parameter=: that cannot store 0, which means "never" here
    whatsapp_agent_inactivity_minutes = fields.Integer("Agents Offline After (minutes)")

    @api.model
    def get_values(self):
        limit = self.env["whatsapp.agent"]._inactivity_limit()
        return {**super().get_values(), "whatsapp_agent_inactivity_minutes": limit}

    def set_values(self):
        super().set_values()
        minutes = self.whatsapp_agent_inactivity_minutes
        if not 0 <= minutes <= MAX_MINUTES:
            raise ValidationError(self.env._("Agents offline: enter minutes, at most 1,440, or 0 for never."))
        # sudo: who may write settings was checked when they were saved
        self.env["ir.config_parameter"].sudo().set_param(INACTIVITY, str(minutes))
