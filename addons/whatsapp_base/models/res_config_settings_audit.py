from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .res_config_settings import AUDIT_DAYS, JOURNAL_DAYS, MESSAGE_DAYS


class ResConfigSettings(models.TransientModel):
    """How long the audit log is kept; a change of that, too, is in the log."""

    _inherit = "res.config.settings"

    whatsapp_audit_retention_days = fields.Integer("Keep WhatsApp Audit Log (days)")

    @api.model
    def get_values(self):
        return {**super().get_values(), "whatsapp_audit_retention_days": self._whatsapp_days(AUDIT_DAYS)}

    def set_values(self):
        before = {key: self._whatsapp_days(key) for key in (AUDIT_DAYS, JOURNAL_DAYS, MESSAGE_DAYS)}
        super().set_values()
        if self.whatsapp_audit_retention_days < 0:
            raise ValidationError(self.env._("Audit log: enter the number of days, or 0 to keep it for ever."))
        # sudo: who may write settings was checked when they were saved
        self.env["ir.config_parameter"].sudo().set_param(AUDIT_DAYS, str(self.whatsapp_audit_retention_days))
        labels = {
            AUDIT_DAYS: self.env._("Keep audit log"),
            JOURNAL_DAYS: self.env._("Keep notifications"),
            MESSAGE_DAYS: self.env._("Keep messages"),
        }
        for key, days in before.items():
            if (now := self._whatsapp_days(key)) != days:
                detail = self.env._("%(what)s: %(before)s → %(after)s days", what=labels[key], before=days, after=now)
                self.env["whatsapp.audit.log"]._note("settings", subject=self.env._("Settings"), detail=detail)
