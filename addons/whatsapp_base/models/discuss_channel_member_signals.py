from odoo import models

from .discuss_channel import CHANNEL_TYPE


class DiscussChannelMember(models.Model):
    """What an agent does in a conversation shows on the customer's phone: reading and typing, as the number is set."""

    _inherit = "discuss.channel.member"

    def _set_last_seen_message(self, message, notify=True):
        before = self.seen_message_id.id
        result = super()._set_last_seen_message(message, notify=notify)
        if self.seen_message_id.id > before and (conversation := self._whatsapp_signalled_conversation()):
            if conversation.channel_id.marks_read:
                # sudo: the table of signals is the system's; who may signal was checked
                self.env["whatsapp.signal"].sudo()._tell_read(conversation, message)
        return result

    def _notify_typing(self, is_typing):
        result = super()._notify_typing(is_typing)
        for member in self if is_typing else ():
            conversation = member._whatsapp_signalled_conversation()
            if conversation and conversation.channel_id.shows_typing and conversation._window_open():
                # sudo: as above
                self.env["whatsapp.signal"].sudo()._tell_typing(conversation)
        return result

    def _whatsapp_signalled_conversation(self):
        """Return the conversation whose customer may be told what this member does, or None: agents only, for themselves."""
        self.ensure_one()
        user = self.env.user
        if self.channel_id.channel_type != CHANNEL_TYPE or not self.partner_id or self.partner_id != user.partner_id:
            return None
        if not user.has_group("whatsapp_base.group_whatsapp_agent"):
            return None
        # sudo: the member's right to the thread is their membership
        conversation = self.sudo().channel_id.whatsapp_conversation_id
        return conversation if conversation and not conversation.contact_id.blocked else None
