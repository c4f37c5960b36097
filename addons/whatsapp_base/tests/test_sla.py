from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .desk_common import MONDAY, DeskCommon, after


@tagged("post_install", "-at_install")
class TestSla(DeskCommon):
    """Promises: due in working time, announced before they break, once, and not while the customer has to act."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["whatsapp.sla.policy"].create(
            {
                "name": "Care", "first_minutes": 30, "next_minutes": 60, "resolution_minutes": 0, "warn_minutes": 10,
                "escalation": "supervisors", "escalation_priority": True,
            }
        )
        cls.team.write({"sla_policy_id": cls.policy.id, "supervisor_ids": [(6, 0, cls.supervisor.ids)]})

    def _calendar(self, zone="UTC", blocks=((9, 12), (13, 17))):
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Care", "tz": zone,
                "attendance_ids": [
                    (0, 0, {"name": "x", "dayofweek": str(day), "hour_from": since, "hour_to": until, "day_period": "morning"})
                    for day in range(5) for since, until in blocks
                ],
            }
        )
        self.team.calendar_id = calendar
        return calendar

    def _stand(self):
        self.env.invalidate_all()
        return self.conversation.sla_target, self.conversation.sla_due_at, self.conversation.sla_state

    def _clock(self):
        self.Conversation._clock_sla()

    def _opens(self, moment=MONDAY):
        with freeze_time(moment):
            self.says()
            self.desk()

    def _activities(self):
        return self.env["mail.activity"].search([("res_model", "=", "whatsapp.conversation"), ("res_id", "=", self.conversation.id)])

    def test_from_on_track_to_breach(self):
        self._opens()
        self.assertEqual(self._stand(), ("first", after(30), "on_track"))
        with freeze_time(after(19)):
            self._clock()
            self.assertEqual(self._stand()[2], "on_track")
        with freeze_time(after(20)):
            self._clock()
            self.assertEqual(self._stand()[2], "due_soon")
            self.assertFalse(self._activities())
        with freeze_time(after(30)):
            self._clock()
            self.assertEqual(self._stand()[2], "breached")
            self.assertEqual(self._activities().user_id, self.supervisor)
            self.assertEqual(self.conversation.priority, "1")
            self.assertTrue(self.conversation.cycle_id.is_first_late)
        with freeze_time(after(31)):
            self._clock()
            self.desk()
            self.assertEqual((len(self._activities()), self.conversation.priority), (1, "1"), "once")
        with freeze_time(after(40)):
            self.answers()
            self.desk()
            self.assertEqual(self._stand(), (False, False, "none"))
            self.assertFalse(self._activities(), "answered: nobody needs to be reminded")
        self.assertTrue(self.Wait.search([]).is_late)

    def test_the_next_answers_have_their_own_promise(self):
        self._opens()
        with freeze_time(after(5)):
            self.answers()
        self._opens(after(10))
        self.assertEqual(self._stand(), ("next", after(70), "on_track"))

    def test_lateness_is_noted_where_nobody_looked_at_the_clock(self):
        self._opens()
        with freeze_time(after(45)):
            self.answers()
            self.desk()
        self.assertTrue(self.Wait.search([]).is_late and self.conversation.cycle_id.is_first_late)
        self.assertFalse(self._activities(), "too late to warn anybody")

    def test_working_time_with_lunch_night_and_holiday(self):
        calendar = self._calendar()
        self.policy.first_minutes = 120
        self._opens(datetime(2026, 3, 2, 11, 30))
        self.assertEqual(self._stand()[1], datetime(2026, 3, 2, 14, 30), "lunch does not count")
        with freeze_time(datetime(2026, 3, 2, 15)):
            self.conversation.action_resolve()
        calendar.global_leave_ids = [
            (0, 0, {"name": "Holiday", "date_from": datetime(2026, 3, 6, 0), "date_to": datetime(2026, 3, 6, 23, 59)})
        ]
        self._opens(datetime(2026, 3, 5, 16, 0))
        self.assertEqual(self._stand()[1], datetime(2026, 3, 9, 10, 0), "a holiday, a weekend")

    def test_working_time_over_the_change_of_the_clock(self):
        self._calendar("Europe/Madrid", blocks=((9, 17),))
        self.policy.first_minutes = 120
        self._opens(datetime(2026, 3, 27, 15, 0))  # Friday 16:00, winter
        self.assertEqual(self._stand()[1], datetime(2026, 3, 30, 8, 0), "Monday 10:00 is 8:00 UTC in summer")
        with freeze_time(datetime(2026, 3, 30, 15)):
            self.conversation.action_resolve()
        self._opens(datetime(2026, 10, 23, 14, 0))  # Friday 16:00, summer
        self.assertEqual(self._stand()[1], datetime(2026, 10, 26, 9, 0), "Monday 10:00 is 9:00 UTC in winter")

    def test_the_clock_stands_still_while_snoozed(self):
        self._opens()
        with freeze_time(after(10)):
            self.conversation.action_snooze(after(60))
            self.assertEqual(self._stand(), (False, False, "none"))
        with freeze_time(after(60)):
            self.Conversation._clock_snooze()
            self.assertEqual(self._stand(), ("first", after(80), "on_track"), "50 minutes later than promised")
        with freeze_time(after(75)):
            self.answers()
            self.desk()
        self.assertFalse(self.Wait.search([]).is_late)

    def test_the_resolution_waits_for_the_customer(self):
        self.policy.write({"resolution_minutes": 180, "first_minutes": 0, "next_minutes": 0})
        self._opens()
        self.assertEqual(self._stand(), ("resolution", after(180), "on_track"))
        with freeze_time(after(60)):
            self.answers("Which one?")
            self.conversation.state = "pending"
            self.assertEqual(self._stand()[2], "none")
        self._opens(after(600))
        self.assertEqual(self._stand(), ("resolution", after(720), "on_track"))
        with freeze_time(after(730)):
            self._clock()
            self.conversation.action_resolve()
        self.assertTrue(self.conversation.cycle_ids.is_resolution_late)

    def test_urgent_conversations_have_their_policy(self):
        fast = self.policy.copy({"name": "Fast", "first_minutes": 5})
        self.policy.urgent_policy_id = fast
        self._opens()
        with freeze_time(after(1)):
            self.conversation.priority = "1"
            self.assertEqual(self._stand()[1], after(30))
            self.conversation.priority = "2"
            self.assertEqual(self._stand()[1], after(5))

    def test_the_default_holds_where_a_team_has_none(self):
        self.team.sla_policy_id = False
        self._opens()
        self.assertEqual(self._stand()[2], "none")
        self.policy.is_default = True
        with freeze_time(after(1)):
            self.desk()
        self.assertEqual(self._stand(), ("first", after(30), "on_track"))

    def test_a_breach_can_give_the_conversation_to_somebody_else(self):
        self.policy.write({"escalation": "none", "escalation_reassign": "user", "escalation_user_id": self.supervisor.id})
        self._opens()
        with freeze_time(after(30)):
            self._clock()
        self.assertEqual(self.conversation.user_id, self.supervisor)
        self.assertFalse(self._activities())

    def test_a_policy_says_what_is_wrong_with_it(self):
        with self.assertRaisesRegex(ValidationError, "First Response Within"):
            self.policy.first_minutes = -1
        with self.assertRaisesRegex(ValidationError, "Person"):
            self.policy.escalation = "user"
        with self.assertRaisesRegex(ValidationError, "itself"):
            self.policy.high_policy_id = self.policy

    def test_what_is_due_is_found_by_its_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("EXPLAIN SELECT id FROM whatsapp_conversation WHERE sla_check_at <= now() ORDER BY sla_check_at LIMIT 200")
        self.assertIn("sla_check", str(self.env.cr.fetchall()))


@tagged("post_install", "-at_install")
class TestSnoozeAndSilence(DeskCommon):
    """Out of sight until a time or a reply; resolved by silence, after a word; spam and back."""

    def _opens(self, moment=MONDAY):
        with freeze_time(moment):
            self.says()
            self.desk()

    def test_the_clock_wakes(self):
        self._opens()
        with freeze_time(after(1)):
            self.conversation.with_user(self.agent).action_snooze("2026-03-02 10:00:00")
            self.assertEqual(self.conversation.snoozed_by_id, self.agent)
        with freeze_time(after(59)):
            self.Conversation._clock_snooze()
            self.assertTrue(self.conversation.snoozed_until)
        with freeze_time(after(60)):
            self.Conversation._clock_snooze()
            self.assertFalse(self.conversation.snoozed_until or self.conversation.snoozed_by_id)

    def test_the_customer_wakes_what_they_write_later_only(self):
        self._opens()
        with freeze_time(after(1)):
            self.says(text="not counted yet")
            self.conversation.action_snooze(after(60))
            self.conversation._desk_mark()
            self.desk()
            self.assertTrue(self.conversation.snoozed_until, "known when it was snoozed")
        self._opens(after(2))
        self.assertFalse(self.conversation.snoozed_until)

    def test_what_cannot_be_snoozed_says_so(self):
        self._opens()
        with freeze_time(after(1)):
            for until in ("soon", None, "2026-03-02 09:00:30"):
                with self.assertRaisesRegex(Exception, "until"):
                    self.conversation.action_snooze(until)
            self.conversation.action_resolve()
            with self.assertRaisesRegex(Exception, "Reopen"):
                self.conversation.action_snooze(after(60))

    def test_the_wizard_knows_the_users_morning(self):
        self.agent.tz = "Europe/Madrid"
        self._opens()
        with freeze_time(after(1)):
            wizard = self.env["whatsapp.snooze"].with_user(self.agent).with_context(
                active_model="whatsapp.conversation", active_ids=self.conversation.ids
            ).create({"preset": "tomorrow"})
            wizard.action_snooze()
            self.assertEqual(self.conversation.snoozed_until, datetime(2026, 3, 3, 8))
            presets = self.Conversation.with_user(self.agent).snooze_presets()
            self.assertEqual(presets[1]["until"], "2026-03-03 08:00:00")

    def test_silence_resolves_after_a_word(self):
        self.team.write({"auto_resolve_hours": 10, "auto_resolve_warning": "Still there?", "auto_resolve_warning_hours": 2})
        self._opens()
        with freeze_time(after(10)):
            self.answers()
            self.desk()
        with freeze_time(after(10 + 8 * 60 - 1)):
            self.Conversation._clock_resolve()
            self.assertFalse(self.conversation.silence_warned_at)
        with freeze_time(after(10 + 8 * 60)):
            self.Conversation._clock_resolve()
            self.Conversation._clock_resolve()
            self.desk()
            said = self.Message.search([("body", "=", "Still there?")])
            self.assertEqual((len(said), self.conversation.state), (1, "open"))
        with freeze_time(after(10 + 10 * 60)):
            self.Conversation._clock_resolve()
            self.assertEqual(self.conversation.state, "resolved")
            self.assertFalse(self.conversation.cycle_ids.resolved_by_id, "nobody did")

    def test_an_answer_to_the_word_keeps_it_open(self):
        self.team.write({"auto_resolve_hours": 10, "auto_resolve_warning": "Still there?", "auto_resolve_warning_hours": 2})
        self._opens()
        with freeze_time(after(10)):
            self.answers()
            self.desk()
        with freeze_time(after(10 + 8 * 60)):
            self.Conversation._clock_resolve()
        self._opens(after(10 + 9 * 60))
        with freeze_time(after(10 + 11 * 60)):
            self.Conversation._clock_resolve()
            self.assertEqual((self.conversation.state, self.conversation.silence_warned_at), ("open", False))

    def test_a_customer_who_waits_is_never_resolved_by_silence(self):
        self.team.auto_resolve_hours = 1
        self._opens()
        with freeze_time(after(600)):
            self.Conversation._clock_resolve()
        self.assertEqual(self.conversation.state, "open")

    def test_who_comes_back_goes_where_the_team_says(self):
        for policy, status, expected in (
            ("same", "offline", self.agent), ("queue", "active", self.env["res.users"]),
            ("available", "offline", self.env["res.users"]), ("available", "active", self.agent),
        ):
            with self.subTest(policy=policy, status=status):
                self.team.reopen_policy = policy
                self.conversation.write({"user_id": self.agent.id, "state": "resolved"})
                self.env["whatsapp.agent"]._of(self.agent).status = status
                self._opens(after(0))
                self.assertEqual(self.conversation.user_id, expected)

    def test_spam_and_back(self):
        self._opens()
        tag = self.env.ref("whatsapp_base.whatsapp_tag_spam")
        conversation = self.conversation.with_user(self.agent)
        conversation.action_spam()
        self.assertEqual((conversation.state, conversation.contact_id.blocked, conversation.tag_ids), ("resolved", True, tag))
        conversation.action_not_spam()
        self.assertEqual((conversation.state, conversation.contact_id.blocked, bool(conversation.tag_ids)), ("open", False, False))

    def test_an_outcome_and_a_note_stay_with_the_case(self):
        outcome = self.env["whatsapp.outcome"].create({"name": "Sold"})
        self._opens()
        with freeze_time(after(5)):
            wizard = self.env["whatsapp.resolve"].with_user(self.agent).with_context(
                active_model="whatsapp.conversation", active_ids=self.conversation.ids
            ).create({"outcome_id": outcome.id, "closing_note": "Two of them"})
            wizard.action_resolve()
        cycle = self.conversation.cycle_ids
        self.assertEqual((cycle.outcome_id, cycle.closing_note, cycle.resolved_by_id), (outcome, "Two of them", self.agent))

    def test_many_resolved_at_once_cost_little(self):
        conversations = self.Conversation
        for number in range(20):
            conversations |= self._conversation(f"3460092{number:04}")
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        conversations.action_resolve()
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 60)
