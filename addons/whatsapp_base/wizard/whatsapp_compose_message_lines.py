from odoo import fields, models


class WhatsappComposeValue(models.TransientModel):
    """One value of a template that has to be typed."""

    _name = "whatsapp.compose.value"
    _description = "Value of a WhatsApp Template"
    _order = "id"

    composer_id = fields.Many2one("whatsapp.compose.message", required=True, ondelete="cascade")
    key = fields.Char(required=True, help="How the template's filling in calls it.")
    label = fields.Char("Value for")
    example = fields.Char()
    value = fields.Char()
    is_extra = fields.Boolean(help="No text of the message itself: a place, products, a card's values.")


class WhatsappComposeRecipient(models.TransientModel):
    """Somebody who gets the message, or does not, and why."""

    _name = "whatsapp.compose.recipient"
    _description = "Recipient of a WhatsApp Message"
    _order = "id"

    composer_id = fields.Many2one("whatsapp.compose.message", required=True, ondelete="cascade")
    name = fields.Char("To")
    address = fields.Char("Phone")
    document = fields.Char()
    res_id = fields.Integer()
    contact_id = fields.Many2one("whatsapp.contact", ondelete="cascade")
    reason = fields.Char("Left out because")
