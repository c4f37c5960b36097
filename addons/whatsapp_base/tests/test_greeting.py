from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from .team_common import TeamCommon


class TestGreeting(TeamCommon):
    """What a team says by itself: once, in the customer's language, at the right time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open_hours = cls.calendar((0, 24), days="0123456")
        cls.never = cls.calendar()
        cls.team.write({"greeting": "Hello {{name}}, this is {{team}}.", "away_message": "Closed, {{name}}. Back {{next_opening}}."})

    def come_in(self, body="Hello", **values):
        conversation = self.receive(self.inbound_text(body, **values)).conversation_id
        self.desk()
        self.assertTrue(conversation.cycle_id)
        return conversation

    def said(self, conversation):
        return self.Message.search([("conversation_id", "=", conversation.id), ("origin", "=", "auto")], order="id").mapped("body")

    def test_the_first_message_of_a_conversation_is_greeted_once(self):
        conversation = self.come_in()
        self.assertEqual(self.said(conversation), ["Hello Ana Ruiz, this is Support."])
        self.come_in("Anybody?")
        conversation.desk_due = True
        self.desk()
        self.assertEqual(len(self.said(conversation)), 1)

    def test_it_is_no_answer_of_ours_and_shown_in_the_thread(self):
        conversation = self.come_in()
        self.assertTrue(conversation.waiting_since)
        self.assertEqual(conversation.unanswered_count, 1)
        row = self.Message.search([("conversation_id", "=", conversation.id), ("origin", "=", "auto")])
        self.assertEqual((row.state, row.lane), ("queued", "replies"))
        self.assertIn("this is Support", row.mail_message_id.body)
        self.assertEqual(row.mail_message_id.author_id, self.company.partner_id)
        self.assertFalse(conversation.user_id)

    def test_a_new_cycle_is_greeted_again(self):
        conversation = self.come_in()
        conversation.with_user(self.ana).action_assign_to_me()
        conversation.with_user(self.ana).action_resolve()
        self.desk()
        conversation.cycle_id.resolved_at = fields.Datetime.now()
        conversation.cycle_id = False
        self.team.reopen_hours = 0
        self.come_in("Me again")
        self.assertEqual(len(self.said(conversation)), 2)

    def test_outside_hours_the_away_message_goes_instead(self):
        self.team.calendar_id = self.never
        conversation = self.come_in()
        self.assertEqual(self.said(conversation), ["Closed, Ana Ruiz. Back."])
        self.assertGreater(conversation.away_again_at, fields.Datetime.now() + timedelta(hours=11))
        self.come_in("Hello?")
        conversation.desk_due = True
        self.desk()
        self.assertEqual(len(self.said(conversation)), 1)

    def test_it_comes_again_after_the_set_time(self):
        self.team.calendar_id = self.never
        conversation = self.come_in()
        conversation.away_again_at = fields.Datetime.now() - timedelta(minutes=1)
        self.come_in("Still nobody?")
        self.assertEqual(len(self.said(conversation)), 2)

    def test_in_working_hours_nobody_is_away(self):
        self.team.calendar_id = self.open_hours
        self.team.greeting = False
        conversation = self.come_in()
        self.assertFalse(self.said(conversation))

    def test_a_night_message_is_not_greeted_in_the_morning(self):
        self.team.calendar_id = self.never
        conversation = self.come_in()
        self.team.calendar_id = self.open_hours
        self.come_in("Good morning")
        self.assertEqual(len(self.said(conversation)), 1)

    def test_an_agent_who_works_late_is_not_contradicted(self):
        self.team.calendar_id = self.never
        conversation = self.waiting(0, user_id=self.ana.id)
        self.desk()
        self.assertFalse(self.said(conversation))
        self.Agent._of(self.ana)._switch("offline", "hand")
        conversation.desk_due = True
        self.desk()
        self.assertEqual(len(self.said(conversation)), 1)

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.team.with_context(lang="es_ES").away_message = "Cerrado, {{name}}. Volvemos: {{next_opening}}."
        self.team.calendar_id = self.calendar((9, 17), tz="Europe/Madrid")
        contact = self._contact("34600900111")
        contact.language = "es"
        night = self.at("2026-11-28 23:00")
        with patch.object(fields.Datetime, "now", return_value=night):
            conversation = self.receive(self.inbound_text("Hola", timestamp="1795903140")).conversation_id
            conversation.write({"last_inbound_at": night, "window_expires_at": night + timedelta(hours=23), "desk_due": True})
            self.desk()
        [text] = self.said(conversation)
        self.assertRegex(text, r"Cerrado, .*\. Volvemos: lunes, 30 de noviembre, 9:00")

    def test_nothing_to_the_blocked_the_stale_and_those_who_were_answered(self):
        blocked, stale, answered = self.waiting(0), self.waiting(90), self.waiting(0)
        blocked.contact_id.blocked = True
        answered._send_text("Hi", origin="agent", user=self.ana)
        self.desk()
        self.assertFalse(self.said(blocked) + self.said(stale) + self.said(answered))

    def test_many_take_as_many_queries_as_few(self):
        self.team.calendar_id = self.never

        def queries(count):
            conversations = self.Conversation.union(*(self.waiting(0, desk_due=False) for _index in range(count)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            conversations._desk_greet()
            self.env.flush_all()
            self.assertEqual(len(self.said(conversations[:1])), 1)
            return self.env.cr.sql_log_count - before

        queries(2)
        few, many = queries(3), queries(30)
        self.assertLessEqual(many, few + 5, f"{few} for 3, {many} for 30")

    def test_whom_the_desk_has_not_seen_yet_is_not_given_away(self):
        """The clock, or a colleague's message, routes the whole queue: before its greeting nothing leaves it."""
        self.team.write({"calendar_id": self.never.id, "routing_policy": "round_robin"})
        conversation = self.receive(self.inbound_text("Hello")).conversation_id
        self.env.flush_all()
        self.Conversation._clock_route()
        self.assertFalse(conversation.user_id)
        self.desk()
        self.assertEqual(self.said(conversation), ["Closed, Ana Ruiz. Back."])
        self.assertTrue(conversation.user_id)

    def test_what_the_desk_put_off_does_not_wait_for_it(self):
        self.team.routing_policy = "round_robin"
        conversation = self.receive(self.inbound_text("Hello")).conversation_id
        conversation._desk_postpone()
        self.env.flush_all()
        self.Conversation._clock_route()
        self.assertTrue(conversation.user_id)

    def test_a_failure_leaves_no_text_behind(self):
        """What fails after the text was queued takes the text with it, and the next attempt says it once."""
        self.team.calendar_id = self.never
        conversation = self.receive(self.inbound_text("Hello")).conversation_id
        with patch.object(type(self.Conversation), "_desk_route", side_effect=ValueError("killed")), self.assertLogs("odoo", "ERROR"):
            self.desk()
        self.assertFalse(self.said(conversation))
        conversation.desk_after = False
        self.desk()
        self.assertEqual(len(self.said(conversation)), 1)
