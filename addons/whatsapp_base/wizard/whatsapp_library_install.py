from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cloud_api import languages, template_library


class WhatsappLibraryInstall(models.TransientModel):
    """Ask for which account, and in which languages, ready-made templates are installed."""

    _name = "whatsapp.library.install"
    _description = "Install Ready-Made WhatsApp Templates"

    library_ids = fields.Many2many("whatsapp.library.template", string="Templates", required=True)
    account_id = fields.Many2one(
        "whatsapp.business.account", required=True, ondelete="cascade", default=lambda self: self._default_account()
    )
    languages = fields.Json(compute="_compute_languages", store=True, readonly=False)

    @api.model
    def _default_account(self):
        return self.env["whatsapp.business.account"].search([], limit=1)

    @api.depends("library_ids")
    def _compute_languages(self):
        """Propose English and the languages of this database."""
        spoken = [languages.normalize(code) for code, _name in self.env["res.lang"].get_installed()]
        for wizard in self:
            codes = dict.fromkeys(code for entry in wizard.library_ids for code in template_library.languages_of(entry.key))
            proposed = {"en", *(languages.closest(code, codes) for code in spoken)}
            wizard.languages = {
                code: {"label": languages.LANGUAGES[code], "checked": code in proposed} for code in codes
            }

    def action_install(self):
        """Install them as drafts and show them."""
        self.ensure_one()
        codes = [code for code, state in (self.languages or {}).items() if state.get("checked")]
        if not codes:
            raise UserError(self.env._("Choose at least one language."))
        templates = self.library_ids._install(self.account_id, codes)
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_message_template_action")
        if len(templates) == 1:
            return {**action, "view_mode": "form", "views": [(False, "form")], "res_id": templates.id}
        return {**action, "domain": [("id", "in", templates.ids)]}
