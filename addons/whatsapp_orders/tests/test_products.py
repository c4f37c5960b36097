from odoo.tests import new_test_user, tagged

from .common import OrdersCommon


@tagged("-at_install", "post_install")
class TestProducts(OrdersCommon):
    """The message builder finds items of the catalogue by our products."""

    def test_items_are_found_by_name_and_reference_and_have_one(self):
        self.product.default_code = "NID-1"
        agent = new_test_user(
            self.env, "wa_products", "base.group_user,whatsapp_base.group_whatsapp_agent,sales_team.group_sale_salesman"
        )
        self.team.member_ids = agent
        conversation = self._conversation().with_user(agent)
        self.assertTrue(conversation.builder_settings()["can_search_products"])
        for term in ("nid serv", "NID-1"):
            found = conversation.builder_products(term)
            self.assertIn({"retailer_id": "NID-1", "name": "NID Service"}, found)
        self.product.default_code = False
        self.assertFalse([item for item in conversation.builder_products("NID Service") if not item["retailer_id"]])

    def test_products_of_another_company_are_not_offered(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.product.product_tmpl_id.write({"default_code": "NID-1", "company_id": other.id})
        self.assertFalse(self._conversation()._catalog_products("NID-1"))
