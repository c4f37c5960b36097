from odoo import api, fields, models
from odoo.exceptions import ValidationError

MEDIA_MAX_MB = "whatsapp_base.media_max_mb"
META_MAX_MB = 100  # Meta, "Media": larger files cannot be fetched
MEGABYTE = 1024 * 1024


class ResConfigSettings(models.TransientModel):
    """How large files of customers may be."""

    _inherit = "res.config.settings"

    whatsapp_media_max_mb = fields.Integer("Largest File From Customers (MB)")

    @api.model
    def _whatsapp_media_max_bytes(self):
        # sudo: the limit is no secret, and the lane that fetches files asks
        value = self.env["ir.config_parameter"].sudo().get_param(MEDIA_MAX_MB) or ""
        return min(int(value) if value.isdigit() and int(value) else META_MAX_MB, META_MAX_MB) * MEGABYTE

    @api.model
    def get_values(self):
        return {**super().get_values(), "whatsapp_media_max_mb": self._whatsapp_media_max_bytes() // MEGABYTE}

    def set_values(self):
        super().set_values()
        if not 1 <= self.whatsapp_media_max_mb <= META_MAX_MB:
            raise ValidationError(self.env._("Largest file from customers: enter 1 to %s MB.", META_MAX_MB))
        # sudo: who may write settings was checked when they were saved
        self.env["ir.config_parameter"].sudo().set_param(MEDIA_MAX_MB, str(self.whatsapp_media_max_mb))
