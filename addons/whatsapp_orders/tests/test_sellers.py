from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tools import mute_logger

from .common import CUSTOMER, KARIM, RAHIM, OrdersCommon


class TestSellers(OrdersCommon):
    """Who is offered an order."""

    def _ranked(self, **values):
        order = self.Order.create({"type_id": self.service.id, "partner_id": self.env["res.partner"].create({"name": "C"}).id, **values})
        return self.env["whatsapp.seller"]._ranked_for(order)

    def test_fewest_open_orders_first_then_the_longest_without_an_offer(self):
        self.assertEqual(self._ranked(), self.rahim | self.karim)
        self.rahim.last_offer_at = fields.Datetime.now()
        self.assertEqual(self._ranked()[0], self.karim)
        self.karim.last_offer_at = fields.Datetime.now() - timedelta(days=1)
        self.assertEqual(self._ranked()[0], self.karim)
        order = self.Order.create({"type_id": self.service.id, "partner_id": self.karim.partner_id.id})
        order.write({"seller_id": self.karim.id, "state": "accepted"})
        self.assertEqual(self._ranked()[0], self.rahim)
        order.state = "done"
        self.assertEqual(self._ranked()[0], self.karim)

    def test_only_available_sellers_of_the_service(self):
        self.rahim.availability = "busy"
        self.assertEqual(self._ranked(), self.karim)
        self.karim.type_ids = self.env["whatsapp.order.type"].create({"name": "Other"})
        self.assertFalse(self._ranked())
        self.karim.type_ids = False
        self.assertEqual(self._ranked(), self.karim, "no services means every service")
        self.karim.active = False
        self.assertFalse(self._ranked())

    def test_the_limit_of_open_orders(self):
        self.rahim.max_open_orders = 1
        first = self.order()
        self.assertEqual(first.seller_id, self.rahim)
        self.karim.availability = "away"
        second = self.order("NID card. Name: Jane. NID 0987654321")
        self.assertEqual(second.state, "new")
        self.says(RAHIM, "accept")
        first.action_done()
        second.action_find_seller()
        self.assertEqual(second.seller_id, self.rahim)

    def test_a_seller_who_cannot_be_told_comes_last(self):
        self.offer_template.translation_ids.status = "PAUSED"
        self.opens_window(KARIM)
        order = self.order()
        self.assertEqual(order.seller_id, self.karim)

    def test_without_window_and_template_a_colleague_is_asked(self):
        self.offer_template.translation_ids.status = "PAUSED"
        order = self.order()
        self.assertEqual((order.state, order.seller_id), ("offered", self.rahim))
        self.assertIn("Tell Rahim Uddin", order.activity_ids.summary)
        self.assertFalse(self.got(RAHIM))
        self.says(RAHIM, f"accept {order.name}")
        self.assertEqual(order.state, "accepted")
        self.assertFalse(order.activity_ids, "what was asked for is done")

    def test_outside_the_window_the_template_carries_the_buttons(self):
        order = self.order()
        message = self.got(RAHIM)
        self.assertEqual((message.type, message.template_id), ("template", self.offer_template))
        for words in ("Rahim Uddin", order.name, "John Doe", "NID Service", "500"):
            self.assertIn(words, message.body)
        self.receive(
            self.inbound_message("button", button={"payload": self.buttons(RAHIM)[0], "text": "Accept"}, **{"from": RAHIM["wa_id"]}),
            contacts=(RAHIM,),
        )
        self.assertEqual(order.state, "accepted")

    def test_an_offer_that_does_not_arrive_goes_to_the_next_seller(self):
        order = self.order()
        [job] = [job for job in self.claim() if job.id == order.offer_ids.message_id.id]
        self.refuse(job, 131026)
        self.assertEqual(order.offer_ids.message_id.state, "failed")
        self.assertEqual(self.Order._move_failed_offers(), 1)
        self.assertEqual((order.state, order.seller_id), ("offered", self.karim))
        self.assertEqual(sorted(order.offer_ids.mapped("state")), ["expired", "offered"])
        self.assertEqual(self.Order._move_failed_offers(), 0)

    def test_a_failure_wakes_the_scheduled_action(self):
        order = self.order()
        cron = self.env.ref("whatsapp_orders.ir_cron_whatsapp_failed_offers")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        jobs = {job.id: job for job in self.claim()}
        offer_job = jobs[order.offer_ids.message_id.id]
        self.settle(offer_job)
        self.apply_statuses(self.status(f"wamid.OUT{offer_job.id}", "failed", errors=[{"code": 131026, "title": "Undeliverable"}]))
        self.assertEqual(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), triggers + 1)
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(order.seller_id, self.karim)

    def test_a_failed_message_of_an_answered_offer_changes_nothing(self):
        order = self.order()
        jobs = {job.id: job for job in self.claim()}
        self.says(RAHIM, "accept")
        self.refuse(jobs[order.offer_ids.message_id.id], 131026)
        self.assertEqual(self.Order._move_failed_offers(), 0)
        self.assertEqual((order.state, order.seller_id), ("accepted", self.rahim))

    def test_a_seller_is_known_by_number_or_chosen_contact_never_by_name(self):
        contact = self.says({"wa_id": "15550009999", "profile": {"name": "Rahim Uddin"}}, "hi").contact_id
        contact.partner_id = self.rahim.partner_id
        Seller = self.env["whatsapp.seller"]
        self.assertFalse(Seller._of_contact(contact))
        self.rahim.contact_id = contact
        self.assertEqual(Seller._of_contact(contact), self.rahim)

    def test_a_number_is_read_with_the_country(self):
        self.env.company.country_id = self.env.ref("base.bd")
        partner = self.env["res.partner"].create({"name": "Local", "phone": "01811-000004"})
        self.assertEqual(self.env["whatsapp.seller"].create({"partner_id": partner.id}).wa_id, "8801811000004")

    def test_a_seller_needs_a_number_or_a_contact(self):
        partner = self.env["res.partner"].create({"name": "No Phone"})
        with self.assertRaisesRegex(ValidationError, "No Phone needs a WhatsApp number"):
            self.env["whatsapp.seller"].create({"partner_id": partner.id})

    def test_one_number_is_one_seller(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._seller("Twin", RAHIM)

    def test_the_customer_is_not_offered_the_own_order(self):
        self.rahim.partner_id.phone = f"+{CUSTOMER['wa_id']}"
        self.rahim.number = f"+{CUSTOMER['wa_id']}"
        self.assertEqual(self.order().seller_id, self.karim)

    def test_only_one_offer_is_open(self):
        order = self.order()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env["whatsapp.order.offer"].create({"order_id": order.id, "seller_id": self.karim.id})
