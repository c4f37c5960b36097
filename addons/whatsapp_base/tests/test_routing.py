from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from .team_common import TeamCommon


class TestRouting(TeamCommon):
    """Who gets what waits. The choice itself is tested in tests/unit."""

    def set_policy(self, policy, **values):
        self.team.write({"routing_policy": policy, **values})

    def test_by_hand_nothing_moves(self):
        conversation = self.waiting()
        self.desk()
        self.assertFalse(conversation.user_id)

    def test_in_turn(self):
        self.set_policy("round_robin")
        first, second, third = self.waiting(9), self.waiting(8), self.waiting(7)
        self.desk()
        self.assertEqual([c.user_id for c in (first, second, third)], [self.ana, self.ben, self.ana])
        self.assertEqual(self.team.routing_cursor, self.ana.id)
        self.assertTrue(first.assigned_at)
        fourth = self.waiting()
        self.desk()
        self.assertEqual(fourth.user_id, self.ben, "the cursor is stored")

    def test_the_agent_takes_part_in_the_thread_and_the_history_tells(self):
        self.set_policy("round_robin")
        conversation = self.waiting().with_context(tracking_disable=False)
        self.desk()
        self.assertEqual(conversation.discuss_channel_id.channel_partner_ids, self.ana.partner_id)

    def test_least_loaded_counts_what_is_worked_on_now(self):
        self.set_policy("least_loaded")
        for state in ("open", "open"):
            self.waiting(user_id=self.ana.id, state=state, waiting_since=False)
        for state in ("resolved", "pending", "resolved"):
            self.waiting(user_id=self.ben.id, state=state, waiting_since=False)
        conversation = self.waiting()
        self.desk()
        self.assertEqual(conversation.user_id, self.ben)

    def test_the_last_agent_is_asked_first(self):
        self.set_policy("last_agent")
        conversation = self.waiting()
        conversation._send_text("Hello", origin="agent", user=self.ben)
        conversation.write({"waiting_since": fields.Datetime.now(), "user_id": False})
        self.desk()
        self.assertEqual(conversation.user_id, self.ben)

    def test_by_skill_and_language(self):
        self.set_policy("skills")
        returns = self.env["whatsapp.skill"].create({"name": "Returns"})
        spanish = self.env["res.lang"].with_context(active_test=False).search([("code", "=", "es_ES")])
        english = self.env.ref("base.lang_en")
        self.Agent._of(self.ben).write({"skill_ids": returns.ids, "lang_ids": english.ids})
        self.Agent._of(self.ana).lang_ids = spanish
        asks, speaks = self.waiting(9), self.waiting(8)
        asks.skill_ids = returns
        speaks.contact_id.language = "es_MX"
        self.desk()
        self.assertEqual((asks.user_id, speaks.user_id), (self.ben, self.ana))

    def test_by_weight(self):
        self.set_policy("weight")
        self.team.membership_ids[0].weight = 3
        conversations = [self.waiting(20 - index) for index in range(8)]
        self.desk()
        counts = [sum(c.user_id == user for c in conversations) for user in (self.ana, self.ben)]
        self.assertEqual(counts, [6, 2])

    def test_only_active_agents_below_their_capacity(self):
        self.set_policy("round_robin")
        self.Agent._of(self.ana).capacity = 1
        self.Agent._of(self.ben)._switch("busy", "hand")
        first, second = self.waiting(9), self.waiting(8)
        self.desk()
        self.assertEqual((first.user_id, second.user_id), (self.ana, self.env["res.users"]))

    def test_capacity_counts_in_the_team_and_overall(self):
        sales = self.env["whatsapp.team"].create({"name": "Sales", "routing_policy": "round_robin"})
        sales.membership_ids = [Command.create({"user_id": self.ana.id, "capacity": 2})]
        self.set_policy("round_robin")
        self.Agent._of(self.ben)._switch("offline", "hand")
        self.Agent._of(self.ana).capacity = 3
        support = [self.waiting(30 - index) for index in range(2)]
        selling = [self.waiting(20 - index, team=sales) for index in range(3)]
        self.desk()
        self.assertEqual([bool(c.user_id) for c in support + selling], [True, True, True, False, False])

    def test_who_has_waited_longest_is_served_when_somebody_frees_up(self):
        self.set_policy("round_robin")
        self.Agent._of(self.ana).capacity = 1
        self.Agent._of(self.ben)._switch("offline", "hand")
        current, younger, older = self.waiting(30), self.waiting(5), self.waiting(10)
        self.desk()
        self.assertEqual(current.user_id, self.ana)
        current.with_user(self.ana).action_resolve()
        self.desk()
        self.assertEqual((older.user_id, younger.user_id), (self.ana, self.env["res.users"]))
        self.Agent._of(self.ana).capacity = 2
        self.desk()
        self.assertEqual(younger.user_id, self.ana, "more capacity")

    def test_a_status_or_a_transfer_frees_up_as_well(self):
        self.set_policy("round_robin")
        self.agents._switch("offline", "hand")
        conversation = self.waiting()
        self.desk()
        self.assertFalse(conversation.user_id)
        self.Agent.with_user(self.ben).set_status("active")
        self.assertTrue(conversation.desk_due)
        self.desk()
        self.assertEqual(conversation.user_id, self.ben)
        self.Agent._of(self.ben).capacity = 1
        following = self.waiting()
        self.desk()
        self.assertFalse(following.user_id)
        conversation.with_user(self.ben).transfer(user_id=self.supervisor.id)
        self.desk()
        self.assertEqual(following.user_id, self.ben)

    def test_the_clock_finds_what_was_missed(self):
        self.set_policy("round_robin")
        conversation = self.waiting(desk_due=False)
        self.env.flush_all()
        self.Conversation._desk_clock()
        self.assertEqual(conversation.user_id, self.ana)

    def test_blocked_snoozed_and_answered_conversations_wait_for_nobody(self):
        self.set_policy("round_robin")
        blocked, snoozed, answered = self.waiting(), self.waiting(), self.waiting()
        blocked.contact_id.blocked = True
        snoozed.snoozed_until = fields.Datetime.now() + timedelta(hours=1)
        answered.waiting_since = False
        self.desk()
        self.assertFalse((blocked | snoozed | answered).user_id)

    def test_many_take_as_many_queries_as_few(self):
        self.set_policy("least_loaded")

        def queries(count):
            conversations = self.Conversation.union(*(self.waiting(50 - index / 10, desk_due=False) for index in range(count)))
            conversations = conversations.with_context(tracking_disable=False)
            self.env.cr.precommit.run()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            given = self.Conversation.with_context(tracking_disable=False)._route(self.team)
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.assertEqual(given, conversations.sorted("id"))
            self.assertIn(conversations[0].user_id.name, conversations[0].message_ids.tracking_value_ids.mapped("new_value_char"))
            return self.env.cr.sql_log_count - before

        queries(2)
        few, many = queries(5), queries(60)
        self.assertLessEqual(many, few + 5, f"{few} for 5, {many} for 60")

    def test_the_same_again_gives_nothing_away_twice(self):
        self.set_policy("round_robin")
        conversation = self.waiting()
        self.desk()
        assigned_at = conversation.assigned_at
        conversation.desk_due = True
        self.desk()
        self.assertEqual((conversation.user_id, conversation.assigned_at), (self.ana, assigned_at))


