from odoo import models


class WhatsappConversation(models.Model):
    """Items of the catalogue by our products: the internal reference is what Meta calls content ID."""

    _inherit = "whatsapp.conversation"

    def _can_search_products(self):
        return self.env["product.product"].has_access("read")

    def _catalog_products(self, term, limit=12):
        if not self._can_search_products():
            return super()._catalog_products(term, limit)
        domain = [
            ("sale_ok", "=", True), ("default_code", "!=", False), ("company_id", "in", (False, self.company_id.id)),
            "|", ("name", "ilike", term), ("default_code", "ilike", term),
        ]  # fmt: skip
        products = self.env["product.product"].search(domain, limit=limit)
        return [{"retailer_id": product.default_code, "name": product.name} for product in products]
