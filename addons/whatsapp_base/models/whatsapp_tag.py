from odoo import fields, models


class WhatsappTag(models.Model):
    """A label on conversations, to find, count and route them by. The same for all companies."""

    _name = "whatsapp.tag"
    _description = "WhatsApp Tag"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(default=lambda self: self._default_color())
    active = fields.Boolean(default=True)

    _name_unique = models.UniqueIndex("(name)", "There is a tag of this name already.")

    def _default_color(self):
        # as Odoo's own tags: told apart at first sight, 0 is no colour
        return 1 + self.search_count([]) % 11
