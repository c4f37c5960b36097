from odoo import fields, models

from ..cloud_api import template_draft as drafts


class WhatsappMessageTemplateCard(models.Model):
    """A card of a carousel."""

    _name = "whatsapp.message.template.card"
    _description = "Card of a WhatsApp Template"
    _inherit = ["whatsapp.message.template.part"]
    _order = "sequence, id"
    _rec_name = "body_text"

    translation_id = fields.Many2one("whatsapp.message.template.translation", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="translation_id.company_id", store=True, index=True)
    sequence = fields.Integer()
    header_format = fields.Selection(default="IMAGE")
    button_ids = fields.One2many("whatsapp.message.template.button", "card_id", "Buttons", copy=True)

    def _translation(self):
        return self.translation_id

    def _card(self):
        """Return the card as ``cloud_api.template_draft.Card``."""
        self.ensure_one()
        return drafts.Card(
            self._header(), self.body_text or "", self._examples(), [button._button() for button in self.button_ids]
        )
