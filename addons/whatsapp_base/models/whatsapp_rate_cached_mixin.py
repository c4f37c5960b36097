from odoo import api, models


class WhatsappRateCachedMixin(models.AbstractModel):
    """Records that the price list in memory is made of (``whatsapp.rate._price_list``): each change empties it."""

    _name = "whatsapp.rate.cached.mixin"
    _description = "WhatsApp Price List in Memory"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
