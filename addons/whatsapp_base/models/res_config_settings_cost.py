from odoo import api, fields, models

FREE_SERVICE = "whatsapp_base.free_service_messages"


class ResConfigSettings(models.TransientModel):
    """Settings about what messages cost."""

    _inherit = "res.config.settings"

    # not config_parameter=: that cannot store False where the default is True
    whatsapp_free_service_messages = fields.Boolean("First 1,000 replies of a month are free")

    @api.model
    def _whatsapp_free_service_messages(self):
        """Tell whether the first service messages of each number and month cost nothing."""
        # sudo: what is charged is no secret, and whoever sends asks
        return self.env["ir.config_parameter"].sudo().get_param(FREE_SERVICE, "1") != "0"

    @api.model
    def get_values(self):
        return {**super().get_values(), "whatsapp_free_service_messages": self._whatsapp_free_service_messages()}

    def set_values(self):
        super().set_values()
        # sudo: who may write settings was checked when they were saved
        self.env["ir.config_parameter"].sudo().set_param(FREE_SERVICE, "1" if self.whatsapp_free_service_messages else "0")
