import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..cloud_api import languages, outbound, template_asks, templates
from ..cloud_api import template_draft as drafts
from ..cloud_api import template_reasons as reasons
from ..tools import bubbles, phrases
from ..tools.phrases import say

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
    """A template in one language, which is what Meta reviews, sends and rates.

    ``definition`` is what Meta has and what is sent; the other fields of the content are the working copy, which becomes
    the definition when it is submitted.
    """

    _name = "whatsapp.message.template.translation"
    _description = "WhatsApp Template in a Language"
    _inherit = ["whatsapp.message.template.part"]
    _order = "template_id, language, id"

    template_id = fields.Many2one("whatsapp.message.template", required=True, ondelete="cascade", index=True)
    name = fields.Char(related="template_id.name")
    category = fields.Selection(related="template_id.category")
    account_id = fields.Many2one(related="template_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
    language = fields.Char("Language Code", required=True)
    language_name = fields.Char("Language", compute="_compute_language_name")
    is_editable = fields.Boolean(compute="_compute_is_editable")
    rejected_help = fields.Text("What to Do", compute="_compute_rejected_help")
    meta_id = fields.Char("ID at Meta", readonly=True, copy=False, index="btree_not_null")
    status = fields.Char("Status at Meta", readonly=True, copy=False, default="DRAFT", help="Only approved templates can be sent.")
    state = fields.Selection(STATES, compute="_compute_state", store=True)
    is_sendable = fields.Boolean("Can Be Sent", compute="_compute_state", store=True)
    quality = fields.Selection(
        [("GREEN", "High"), ("YELLOW", "Medium"), ("RED", "Low"), ("UNKNOWN", "Not rated yet")], readonly=True, copy=False
    )
    rejected_reason = fields.Char(readonly=True, copy=False)
    rejected_details = fields.Char(readonly=True, copy=False, help="What Meta says about it.")
    definition = fields.Text(readonly=True, copy=False, groups="whatsapp_base.group_whatsapp_admin", help="What Meta has, as JSON.")
    footer_text = fields.Char("Footer", help="Up to 60 characters, without variables.")
    button_ids = fields.One2many("whatsapp.message.template.button", "translation_id", "Buttons", copy=True)
    card_ids = fields.One2many("whatsapp.message.template.card", "translation_id", "Cards", copy=True)
    offer_text = fields.Char("Offer", help="Up to 16 characters, such as “Ends soon”. Makes the template a limited-time offer.")
    offer_expires = fields.Boolean("With an End", help="The end is given whenever the template is sent.")
    security_advice = fields.Boolean("Advice Not to Share the Code")
    code_minutes = fields.Integer("Code Valid for (Minutes)", help="1 to 90; shown below the code. 0: not shown.")
    ttl_seconds = fields.Integer(
        "Give Up After (Seconds)", help="Messages that could not be delivered within this time are dropped. 0: Meta's default."
    )
    extra_components = fields.Text(readonly=True, groups="whatsapp_base.group_whatsapp_admin")
    is_edited = fields.Boolean("Not Submitted", copy=False, help="The text here differs from what Meta has.")
    version_ids = fields.One2many("whatsapp.message.template.version", "translation_id", "Versions")
    variable_count = fields.Integer("Values to Fill In", readonly=True)
    preview_html = fields.Html("Preview", compute="_compute_preview_html", sanitize=False)

    _language_unique = models.UniqueIndex("(template_id, language)", "This template is already there in this language.")

    @api.depends("status")
    def _compute_state(self):
        for translation in self:
            translation.state = STATE_OF.get(translation.status, "other")
            translation.is_sendable = translation.status in templates.SENDABLE

    @api.depends("state")
    def _compute_is_editable(self):
        """Meta takes no changes while it reviews, and none to what is gone for good."""
        for translation in self:
            translation.is_editable = translation.state in ("draft", "approved", "rejected", "paused", "deleted")

    @api.depends("status", "rejected_reason", "rejected_details")
    @api.depends_context("lang")
    def _compute_rejected_help(self):
        for translation in self:
            found = reasons.explain(translation.rejected_reason or (translation.state == "disabled" and "DISABLED") or None)
            texts = [say(self.env, text) for text in found or ()]
            text = " ".join(texts).replace("%(reason)s", translation.rejected_reason or "")
            translation.rejected_help = "\n".join(filter(None, [text, translation.rejected_details])) or False

    def _translation(self):
        return self

    @api.model
    def _content_fields(self):
        return super()._content_fields() | {
            "footer_text", "offer_text", "offer_expires", "security_advice", "code_minutes", "ttl_seconds",
        }

    @api.depends("language")
    def _compute_language_name(self):
        for translation in self:
            translation.language_name = languages.LANGUAGES.get(translation.language, translation.language)

    @api.depends("template_id.name", "language")
    def _compute_display_name(self):
        for translation in self:
            translation.display_name = f"{translation.template_id.name} ({translation.language})"

    @api.depends("header_format", "header_text", "body_text", "footer_text", "button_ids.text", "security_advice", "code_minutes")
    def _compute_preview_html(self):
        for translation in self:
            translation.preview_html = bubbles.template(templates.render_preview(translation._components()))

    def _definition(self):
        """Return what Meta has as ``cloud_api.templates.TemplateDefinition``, with the status as stored here."""
        self.ensure_one()
        # sudo: the raw definition is shown to administrators only; its parts serve whoever may send
        raw = json.loads(self.sudo().definition or "{}")
        return templates.parse(
            {**raw, "name": self.name, "language": self.language, "id": self.meta_id or "0", "status": self.status}
        )

    def _draft(self):
        """Return the working copy as ``cloud_api.template_draft.Draft``."""
        self.ensure_one()
        return drafts.Draft(
            header=self._header(),
            body=self.body_text or "",
            examples=self._examples(),
            security_advice=self.security_advice,
            footer=self.footer_text or "",
            code_minutes=self.code_minutes or 0,
            offer=self.offer_text or "",
            offer_expires=self.offer_expires,
            buttons=[button._button() for button in self.button_ids],
            cards=[card._card() for card in self.card_ids],
            # sudo: parts that nobody can edit are carried along, whoever looks
            extra=json.loads(self.sudo().extra_components or "[]"),
        )

    def _components(self):
        """Return the working copy as Meta's components."""
        return drafts.write(self._draft(), self.template_id.parameter_format == "NAMED")

    def _draft_values(self, components):
        """Return the values that make the working copy what Meta has."""
        draft = drafts.read(components)
        Card = self.env["whatsapp.message.template.card"]
        clear = [fields.Command.clear()] if self.ids else []
        return {
            **self._part_values(draft.header, draft.body, draft.examples, draft.buttons),
            "footer_text": draft.footer or False,
            "offer_text": draft.offer or False,
            "offer_expires": draft.offer_expires,
            "security_advice": draft.security_advice,
            "code_minutes": draft.code_minutes,
            "card_ids": clear + [
                fields.Command.create({**Card._part_values(card.header, card.body, card.examples, card.buttons), "sequence": number})
                for number, card in enumerate(draft.cards)
            ],
            "extra_components": json.dumps(draft.extra) if draft.extra else False,
        }

    def _keep_version(self, components, origin):
        """Keep what the template looks like from now on, for people to compare."""
        self.ensure_one()
        # sudo: versions are kept by the system
        self.env["whatsapp.message.template.version"].sudo().create(
            {
                "translation_id": self.id,
                "number": max(self.sudo().version_ids.mapped("number"), default=0) + 1,
                "origin": origin,
                "user_id": self.env.uid if origin == "submitted" else False,
                "category": self.template_id.category,
                "components": json.dumps(components, ensure_ascii=False),
            }
        )

    def _check_sendable(self):
        """Raise with the reason where Meta would refuse the template."""
        for translation in self:
            if not translation.is_sendable:
                raise UserError(translation.template_id._not_sendable_message(translation))

    def _content(self, header=None, body=(), buttons=(), cards=(), offer_ends=None):
        """Return the message that fills in this template, checked against its definition.

        :rtype: cloud_api.outbound.Template
        """
        self.ensure_one()
        self._check_sendable()
        try:
            return templates.fill(self._definition(), header, body, buttons, cards, offer_ends)
        except outbound.InvalidContent as error:
            raise ValidationError(phrases.explain(self.env, error)) from None

    def _preview(self, header=None, body=()):
        """Return the text that the customer will see."""
        definition = self._definition()
        return templates.render_preview(definition.components, {"header": header, "body": body}).text

    def _button_labels(self):
        """Return the labels of the buttons."""
        return list(templates.render_preview(self._definition().components).buttons)

    def _card_files(self):
        """Return (kind of the file on each card or None, number of cards)."""
        definition = self._definition()
        return template_asks.card_file_kind(definition), len(definition.cards())

    def _header_file_kind(self):
        """Return which file stands on top: image, video, document, or None."""
        kind = templates.MEDIA_HEADERS.get((self._definition().component("HEADER").get("format") or "").upper())
        return "video" if kind == "gif" else kind
