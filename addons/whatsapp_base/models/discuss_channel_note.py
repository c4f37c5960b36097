from odoo import models

from .discuss_channel import CHANNEL_TYPE


class DiscussChannel(models.Model):
    """Internal notes: what colleagues say to each other in a conversation. Calling somebody shares the conversation."""

    _inherit = "discuss.channel"

    def message_post(self, *, message_type="notification", **kwargs):
        if self.channel_type == CHANNEL_TYPE and message_type == "comment":
            if self._whatsapp_is_for_customer(message_type, kwargs):
                # colleagues cannot be called in what the customer reads: nobody is notified, nothing is shared
                kwargs.pop("partner_ids", None)
            elif kwargs.get("partner_ids"):
                self._whatsapp_share_with(kwargs["partner_ids"])
        return super().message_post(message_type=message_type, **kwargs)

    def _whatsapp_share_with(self, partner_ids):
        """Let colleagues who are called in a note see the conversation.

        They become members, so that they are told as Discuss tells people; agents keep the right to see it when the
        conversation is resolved and its members have left.
        """
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            return  # who only looks in cannot let others in: whoever is no member is not called
        # sudo: the caller may write in the thread; whom an agent may call is decided by _whatsapp_callable
        conversation = self.sudo().whatsapp_conversation_id
        users = conversation._whatsapp_callable(partner_ids)
        new = users - self.sudo().channel_member_ids.partner_id.user_ids
        if not new:
            return
        agents = new.filtered(lambda user: user.has_group("whatsapp_base.group_whatsapp_agent"))
        strangers = agents.filtered(lambda user: not conversation.sudo(False).with_user(user).has_access("read"))
        others = new - agents
        if strangers:
            conversation.shared_user_ids |= strangers
        self.sudo()._add_members(partners=new.partner_id, post_joined_message=False)
        if shared := strangers | others:
            conversation.with_user(self.env.user).sudo()._log_event("shared", names=", ".join(shared.mapped("name")))
