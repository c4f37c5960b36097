from odoo.exceptions import ValidationError
from odoo.fields import Command

from .common import OrdersCommon


class TestTypes(OrdersCommon):
    """Services and their details are checked when they are entered."""

    def test_the_price_comes_from_the_product_until_it_is_changed(self):
        self.assertEqual(self.service.price, 500)
        self.service.price = 450
        self.assertEqual(self.order().price, 450)
        self.assertEqual(self.Order.search([], limit=1).sale_order_id.amount_untaxed, 450)

    def test_an_unknown_placeholder_is_refused_with_those_that_exist(self):
        with self.assertRaisesRegex(ValidationError, r"Order Received.*\{nobody\}.*\{order\}.*\{nid\}"):
            self.service.message_confirmation = "Hello {nobody}"

    def test_templates_values_are_checked_too(self):
        with self.assertRaisesRegex(ValidationError, r"\{x\}"):
            self.service.template_offer_values = "{order}\n{x}"

    def test_a_dangerous_regular_expression_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "very long"):
            self.service.field_ids = [Command.create({"name": "X", "kind": "expression", "expression": "(a+)+b"})]

    def test_a_regular_expression_works(self):
        self.service.field_ids = [
            Command.create({"name": "File", "key": "file", "kind": "expression", "expression": r"[a-z]{2}-\d{4}", "is_required": False})
        ]
        order = self.order("NID service. My name is John. NID: 1234567890. File AB-1234")
        self.assertEqual(order.detail_ids[2].value, "AB-1234")

    def test_words_without_a_label_cannot_be_found(self):
        with self.assertRaisesRegex(ValidationError, "plain words"):
            self.service.field_ids = [Command.create({"name": "X", "kind": "text"})]

    def test_lengths_are_explained(self):
        with self.assertRaisesRegex(ValidationError, "Number of Digits of “NID”"):
            self.service.field_ids[1].lengths = "ten"

    def test_the_technical_name_makes_itself(self):
        self.service.field_ids = [Command.create({"name": "Father's Name", "kind": "name", "labels": "father"})]
        self.assertEqual(self.service.field_ids[-1].key, "father_s_name")
        with self.assertRaisesRegex(ValidationError, "taken"):
            self.service.field_ids[0].key = "order"

    def test_a_keyword_of_one_letter_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "too short"):
            self.service.keywords = "NID service, a"

    def test_negative_prices_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "negative"):
            self.service.price = -1

    def test_a_copy_has_its_own_details(self):
        copy = self.service.copy()
        self.assertEqual(copy.field_ids.mapped("key"), ["name", "nid"])
        self.assertFalse(copy.field_ids & self.service.field_ids)
