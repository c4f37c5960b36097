from odoo import api, models


class PortalMixin(models.AbstractModel):
    """A record with a page on the portal can be opened from a WhatsApp message, without logging in."""

    _inherit = "portal.mixin"

    @api.model
    def _whatsapp_has_page(self):
        return True

    def _whatsapp_link(self):
        self.ensure_one()
        self.check_access("read")
        # sudo: the address and its token are no business of the sender, the customer's link is
        record = self.sudo()
        if not record.id or record.access_url in (False, "#"):
            return ""
        return f"{record.get_base_url()}{record.get_portal_url()}"
