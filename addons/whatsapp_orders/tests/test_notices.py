from datetime import timedelta

from odoo import fields

from .common import CUSTOMER, KARIM, RAHIM, OrdersCommon


class TestNotices(OrdersCommon):
    """What people are told, and what happens when they cannot be."""

    def _close_window(self, person):
        conversation = self.Conversation.search([("contact_id.wa_id", "=", person["wa_id"])])
        conversation.window_expires_at = fields.Datetime.now() - timedelta(minutes=1)
        return conversation

    def _accepted_template(self):
        return self._template(
            "order_accepted",
            components=[{"type": "BODY", "text": "Good news {{1}}! {{2}} ({{3}}) was accepted by {{4}}.",
                         "example": {"body_text": [["a", "b", "c", "d"]]}}],
        )

    def test_a_customer_out_of_the_window_gets_the_template(self):
        self._accepted_template()
        order = self.order()
        self._close_window(CUSTOMER)
        self.says(RAHIM, "accept")
        self.assertEqual(self.got(CUSTOMER)[-1].type, "template")
        self.assertIn(f"Good news John Doe! {order.name} (NID Service) was accepted by Rahim Uddin", self.last(CUSTOMER))

    def test_without_a_template_a_colleague_tells_the_customer(self):
        order = self.order()
        self._close_window(CUSTOMER)
        self.says(RAHIM, "accept")
        self.assertEqual(order.state, "accepted")
        self.assertEqual(order.sale_order_id.state, "sale")
        activity = order.activity_ids
        self.assertIn("Tell John about", activity.summary)
        self.assertIn("Rahim Uddin has accepted", activity.note)

    def test_a_template_that_does_not_fit_is_explained_not_fatal(self):
        self.service.template_offer_values = "{order}"
        order = self.order()
        self.assertEqual(order.state, "offered")
        self.assertIn("5 variables", order.activity_ids.note)

    def test_values_of_customers_are_no_patterns(self):
        self.service.message_confirmation = "{details} {order}"
        order = self.order("NID service. My name is {price} {seller}. NID: 1234567890")
        self.assertIn("{price} {seller}", self.last(CUSTOMER))
        self.assertIn(order.name, self.last(CUSTOMER))

    def test_a_placeholder_may_be_a_detail(self):
        self.service.message_confirmation = "{nid} is noted"
        self.order()
        self.assertEqual(self.last(CUSTOMER), "1234567890 is noted")

    def test_an_empty_text_is_not_sent(self):
        self.service.message_confirmation = False
        order = self.order()
        self.assertFalse(self.got(CUSTOMER))
        self.assertEqual(order.state, "offered")

    def test_long_details_never_keep_an_offer_from_leaving(self):
        self.opens_window(RAHIM)
        self.service.field_ids[0].write({"kind": "text"})
        order = self.order(f"NID service, nid 1234567890. My name is {'x y ' * 1000}")
        order.detail_ids[0].value = "x" * 3000
        order._withdraw_offer()
        order._offer_to(self.rahim)
        message = self.got(RAHIM)[-1]
        self.assertEqual(message.type, "interactive")
        self.assertLessEqual(len(message.body), 1024)
        self.assertIn("Press a button", message.body)

    def test_texts_are_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.service.with_context(lang="fr_FR").message_accepted_customer = "Bonne nouvelle: {order}"
        order = self.order()
        order.partner_id.lang = "fr_FR"
        self.says(RAHIM, "accept")
        self.assertEqual(self.last(CUSTOMER), f"Bonne nouvelle: {order.name}")
        self.assertIn("You have accepted", self.last(RAHIM))

    def test_a_blocked_seller_is_not_written_to(self):
        self.says(RAHIM, "hi").contact_id.blocked = True
        order = self.order()
        self.assertEqual(order.seller_id, self.karim)
        self.assertFalse(self.got(RAHIM))

    def test_the_responsible_is_asked_for_help(self):
        self._set_up_people()
        self.service.user_id = self.agent
        (self.rahim | self.karim).availability = "away"
        order = self.order()
        self.assertEqual(order.user_id, self.agent)
        self.assertEqual(order.activity_ids.user_id, self.agent)

    def test_sellers_are_written_to_from_the_number_that_the_customer_uses(self):
        other = self._channel(self.account, "399000000000002", display_phone_number="+1 555 019 0002")
        self.receive(
            self.inbound_text("NID service. My name is John. NID: 1234567890", **{"from": CUSTOMER["wa_id"]}),
            contacts=(CUSTOMER,), channel=other,
        )
        self.assertEqual((self.got(RAHIM) | self.got(CUSTOMER)).channel_id, other)
        self.assertFalse(self.got(KARIM))

    def test_a_sale_that_cannot_be_confirmed_does_not_undo_the_acceptance(self):
        order = self.order()
        order.sale_order_id.action_confirm()
        order.sale_order_id._action_cancel()
        self.says(RAHIM, "accept")
        self.assertEqual(order.state, "accepted")
