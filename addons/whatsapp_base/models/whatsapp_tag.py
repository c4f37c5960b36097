from odoo import api, fields, models
from odoo.exceptions import UserError


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

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_macros(self):
        # sudo: also macros of colleagues would have a step that does nothing
        step = self.env["whatsapp.macro.step"].sudo().search([("tag_ids", "in", self.ids)], limit=1)
        if step:
            raise UserError(
                self.env._(
                    "The macro “%(macro)s” uses the tag “%(tag)s”. Archive the tag, or change the macro first.",
                    macro=step.macro_id.name, tag=(step.tag_ids & self)[:1].name,
                )
            )
