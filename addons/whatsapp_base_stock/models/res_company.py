from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    whatsapp_delivery_template_id = fields.Many2one(
        "whatsapp.message.template", "WhatsApp When Delivered", ondelete="set null",
        help="Sent to the customer when a delivery is validated."
    )
