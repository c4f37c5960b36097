from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    whatsapp_delivery_template_id = fields.Many2one(
        related="company_id.whatsapp_delivery_template_id", readonly=False,
        domain="[('company_id', '=', company_id), ('is_sendable', '=', True), ('model', 'in', [False, 'res.partner', 'stock.picking'])]",
    )
