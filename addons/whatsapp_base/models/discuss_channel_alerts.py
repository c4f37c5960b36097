from odoo import models

from .discuss_channel import CHANNEL_TYPE


class DiscussChannel(models.Model):
    """Whose devices ring for a customer's message: as each agent chose, and never in their quiet hours."""

    _inherit = "discuss.channel"

    def _web_push_get_partners_parameters(self, partner_ids):
        if len(self) == 1 and self.channel_type == CHANNEL_TYPE:
            # sudo: which number and team it is decides who is rung; nothing of it is told
            conversation = self.sudo().whatsapp_conversation_id
            where = conversation.channel_id.id, conversation.team_id.id
            Settings = self.env["res.users.settings"]
            partner_ids = [
                partner_id for partner_id in partner_ids
                if Settings._whatsapp_pushes(Settings._whatsapp_alerts_of(partner_id), *where, is_mine=True)
            ]
        return super()._web_push_get_partners_parameters(partner_ids)

    def _notify_by_web_push_prepare_payload(self, message, msg_vals=False, force_record_name=False):
        """Say who writes: the customer, or which colleague in whose conversation. Odoo's own is a # and the channel's name."""
        payload = super()._notify_by_web_push_prepare_payload(message, msg_vals=msg_vals, force_record_name=force_record_name)
        if self.channel_type == CHANNEL_TYPE:
            # sudo: whoever gets the push is a member of the conversation
            customer = self.sudo().whatsapp_conversation_id.contact_id
            author = message.sudo().author_id
            name = customer._label()
            payload["title"] = f"{name} - {author.name}" if author and author != customer.partner_id else name
        return payload
