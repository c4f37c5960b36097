from odoo import fields, models


class WhatsappChannel(models.Model):
    """What customers notice of us besides what we write."""

    _inherit = "whatsapp.channel"

    link_preview = fields.Boolean(
        "Show Previews of Links", default=True, help="WhatsApp shows title and picture of the first link in a text."
    )
    marks_read = fields.Boolean(
        "Tell When an Agent Has Read",
        default=True,
        help="The customer's ticks turn blue when an agent who takes part in the conversation reads it. Colleagues who only "
        "look in do not count.",
    )
    shows_typing = fields.Boolean(
        "Tell When an Agent Types",
        default=True,
        help="The customer sees that somebody is typing. WhatsApp marks the customer's messages as read with it.",
    )
