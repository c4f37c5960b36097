from odoo import api, fields, models
from odoo.exceptions import ValidationError

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

    @api.constrains("channel_member_ids", "channel_type")
    def _check_whatsapp_members(self):
        """Keep customers out: a member with a portal login would read everything, notes included."""
        for channel in self.filtered(lambda c: c.channel_type == CHANNEL_TYPE):
            outsiders = channel.channel_member_ids.filtered(
                lambda member: member.guest_id or member.partner_id.with_context(active_test=False).user_ids.filtered("share")
                or not member.partner_id.with_context(active_test=False).user_ids
            )
            if outsiders:
                raise ValidationError(
                    self.env._("Only colleagues can join a WhatsApp conversation. Customers take part by WhatsApp.")
                )
