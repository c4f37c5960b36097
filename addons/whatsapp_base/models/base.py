from odoo import api, models


class Base(models.AbstractModel):
    """What records of any model can be asked for. Addons that bring pages for customers override it."""

    _inherit = "base"

    @api.model
    def _whatsapp_has_page(self):
        """Tell whether customers can open a page of such records."""
        return False

    def _whatsapp_link(self):
        """Return the address of the page on which the record's customer can see it, or ""."""
        self.ensure_one()
        return ""
