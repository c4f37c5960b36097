from odoo import fields, models

CHANNEL_TYPE = "whatsapp_chat"


class DiscussChannel(models.Model):
    """A conversation as Discuss shows it. The customer writes in it as author, but is never a member."""

    _inherit = "discuss.channel"

    channel_type = fields.Selection(
        selection_add=[(CHANNEL_TYPE, "WhatsApp Conversation")], ondelete={CHANNEL_TYPE: "cascade"}
    )
    whatsapp_conversation_id = fields.Many2one("whatsapp.conversation", "WhatsApp Conversation", ondelete="cascade")

    _whatsapp_conversation_unique = models.UniqueIndex(
        "(whatsapp_conversation_id) WHERE whatsapp_conversation_id IS NOT NULL", "A conversation has one Discuss channel."
    )

    def _types_allowing_unfollow(self):
        return super()._types_allowing_unfollow() + [CHANNEL_TYPE]

    def _find_or_create_member_for_self(self):
        """Look, but do not join: whoever types in a conversation that waits takes it by answering, not by typing."""
        self.ensure_one()
        if self.channel_type != CHANNEL_TYPE:
            return super()._find_or_create_member_for_self()
        return self.env["discuss.channel.member"].search([("channel_id", "=", self.id), ("is_self", "=", True)])
