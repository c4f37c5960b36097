from freezegun import freeze_time

from odoo.tests import tagged

from .desk_common import DeskCommon, after


@tagged("post_install", "-at_install")
class TestUnreached(DeskCommon):
    """An answer that did not reach the customer was none: they wait again, and no figure counts it."""

    def setUp(self):
        super().setUp()
        with freeze_time(after(-10)):
            self.conversation.write({"user_id": self.agent.id, "assigned_at": after(-10)})

    def answered(self, minute):
        """Somebody answers, and WhatsApp accepts it."""
        with freeze_time(after(minute)):
            return self.sent(self.conversation, origin="agent", user=self.agent)

    def fails(self, row, minute):
        """Meta says, perhaps late, that a message did not arrive."""
        with freeze_time(after(minute)):
            self.apply_statuses(self.status(row.wamid, "failed", errors=[{"code": 131026}]))
            self.desk()

    def asked(self, minute=0, text="Hello", count=True):
        with freeze_time(after(minute)):
            self.says(text=text)
            if count:
                self.desk()

    def state(self):
        """Return (since which minute the customer waits, how many messages wait)."""
        conversation = self.conversation
        since = conversation.waiting_since
        return since and round((since - after(0)).total_seconds() / 60), conversation.unanswered_count

    def first_response(self):
        """Return the stored figure: None where nothing is known yet."""
        self.env.flush_all()
        self.env.cr.execute("SELECT first_response_seconds FROM whatsapp_conversation_cycle ORDER BY id")
        return [row[0] for row in self.env.cr.fetchall()]

    def test_the_customer_waits_again_since_they_wrote(self):
        self.asked(0)
        self.asked(2, "Anybody?")
        row = self.answered(10)
        with freeze_time(after(11)):
            self.desk()
        self.assertEqual((self.state(), self.waits(), self.first_response()), ((False, 0), [(0, 10)], [600]))
        self.fails(row, 12)
        self.assertEqual((self.state(), self.waits(), self.first_response()), ((0, 2), [(0, None)], [None]))
        cycle = self.conversation.cycle_id
        self.assertEqual((cycle.inbound_count, cycle.outbound_count), (2, 0))
        with freeze_time(after(20)):
            found = self.Conversation.with_user(self.agent).search(
                self.Conversation.with_user(self.agent)._inbox_view_domain("waiting", 1)
            )
            self.assertIn(self.conversation, found)

    def test_told_twice_or_before_the_desk_has_counted_gives_the_same(self):
        self.asked(0, count=False)
        row = self.answered(10)
        self.fails(row, 11)
        once = self.state(), self.waits(), self.first_response(), self.conversation.cycle_id.outbound_count
        self.assertEqual(once, ((0, 1), [(0, None)], [None], 0))
        with freeze_time(after(12)):
            row._on_final_failure()
            self.desk()
            self.conversation._desk_mark()
            self.desk()
        self.assertEqual((self.state(), self.waits(), self.first_response(), self.conversation.cycle_id.outbound_count), once)

    def test_a_status_that_beats_the_result_counts_once(self):
        self.asked(0)
        with freeze_time(after(5)):
            row = self.answers()
            [job] = [job for job in self.claim() if job.id == row.id]
            self.desk()
            self.apply_statuses(self.status("wamid.FAST", "failed", biz_opaque_callback_data=row.uuid, errors=[{"code": 131026}]))
            self.settle(job, wamid="wamid.FAST")
            self.desk()
        self.assertEqual((row.state, self.state(), self.waits()), ("failed", (0, 1), [(0, None)]))

    def test_a_failure_after_a_delivery_changes_nothing(self):
        self.asked(0)
        row = self.answered(5)
        self.apply_statuses(self.status(row.wamid, "delivered"))
        self.fails(row, 6)
        self.assertEqual((self.state(), self.waits()), ((False, 0), [(0, 5)]))

    def test_refused_at_once(self):
        self.asked(0)
        with freeze_time(after(5)):
            row = self.answers()
            [job] = [job for job in self.claim() if job.id == row.id]
            self.refuse(job, 131047)
            self.desk()
        self.assertEqual((row.state, self.state(), self.waits()), ("failed", (0, 1), [(0, None)]))

    def test_what_was_followed_by_one_that_left_counts_for_no_time_and_changes_no_state(self):
        self.asked(0)
        lost = self.answered(10)
        self.answered(15)
        with freeze_time(after(16)):
            self.desk()
        self.assertEqual(self.waits(), [(0, 10)])
        self.fails(lost, 17)
        self.assertEqual((self.state(), self.waits(), self.first_response()), ((False, 0), [(0, 15)], [900]))
        self.assertEqual(self.conversation.cycle_id.outbound_count, 1)
        self.assertFalse(self.conversation.waits_again_at)

    def test_two_waits_become_one(self):
        self.asked(0)
        lost = self.answered(5)
        self.asked(20)
        self.answered(25)
        with freeze_time(after(26)):
            self.desk()
        self.assertEqual(self.waits(), [(0, 5), (20, 25)])
        self.fails(lost, 30)
        self.assertEqual((self.state(), self.waits(), self.first_response()), ((False, 0), [(0, 25)], [1500]))

    def test_who_wrote_again_meanwhile_has_waited_since_the_first_message(self):
        self.asked(0)
        lost = self.answered(5)
        self.asked(20)
        self.assertEqual(self.state(), (20, 1))
        self.fails(lost, 21)
        self.assertEqual((self.state(), self.waits()), ((0, 2), [(0, None)]))

    def test_sent_again_it_counts_from_then(self):
        self.asked(0)
        row = self.answered(5)
        self.fails(row, 6)
        self.asked(10, "Still there?")
        with freeze_time(after(30)):
            row.with_user(self.agent).action_retry()
            self.assertEqual(self.state(), (False, 0), "it is on its way")
            self.desk()
        self.assertEqual((self.waits(), self.first_response()), ([(0, 30)], [1800]))
        self.assertEqual(self.conversation.cycle_id.outbound_count, 1)
        with freeze_time(after(31)):
            [job] = [job for job in self.claim() if job.id == row.id]
            self.settle(job, wamid="wamid.SECOND")
        self.fails(row, 32)
        self.assertEqual((self.state(), self.waits(), self.first_response()), ((0, 2), [(0, None)], [None]), "and in vain")

    def test_taken_back_it_is_none_either(self):
        self.asked(0)
        with freeze_time(after(5)):
            row = self.answers()
            self.desk()
            row.with_user(self.agent).action_cancel()
            self.desk()
        self.assertEqual((self.state(), self.waits()), ((0, 1), [(0, None)]))

    def test_on_the_phone_as_well(self):
        self.asked(0)
        with freeze_time(after(6)):
            row = self.on_phone(after(5))
            row.write({"wamid": "wamid.PHONE", "state": "accepted"})
            self.desk()
            self.assertEqual(self.waits(), [(0, 5)])
        self.fails(row, 7)
        self.assertEqual((self.state(), self.waits()), ((0, 1), [(0, None)]))

    def test_what_programs_send_never_was_an_answer(self):
        self.asked(0)
        before = self.state(), self.waits()
        with freeze_time(after(1)):
            row = self.answers("Your order", origin="order")
            row.state = "failed"
            row._on_final_failure()
        self.assertFalse(self.conversation.recount_from)
        self.assertEqual((self.state(), self.waits()), before)

    def test_the_promise_goes_on(self):
        self.team.sla_policy_id = self.env["whatsapp.sla.policy"].create(
            {"name": "Soon", "first_minutes": 30, "next_minutes": 0, "resolution_minutes": 0, "warn_minutes": 5}
        )
        self.asked(0)
        row = self.answered(10)
        with freeze_time(after(11)):
            self.desk()
        self.assertEqual(self.conversation.sla_state, "none")
        self.fails(row, 12)
        self.assertEqual((self.conversation.sla_state, self.conversation.sla_due_at), ("on_track", after(30)))
        with freeze_time(after(31)):
            self.Conversation._clock_sla()
        self.assertEqual((self.conversation.sla_state, self.Wait.search([]).is_late), ("breached", True))

    def test_the_agent_gets_the_usual_time_to_answer_again(self):
        self.team.return_after_minutes = 15
        self.asked(0)
        row = self.answered(10)
        self.fails(row, 120)
        self.assertEqual(self.conversation.return_due_at, after(135))

    def test_who_waits_for_the_customer_or_sleeps_is_back(self):
        self.asked(0)
        row = self.answered(5)
        with freeze_time(after(6)):
            self.conversation.with_user(self.agent).write({"state": "pending"})
            self.conversation.with_user(self.agent).action_snooze(after(24 * 60))
            self.desk()
        self.fails(row, 7)
        self.assertEqual((self.conversation.state, self.conversation.snoozed_until, self.state()), ("open", False, (0, 1)))

    def test_resolved_in_the_belief_that_it_had_arrived_it_opens_again(self):
        self.asked(0)
        row = self.answered(5)
        with freeze_time(after(6)):
            self.conversation.with_user(self.agent).action_resolve()
            self.desk()
        cycle = self.conversation.cycle_ids
        self.fails(row, 8)
        self.assertEqual((self.conversation.state, self.conversation.cycle_id, cycle.is_reopened), ("open", cycle, True))
        self.assertEqual((self.state(), self.waits(), self.first_response()), ((0, 1), [(0, None)], [None]))
        self.assertIn(self.agent.partner_id, self.conversation.discuss_channel_id.channel_partner_ids)
        lines = self.env["mail.message"].search(
            [
                ("model", "=", "discuss.channel"), ("res_id", "=", self.conversation.discuss_channel_id.id),
                ("body", "like", "whatsapp-unreached"),
            ]
        )
        self.assertEqual((len(lines), lines.author_id), (1, self.env["res.partner"]))
        with freeze_time(after(9)):
            self.conversation.with_user(self.agent).action_resolve()
            row._on_final_failure()
            self.desk()
        self.assertEqual(self.conversation.state, "resolved", "who resolves now knows it")
        self.assertEqual(self.first_response(), [None])

    def test_resolved_long_ago_it_stays_closed_and_only_its_figures_change(self):
        self.asked(0)
        row = self.answered(5)
        with freeze_time(after(6)):
            self.conversation.action_resolve()
        later = 4 * 24 * 60
        self.fails(row, later)
        wait = self.Wait.search([])
        self.assertEqual((self.conversation.state, self.conversation.cycle_id, self.state()), ("resolved", self.Cycle, (False, 0)))
        self.assertEqual((wait.answered_at, wait.ended_at, self.first_response()), (False, after(6), [None]))

    def test_a_former_case_is_put_right_while_the_next_goes_on(self):
        self.asked(0)
        row = self.answered(5)
        with freeze_time(after(6)):
            self.conversation.action_resolve()
        later = 4 * 24 * 60
        self.asked(later)
        self.answered(later + 5)
        with freeze_time(after(later + 6)):
            self.desk()
        self.assertEqual(self.first_response(), [300, 300])
        self.fails(row, later + 7)
        self.assertEqual(self.first_response(), [None, 300])
        self.assertEqual(self.waits(), [(0, None), (later, later + 5)])
        self.assertEqual(self.conversation.cycle_ids.sorted("id").mapped("outbound_count"), [0, 1])

    def test_a_batch_costs_a_constant_number_of_queries(self):
        def failed(numbers):
            rows = self.Message
            for number in numbers:
                phone = f"3460092{number:04}"
                conversation = self._conversation(phone)
                self.receive(self.inbound_text("Hello", **{"from": phone}), contacts=({"wa_id": phone, "profile": {"name": "x"}},))
                conversation._desk_count()
                rows |= self.sent(conversation, origin="agent", user=self.agent)
                conversation._desk_count()
            self.env.flush_all()
            return rows

        def queries(rows):
            rows.write({"state": "failed"})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows._on_final_failure()
            rows.conversation_id._desk_count()
            self.env.flush_all()
            self.assertTrue(all(rows.conversation_id.mapped("waiting_since")))
            return self.env.cr.sql_log_count - before

        few, many = failed(range(3)), failed(range(10, 40))
        queries(failed(range(60, 62)))  # warm
        self.assertLessEqual(queries(many), queries(few) + 2)

    def test_an_undone_resolution_does_not_count_it_either(self):
        self.asked(0)
        row = self.answered(5)
        self.fails(row, 6)
        with freeze_time(after(7)):
            self.Conversation.inbox_bulk("resolve", self.conversation.ids)
            self.assertEqual(self.state(), (False, 0))
            self.Conversation.inbox_bulk("reopen", self.conversation.ids)
        self.assertEqual(self.state(), (0, 1))
