from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import CUSTOMER, ORDER_TEXT, RAHIM, STRANGER, OrdersCommon


class TestCapture(OrdersCommon):
    """Which texts become orders, and how orders are completed."""

    def test_other_texts_make_no_order(self):
        for text in ("Hello", "What does it cost?", "nidservice", "ACCEPT ORD-00001", "👍"):
            row = self.says(CUSTOMER, text)
            self.assertTrue(row.is_handled)
        self.assertFalse(self.Order.search_count([("contact_id.wa_id", "=", CUSTOMER["wa_id"])]))
        self.assertFalse(self.got(CUSTOMER))

    def test_missing_details_are_asked_for_and_nobody_else_is_bothered(self):
        order = self.order("I need NID service")
        self.assertEqual(order.state, "draft")
        self.assertIn("Name, NID (10, 13 or 17 digits)", self.last(CUSTOMER))
        self.assertFalse(order.sale_order_id)
        self.assertFalse(self.got(RAHIM))

    def test_the_answer_completes_the_order(self):
        order = self.order("I need NID service. My name is John Doe")
        self.assertEqual(order.missing, "NID (10, 13 or 17 digits)")
        self.says(CUSTOMER, "1234567890")
        self.assertEqual(order.state, "offered")
        self.assertEqual(order.detail_ids.mapped("value"), ["John Doe", "1234567890"])
        self.assertEqual(len(order.chat_message_ids.filtered(lambda m: m.direction == "inbound")), 2)

    def test_answers_may_come_one_by_one(self):
        order = self.order("NID card please")
        self.says(CUSTOMER, "John Doe")
        self.assertEqual((order.state, order.missing), ("draft", "NID (10, 13 or 17 digits)"))
        self.says(CUSTOMER, "my nid is 12345")
        self.assertEqual(order.state, "draft")
        self.assertEqual(len(self.got(CUSTOMER)), 3)
        self.says(CUSTOMER, "sorry: 1234567890123")
        self.assertEqual((order.state, order.detail_ids[1].value), ("offered", "1234567890123"))

    def test_small_talk_does_not_fill_an_order(self):
        order = self.order("NID service, nid 1234567890")
        for text in ("thanks", "How long does it take?", "ok"):
            self.says(CUSTOMER, text)
        self.assertEqual((order.state, order.detail_ids[0].value), ("draft", False))
        self.assertEqual(len(self.got(CUSTOMER)), 1)

    def test_after_three_questions_a_colleague_takes_over(self):
        order = self.order("NID service, my name is John Doe")
        for number in ("1", "12", "123", "1234"):
            self.says(CUSTOMER, number)
        self.assertEqual(len(self.got(CUSTOMER)), 3)
        self.assertIn("complete", order.activity_ids.summary)
        self.says(CUSTOMER, "1234567890")
        self.assertEqual(order.state, "offered")

    def test_an_order_waits_a_day_for_its_details(self):
        order = self.order("NID service, my name is John Doe")
        order.ordered_at = fields.Datetime.now() - timedelta(hours=25)
        self.says(CUSTOMER, "1234567890")
        self.assertEqual(order.state, "draft")

    def test_somebody_elses_number_does_not_complete_it(self):
        order = self.order("NID service, my name is John Doe")
        self.says(STRANGER, "1234567890")
        self.assertEqual(order.state, "draft")

    def test_the_same_text_twice_is_one_order(self):
        order = self.order()
        self.says(CUSTOMER, ORDER_TEXT)
        self.says(CUSTOMER, ORDER_TEXT)
        self.assertEqual(self.Order.search([("contact_id", "=", order.contact_id.id)]), order)
        self.assertEqual(len(self.got(CUSTOMER)), 2)
        self.assertIn(f"We have your order already: *{order.name}*", self.last(CUSTOMER))

    def test_the_same_text_later_or_with_other_details_is_another_order(self):
        first = self.order()
        self.order("NID service. My name is Jane Doe. NID: 0987654321")
        first.ordered_at = fields.Datetime.now() - timedelta(minutes=11)
        self.order()
        self.order(ORDER_TEXT, STRANGER)

    def test_a_service_that_is_not_clear_is_left_to_colleagues(self):
        self.env["whatsapp.order.type"].create({"name": "Passport", "keywords": "passport renewal"})
        self.says(CUSTOMER, "NID service and passport renewal")
        self.assertFalse(self.got(CUSTOMER))

    def test_archived_services_and_other_companies_services_do_not_count(self):
        company = self.env["res.company"].create({"name": "Other"})
        other = self.env["whatsapp.order.type"].create({"name": "X", "keywords": "visa", "company_id": company.id})
        self.says(CUSTOMER, "visa")
        self.service.active = False
        self.says(CUSTOMER, ORDER_TEXT)
        self.assertFalse(self.Order.search_count([("contact_id.wa_id", "=", CUSTOMER["wa_id"])]))
        self.assertFalse(other.order_count)

    def test_changed_keywords_count_at_once(self):
        self.says(CUSTOMER, "identity paper. my name is John. nid 1234567890")
        self.assertFalse(self.got(CUSTOMER))
        self.service.keywords = "identity paper"
        self.order("identity paper. my name is John. nid 1234567890")

    def test_a_customer_without_a_phone_number_can_order(self):
        person = {"user_id": "BD.9f3KqLm2", "profile": {"name": "Nila", "username": "nila.dhaka"}}
        message = self.inbound_text(ORDER_TEXT, from_user_id="BD.9f3KqLm2", **{"from": None})
        self.receive(message, contacts=(person,))
        order = self.Order.search([("contact_id.bsuid", "=", "BD.9f3KqLm2")])
        self.assertEqual(order.state, "offered")
        confirmation = self.Message.search([("contact_id", "=", order.contact_id.id), ("direction", "=", "outbound")])
        self.assertIn(order.name, confirmation.body)

    def test_a_contact_without_a_customer_gets_one(self):
        self.says(CUSTOMER, "Hello").contact_id.partner_id = False
        order = self.order()
        self.assertEqual(order.partner_id, order.contact_id.partner_id)
        self.assertEqual(order.partner_id.name, "John")

    def test_sellers_are_customers_too(self):
        order = self.order("NID service. My name is Rahim Uddin. NID: 1234567890", RAHIM)
        self.assertEqual(order.seller_id, self.karim, "nobody is offered the own order")

    def test_an_order_that_the_site_refuses_does_not_hide_the_message(self):
        reason = "Customers need a tax number."

        def refuse(*_args, **_kwargs):
            raise UserError(reason)

        self.patch(type(self.Order), "create", refuse)
        row = self.says(CUSTOMER, ORDER_TEXT)
        self.assertTrue(row.is_handled)
        self.assertTrue(row.mail_message_id)
        self.assertIn("tax number", row.conversation_id.activity_ids.note)

    def test_blocked_people_order_nothing(self):
        self.says(CUSTOMER, "Hello").contact_id.blocked = True
        self.says(CUSTOMER, ORDER_TEXT)
        self.assertFalse(self.Order.search_count([("contact_id.wa_id", "=", CUSTOMER["wa_id"])]))

    def test_a_caption_can_order(self):
        image = {"id": "1", "mime_type": "image/jpeg", "caption": ORDER_TEXT}
        self.receive(self.inbound_message("image", image=image, **{"from": CUSTOMER["wa_id"]}), contacts=(CUSTOMER,))
        self.assertTrue(self.Order.search_count([("contact_id.wa_id", "=", CUSTOMER["wa_id"])]))

    def test_one_message_is_one_order_in_the_database_too(self):
        order = self.order()
        values = {"type_id": self.service.id, "partner_id": order.partner_id.id, "message_wamid": order.message_wamid}
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.Order.create(values)

    def test_a_service_without_a_product_makes_no_sale_order(self):
        self.service.product_id = False
        order = self.order()
        self.says(RAHIM, "accept")
        self.assertEqual((order.state, order.sale_order_id), ("accepted", self.env["sale.order"]))
