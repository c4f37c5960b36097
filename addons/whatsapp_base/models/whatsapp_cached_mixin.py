from odoo import api, models


class WhatsappCachedMixin(models.AbstractModel):
    """Records that something in memory is made of, such as the price list or working hours: each change empties it."""

    _name = "whatsapp.cached.mixin"
    _description = "WhatsApp Records Kept in Memory"
    # the fields that it is made of; None: all
    _kept_fields = None

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._kept_fields is None or self._kept_fields & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
