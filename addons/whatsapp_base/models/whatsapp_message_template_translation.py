import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..cloud_api import languages, outbound, templates
from ..tools import bubbles, phrases

STATES = [
    ("draft", "Draft"),
    ("review", "In Review"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("paused", "Paused"),
    ("disabled", "Disabled"),
    ("deleted", "Deleted"),
    ("other", "Ask Meta"),
]
STATE_OF = {
    "DRAFT": "draft", "PENDING": "review", "IN_APPEAL": "review", "REJECTED": "rejected", "PAUSED": "paused",
    "DISABLED": "disabled", "DELETED": "deleted", "PENDING_DELETION": "deleted",
    **dict.fromkeys(templates.SENDABLE, "approved"),
}


class WhatsappMessageTemplateTranslation(models.Model):
    """A template in one language, which is what Meta reviews, sends and rates."""

    _name = "whatsapp.message.template.translation"
    _description = "WhatsApp Template in a Language"
    _order = "template_id, language, id"

    template_id = fields.Many2one("whatsapp.message.template", required=True, ondelete="cascade", index=True)
    name = fields.Char(related="template_id.name")
    account_id = fields.Many2one(related="template_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
    language = fields.Char("Language Code", required=True)
    language_name = fields.Char("Language", compute="_compute_language_name")
    meta_id = fields.Char("ID at Meta", readonly=True, copy=False, index="btree_not_null")
    status = fields.Char("Status at Meta", readonly=True, copy=False, default="DRAFT", help="Only approved templates can be sent.")
    state = fields.Selection(STATES, compute="_compute_state", store=True)
    is_sendable = fields.Boolean("Can Be Sent", compute="_compute_state", store=True)
    quality = fields.Char(readonly=True, copy=False)
    rejected_reason = fields.Char(readonly=True, copy=False)
    definition = fields.Text(readonly=True, groups="whatsapp_base.group_whatsapp_admin", help="What Meta has, as JSON.")
    body_text = fields.Text("Text")
    variable_count = fields.Integer("Values to Fill In", readonly=True)
    preview_html = fields.Html("Preview", compute="_compute_preview_html", sanitize=False)

    _language_unique = models.UniqueIndex("(template_id, language)", "This template is already there in this language.")

    @api.depends("status")
    def _compute_state(self):
        for translation in self:
            translation.state = STATE_OF.get(translation.status, "other")
            translation.is_sendable = translation.status in templates.SENDABLE

    @api.depends("language")
    def _compute_language_name(self):
        for translation in self:
            translation.language_name = languages.LANGUAGES.get(translation.language, translation.language)

    @api.depends("template_id.name", "language")
    def _compute_display_name(self):
        for translation in self:
            translation.display_name = f"{translation.template_id.name} ({translation.language})"

    @api.depends("definition", "body_text")
    def _compute_preview_html(self):
        for translation in self:
            definition = translation._definition()
            translation.preview_html = bubbles.template(templates.render_preview(definition.components)) if definition else False

    def _definition(self):
        """Return what Meta has as ``cloud_api.templates.TemplateDefinition``, with the status as stored here."""
        self.ensure_one()
        # sudo: the raw definition is shown to administrators only; its parts serve whoever may send
        raw = json.loads(self.sudo().definition or "{}")
        return templates.parse(
            {**raw, "name": self.name, "language": self.language, "id": self.meta_id or "0", "status": self.status}
        )

    def _check_sendable(self):
        """Raise with the reason where Meta would refuse the template."""
        for translation in self:
            if not translation.is_sendable:
                raise UserError(translation.template_id._not_sendable_message(translation))

    def _content(self, header=None, body=(), buttons=()):
        """Return the message that fills in this template, checked against its definition.

        :rtype: cloud_api.outbound.Template
        """
        self.ensure_one()
        self._check_sendable()
        try:
            return templates.fill(self._definition(), header, body, buttons)
        except outbound.InvalidContent as error:
            raise ValidationError(phrases.explain(self.env, error)) from None

    def _preview(self, header=None, body=()):
        """Return the text that the customer will see."""
        definition = self._definition()
        return templates.render_preview(definition.components, {"header": header, "body": body}).text

    def _button_labels(self):
        """Return the labels of the buttons."""
        return list(templates.render_preview(self._definition().components).buttons)

    def _takes_document(self):
        """Tell whether a document stands on top."""
        return (self._definition().component("HEADER").get("format") or "").upper() == "DOCUMENT"
