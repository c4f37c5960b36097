from odoo import models

from ..cloud_api import content as contents
from ..cloud_api.recipients import is_wa_id
from ..cloud_api.values import as_dict, as_id

CHANGES = ("user_changed_number", "user_changed_user_id")


class WhatsappChatMessage(models.Model):
    """System messages in a thread: the customer has another number or another user ID."""

    _inherit = "whatsapp.chat.message"

    def _follow_identity_changes(self, incoming):
        """Move contacts to the IDs that system messages name; the message itself is the line that tells it.

        :param incoming: the :class:`cloud_api.inbound.InboundMessage` of each row
        """
        for row, message in zip(self, incoming, strict=True):
            content = message.content
            if not isinstance(content, contents.System) or content.type not in CHANGES:
                continue
            reason = "number" if content.type == "user_changed_number" else "account"
            parent = as_id(as_dict(message.raw.get("system")).get("parent_user_id"))
            phone = content.wa_id if is_wa_id(content.wa_id) else None
            row.contact_id._become(phone, content.user_id, reason, parent_bsuid=parent)
