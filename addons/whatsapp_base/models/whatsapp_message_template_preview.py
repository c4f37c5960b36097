import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.mimetypes import guess_mimetype

from ..cloud_api import template_lint, template_preview
from ..tools.phrases import say

# a file that was just chosen travels with the preview up to this size
MAX_INLINE = 2 * 1024 * 1024
SHOWN_FILES = {"IMAGE": "image", "VIDEO": "content", "GIF": "content"}
# first step of a finding's path -> field of the form
PLACES = {
    "header.text": "header_text", "header.example": "header_file", "header.format": "header_format", "header": "header_format",
    "body.example": "body_examples", "body": "body_text", "footer.code_expiration_minutes": "code_minutes",
    "footer": "footer_text", "buttons": "button_ids", "carousel": "card_ids", "limited_time_offer": "offer_text",
    "message_send_ttl_seconds": "ttl_seconds",
}
HEADER_EXAMPLE_OF_TEXT = "header_example"


class WhatsappMessageTemplate(models.Model):
    """How the template looks with a real record."""

    _inherit = "whatsapp.message.template"

    preview_res_id = fields.Many2oneReference(
        "Shown With", model_field="model", compute="_compute_preview_res_id", readonly=False, help="The preview is filled in from it."
    )
    phone = fields.Json("How It Looks", compute="_compute_phone")

    @api.depends("model")
    @api.depends_context("uid")
    def _compute_preview_res_id(self):
        """Propose the newest record, so that a preview has real values from the start."""
        for template in self:
            template.preview_res_id = template._newest_record()

    @api.depends("translation_ids.phone", "fallback_language", "variable_ids.source", "variable_ids.field_path",
                 "variable_ids.value", "variable_ids.fallback", "preview_res_id", "model")
    @api.depends_context("uid")
    def _compute_phone(self):
        for template in self:
            main = template._main()
            template.phone = main and main._phone(template._preview_values(main, template._preview_record(template.preview_res_id)))

    def _newest_record(self):
        """Return the ID of the newest record of the template's model that the user may read, or False."""
        model = self.env.get(self.model) if self.model else None
        if model is None or not model.has_access("read"):
            return False
        return model.search([], order="id desc", limit=1).id

    def _preview_record(self, res_id):
        """Return the record that the preview is filled in from, or None."""
        model = self.env.get(self.model) if self.model else None
        if model is None or not res_id:
            return None
        record = model.browse(res_id).exists()
        return record if record and record.has_access("read") else None

    def _preview_values(self, translation, record=None):
        """Return what can be filled in from a record, for a preview; the rest keeps its example."""
        # without a record, what comes from sender and company can still be shown
        shown = record if record is not None else self.env.company
        partners = self._recipients_of(shown)
        language = partners[shown.id].lang or self.env.lang
        shown = shown.with_context(lang=self._locale(language, translation.language))
        rows = {}
        buttons = translation._buttons(translation._components())
        for variable in self.variable_ids:
            try:
                texts = self._texts(variable, shown, partners, {}, {}, buttons)
                rows[variable.component, variable.name, variable.position] = texts[shown.id]
            except (AccessError, UserError):
                continue
        return {
            "header": next((text for (component, _n, _p), text in rows.items() if component == "header"), None),
            "body": {name: text for (component, name, _p), text in rows.items() if component == "body"},
            "buttons": [rows.get(("button", "1", index)) or None for index in range(len(buttons))],
        }


