from odoo import fields, models
from odoo.exceptions import UserError

from ..cloud_api.languages import LANGUAGES


class WhatsappTemplateLanguage(models.TransientModel):
    """Ask which language to add to a template."""

    _name = "whatsapp.add.language"
    _description = "Add a Language to a WhatsApp Template"

    template_id = fields.Many2one("whatsapp.message.template", required=True, ondelete="cascade")
    language = fields.Selection(list(LANGUAGES.items()), required=True)
    source_id = fields.Many2one(
        "whatsapp.message.template.translation", "Start From", domain="[('template_id', '=', template_id)]", ondelete="cascade",
        compute="_compute_source_id", store=True, readonly=False, help="Its text, buttons and files are copied for you to translate.",
    )

    def _compute_source_id(self):
        for wizard in self:
            wizard.source_id = wizard.template_id._main()

    def action_add(self):
        """Add the language as a draft and open it."""
        self.ensure_one()
        template = self.template_id
        template.check_access("write")
        if self.language in template.translation_ids.mapped("language"):
            raise UserError(self.env._("This template is already there in this language."))
        values = {"template_id": template.id, "language": self.language}
        if self.source_id:
            translation = self.source_id.copy(values)
        else:
            translation = self.env["whatsapp.message.template.translation"].create(values)
        return {
            "type": "ir.actions.act_window",
            "res_model": translation._name,
            "res_id": translation.id,
            "view_mode": "form",
        }
