import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..cloud_api import outbound, templates
from ..tools import bubbles, phrases

CATEGORIES = [("MARKETING", "Marketing"), ("UTILITY", "Utility"), ("AUTHENTICATION", "Authentication")]


class WhatsappMessageTemplate(models.Model):
    """A message template of an account in one language, as Meta knows it. Synchronised; read only here."""

    _name = "whatsapp.message.template"
    _description = "WhatsApp Template"
    _order = "name, language, id"
    _rec_names_search = ["name"]

    name = fields.Char(required=True, readonly=True)
    account_id = fields.Many2one("whatsapp.business.account", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    meta_id = fields.Char("ID at Meta", readonly=True)
    language = fields.Char(required=True, readonly=True)
    category = fields.Selection(CATEGORIES, readonly=True)
    status = fields.Char(readonly=True, help="As Meta reports it. Only approved templates can be sent.")
    is_sendable = fields.Boolean(compute="_compute_is_sendable", store=True)
    quality = fields.Char(readonly=True)
    rejected_reason = fields.Char(readonly=True)
    definition = fields.Text(readonly=True, groups="whatsapp_base.group_whatsapp_admin", help="What Meta sent, as JSON.")
    body_text = fields.Text("Text", readonly=True)
    variable_count = fields.Integer("Variables", readonly=True)
    preview_html = fields.Html("Preview", compute="_compute_preview_html", sanitize=False)
    active = fields.Boolean(default=True)

    _meta_unique = models.UniqueIndex(
        "(account_id, name, language)", "This template is already there in this language."
    )

    @api.depends("status")
    def _compute_is_sendable(self):
        for template in self:
            template.is_sendable = template.status in templates.SENDABLE

    @api.depends("name", "language")
    def _compute_display_name(self):
        for template in self:
            template.display_name = f"{template.name} ({template.language})"

    @api.depends("definition", "body_text")
    def _compute_preview_html(self):
        for template in self:
            definition = template._definition()
            template.preview_html = bubbles.template(templates.render_preview(definition.components)) if definition else False

    @api.model
    def _sync(self, account, listed):
        """Make the templates of an account what Meta lists; what Meta no longer has is archived.

        :param list listed: elements of ``GET /{WABA}/message_templates``, of all pages
        :returns: how many there are now
        """
        definitions = [definition for definition in map(templates.parse, listed) if definition]
        known = {
            (template.name, template.language): template
            for template in self.with_context(active_test=False).search([("account_id", "=", account.id)])
        }
        to_create, seen = [], set()
        for definition in definitions:
            key = (definition.name, definition.language)
            if key in seen:
                continue
            seen.add(key)
            values = self._values_of(definition)
            if key in known:
                template = known[key]
                changed = {name: value for name, value in values.items() if template[name] != value}
                if changed:
                    template.write(changed)
            else:
                to_create.append({**values, "account_id": account.id})
        self.create(to_create)
        gone = self.union(*(template for key, template in known.items() if key not in seen and template.active))
        gone.write({"active": False, "status": "DELETED"})
        return len(seen)

    def _values_of(self, definition):
        category = definition.category if definition.category in dict(CATEGORIES) else False
        return {
            "name": definition.name,
            "language": definition.language,
            "meta_id": definition.id,
            "status": definition.status,
            "category": category,
            "quality": definition.quality,
            "rejected_reason": definition.rejected_reason or False,
            "definition": json.dumps(definition.raw, ensure_ascii=False, sort_keys=True),
            "body_text": definition.component("BODY").get("text") or False,
            "variable_count": len([v for v in definition.variables() if v.required]),
            "active": True,
        }

    def _definition(self):
        """Return the template as ``cloud_api.templates.TemplateDefinition``, with the status as stored here."""
        self.ensure_one()
        # sudo: the raw definition is shown to administrators only; its parts serve whoever may send
        raw = json.loads(self.sudo().definition or "{}")
        return templates.parse({**raw, "name": self.name, "language": self.language, "id": self.meta_id or "0", "status": self.status})

    def _check_sendable(self):
        """Raise with the reason where Meta would refuse the template."""
        for template in self:
            if not template.is_sendable:
                raise UserError(
                    self.env._(
                        "The template “%(name)s” cannot be sent: its state at Meta is %(status)s. Choose an approved one.",
                        name=template.display_name,
                        status=template.status or self.env._("unknown"),
                    )
                )

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

    def _takes_document(self):
        """Tell whether the header is a document."""
        return (self._definition().component("HEADER").get("format") or "").upper() == "DOCUMENT"

    def _button_labels(self):
        """Return the labels of the template's buttons."""
        return list(templates.render_preview(self._definition().components).buttons)