class WhatsappMessageTemplateTranslation(models.Model):
    """How it looks while it is written, and what Meta would say about it."""

    _inherit = "whatsapp.message.template.translation"

    model = fields.Char(related="template_id.model")
    parameter_format = fields.Selection(related="template_id.parameter_format")
    preview_res_id = fields.Many2oneReference(
        "Shown With", model_field="model", compute="_compute_preview_res_id", readonly=False, help="The preview is filled in from it."
    )
    phone = fields.Json("How It Looks", compute="_compute_phone")
    findings = fields.Json("Before You Submit", compute="_compute_findings")

    @api.model
    def _component_fields(self):
        return [*super()._component_fields(), *self._shown_fields()]

    @api.model
    def _shown_fields(self):
        """Return the fields of the working copy, as dependencies."""
        own = self._content_fields() - {"header_filename"}
        button = ["type", "text", "url", "phone", "example", "otp_type"]
        card = ["header_format", "header_file", "body_text", "body_examples", *(f"button_ids.{name}" for name in button)]
        return sorted([*own, *(f"button_ids.{name}" for name in button), *(f"card_ids.{name}" for name in card)])

    @api.depends("template_id.model")
    @api.depends_context("uid")
    def _compute_preview_res_id(self):
        for translation in self:
            translation.preview_res_id = translation.template_id._newest_record()

    @api.depends(lambda self: [*self._shown_fields(), "language", "preview_res_id", "template_id.parameter_format",
                               "template_id.variable_ids.source", "template_id.variable_ids.field_path",
                               "template_id.variable_ids.value"])
    @api.depends_context("uid")
    def _compute_phone(self):
        for translation in self:
            template = translation.template_id
            record = template._preview_record(translation.preview_res_id)
            translation.phone = translation._phone(template._preview_values(translation, record))

    def _phone(self, values=None):
        """Return what the phone shows of the working copy."""
        self.ensure_one()
        return template_preview.phone(
            self._components(), values, language=self.language or "", business=(self.company_id or self.env.company).name,
            files=self._shown_files(),
        )

    def _shown_files(self):
        """Return ``{path of the header: {"url", "filename"}}`` of example files that a browser can show."""
        files = {}
        for path, part in self._media_parts().items():
            files[path] = {"filename": part.header_filename or "", "url": part._shown_url()}
        return files

    @api.depends(lambda self: [*self._shown_fields(), "language", "template_id.name", "template_id.category",
                               "template_id.parameter_format"])
    @api.depends_context("lang")
    def _compute_findings(self):
        for translation in self:
            record = translation.with_context(bin_size=False, bin_size_header_file=False)
            found = template_lint.lint(record._body(), record._samples())
            translation.findings = [translation._shown_finding(finding) for finding in found]

    def _shown_finding(self, finding):
        text, remedy = finding.explain(lambda source: say(self.env, source))
        steps = finding.path.split(".")
        place = next((PLACES[key] for key in (".".join(steps[:2]), steps[0]) if key in PLACES), False)
        if finding.path == "header.example" and self.header_format == "TEXT":
            place = HEADER_EXAMPLE_OF_TEXT
        return {"severity": finding.severity, "text": text, "remedy": remedy, "place": place}

    @api.model
    def _buttons(self, components):
        """Return the buttons among Meta's components."""
        return next((part.get("buttons") or [] for part in components if part.get("type") == "BUTTONS"), [])


class WhatsappMessageTemplatePart(models.AbstractModel):
    """The example file of a header, shown in a preview."""

    _inherit = "whatsapp.message.template.part"

    def _shown_url(self):
        """Return the address under which a browser finds the example file, or ""."""
        self.ensure_one()
        route = SHOWN_FILES.get(self.header_format)
        part = self.with_context(bin_size=False, bin_size_header_file=False)
        origin = part._origin
        if not route or not self.header_file:
            return ""
        if origin.id and (origin.id == self.id or part.header_file == origin.header_file):
            unique = int(origin.write_date.timestamp()) if origin.write_date else 0
            return f"/web/{route}/{self._name}/{origin.id}/header_file?unique={unique}"
        if self.header_format != "IMAGE" or len(part.header_file) > MAX_INLINE:
            return ""
        try:
            data = base64.b64decode(part.header_file)
        except (binascii.Error, ValueError):
            return ""
        mimetype = guess_mimetype(data)
        return f"data:{mimetype};base64,{base64.b64encode(data).decode()}" if mimetype.startswith("image/") else ""
