from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import mute_logger

from .team_common import TeamCommon


class TestAgentStatus(TeamCommon):
    """Who is at work: by hand, by presence, by schedule, and how long."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent_row = cls.Agent._of(cls.ana)
        cls.Log = cls.env["whatsapp.agent.status.log"]

    def rows(self):
        return self.Log.search([("agent_id", "=", self.agent_row.id)], order="id")

    def long_ago(self, **delta):
        """Have the present status begin in the past."""
        since = fields.Datetime.now() - timedelta(**delta)
        self.env.flush_all()
        self.env.cr.execute("UPDATE whatsapp_agent SET status_since = %s WHERE id = %s", [since, self.agent_row.id])
        self.env.cr.execute(
            "UPDATE whatsapp_agent_status_log SET started_at = %s WHERE agent_id = %s AND ended_at IS NULL", [since, self.agent_row.id]
        )
        self.env.invalidate_all()
        return since

    def presence(self, minutes, status="online"):
        """Let the agent have been seen some minutes ago."""
        values = {"last_presence": fields.Datetime.now() - timedelta(minutes=minutes), "last_poll": fields.Datetime.now(), "status": status}
        found = self.env["mail.presence"].search([("user_id", "=", self.ana.id)])
        if found:
            found.write(values)
        else:
            self.env["mail.presence"].create({"user_id": self.ana.id, **values})
        self.env.flush_all()

    def clock(self, now=None):
        self.env.flush_all()
        with patch.object(fields.Datetime, "now", return_value=now or fields.Datetime.now()):
            self.Conversation._desk_clock()
        self.env.invalidate_all()
        return self.agent_row.status, self.agent_row.status_source

    def test_an_agent_sets_the_own_status_and_nobody_elses(self):
        result = self.Agent.with_user(self.ana).set_status("busy")
        self.assertEqual(result["status"], "busy")
        self.assertEqual(result["id"], self.agent_row.id)
        self.assertEqual((self.agent_row.status, self.agent_row.status_source), ("busy", "hand"))
        with self.assertRaisesRegex(ValidationError, "active, busy, break, offline"):
            self.Agent.with_user(self.ana).set_status("asleep")
        with self.assertRaises(AccessError):
            self.Agent.with_user(self.employee).set_status("active")
        with self.assertRaises(AccessError):
            self.agent_row.with_user(self.ben).status = "offline"
        self.agent_row.with_user(self.supervisor).status = "break"
        self.assertEqual(self.agent_row.status, "break")

    def test_time_in_status_has_neither_gaps_nor_overlaps(self):
        began = self.long_ago(hours=1)
        for status in ("busy", "break", "break", "active", "offline"):
            self.agent_row._switch(status, "hand")
        rows = self.rows()
        self.assertEqual(rows.mapped("status"), ["offline", "active", "busy", "break", "active", "offline"])
        for row, following in zip(rows[1:], rows[2:], strict=False):
            self.assertEqual(row.ended_at, following.started_at)
        self.assertEqual(rows[1].seconds, int((rows[1].ended_at - began).total_seconds()))
        self.assertFalse(rows[-1].ended_at)
        self.assertEqual(self.agent_row.status_since, rows[-1].started_at)

    @mute_logger("odoo.sql_db")
    def test_two_open_rows_are_impossible(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.Log.create(
                {
                    "agent_id": self.agent_row.id, "user_id": self.ana.id, "company_id": self.company.id, "status": "busy",
                    "started_at": fields.Datetime.now(),
                }
            )
            self.env.flush_all()

    def test_many_change_with_a_constant_number_of_queries(self):
        self.env["whatsapp.team.member"].search([]).agent_id  # noqa: B018 - fills caches
        few, many = self.agent_row, self.Agent._of(self.ana | self.ben | self.agent | self.other_agent | self.supervisor)

        def queries(agents, status):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            agents._switch(status, "hand")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(many, "busy")
        self.assertLessEqual(queries(many, "break"), queries(few, "active") + 2)

    def test_colleagues_hear_of_it(self):
        with patch.object(type(self.env["bus.bus"]), "_sendone", autospec=True) as sendone:
            self.agent_row._switch("break", "hand")
        [values] = [
            call.args[3]["whatsapp.agent"][0] for call in sendone.call_args_list
            if call.args[2] == "mail.record/insert" and "whatsapp.agent" in call.args[3]
        ]
        self.assertEqual((values["id"], values["status"]), (self.agent_row.id, "break"))
        self.assertEqual(values["partner_id"], self.ana.partner_id.id)

    def test_without_presence_an_agent_goes_offline_and_with_it_comes_back(self):
        self.env["ir.config_parameter"].set_param("whatsapp_base.agent_inactivity_minutes", "15")
        self.long_ago(hours=2)
        self.presence(10)
        self.assertEqual(self.clock(), ("active", "hand"))
        self.presence(16)
        self.assertEqual(self.clock(), ("offline", "inactivity"))
        self.presence(0)
        self.assertEqual(self.clock(), ("active", "inactivity"))

    def test_whoever_just_said_active_is_not_away(self):
        self.presence(60, "offline")
        self.assertEqual(self.clock(), ("active", "hand"))

    def test_a_break_and_offline_by_hand_are_kept(self):
        for status in ("break", "offline"):
            self.agent_row._switch(status, "hand")
            self.long_ago(hours=2)
            self.presence(60)
            self.assertEqual(self.clock()[0], status)
            self.presence(0)
            self.assertEqual(self.clock()[0], status)

    def test_presence_can_be_left_out(self):
        self.env["ir.config_parameter"].set_param("whatsapp_base.agent_inactivity_minutes", "0")
        self.long_ago(hours=20)
        self.presence(600, "offline")
        self.assertEqual(self.clock(), ("active", "hand"))

    def test_a_schedule_ends_and_begins_the_day(self):
        self.env["ir.config_parameter"].set_param("whatsapp_base.agent_inactivity_minutes", "0")
        now = fields.Datetime.now().replace(hour=17, minute=0, second=0)
        today = str(now.weekday())
        self.agent_row.calendar_id = self.calendar((9, 12), tz="UTC", days=today)
        self.long_ago(hours=30)
        self.assertEqual(self.clock(now), ("offline", "schedule"))
        # overtime: by hand after the end of the day
        self.agent_row._switch("active", "hand")
        self.env.cr.execute("UPDATE whatsapp_agent SET status_since = %s WHERE id = %s", [now - timedelta(hours=1), self.agent_row.id])
        self.env.invalidate_all()
        self.assertEqual(self.clock(now), ("active", "hand"))

    def test_who_went_home_by_hand_is_there_again_when_the_schedule_begins(self):
        self.agent_row._switch("offline", "hand")
        self.long_ago(hours=30)
        now = fields.Datetime.now()
        self.agent_row.calendar_id = self.calendar((0, 24), tz="UTC", days=str(now.weekday()))
        self.assertEqual(self.clock(), ("offline", "hand"), "not seen yet")
        self.presence(0)
        self.assertEqual(self.clock(), ("active", "schedule"))
