from odoo import models


class Base(models.AbstractModel):
    """What records of any model can be asked for."""

    _inherit = "base"

    def _whatsapp_link(self):
        """Return the address of a page on which the record's customer can see it, or "".

        Addons that bring such pages override this.
        """
        self.ensure_one()
        return ""
