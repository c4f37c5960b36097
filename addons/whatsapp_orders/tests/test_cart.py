from odoo.tests import tagged

from .common import OrdersCommon


@tagged("post_install", "-at_install")
class TestCart(OrdersCommon):
    """Carts from the catalogue name what Odoo sells."""

    def test_lines_have_the_names_of_products(self):
        self.env["product.product"].create({"name": "Running Shoe", "default_code": "SHOE-1"})
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["product.product"].create({"name": "Their Shoe", "default_code": "SHOE-2", "company_id": elsewhere.id})
        items = [
            {"product_retailer_id": code, "quantity": 1, "item_price": 5, "currency": "EUR"} for code in ("SHOE-1", "SHOE-2", "X")
        ]
        row = self.receive(self.inbound_message("order", order={"catalog_id": "5", "product_items": items}))
        lines = row._shown_content()["card"]["lines"]
        self.assertEqual([line["name"] for line in lines], ["Running Shoe", "SHOE-2", "X"])
