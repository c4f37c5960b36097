"""The supervisor board: right figures at a constant number of queries, within what a supervisor may see."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .discuss_common import DiscussCommon


class TestBoard(DiscussCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now().replace(microsecond=0)
        cls.Board = cls.env["whatsapp.board"].with_user(cls.supervisor)
        cls.conversation.write({"user_id": cls.agent.id, "waiting_since": cls.now - timedelta(minutes=30), "sla_state": "breached"})
        cls.loose = cls._conversation("34600900334")
        cls.loose.write({"waiting_since": cls.now - timedelta(minutes=5), "sla_state": "due_soon"})
        cls.snoozed = cls._conversation("34600900335")
        cls.snoozed.write({"snoozed_until": cls.now + timedelta(hours=1), "waiting_since": cls.now - timedelta(hours=3)})
        cls.done = cls._conversation("34600900336")
        cls.done.write({"state": "resolved", "sla_state": "breached", "waiting_since": cls.now - timedelta(days=3)})
        cls.env["whatsapp.agent"]._of(cls.agent).status = "active"

    def line(self, data, kind, record):
        return next(line for line in data[kind] if line["id"] == record.id)

    def test_counts_of_all_of_a_team_and_of_an_agent(self):
        data = self.Board.load()
        expected = {"open": 2, "waiting": 2, "unassigned": 1, "breached": 1, "due_soon": 1, "oldest": self.now - timedelta(minutes=30)}
        self.assertEqual({name: data["totals"][name] for name in expected}, expected)
        team = self.line(data, "teams", self.team)
        self.assertEqual({name: team[name] for name in expected}, expected)
        self.assertEqual((team["is_open"], team["members"], team["online"]), (True, 1, 1))
        agent = self.line(data, "agents", self.agent)
        self.assertEqual((agent["open"], agent["waiting"], agent["breached"], agent["unassigned"]), (1, 1, 1, 0))
        self.assertEqual((agent["status"], agent["load"], agent["teams"]), ("active", 1, self.team.ids))

    def test_today_is_what_was_done_since_midnight_of_the_supervisor(self):
        Cycle = self.env["whatsapp.conversation.cycle"]
        self.env["whatsapp.conversation.cycle"].search([]).unlink()
        base = {
            "conversation_id": self.done.id, "channel_id": self.channel.id, "contact_id": self.done.contact_id.id,
            "company_id": self.company.id, "team_id": self.team.id, "opened_at": self.now - timedelta(days=2),
        }
        for seconds, rating, days in ((10, 5, 0), (30, 0, 0), (90, 1, 0), (5000, 1, 2)):
            moment = self.now - timedelta(days=days)
            Cycle.create(
                {**base, "resolved_at": moment, "resolved_by_id": self.agent.id, "rating_value": rating,
                 "first_response_at": moment, "first_response_seconds": seconds}
            )
        data = self.Board.load()
        totals = {name: data["totals"][name] for name in ("handled", "first_response", "rating", "rated", "answered")}
        self.assertEqual(totals, {"handled": 3, "first_response": 30, "rating": 3.0, "rated": 2, "answered": 3})
        self.assertEqual(self.line(data, "agents", self.agent)["handled"], 3)

    def test_as_many_queries_for_many_as_for_few(self):
        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Board.load()
            return self.env.cr.sql_log_count - before

        cost()
        few = cost()
        teams = self.env["whatsapp.team"].create([{"name": f"Team {number}"} for number in range(5)])
        for number, team in enumerate(teams):
            user = self.agent.copy({"login": f"agent_{number}"})
            team.member_ids = user
            self.env["whatsapp.agent"]._of(user)
            for part in range(4):
                conversation = self._conversation(f"346009{number}{part}777")
                conversation.write({"team_id": team.id, "user_id": user.id, "waiting_since": self.now})
        cost()
        self.assertLessEqual(cost(), few)
        self.assertLess(few, 40)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_supervisor_sees_own_teams_only(self):
        other = self.env["whatsapp.team"].create({"name": "Elsewhere", "supervisor_ids": self.admin.ids})
        self.loose.team_id = other
        data = self.Board.load()
        self.assertEqual(data["totals"]["unassigned"], 0)
        self.assertEqual(self.env["whatsapp.board"].with_user(self.admin).load()["totals"]["unassigned"], 1)
        with self.assertRaises(AccessError):
            self.Board.reassign(self.loose.ids, user_id=self.agent.id)
        for user in (self.agent, self.employee):
            with self.assertRaises(AccessError):
                self.env["whatsapp.board"].with_user(user).load()

    def test_details_have_what_burns_first(self):
        rows = self.Board.details()["rows"]
        self.assertEqual([row["id"] for row in rows], [self.conversation.id, self.loose.id, self.snoozed.id])
        self.assertEqual([row["id"] for row in self.Board.details(user_id=self.agent.id)["rows"]], self.conversation.ids)
        self.assertEqual([row["id"] for row in self.Board.details(only="unassigned")["rows"]], self.loose.ids)
        self.assertEqual([row["id"] for row in self.Board.details(only="waiting")["rows"]], (self.conversation + self.loose).ids)
        self.assertEqual(self.Board.details(team_id=0)["rows"], [])

    def test_reassigning_one_and_all(self):
        self.other_agent.group_ids += self.env.ref("whatsapp_base.group_whatsapp_agent")
        self.team.member_ids += self.other_agent
        self.assertEqual(self.Board.reassign(self.loose.ids, user_id=self.other_agent.id), 1)
        self.assertEqual(self.loose.user_id, self.other_agent)
        self.assertEqual(self.Board.reassign_all(self.agent.id, to_user_id=self.other_agent.id), {"done": 1, "left": 0})
        self.assertEqual(self.conversation.user_id, self.other_agent)
        self.assertEqual(self.Board.reassign_all(self.other_agent.id), {"done": 2, "left": 0})
        self.assertFalse((self.conversation + self.loose).user_id)

    def test_the_status_of_an_agent_is_changed_by_hand(self):
        self.Board.set_status(self.agent.id, "break")
        agent = self.env["whatsapp.agent"]._of(self.agent)
        self.assertEqual(agent.status, "break")
        with self.assertRaises(UserError):
            self.Board.set_status(self.agent.id, "asleep")

    def test_whoever_watches_leaves_no_trace_but_in_the_audit_log(self):
        self.channel.write({"marks_read": True, "shows_typing": True})
        row = self.receive(self.inbound_text("Hello?", **{"from": "34600900222"}))
        thread = self.conversation.discuss_channel_id
        members = thread.channel_member_ids
        watched = thread.with_user(self.supervisor)

        def watch():
            self.conversation.with_user(self.supervisor).inbox_open()
            self.env["mail.message"].with_user(self.supervisor)._message_fetch(None, thread=watched)
            watched._find_or_create_member_for_self()

        told = self.bus_rows(watch)
        self.assertEqual(thread.channel_member_ids, members)
        self.assertFalse(self.env["whatsapp.signal"].search([("conversation_id", "=", self.conversation.id)]))
        self.assertFalse(row.read_at)
        self.assertEqual((self.conversation.user_id, self.conversation.unanswered_count), (self.agent, 1))
        self.assertFalse(told)
        self.env.cr.precommit.run()
        self.assertTrue(self.env["whatsapp.audit.log"].sudo().search([("user_id", "=", self.supervisor.id), ("kind", "=", "view")]))
