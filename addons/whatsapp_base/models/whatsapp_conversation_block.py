from odoo import fields, models


class WhatsappConversation(models.Model):
    """Blocking from where the messages are; what it does is the contact's business."""

    _inherit = "whatsapp.conversation"

    contact_blocked = fields.Boolean(related="contact_id.blocked")

    def action_block(self):
        """Block the customers of these conversations."""
        self.check_access("write")
        return self.contact_id.action_block()

    def action_unblock(self):
        """Let the customers of these conversations write again."""
        self.check_access("write")
        return self.contact_id.action_unblock()