class TestReturn(TeamCommon):
    """Back to the queue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({"routing_policy": "round_robin", "return_after_minutes": 10})

    def pass_time(self, conversation, minutes):
        """Let the deadline of an assigned conversation lie some minutes nearer."""
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE whatsapp_conversation SET return_due_at = return_due_at - %s * interval '1 minute',
                      assigned_at = assigned_at - %s * interval '1 minute', waiting_since = waiting_since - %s * interval '1 minute'
                WHERE id = %s""",
            [minutes, minutes, minutes, conversation.id],
        )
        self.env.invalidate_all()

    def clock(self):
        self.env.flush_all()
        self.Conversation._desk_clock()
        self.desk()

    def test_who_does_not_answer_in_time_loses_it_and_does_not_get_it_back_at_once(self):
        conversation = self.waiting(0)
        self.desk()
        self.assertEqual(conversation.user_id, self.ana)
        self.pass_time(conversation, 9)
        self.clock()
        self.assertEqual(conversation.user_id, self.ana)
        self.pass_time(conversation, 2)
        self.clock()
        self.assertEqual(conversation.user_id, self.ben)
        self.assertEqual(conversation.returned_from_id, self.ana)
        self.assertIn("did not answer within 10 minutes", "".join(conversation.message_ids.mapped("body")))

    def test_alone_in_the_team_it_waits_until_the_time_has_passed(self):
        self.Agent._of(self.ben)._switch("offline", "hand")
        conversation = self.waiting(0)
        self.desk()
        self.pass_time(conversation, 11)
        self.clock()
        self.assertFalse(conversation.user_id)
        conversation.returned_at = fields.Datetime.now() - timedelta(minutes=11)
        self.clock()
        self.assertEqual(conversation.user_id, self.ana)

    def test_an_answer_in_time_keeps_it(self):
        conversation = self.waiting(0)
        self.desk()
        conversation._send_text("Hello", origin="agent", user=self.ana)
        self.pass_time(conversation, 11)
        self.clock()
        self.assertEqual(conversation.user_id, self.ana)
        self.assertFalse(conversation.return_due_at)

    def test_only_working_time_counts(self):
        now = fields.Datetime.now()
        yesterday = str((now.weekday() - 1) % 7)
        self.team.calendar_id = self.calendar((8, 20), tz="UTC", days=yesterday)
        conversation = self.waiting(0, user_id=self.ana.id)
        self.desk()
        self.assertGreater(conversation.return_due_at, now + timedelta(days=4))

    def test_an_archived_agents_conversations_go_back_to_the_queue(self):
        mine, done = self.waiting(user_id=self.ana.id), self.waiting(user_id=self.ana.id)
        done.action_resolve()
        self.desk()
        self.ana.active = False
        self.assertEqual(self.Agent._of(self.ana).status, "offline")
        self.clock()
        self.assertEqual((mine.user_id, mine.state), (self.ben, "open"))
        self.assertFalse(done.user_id)
        self.assertFalse(self.Agent._of(self.ana).is_leaving)

    def test_who_loses_the_role_has_nothing_left(self):
        mine = self.waiting(user_id=self.ana.id)
        self.ana.group_ids = self.env.ref("base.group_user")
        self.clock()
        self.assertEqual(mine.user_id, self.ben)

    def test_leaving_a_team_gives_back_what_is_the_teams(self):
        sales = self.env["whatsapp.team"].create({"name": "Sales"})
        ours, theirs = self.waiting(user_id=self.ana.id), self.waiting(team=sales, user_id=self.ana.id)
        self.team.with_user(self.supervisor).member_ids -= self.ana
        self.assertFalse(ours.user_id)
        self.assertEqual(theirs.user_id, self.ana)
        self.assertIn(theirs, self.Conversation.with_user(self.ana).search([]))

    def test_reassign_all(self):
        sales = self.env["whatsapp.team"].create({"name": "Sales"})
        for target, expected in (
            ({"target": "queue"}, (self.env["res.users"], self.team)),
            ({"target": "user", "target_user_id": self.ben.id}, (self.ben, self.team)),
            ({"target": "team", "target_team_id": sales.id}, (self.env["res.users"], sales)),
        ):
            with self.subTest(target=target):
                conversations = self.waiting(user_id=self.ana.id) | self.waiting(user_id=self.ana.id)
                action = self.Agent._of(self.ana).with_user(self.supervisor).action_reassign()
                wizard = self.env["whatsapp.reassign"].with_user(self.supervisor).with_context(**action["context"]).create(target)
                self.assertEqual(wizard.conversation_count, 2)
                wizard.action_confirm()
                for conversation in conversations:
                    self.assertEqual((conversation.user_id, conversation.team_id), expected)
        with self.assertRaisesRegex(UserError, "colleague"):
            self.env["whatsapp.reassign"].create({"agent_id": self.Agent._of(self.ana).id, "target": "user"}).action_confirm()


