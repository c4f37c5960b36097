from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import voice

JOURNAL_DAYS = "whatsapp_base.journal_retention_days"
MESSAGE_DAYS = "whatsapp_base.message_retention_days"
AUDIT_DAYS = "whatsapp_base.audit_retention_days"
DEFAULT_DAYS = {JOURNAL_DAYS: 30, MESSAGE_DAYS: 0, AUDIT_DAYS: 365}
# Meta repeats notifications for up to 7 days: the log must remember longer than that
MIN_MESSAGE_DAYS = 30


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # not config_parameter=: that cannot store 0, which means "for ever" here
    whatsapp_journal_retention_days = fields.Integer("Keep WhatsApp Notifications (days)")
    whatsapp_message_retention_days = fields.Integer("Keep WhatsApp Messages (days)")
    whatsapp_voice_converter = fields.Char("Voice Messages", compute="_compute_whatsapp_voice_converter")

    def _compute_whatsapp_voice_converter(self):
        for settings in self:
            settings.whatsapp_voice_converter = (
                self.env._("Every recording becomes a voice message: this server has ffmpeg.")
                if voice.converter()
                else self.env._(
                    "Recordings of current browsers (Chrome, Edge, Firefox, Safari 18.4) become voice messages. Those of older "
                    "ones go as sound files, unless ffmpeg is installed on this server."
                )
            )

    @api.model
    def _whatsapp_days(self, key):
        """Return a retention time in days, its default where it was never set or is no number."""
        # sudo: how long things are kept is no secret, and the vacuum asks
        value = self.env["ir.config_parameter"].sudo().get_param(key)
        return int(value) if (value or "").isdigit() else DEFAULT_DAYS[key]

    @api.model
    def get_values(self):
        return {
            **super().get_values(),
            "whatsapp_journal_retention_days": self._whatsapp_days(JOURNAL_DAYS),
            "whatsapp_message_retention_days": self._whatsapp_days(MESSAGE_DAYS),
        }

    def set_values(self):
        super().set_values()
        journal, messages = self.whatsapp_journal_retention_days, self.whatsapp_message_retention_days
        if journal < 0:
            raise ValidationError(self.env._("Notification journal: enter the number of days, or 0 to keep it for ever."))
        if messages and messages < MIN_MESSAGE_DAYS:
            raise ValidationError(
                self.env._(
                    "Message log: keep messages for at least %s days, or enter 0 to keep them for ever. "
                    "Meta repeats notifications for days, and the log is how repetitions are recognised.",
                    MIN_MESSAGE_DAYS,
                )
            )
        # sudo: who may write settings was checked when they were saved
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(JOURNAL_DAYS, str(journal))
        parameters.set_param(MESSAGE_DAYS, str(messages))
