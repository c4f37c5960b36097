from odoo.exceptions import UserError
from odoo.tests import Form

from .common import CUSTOMER, KARIM, RAHIM, OrdersCommon


class TestStaff(OrdersCommon):
    """What colleagues do with orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()

    def test_an_agent_accepts_on_behalf_of_the_seller(self):
        order = self.order().with_user(self.agent)
        order.action_accept_for_seller()
        self.assertEqual(order.state, "accepted")
        self.assertEqual(order.offer_ids.user_id, self.agent)
        self.assertEqual(order.sudo().sale_order_id.state, "sale")
        self.assertIn("has accepted", self.last(CUSTOMER))
        with self.assertRaisesRegex(UserError, "not offered"):
            order.action_accept_for_seller()

    def test_an_agent_rejects_on_behalf_of_the_seller(self):
        order = self.order().with_user(self.agent)
        order.action_reject_for_seller()
        self.assertEqual(order.seller_id, self.karim)
        self.assertFalse(order.sudo().activity_ids, "a thank-you that cannot be sent is nobody's work")

    def test_a_colleague_chooses_the_seller(self):
        order = self.order()
        wizard = Form(self.env["whatsapp.order.offer.wizard"].with_user(self.agent).with_context(default_order_id=order.id))
        wizard.seller_id = self.karim
        self.assertIn("Available", wizard.seller_note)
        wizard.save().action_offer()
        self.assertEqual((order.state, order.seller_id), ("offered", self.karim))
        self.assertEqual(sorted(order.offer_ids.mapped("state")), ["offered", "withdrawn"])
        self.says(RAHIM, f"accept {order.name}")
        self.assertIn("no longer yours", self.last(RAHIM))
        self.assertEqual(order.state, "offered")

    def test_an_accepted_order_can_be_given_to_another(self):
        order = self.order()
        self.says(RAHIM, "accept")
        order.with_user(self.supervisor)._reassign(self.karim)
        self.assertIn("no longer yours", self.last(RAHIM))
        self.says(KARIM, "accept")
        self.assertEqual((order.state, order.seller_id), ("accepted", self.karim))
        self.assertEqual(order.sale_order_id.state, "sale")

    def test_the_present_seller_is_not_asked_again(self):
        order = self.order()
        with self.assertRaisesRegex(UserError, "already"):
            order._reassign(self.rahim)

    def test_cancelling_tells_both_and_cancels_the_quotation(self):
        self.opens_window(RAHIM)
        order = self.order()
        order.with_user(self.agent).action_cancel()
        self.assertEqual((order.state, order.sale_order_id.state), ("cancelled", "cancel"))
        self.assertIn("is cancelled", self.last(CUSTOMER))
        self.assertIn("no longer yours", self.last(RAHIM))
        self.assertTrue(order.closed_at)
        self.says(RAHIM, f"accept {order.name}")
        self.assertEqual(order.state, "cancelled")
        with self.assertRaisesRegex(UserError, "closed already"):
            order.action_cancel()

    def test_cancelling_a_confirmed_sale_is_left_to_the_sales_team(self):
        order = self.order()
        self.says(RAHIM, "accept")
        order.action_cancel()
        self.assertEqual(order.sale_order_id.state, "sale")
        self.assertIn("Cancel", order.activity_ids.summary)

    def test_rejecting_an_order_tells_the_customer(self):
        order = self.order("NID service")
        order.with_user(self.agent).action_reject()
        self.assertEqual(order.state, "rejected")
        self.assertIn("we cannot take your order", self.last(CUSTOMER))

    def test_an_order_entered_by_hand(self):
        conversation = self.says(CUSTOMER, "Hello").conversation_id
        form = Form(self.Order.with_user(self.agent))
        form.partner_id = conversation.partner_id
        form.type_id = self.service
        self.assertEqual(form.price, 500)
        order = form.save()
        self.assertEqual((order.conversation_id, order.state, order.source), (conversation, "draft", "manual"))
        self.assertEqual(order.detail_ids.mapped("key"), ["name", "nid"])
        with self.assertRaisesRegex(UserError, "enter first"):
            order.action_find_seller()
        order.detail_ids[0].value = "John Doe"
        order.detail_ids[1].value = "1234567890"
        order.action_find_seller()
        self.assertEqual((order.state, order.sudo().sale_order_id.amount_untaxed), ("offered", 500))
        self.assertIn(order.name, self.last(CUSTOMER))

    def test_a_customers_text_does_not_fill_an_order_entered_by_hand(self):
        conversation = self.says(CUSTOMER, "Hello").conversation_id
        order = self.Order.create({"partner_id": conversation.partner_id.id, "type_id": self.service.id})
        self.says(CUSTOMER, "1234567890")
        self.assertFalse(order.detail_ids[1].value)

    def test_the_form_works_for_each_role(self):
        order = self.order()
        for user in (self.agent, self.supervisor, self.admin):
            with Form(order.with_user(user)) as form:
                form.note = f"Seen by {user.login}"

    def test_start_and_done(self):
        order = self.order()
        self.says(RAHIM, "accept")
        order.with_user(self.agent).action_start()
        self.assertEqual(order.state, "in_progress")
        order.action_done()
        self.assertEqual(order.state, "done")
        self.assertTrue(order.closed_at)

    def test_only_drafts_and_cancelled_orders_can_be_deleted(self):
        order = self.order()
        with self.assertRaisesRegex(UserError, "Cancel the order first"):
            order.with_user(self.supervisor).unlink()
        order.action_cancel()
        order.with_user(self.supervisor).unlink()
