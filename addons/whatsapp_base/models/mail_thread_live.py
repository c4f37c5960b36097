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

    def _whatsapp_note_left_out(self, recipients):
        """Note in the chatters why nothing was sent, for messages that nobody watches being sent."""
        texts = self._whatsapp_reason_texts()
        bodies = {
            recipient.record.id: self.env._("No WhatsApp message was sent. Reason: %s", recipient.detail or texts.get(recipient.reason))
            for recipient in recipients
        }
        if bodies:
            self.sudo().browse(bodies)._message_log_batch(bodies)  # sudo: as with every note that the system makes

    def _check_can_update_message_content(self, messages):
        messages._whatsapp_check_unsent()
        return super()._check_can_update_message_content(messages)
