"""Who is rung for what, and when not."""

import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from .discuss_common import DiscussCommon

NIGHT = fields.Datetime.to_datetime("2026-07-01 21:30:00")  # 23:30 in Madrid


class TestAlerts(DiscussCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor.tz = cls.agent.tz = "Europe/Madrid"
        cls.device = cls._device(cls.agent, "agent")
        cls.other = cls._device(cls.supervisor, "supervisor")
        cls.team.member_ids += cls.supervisor
        cls.env["ir.config_parameter"].set_param("mail.web_push_vapid_public_key", "public")
        cls.env["ir.config_parameter"].set_param("mail.web_push_vapid_private_key", "private")

    @classmethod
    def _device(cls, user, name):
        return cls.env["mail.push.device"].create(
            {"partner_id": user.partner_id.id, "endpoint": f"https://push.example.com/{name}", "keys": "{}",
             "expiration_time": fields.Datetime.now() + timedelta(days=9)}
        )

    def pushes(self):
        rows = self.env["mail.push"].search([], order="id")
        result = [(row.mail_push_device_id, json.loads(row.payload)) for row in rows]
        rows.unlink()
        return result

    def rung(self):
        return [device for device, _payload in self.pushes()]

    def write_to_us(self, body="Hello", desk=True):
        self.receive(self.inbound_text(body, **{"from": "34600900222"}))
        if desk:
            self.conversation._desk_ring()

    def test_whoever_has_the_conversation_is_rung_unless_they_chose_none(self):
        self.conversation.user_id = self.agent
        self.write_to_us(desk=False)
        [(device, payload)] = self.pushes()
        self.assertEqual((device, payload["title"]), (self.device, self.conversation.contact_id._label()))
        self.agent.with_user(self.agent).whatsapp_push = False
        self.write_to_us(desk=False)
        self.assertFalse(self.rung())
        self.agent.with_user(self.agent).write({"whatsapp_push": True, "whatsapp_alerts": "none"})
        self.write_to_us(desk=False)
        self.assertFalse(self.rung())
        self.agent.with_user(self.agent).whatsapp_alert_rule_ids = [Command.create({"team_id": self.team.id, "alerts": "mine"})]
        self.write_to_us(desk=False)
        self.assertEqual(self.rung(), [self.device])

    def test_quiet_hours_hold_the_push_and_not_the_counter(self):
        self.conversation.user_id = self.agent
        self.agent.with_user(self.agent).write({"whatsapp_quiet": True, "whatsapp_quiet_from": 23, "whatsapp_quiet_to": 7})
        for moment, count in ((NIGHT, 0), (NIGHT + timedelta(hours=9), 1)):
            with patch.object(fields.Datetime, "now", lambda moment=moment: moment):
                self.write_to_us(desk=False)
            self.assertEqual(len(self.pushes()), count, moment)
        self.assertEqual(self.env["whatsapp.conversation"].with_user(self.agent).own_waiting_count(), 1)

    def test_what_nobody_has_rings_for_who_wants_it_once_for_each_wait(self):
        self.supervisor.with_user(self.supervisor).whatsapp_alerts = "all"
        self.write_to_us()
        [(device, payload)] = self.pushes()
        self.assertEqual(device, self.other)
        self.assertEqual((payload["title"], payload["options"]["body"]), (self.conversation.contact_id._label(), "Hello"))
        self.assertEqual(payload["options"]["data"], {"model": "discuss.channel", "res_id": self.thread.id})
        self.write_to_us("Anybody?")
        self.assertFalse(self.pushes())

    def test_many_that_wait_are_one_push(self):
        self.supervisor.with_user(self.supervisor).whatsapp_alerts = "all"
        people = [f"3460090080{number}" for number in range(4)]
        self.receive(*(self.inbound_text("Hi", **{"from": phone}) for phone in people), contacts=())
        waiting = self.env["whatsapp.conversation"].search([("contact_id.wa_id", "in", people)])
        before = self.env.cr.sql_log_count
        waiting._desk_ring()
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 30)
        [(_device, payload)] = self.pushes()
        self.assertEqual(payload["title"], "4 customers are waiting")

    def test_on_a_break_or_with_an_old_wait_nobody_is_rung(self):
        self.supervisor.with_user(self.supervisor).whatsapp_alerts = "all"
        self.env["whatsapp.agent"]._of(self.supervisor).status = "break"
        self.write_to_us()
        self.assertFalse(self.pushes())
        self.env["whatsapp.agent"]._of(self.supervisor).status = "active"
        self.conversation.write({"waiting_since": fields.Datetime.now() - timedelta(hours=1), "rung_since": False})
        self.conversation._desk_ring()
        self.assertFalse(self.pushes())

    def test_the_desk_rings(self):
        self.assertIn("_desk_ring", self.env["whatsapp.conversation"]._desk_followups())

    def test_preferences_are_a_users_own(self):
        with Form(self.agent.with_user(self.agent), "base.view_users_form_simple_modif") as form:
            form.whatsapp_alerts = "all"
            form.whatsapp_quiet = True
            form.whatsapp_quiet_from = 19.5
        settings = self.agent.res_users_settings_id
        self.assertEqual((settings.whatsapp_alerts, settings.whatsapp_quiet_from), ("all", 19.5))
        with self.assertRaises(AccessError):
            self.env["whatsapp.alert.rule"].with_user(self.agent).create({"user_id": self.supervisor.id, "team_id": self.team.id})
        with self.assertRaises(ValidationError):
            self.env["whatsapp.alert.rule"].with_user(self.agent).create({})

    def test_whoever_has_never_chosen_has_what_is_usual(self):
        self.env["res.users.settings"].search([("user_id", "=", self.agent.id)]).unlink()
        self.env.registry.clear_cache()
        self.assertEqual((self.agent.whatsapp_alerts, self.agent.whatsapp_quiet, self.agent.whatsapp_push), ("mine", False, True))
        chosen = self.env["res.users.settings"]._whatsapp_alerts_of(self.agent.partner_id.id)
        self.assertEqual((chosen["alerts"], chosen["quiet"], chosen["quiet_from"]), ("mine", False, 20.0))

    def test_the_client_knows_the_choices(self):
        self.agent.with_user(self.agent).whatsapp_alert_rule_ids = [Command.create({"team_id": self.team.id, "alerts": "all"})]
        settings = self.env["res.users.settings"]._find_or_create_for_user(self.agent)
        values = settings.with_user(self.agent)._res_users_settings_format()
        self.assertEqual((values["whatsapp_alerts"], values["whatsapp_alert_rules"]), ("mine", [[False, self.team.id, "all"]]))
