import json

from markupsafe import Markup, escape

from odoo import api, fields, models

from ..cloud_api.template_diff import compare
from ..tools.phrases import say

MARKS = {"same": Markup("%s"), "gone": Markup('<del class="text-danger">%s</del>'), "new": Markup('<ins class="text-success">%s</ins>')}


class WhatsappMessageTemplateVersion(models.Model):
    """What a template in a language looked like from some moment on."""

    _name = "whatsapp.message.template.version"
    _description = "Version of a WhatsApp Template"
    _order = "id desc"
    _rec_name = "number"

    translation_id = fields.Many2one("whatsapp.message.template.translation", required=True, ondelete="cascade", index=True)
    template_id = fields.Many2one(related="translation_id.template_id")
    company_id = fields.Many2one(related="translation_id.company_id", store=True, index=True)
    number = fields.Integer("Version", required=True)
    origin = fields.Selection(
        [("submitted", "Submitted Here"), ("meta", "Changed at Meta")], required=True, help="Where this version comes from."
    )
    user_id = fields.Many2one("res.users", "By", ondelete="set null")
    category = fields.Char()
    components = fields.Text(required=True, groups="whatsapp_base.group_whatsapp_admin")
    comparison = fields.Html("What Changed", compute="_compute_comparison", sanitize=False)

    _number_unique = models.UniqueIndex("(translation_id, number)", "This version is there already.")

    @api.depends("components", "translation_id")
    @api.depends_context("lang")
    def _compute_comparison(self):
        for version in self:
            before = version.translation_id.version_ids.filtered(lambda other, mine=version: other.number < mine.number)
            # sudo: supervisors see what changed, not the raw definition
            version.comparison = version._shown(before.sorted("number")[-1:].sudo().components, version.sudo().components)

    def _shown(self, before, after):
        """Return a readable comparison of two definitions (JSON texts); the first version is shown as it is."""
        rows = []
        for change in compare(json.loads(before or after or "[]"), json.loads(after or "[]")):
            label = say(self.env, change.label) + (f" {change.number}" if change.number else "")
            text = Markup("").join(MARKS[kind] % text for kind, text in change.pieces)
            rows.append(
                Markup('<div class="d-flex flex-wrap gap-2 py-1 border-bottom"><b class="flex-shrink-0" style="min-width: 6rem">%s</b>'
                       '<span class="flex-grow-1 text-break" style="white-space: pre-wrap">%s</span></div>') % (escape(label), text)
            )
        return Markup("").join(rows)
