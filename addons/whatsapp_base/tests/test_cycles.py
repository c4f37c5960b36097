from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .desk_common import MONDAY, DeskCommon, after


@tagged("post_install", "-at_install")
class TestCycles(DeskCommon):
    """Cycles and waits follow from the log, however late, twice or in disorder it is told."""

    def test_a_story_from_opening_to_resolution(self):
        with freeze_time(after(0)):
            self.says()
            self.desk()
        cycle = self.conversation.cycle_id
        self.assertEqual((cycle.opened_at, cycle.opened_by, cycle.state), (MONDAY, "customer", "open"))
        self.assertEqual(self.waits(), [(0, None)])
        with freeze_time(after(3)):
            self.says(text="Anybody there?")
        with freeze_time(after(10)):
            self.answers()
            self.desk()
        self.assertEqual(self.waits(), [(0, 10)])
        self.assertEqual((cycle.first_response_at, cycle.first_response_seconds), (after(10), 600))
        with freeze_time(after(20)):
            self.says(text="Thanks. And when?")
            self.desk()
        with freeze_time(after(25)):
            self.answers("Tomorrow")
            self.desk()
        with freeze_time(after(60)):
            self.conversation.with_user(self.agent).action_resolve()
        self.assertFalse(self.conversation.cycle_id)
        self.assertEqual(self.waits(), [(0, 10), (20, 25)])
        self.assertEqual(self.Wait.search([], order="since").mapped("is_first"), [True, False])
        self.assertEqual((cycle.resolution_seconds, cycle.resolved_by_id, cycle.user_id), (3600, self.agent, self.agent))
        self.assertEqual((cycle.inbound_count, cycle.outbound_count), (3, 2))
        self.assertEqual((cycle.first_response_seconds, cycle.state), (600, "resolved"))

    def test_resolving_counts_what_the_desk_had_no_time_for(self):
        with freeze_time(after(0)):
            self.says()
        with freeze_time(after(5)):
            self.answers()
        with freeze_time(after(6)):
            self.conversation.action_resolve()
        cycle = self.conversation.cycle_ids
        self.assertEqual((len(cycle), cycle.first_response_seconds, cycle.resolution_seconds), (1, 300, 360))
        self.desk()
        self.assertEqual(self.conversation.cycle_ids, cycle, "and the desk finds nothing more")

    def test_a_day_late_and_over_again_gives_the_same(self):
        with freeze_time(after(0)):
            self.says()
        with freeze_time(after(7)):
            self.answers()
        with freeze_time(after(9)):
            self.says()
        with freeze_time(after(24 * 60)):
            self.desk()
            expected = self.waits(), self.Cycle.search([]).read(["opened_at", "first_response_seconds", "inbound_count"])
            self.assertEqual(expected[0], [(0, 7), (9, None)])
            for _turn in range(2):  # a worker that died after its commit, and a mark too many
                self.conversation._desk_mark()
                self.desk()
            again = self.waits(), self.Cycle.search([]).read(["opened_at", "first_response_seconds", "inbound_count"])
            self.assertEqual(again, expected)

    def test_what_a_killed_worker_counted_is_counted_once(self):
        with freeze_time(after(0)):
            self.says()
            with self.assertRaises(RuntimeError), self.env.cr.savepoint():
                self.conversation._desk_count()
                raise RuntimeError
            self.env.invalidate_all()
            self.assertFalse(self.Cycle.search([]))
            self.desk()
        self.assertEqual((len(self.Cycle.search([])), self.conversation.cycle_id.inbound_count), (1, 1))

    def test_a_repeated_message_changes_nothing(self):
        message = self.inbound_text("Hello", timestamp=str(int(MONDAY.timestamp())))
        with freeze_time(after(0)):
            self.receive(message)
            self.desk()
            self.receive(message)
            self.conversation._desk_mark()
            self.desk()
        self.assertEqual((self.conversation.cycle_id.inbound_count, self.waits()), (1, [(0, None)]))

    def test_a_message_that_was_under_way_for_long_begins_the_wait_earlier(self):
        with freeze_time(after(30)):
            self.says(after(30))
            self.desk()
            self.says(after(10), text="written before")
            self.conversation._desk_mark()
            self.desk()
        self.assertEqual(self.waits(), [(10, None)])

    def test_an_answer_on_the_phone_that_is_told_late_splits_the_wait(self):
        with freeze_time(after(0)):
            self.says()
            self.desk()
        with freeze_time(after(20)):
            self.says()
            self.desk()
            self.assertEqual(self.waits(), [(0, None)])
            self.on_phone(after(5))
            self.desk()
        self.assertEqual(self.waits(), [(0, 5), (20, None)])

    def test_a_case_that_goes_on_unanswered_has_its_first_response_still_to_come(self):
        with freeze_time(after(0)):
            self.says()
        with freeze_time(after(5)):
            self.conversation.action_resolve()
        with freeze_time(after(60)):
            self.says()
        with freeze_time(after(70)):
            self.answers()
            self.desk()
        self.assertEqual(self.conversation.cycle_id.first_response_seconds, 600)

    def test_machines_reactions_and_history_do_not_answer(self):
        with freeze_time(after(0)):
            self.says()
            self.answers("We are closed", origin="flow")
            self.answers("Your order", origin="order")
            self.answers("A campaign", origin="campaign", priority=2)
            self.answers("A program without a user", origin="api", user=self.env["res.users"])
            document = {"res_model": "res.partner", "res_id": 1}
            self.conversation._send_text("about a document", origin="api", user=self.agent, values=document)
            self.answers("imported").is_history = True
            self.answers("reaction").type = "reaction"
            self.conversation._desk_mark()
            self.desk()
        self.assertEqual((self.waits(), self.conversation.cycle_id.outbound_count), ([(0, None)], 0))
        with freeze_time(after(4)):
            self.answers("A program in somebody's name", origin="api")
            self.assertFalse(self.conversation.waiting_since)
            self.desk()
        self.assertEqual(self.waits(), [(0, 4)])

    def test_what_goes_on_within_the_teams_hours_is_the_same_case(self):
        with freeze_time(after(0)):
            self.says()
            self.desk()
            self.conversation.action_resolve()
        with freeze_time(after(23 * 60)):
            self.says(text="one more thing")
            self.desk()
            cycle = self.conversation.cycle_id
            self.assertEqual((self.conversation.cycle_ids, cycle.is_reopened), (cycle, True))
            self.env.cr.execute("SELECT resolution_seconds FROM whatsapp_conversation_cycle WHERE id = %s", [cycle.id])
            self.assertIsNone(self.env.cr.fetchone()[0], "not known yet: no 0 in averages")
            self.conversation.action_resolve()
        self.assertEqual(cycle.resolution_seconds, 23 * 3600)
        with freeze_time(after(3 * 24 * 60)):
            self.says(text="something else")
            self.desk()
        self.assertEqual(len(self.conversation.cycle_ids), 2)
        self.assertFalse(self.conversation.cycle_id.is_reopened)

    def test_an_agent_opens_by_writing_or_by_hand(self):
        self.conversation.write({"window_expires_at": after(24 * 60)})
        with freeze_time(after(0)):
            self.answers("May I help?")
            self.conversation._agent_wrote(self.agent)
            cycle = self.conversation.cycle_id
            self.assertEqual((cycle.opened_by, cycle.outbound_count, self.waits()), ("agent", 1, []))
            self.conversation.action_resolve()
        with freeze_time(after(3 * 24 * 60)):
            self.conversation.action_reopen()
            self.assertNotEqual(self.conversation.cycle_id, cycle)
            self.assertEqual(self.conversation.cycle_id.opened_at, after(3 * 24 * 60))

    def test_a_resolution_that_crosses_a_message_loses_neither(self):
        with freeze_time(after(0)):
            self.says()
            self.desk()
        with freeze_time(after(5)):
            # what was under way while somebody resolved has an ID below the cursor that was left
            row = self.says(text="under way")
            self.conversation.action_resolve()
            self.assertEqual(self.conversation.desk_message_id, row.id)
            self.conversation.sudo().write({"waiting_since": after(5)})
            self.env.cr.execute("UPDATE whatsapp_conversation SET state = 'open' WHERE id = %s", self.conversation.ids)
            self.env.invalidate_all()
            self.conversation._desk_mark()
            self.desk()
        self.assertEqual((self.conversation.cycle_id.state, self.waits()[-1]), ("open", (5, None)))

    def test_a_batch_costs_a_constant_number_of_queries(self):
        def come_in(numbers):
            conversations = self.Conversation
            for number in numbers:
                conversation = self._conversation(f"3460091{number:04}")
                self.receive(
                    self.inbound_text("Hello", **{"from": f"3460091{number:04}"}),
                    contacts=({"wa_id": f"3460091{number:04}", "profile": {"name": "x"}},),
                )
                conversations |= conversation
            self.env.flush_all()
            self.env.invalidate_all()
            return conversations

        def queries(conversations):
            before = self.env.cr.sql_log_count
            conversations._desk_count()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few, many = come_in(range(3)), come_in(range(10, 40))
        queries(come_in(range(60, 62)))  # warm
        self.assertLessEqual(queries(many), queries(few) + 2)

    def test_merged_conversations_have_one_open_case(self):
        other = self._conversation("34600900112")
        with freeze_time(after(0)):
            self.says()
            self.desk()
        with freeze_time(after(10)):
            self.receive(
                self.inbound_text("Me, too", timestamp=str(int(after(10).timestamp())), **{"from": "34600900112"}),
                contacts=({"wa_id": "34600900112", "profile": {"name": "Ana"}},),
            )
            self.desk()
            self.assertEqual(self.waits(), [(0, None), (10, None)])
            self.conversation.contact_id._merge(other.contact_id)
            self.assertFalse(other.exists())
            self.assertEqual((len(self.conversation.cycle_ids), self.waits()), (1, [(0, None)]))
            self.assertEqual(self.conversation.cycle_id.inbound_count, 2)
        with freeze_time(after(15)):
            self.answers()
            self.desk()
        self.assertEqual((self.waits(), self.conversation.cycle_id.first_response_seconds), ([(0, 15)], 900))

    def test_a_closed_case_moves_with_a_merge(self):
        other = self._conversation("34600900112")
        other.action_resolve()
        with freeze_time(after(0)):
            self.says()
            self.desk()
            self.conversation.action_resolve()
            other.contact_id._merge(self.conversation.contact_id)
        self.assertEqual((len(other.cycle_ids), other.cycle_ids.contact_id), (1, other.contact_id))
        self.assertEqual(self.Wait.search([]).conversation_id, other)

    def test_who_resolved_without_an_answer_ends_the_wait_without_one(self):
        with freeze_time(after(0)):
            self.says()
        with freeze_time(after(5)):
            self.conversation.action_resolve()
        wait = self.Wait.search([])
        self.assertEqual((wait.answered_at, wait.ended_at), (False, after(5)))
        self.env.cr.execute("SELECT seconds FROM whatsapp_conversation_wait")
        self.assertIsNone(self.env.cr.fetchone()[0])
        self.assertEqual(self.Wait._read_group([], [], ["seconds:avg"])[0][0] or 0, 0)

    def test_working_time_is_counted_beside_the_clock(self):
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Mornings", "tz": "UTC",
                "attendance_ids": [
                    (0, 0, {"name": "x", "dayofweek": str(day), "hour_from": 9, "hour_to": 12, "day_period": "morning"}) for day in range(7)
                ],
            }
        )
        self.team.calendar_id = calendar
        with freeze_time(after(2 * 60)):  # 11:00
            self.says()
            self.desk()
        with freeze_time(MONDAY + timedelta(days=1, minutes=30)):  # 9:30 of the next day
            self.answers()
            self.conversation.action_resolve()
        cycle = self.conversation.cycle_ids
        self.assertEqual((cycle.first_response_seconds, cycle.first_response_work_seconds), (22 * 3600 + 1800, 5400))
        self.assertEqual(cycle.resolution_work_seconds, 5400)

    def test_messages_of_blocked_people_open_nothing(self):
        self.conversation.contact_id.blocked = True
        self.says()
        self.desk()
        self.assertFalse(self.Cycle.search([]))

    def test_old_waits_leave_in_time_and_cases_stay(self):
        with freeze_time(after(0)):
            self.says()
        with freeze_time(after(5)):
            self.answers()
            self.desk()
            self.conversation.action_resolve()
        self.env["ir.config_parameter"].set_param("whatsapp_base.wait_retention_days", "0")
        self.Wait._gc_old()
        self.assertEqual(self.waits(), [(0, 5)])
        self.env["ir.config_parameter"].set_param("whatsapp_base.wait_retention_days", "10")
        self.Wait._gc_old()
        self.assertFalse(self.Wait.search([]))
        self.assertEqual(self.conversation.cycle_ids.first_response_seconds, 300)

    def test_load_is_counted_by_the_clock_of_the_team(self):
        self.team.calendar_id = self.env["resource.calendar"].create({"name": "Dhaka", "tz": "Asia/Dhaka"})
        with freeze_time(datetime(2026, 3, 1, 20, 30)):
            self.says()
            self.desk()
        wait = self.Wait.search([])
        self.assertEqual((wait.hour, wait.weekday), ("02:00", "1"), "Monday night over there")
        self.assertEqual((wait.cycle_id.opened_hour, wait.cycle_id.opened_weekday), ("02:00", "1"))
