from odoo import fields, models


class WhatsappChannel(models.Model):
    """What customers notice of us besides what we write."""

    _inherit = "whatsapp.channel"

    link_preview = fields.Boolean(
        "Show Previews of Links", default=True, help="WhatsApp shows title and picture of the first link in a text."
    )
