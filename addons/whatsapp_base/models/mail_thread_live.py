from odoo import models

from .whatsapp_chat_message_record import RECORD_SUBCHANNEL


class MailThread(models.AbstractModel):
    """WhatsApp in the chatter of any record: shown live, and never rewritten."""

    _inherit = "mail.thread"

    def _whatsapp_tell_lookers(self):
        """Have whoever looks at these records' chatters load what is new in them."""
        Bus = self.env["bus.bus"]
        for record in self:
            Bus._sendone((record, RECORD_SUBCHANNEL), "whatsapp.record/new", {"model": self._name, "id": record.id})

    def _check_can_update_message_content(self, messages):
        messages._whatsapp_check_unsent()
        return super()._check_can_update_message_content(messages)
