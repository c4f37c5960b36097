from datetime import datetime, timedelta

from odoo.tests import tagged

from ..cloud_api import inbound
from .common import WhatsappCommon

T0 = datetime(2026, 9, 21, 12, 0, 0)
SECOND = timedelta(seconds=1)


@tagged("post_install", "-at_install")
class TestStatuses(WhatsappCommon):
    """Delivery states move forwards only, whatever the order in which Meta tells them."""

    def setUp(self):
        super().setUp()
        self.row = self.sent()

    def _tell(self, *names, row=None):
        """Have Meta tell states in this order, a second apart, one POST each."""
        row = row or self.row
        for number, name in enumerate(names):
            self.assertFalse(self.apply_statuses(self.status(row.wamid, name, at=T0 + number * SECOND)))

    def test_sent_delivered_read(self):
        self._tell("sent", "delivered", "read")
        self.assertEqual(self.row.state, "read")
        self.assertLess(self.row.sent_at, self.row.delivered_at)
        self.assertLess(self.row.delivered_at, self.row.read_at)

    def test_a_read_receipt_before_delivered_is_kept_and_never_taken_back(self):
        self._tell("read", "delivered", "sent")
        self.assertEqual(self.row.state, "read")
        self.assertEqual([bool(self.row[name]) for name in ("sent_at", "delivered_at", "read_at")], [True] * 3)

    def test_any_order_within_one_post(self):
        statuses = [self.status(self.row.wamid, name) for name in ("delivered", "read", "sent")]
        self.assertFalse(self.apply_statuses(*statuses))
        self.assertEqual(self.row.state, "read")

    def test_a_repeated_status_keeps_the_first_time(self):
        self._tell("delivered")
        first = self.row.delivered_at
        self.apply_statuses(self.status(self.row.wamid, "delivered", at=T0 + timedelta(hours=1)))
        self.assertEqual(self.row.delivered_at, first)

    def test_played_is_read(self):
        self._tell("delivered", "played")
        self.assertEqual(self.row.state, "read")

    def test_failed_ends(self):
        error = {"code": 131026, "title": "Undeliverable", "error_data": {"details": "No account"}}
        self.apply_statuses(self.status(self.row.wamid, "failed", errors=[error]))
        self.assertEqual((self.row.state, self.row.error_code), ("failed", 131026))
        self.assertTrue(self.row.error_title and self.row.error_remedy)
        self.assertEqual(self.row.error_details, "No account")
        self._tell("sent", "delivered")
        self.assertEqual(self.row.state, "failed")

    def test_failed_does_not_undo_a_delivery(self):
        self._tell("delivered", "failed")
        self.assertEqual(self.row.state, "delivered")

    def test_unreachable_people_are_marked_until_they_write(self):
        contact = self.row.contact_id
        rows = [self.row, *(self.sent(self.row.conversation_id) for _more in range(2))]
        for row in rows:
            self.assertFalse(contact.is_unreachable)
            self.apply_statuses(self.status(row.wamid, "failed", errors=[{"code": 131026}]))
        self.assertTrue(contact.is_unreachable)
        self.receive(self.inbound_text(**{"from": contact.wa_id}), contacts=[{"wa_id": contact.wa_id}])
        self.assertFalse(contact.is_unreachable)

    def test_marketing_refused_marks_the_contact(self):
        self.apply_statuses(self.status(self.row.wamid, "failed", errors=[{"code": 131050}]))
        self.assertTrue(self.row.contact_id.marketing_stopped)

    def test_prices_are_kept(self):
        pricing = {"category": "utility", "type": "regular", "billable": True}
        self.apply_statuses(self.status(self.row.wamid, "sent", pricing=pricing))
        self.apply_statuses(self.status(self.row.wamid, "delivered"))
        self.assertEqual((self.row.pricing_category, self.row.pricing_type), ("utility", "regular"))

    def test_unknown_messages_come_back(self):
        known, unknown = self.status(self.row.wamid, "read"), self.status("wamid.nobody", "read")
        left = self.apply_statuses(unknown, known)
        self.assertEqual([status.wamid for status in left], ["wamid.nobody"])
        self.assertEqual(self.row.state, "read")

    def test_statuses_of_incoming_messages_are_ignored(self):
        row = self.receive(self.inbound_text())
        self.assertEqual(len(self.apply_statuses(self.status(row.wamid, "read"))), 1)
        self.assertEqual(row.state, "received")

    def test_a_status_that_beats_the_result_is_not_taken_back(self):
        row = self._conversation()._send_text("fast")
        [job] = self.claim()
        self.apply_statuses(self.status("wamid.FAST", "delivered", biz_opaque_callback_data=row.uuid))
        self.assertEqual((row.state, row.wamid), ("delivered", "wamid.FAST"))
        self.settle(job, wamid="wamid.FAST")
        self.assertEqual(row.state, "delivered")
        self.assertTrue(row.accepted_at)

    def test_a_status_settles_what_was_unclear(self):
        row = self._conversation()._send_text("lost")
        [job] = self.claim()
        self.settle(job, "unknown", text="timeout", wamid=None)
        self.assertEqual(row.state, "uncertain")
        self.apply_statuses(self.status("wamid.LATE", "sent", biz_opaque_callback_data=row.uuid))
        self.assertEqual((row.state, row.wamid), ("sent", "wamid.LATE"))

    def test_a_late_failure_of_an_earlier_try_does_not_touch_the_new_one(self):
        row = self._conversation()._send_text("twice")
        [job] = self.claim()
        self.settle(job, "unknown", text="timeout", wamid=None)
        old_uuid = row.uuid
        row.action_retry()
        [job] = self.claim()
        self.settle(job, wamid="wamid.SECOND")
        left = self.apply_statuses(self.status("wamid.FIRST", "failed", biz_opaque_callback_data=old_uuid, errors=[{"code": 1}]))
        self.assertEqual(len(left), 1)
        self.assertEqual(row.state, "accepted")

    def test_our_id_with_another_id_of_metas_is_another_message(self):
        left = self.apply_statuses(self.status("wamid.OTHER", "read", biz_opaque_callback_data=self.row.uuid))
        self.assertEqual(len(left), 1)
        self.assertEqual(self.row.state, "accepted")

    def test_a_status_speaks_for_its_own_number_only(self):
        parsed = inbound.parse_object(self.notification(statuses=[self.status(self.row.wamid, "read")])).statuses
        other = self._channel(self.account, "399000000000002")
        self.assertEqual(len(self.Message._apply_statuses([(other, parsed[0])])), 1)
        self.assertEqual(self.row.state, "accepted")

    def test_an_early_status_waits_in_the_journal(self):
        event = self.event(self.notification(statuses=[self.status("wamid.SOON", "delivered", at=T0)]))
        self.process(event)
        self.assertEqual(event.state, "pending")
        self.assertTrue(event.next_try_at)
        self.row.wamid = "wamid.SOON"
        self.env.flush_all()
        self.process(event)
        self.assertEqual((event.state, self.row.state), ("done", "delivered"))

    def test_a_status_of_nobodys_message_is_given_up_with_a_note(self):
        event = self.event(self.notification(statuses=[self.status("wamid.never", "delivered")]))
        for _try in range(7):
            self.assertEqual(event.state, "pending")
            self.process(event)
        self.assertEqual(event.state, "done")
        self.assertIn("not sent from here", event.note)

    def test_the_number_of_queries_is_constant(self):
        conversation = self._conversation()
        rows = self.Message.create(
            [
                {
                    "conversation_id": conversation.id, "channel_id": self.channel.id, "contact_id": conversation.contact_id.id,
                    "company_id": self.company.id, "direction": "outbound", "state": "accepted", "wamid": f"wamid.Q{n}",
                }
                for n in range(200)
            ]
        )

        def cost(some, name):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.apply_statuses(*[self.status(row.wamid, name) for row in some])
            return self.env.cr.sql_log_count - before

        cost(rows[:1], "sent")
        self.assertEqual(cost(rows[1:3], "delivered"), cost(rows[3:], "delivered"))
        self.assertEqual(set(rows[1:].mapped("state")), {"delivered"})

    def test_looking_on_costs_one_bus_message_for_a_conversation(self):
        conversation = self._conversation()
        rows = self.row | self.sent(conversation) | self.sent(conversation)
        self.env["bus.bus"].search([]).unlink()
        self.env.cr.precommit.run()
        self.env["bus.bus"].search([]).unlink()
        self.apply_statuses(*[self.status(row.wamid, "read") for row in rows])
        self.env.cr.precommit.run()
        self.assertEqual(self.env["bus.bus"].search_count([]), 1)
