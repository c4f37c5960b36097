from odoo import fields, models
from odoo.exceptions import UserError


class WhatsappChatMessage(models.Model):
    _inherit = "whatsapp.chat.message"

    fallback = fields.Selection(selection_add=[("sms", "SMS")])

    def _fall_back_sms(self, record):
        """Send the text to the customer's phone as an SMS, logged on the record."""
        partner = self.contact_id.partner_id
        number = f"+{self.contact_id.wa_id}" if self.contact_id.wa_id else partner.phone
        if not number:
            raise UserError(self.env._("%s has no phone number.", self.contact_id._label()))
        author = self.user_id.partner_id or self.company_id.partner_id
        record._message_sms(
            self.body or self.summary,
            partner_ids=partner.ids,
            sms_numbers=None if partner else [number],
            sms_pid_to_number={partner.id: number} if partner else None,
            author_id=author.id,
            put_in_queue=True,
        )
        return self.env._("by SMS to %s", number)
