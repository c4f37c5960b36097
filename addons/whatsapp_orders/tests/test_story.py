from .common import CUSTOMER, KARIM, ORDER_TEXT, RAHIM, STRANGER, OrdersCommon


class TestStory(OrdersCommon):
    """From a customer's sentence to a confirmed sale."""

    def test_a_customers_text_becomes_a_confirmed_sale(self):
        self.opens_window(RAHIM, KARIM)
        order = self.order("Hi, I need NID service. My name is John Doe. NID: 1234567890")

        self.assertEqual({d.key: d.value for d in order.detail_ids}, {"name": "John Doe", "nid": "1234567890"})
        self.assertEqual((order.price, order.state, order.source), (500, "offered", "chat"))
        self.assertEqual(order.seller_id, self.rahim)
        self.assertEqual(order.sale_order_id.state, "draft")
        self.assertRegex(order.name, r"^ORD-\d{5}$")
        confirmation = self.got(CUSTOMER)
        self.assertEqual(len(confirmation), 1)
        for words in (order.name, "NID Service", "500", "1234567890"):
            self.assertIn(words, confirmation.body)

        offer = self.got(RAHIM)
        self.assertEqual(offer.type, "interactive")
        for words in (order.name, "John Doe", "NID Service", "500"):
            self.assertIn(words, offer.body)
        self.assertFalse(self.got(KARIM))

        self.says(RAHIM, f"ACCEPT {order.name}")

        self.assertEqual(order.state, "accepted")
        self.assertEqual(order.sale_order_id.state, "sale")
        self.assertEqual(order.sale_order_id.amount_untaxed, 500)
        self.assertEqual(order.sale_order_id.order_line.product_id, self.product)
        self.assertIn("1234567890", order.sale_order_id.order_line.name)
        self.assertIn("Rahim Uddin has accepted", self.last(CUSTOMER))
        self.assertIn(f"You have accepted *{order.name}*", self.last(RAHIM))
        self.assertEqual(len(self.got(CUSTOMER)), 2)
        self.assertEqual(len(self.got(RAHIM)), 2)

    def test_chat_order_and_sale_link_to_each_other(self):
        order = self.order()
        conversation = order.conversation_id
        self.assertEqual(conversation.whatsapp_order_count, 1)
        self.assertEqual(self.Order.search(conversation.action_view_orders()["domain"]), order)
        self.assertEqual(order.sale_order_id.whatsapp_order_ids, order)
        self.assertEqual(order.sale_order_id.action_view_whatsapp_orders()["res_id"], order.id)
        self.assertEqual(order.action_open_sale_order()["res_id"], order.sale_order_id.id)
        channel = f"discuss.channel_{conversation.discuss_channel_id.id}"
        self.assertEqual(order.action_open_chat()["params"]["active_id"], channel)
        self.assertEqual(order.sale_order_id.action_open_whatsapp_chat()["params"]["active_id"], channel)
        self.assertEqual(order.sale_order_id.origin, order.name)
        self.assertIn(ORDER_TEXT, order.chat_message_ids.mapped("body"))

    def test_the_button_accepts(self):
        self.opens_window(RAHIM)
        order = self.order()
        accept, _reject = self.buttons(RAHIM)
        self.presses(RAHIM, accept)
        self.assertEqual(order.state, "accepted")
        self.assertEqual(order.offer_ids.state, "accepted")

    def test_a_rejected_order_goes_to_the_next_seller(self):
        self.opens_window(RAHIM, KARIM)
        order = self.order()
        _accept, reject = self.buttons(RAHIM)
        self.presses(RAHIM, reject, "Reject")
        self.assertEqual((order.state, order.seller_id), ("offered", self.karim))
        self.assertIn("rejected", self.last(RAHIM))
        self.says(KARIM, "accept")
        self.assertEqual((order.state, order.seller_id), ("accepted", self.karim))
        self.assertEqual(sorted(order.offer_ids.mapped("state")), ["accepted", "rejected"])
        self.assertEqual(len(self.got(CUSTOMER)), 2, "the customer hears of the order and of its acceptance, no more")

    def test_the_reason_of_a_rejection_is_kept(self):
        order = self.order()
        self.says(RAHIM, f"reject {order.name} too busy today")
        self.assertEqual(order.offer_ids.filtered(lambda o: o.state == "rejected").reason, "too busy today")

    def test_when_everybody_rejects_colleagues_and_customer_are_told_once(self):
        order = self.order()
        self.says(RAHIM, "reject")
        self.says(KARIM, "reject")
        self.assertEqual((order.state, order.seller_id), ("new", self.env["whatsapp.seller"]))
        self.assertEqual(len(order.activity_ids), 1)
        self.assertIn("All our sellers are busy", self.last(CUSTOMER))
        order.action_find_seller()
        self.assertEqual(len(self.got(CUSTOMER)), 2)
        self.assertEqual(len(order.activity_ids), 1)

    def test_a_strangers_accept_does_nothing_at_all(self):
        order = self.order()
        accept, _reject = self.buttons(RAHIM)
        for person in (STRANGER, CUSTOMER, KARIM):
            answers = len(self.got(person))
            self.says(person, f"ACCEPT {order.name}")
            self.says(person, "accept")
            self.presses(person, accept)
            self.assertEqual(len(self.got(person)), answers)
        self.assertEqual((order.state, order.offer_ids.state), ("offered", "offered"))

    def test_a_seller_who_is_late_is_told_so(self):
        order = self.order()
        accept, reject = self.buttons(RAHIM)
        self.presses(RAHIM, reject)
        self.presses(RAHIM, accept)
        self.assertIn("no longer yours", self.last(RAHIM))
        self.assertEqual(order.seller_id, self.karim)
        self.says(KARIM, f"accept {order.name}")
        self.says(RAHIM, f"accept {order.name}")
        self.assertIn("no longer yours", self.last(RAHIM))
        self.assertEqual(order.seller_id, self.karim)

    def test_accepting_twice_changes_nothing(self):
        order = self.order()
        accept, reject = self.buttons(RAHIM)
        self.presses(RAHIM, accept)
        told = len(self.got(CUSTOMER))
        self.presses(RAHIM, accept)
        self.assertIn("already", self.last(RAHIM))
        self.presses(RAHIM, reject)
        self.assertEqual(order.state, "accepted")
        self.assertEqual(len(self.got(CUSTOMER)), told)
        self.assertIn("give", order.activity_ids.summary)

    def test_a_guessed_or_foreign_token_is_no_answer(self):
        order = self.order()
        other = self.order("NID card. My name is Jane Roe. NID: 0987654321", STRANGER)
        self.assertEqual(other.seller_id, self.karim)
        accept = self.buttons(RAHIM)[0]
        for payload in (
            f"order:{order.id}:accept:", f"order:{order.id}:accept:x", f"order:{other.id}:accept:{accept.split(':')[3]}",
            f"order:{'9' * 30}:accept:x", "order:accept", f"order:-1:accept:{accept.split(':')[3]}", f"{accept}:more",
        ):
            self.presses(RAHIM, payload)
        self.assertEqual((order.state, other.state), ("offered", "offered"))
        self.assertEqual(len(self.got(RAHIM)), 1)

    def test_with_two_offers_accept_needs_a_number(self):
        self.karim.availability = "away"
        first = self.order()
        second = self.order("NID card. My name is Jane Roe. NID: 0987654321", STRANGER)
        self.says(RAHIM, "accept")
        self.assertIn("Which order do you mean?", self.last(RAHIM))
        self.assertIn(first.name, self.last(RAHIM))
        self.says(RAHIM, f"accept {int(second.name[4:])}")
        self.assertEqual((first.state, second.state), ("offered", "accepted"))

    def test_a_sellers_answer_does_not_wait_for_an_agent(self):
        self.order()
        answer = self.says(RAHIM, "accept")
        self.assertEqual((answer.conversation_id.state, answer.conversation_id.unanswered_count), ("resolved", 0))
        question = self.says(RAHIM, "When will I be paid?")
        self.assertEqual((question.conversation_id.state, question.conversation_id.unanswered_count), ("open", 1))
        self.says(RAHIM, "accept")
        self.assertEqual(question.conversation_id.state, "open", "the question still waits")

    def test_the_same_webhook_again_makes_nothing_new(self):
        message = self.inbound_text(ORDER_TEXT, **{"from": CUSTOMER["wa_id"]})
        for _time in range(3):
            self.receive(message, contacts=(CUSTOMER,))
        self.assertEqual(len(self.Order.search([("partner_id.phone_sanitized", "=", "+8801700000001")])), 1)
        self.assertEqual(len(self.got(CUSTOMER)), 1)
        self.assertEqual(len(self.got(RAHIM)), 1)

    def test_a_message_whose_handling_starts_over_makes_one_order(self):
        row = self.says(CUSTOMER, ORDER_TEXT)
        row.is_handled = False
        row.conversation_id._handle(row)
        order = self.Order.search([("message_wamid", "=", row.wamid)])
        self.assertEqual(len(order), 1)
        self.assertEqual(len(self.got(CUSTOMER)), 1)
        accepted = self.says(RAHIM, "accept")
        answers = len(self.got(RAHIM))
        for _time in range(2):
            accepted.is_handled = False
            accepted.conversation_id._handle(accepted)
        self.assertEqual(order.state, "accepted")
        self.assertLessEqual(len(self.got(RAHIM)), answers + 1)
