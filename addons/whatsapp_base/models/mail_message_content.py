from odoo import models

from odoo.addons.mail.tools.discuss import Store


class MailMessage(models.Model):
    """What a bubble shows beyond its text: cards, files under way, edits, deletions, advertisements."""

    _inherit = "mail.message"

    def _to_store_defaults(self, target):
        return super()._to_store_defaults(target) + [
            Store.Attr("whatsapp_content", lambda m: m._whatsapp_content(), predicate=lambda m: m._is_whatsapp())
        ]

    def _whatsapp_content(self):
        """Return the data of the first WhatsApp message behind this one that has any, or False."""
        self.ensure_one()
        # sudo: whoever may read the Discuss message may see all of it
        rows = self.sudo().whatsapp_chat_message_ids.sorted("id")
        return next((shown for row in rows if (shown := row._shown_content())), False)
