from odoo import api, fields, models
from odoo.exceptions import ValidationError


class WhatsappBusinessAccount(models.Model):
    _inherit = "whatsapp.business.account"

    catalog_id = fields.Char(
        "Catalogue ID",
        help="Of the product catalogue that is connected to the account in WhatsApp Manager. Agents can send its items then.",
    )

    @api.constrains("catalog_id")
    def _check_catalog_id(self):
        for account in self:
            if account.catalog_id and not account.catalog_id.strip().isdigit():
                raise ValidationError(
                    self.env._("Catalogue ID holds digits only. Copy it from Meta's Commerce Manager, Settings.")
                )
