from odoo import models


class WhatsappConversation(models.Model):
    """A conversation as the record that is written from: the recipient is its contact, whoever else the customer is."""

    _inherit = "whatsapp.conversation"

    def _whatsapp_contacts(self, channel, partners, numbers):
        return {conversation.id: conversation.contact_id for conversation in self}
