from odoo import models

from odoo.addons.mail.tools.discuss import Store

from .discuss_channel import CHANNEL_TYPE


def is_whatsapp(channel):
    """Predicate for Store fields: the channel shows a WhatsApp conversation."""
    return channel.channel_type == CHANNEL_TYPE


class DiscussChannel(models.Model):
    """What the web client gets with the Discuss channel of a conversation."""

    _inherit = "discuss.channel"

    def _to_store_defaults(self, target):
        result = super()._to_store_defaults(target)
        # a channel as bus target reaches its members and readers: of our type, colleagues only
        on_channel = isinstance(target.channel, self.env.registry["discuss.channel"]) and is_whatsapp(target.channel)
        if target.is_internal(self.env) or on_channel:
            # sudo: whoever may read the thread may know whose it is; members need no rights on conversations
            result.append(Store.One("whatsapp_conversation_id", predicate=is_whatsapp, sudo=True))
        return result

    def _compute_is_editable(self):
        """The name of a conversation is the customer's: nobody renames it as a channel."""
        super()._compute_is_editable()
        self.filtered(is_whatsapp).is_editable = False