class TestTransfer(TeamCommon):
    """Handing over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = cls.env["whatsapp.team"].create({"name": "Sales", "member_ids": [Command.set(cls.other_agent.ids)]})

    def test_to_a_team_with_a_note(self):
        conversation = self.waiting(user_id=self.ana.id)
        conversation.with_user(self.ana).transfer(team_id=self.sales.id, note="Wants 3 <b>chairs</b>")
        self.assertEqual((conversation.team_id, conversation.user_id), (self.sales, self.env["res.users"]))
        note = conversation.discuss_channel_id.message_ids[0]
        self.assertIn("Handed over to Sales", note.body)
        self.assertIn("&lt;b&gt;chairs", note.body)
        self.assertEqual(note.author_id, self.ana.partner_id)
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))
        self.assertFalse(self.Message.search([("conversation_id", "=", conversation.id)]), "nothing is sent")
        self.assertNotIn(conversation, self.Conversation.with_user(self.ana).search([]))
        self.assertIn(conversation, self.Conversation.with_user(self.other_agent).search([]))
        self.assertFalse(conversation.discuss_channel_id.channel_member_ids)

    def test_to_a_colleague_who_need_not_be_in_the_team(self):
        conversation = self.waiting(user_id=self.ana.id)
        before = conversation.assigned_at
        conversation.assigned_at = before - timedelta(hours=1)
        conversation.with_user(self.ana).transfer(user_id=self.other_agent.id)
        self.assertEqual((conversation.team_id, conversation.user_id), (self.team, self.other_agent))
        self.assertGreaterEqual(conversation.assigned_at, before)
        self.assertIn(conversation, self.Conversation.with_user(self.other_agent).search([]))

    def test_taking_over(self):
        self.team.is_shared = True
        conversation = self.waiting(user_id=self.ana.id)
        conversation.with_user(self.ben).action_assign_to_me()
        self.assertEqual(conversation.user_id, self.ben)
        self.assertEqual(conversation.discuss_channel_id.channel_partner_ids, self.ben.partner_id)

    def test_what_cannot_be(self):
        conversation = self.waiting(user_id=self.ana.id).with_user(self.ana)
        for arguments, message in (
            ({}, "team or a colleague"), ({"user_id": self.employee.id}, "no WhatsApp agent"), ({"user_id": 999999999}, "gone"),
            ({"team_id": 999999999}, "gone"), ({"team_id": self.sales.id, "note": 5}, "note"),
        ):
            with self.subTest(arguments=arguments), self.assertRaisesRegex((UserError, ValidationError), message):
                conversation.transfer(**arguments)
        with self.assertRaises(AccessError):
            conversation.with_user(self.other_agent).transfer(user_id=self.other_agent.id)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.env["whatsapp.team"].create({"name": "Theirs", "company_id": company.id})
        with self.assertRaisesRegex(ValidationError, "company"):
            conversation.transfer(team_id=theirs.id)

    def test_the_wizard_warns_when_nobody_is_there(self):
        conversation = self.waiting(user_id=self.ana.id)
        action = conversation.with_user(self.ana).action_transfer()
        wizard = self.env["whatsapp.transfer"].with_user(self.ana).with_context(**action["context"]).create({})
        self.assertNotIn(self.ana, wizard.candidate_ids)
        self.assertIn(self.ben, wizard.candidate_ids)
        wizard.user_id = self.other_agent
        self.assertIn("not at work", wizard.hint)
        wizard.write({"user_id": False, "team_id": self.sales.id})
        self.assertEqual(wizard.candidate_ids, self.other_agent)
        self.assertFalse(wizard.hint)
        self.sales.calendar_id = self.calendar()
        wizard.invalidate_recordset()
        self.assertIn("closed", wizard.hint)
        wizard.action_confirm()
        self.assertEqual(conversation.team_id, self.sales)
