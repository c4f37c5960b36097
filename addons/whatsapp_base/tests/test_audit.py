"""The audit log: who did what, from where; nobody can change it, and it holds no texts and no secrets."""

import base64
import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields, http
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..models import whatsapp_audit_log
from .common import WhatsappCommon, WhatsappData

SECRET = "the price is 4,711"


class AuditMixin:
    def notes(self, **values):
        """Return what was noted and matches, after the end of the transaction."""
        self.env.cr.precommit.run()
        return self.env["whatsapp.audit.log"].sudo().search([(name, "=", value) for name, value in values.items()], order="id")


class TestAudit(AuditMixin, WhatsappCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.conversation = cls._conversation()
        cls.env.cr.precommit.run()
        cls.env.flush_all()
        cls.env.cr.execute("TRUNCATE whatsapp_audit_log")

    def setUp(self):
        super().setUp()
        whatsapp_audit_log._seen.clear()

    def test_whoever_opens_a_thread_is_noted_once_in_some_minutes(self):
        fetch = self.env["mail.message"].with_user(self.agent)._message_fetch
        thread = self.conversation.discuss_channel_id.with_user(self.agent)
        fetch(None, thread=thread)
        note = self.notes(kind="view")
        self.assertEqual((note.user_id, note.login), (self.agent, "wa_agent"))
        self.assertEqual((note.res_model, note.res_id), ("whatsapp.conversation", self.conversation.id))
        self.assertEqual(note.subject, self.conversation.display_name)
        fetch(None, thread=thread)  # the same transaction, and what another process would write
        self.assertEqual(self.notes(kind="view"), note)
        self.env.cr.execute("UPDATE whatsapp_audit_log SET date = date - interval '11 minutes'")
        fetch(None, thread=thread)
        self.env["mail.message"].with_user(self.supervisor)._message_fetch(None, thread=thread.with_user(self.supervisor))
        self.assertEqual(self.notes(kind="view").user_id, self.agent + self.supervisor)
        self.assertEqual(len(self.notes(kind="view")), 3)

    def test_other_channels_are_not_our_business(self):
        channel = self.env["discuss.channel"].create({"name": "Lunch"})
        self.env["mail.message"]._message_fetch(None, thread=channel)
        self.assertFalse(self.notes(kind="view"))

    def test_an_export_says_what_was_taken_and_so_does_one_of_the_log(self):
        self.admin.group_ids += self.env.ref("base.group_allow_export")
        self.conversation._send_text(SECRET)
        rows = self.conversation.message_line_ids.with_user(self.admin)
        rows.export_data(["body", "state"])
        note = self.notes(kind="export")
        self.assertEqual((note.subject, note.detail, note.record_count), ("WhatsApp Message", "body, state", 1))
        note.with_user(self.admin).export_data(["date"])
        self.assertEqual(self.notes(kind="export")[-1].subject, "WhatsApp Audit Log")

    def test_sending_is_noted_without_what_it_says(self):
        with patch("odoo.addons.whatsapp_base.models.whatsapp_audit_sends.request", True):
            self.conversation.with_user(self.agent).discuss_channel_id.message_post(
                body=SECRET, message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        note = self.notes(kind="send")
        self.assertEqual((note.user_id, note.res_id, note.detail), (self.agent, self.conversation.id, "text"))

    def test_who_gets_or_loses_a_role_is_noted_whichever_way(self):
        group = self.env.ref("whatsapp_base.group_whatsapp_supervisor")
        self.other_agent.group_ids += group
        self.assertIn("+ WhatsApp / Supervisor", self.notes(kind="access", res_id=self.other_agent.id)[-1].detail)
        group.user_ids = [Command.unlink(self.other_agent.id)]
        self.assertIn("− WhatsApp / Supervisor", self.notes(kind="access", res_id=self.other_agent.id)[-1].detail)
        self.other_agent.active = False
        self.assertEqual(self.notes(kind="access", res_id=self.other_agent.id)[-1].detail, "Archived")
        count = len(self.notes(kind="access"))
        self.employee.name = "No role"
        self.employee.group_ids += self.env.ref("base.group_allow_export")
        self.assertEqual(len(self.notes(kind="access")), count)

    def test_who_joins_a_team_is_noted(self):
        self.team.member_ids += self.other_agent
        self.assertIn(self.other_agent.name, self.notes(kind="access", res_model="whatsapp.team")[-1].detail)
        self.team.member_ids -= self.other_agent
        self.assertTrue(self.notes(kind="access", res_model="whatsapp.team")[-1].detail.startswith("−"))

    def test_a_new_token_is_noted_and_not_told(self):
        self.account.with_user(self.admin).write({"access_token": "EAAsecret", "graph_url": "http://127.0.0.1:8"})
        note = self.notes(kind="settings")[-1]
        self.assertEqual((note.user_id, note.subject), (self.admin, self.account.name))
        self.assertEqual(note.detail, "Access Token, Graph API Address")

    def test_rules_of_our_models_are_noted(self):
        self.env["ir.model.access"].create(
            {"name": "all", "model_id": self.env["ir.model"]._get_id("whatsapp.conversation"), "perm_read": True}
        )
        self.assertEqual(self.notes(kind="access", res_model="ir.model.access").subject, "all")

    def test_nobody_writes_it_not_even_the_system(self):
        self.env["whatsapp.audit.log"]._note("view", self.conversation)
        note = self.notes()
        for user in (self.admin, self.env.ref("base.user_admin"), self.env.user):
            for act in (
                lambda log: log.write({"detail": "x"}), lambda log: log.unlink(), lambda log: log.create({"kind": "view"}),
                lambda log: log.sudo().unlink(), lambda log: log.load(["kind"], [["view"]]),
            ):
                with self.assertRaises(AccessError):
                    act(note.with_user(user))
        with self.assertRaises(AccessError):
            note.with_user(self.supervisor).read(["subject"])

    def test_old_rows_go_when_their_time_is_over(self):
        self.env["whatsapp.audit.log"]._note("view", self.conversation)
        self.env["whatsapp.audit.log"]._note("export", self.conversation)
        old, new = self.notes()
        self.env.cr.execute("UPDATE whatsapp_audit_log SET date = %s WHERE id = %s", [fields.Datetime.now() - timedelta(days=40), old.id])
        self.env["ir.config_parameter"].set_param("whatsapp_base.audit_retention_days", "0")
        self.assertIsNone(self.env["whatsapp.audit.log"]._gc_old())
        self.env["ir.config_parameter"].set_param("whatsapp_base.audit_retention_days", "30")
        self.assertEqual(self.env["whatsapp.audit.log"]._gc_old(), (1, False))
        self.assertEqual(self.notes(), new)

    def test_how_long_it_is_kept_is_noted_when_it_changes(self):
        settings = self.env["res.config.settings"].create({"whatsapp_audit_retention_days": 90})
        settings.set_values()
        self.assertIn("365 → 90", self.notes(kind="settings")[-1].detail)

    def test_what_is_rolled_back_is_not_noted(self):
        with self.assertRaises(ValueError), self.env.cr.savepoint():
            self.env["whatsapp.audit.log"]._note("export", self.conversation)
            raise ValueError
        # a savepoint is no transaction: the note of what was tried stays, which is the safe side
        self.assertLessEqual(len(self.notes(kind="export")), 1)


@tagged("post_install", "-at_install")
class TestAuditOverHttp(AuditMixin, WhatsappData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_whatsapp()
        cls._set_up_people()
        cls.conversation = cls._conversation()
        cls.conversation._send_text(SECRET)

    def setUp(self):
        super().setUp()
        whatsapp_audit_log._seen.clear()

    def _call(self, user, model, method, **arguments):
        later = fields.Datetime.now() + timedelta(days=1)
        key = self.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "key", later)
        return self.url_open(f"/json/2/{model}/{method}", json=arguments, headers={"Authorization": f"bearer {key}"})

    def test_the_screen_leaves_address_and_conversation(self):
        self.authenticate("wa_agent", "wa_agent")
        body = {"params": {"channel_id": self.conversation.discuss_channel_id.id}}
        for _turn in range(2):
            answer = self.url_open("/discuss/channel/messages", data=json.dumps(body), headers={"Content-Type": "application/json"})
            self.assertIn(SECRET, answer.text)
        note = self.notes(kind="view", user_id=self.agent.id)
        self.assertEqual((len(note), note.address, note.via, note.res_id), (1, "127.0.0.1", "screen", self.conversation.id))

    def test_a_program_that_reads_many_is_noted_each_time(self):
        for _turn in range(25):
            self.conversation._send_text("Hello")
        for _turn in range(2):
            self.assertEqual(self._call(self.agent, "whatsapp.chat.message", "search_read", domain=[], fields=["body"]).status_code, 200)
        notes = self.notes(kind="read", user_id=self.agent.id)
        self.assertEqual(notes.mapped("via"), ["program", "program"])
        self.assertGreater(notes[0].record_count, 25)
        self._call(self.agent, "mail.message", "search_read", domain=[("model", "=", "discuss.channel")], fields=["body"])
        self.assertEqual(len(self.notes(kind="read", user_id=self.agent.id)), 3)
        self._call(self.agent, "whatsapp.contact", "search_read", domain=[], fields=["wa_id"], limit=1)
        self.assertEqual(self.notes(kind="view", user_id=self.agent.id).subject, "WhatsApp Contact")

    def test_what_a_program_sends_is_noted_and_an_api_key_too(self):
        self._call(self.agent, "whatsapp.conversation", "send_text", ids=self.conversation.ids, body=SECRET)
        note = self.notes(kind="send", user_id=self.agent.id)
        self.assertEqual((note.via, note.address, note.record_count), ("program", "127.0.0.1", 1))
        self.assertTrue(self.notes(kind="access", user_id=self.agent.id, subject=self.agent.name))
        self.env.cr.execute("SELECT count(*) FROM whatsapp_audit_log l WHERE l::text LIKE %s", [f"%{SECRET}%"])
        self.assertEqual(self.env.cr.fetchone()[0], 0)

    @mute_logger("odoo.http")
    def test_no_program_deletes_from_it(self):
        self.env["whatsapp.audit.log"]._note("view", self.conversation)
        note = self.notes()[-1]
        admin = self.env.ref("base.user_admin")
        for method, arguments in (("unlink", {}), ("write", {"vals": {"detail": "x"}})):
            answer = self._call(admin, "whatsapp.audit.log", method, ids=note.ids, **arguments)
            self.assertEqual(answer.status_code, 403)
        self.assertTrue(note.exists())

    def test_from_a_replica_it_is_written_when_the_reading_is_over(self):
        reading = self.env.cr
        reading.precommit.run()
        with patch.object(type(reading), "readonly", property(lambda cursor: cursor is reading)):
            self.env["whatsapp.audit.log"]._note("view", self.conversation, "replica", once=True)
            self.assertFalse(self.notes(detail="replica"))
            self.env.cr.postcommit.run()
        self.assertEqual(self.notes(detail="replica").res_id, self.conversation.id)

    def _file(self, mimetype="application/pdf", channel=None, data=b"%PDF-1.4 passport"):
        return self.env["ir.attachment"].create(
            {
                "name": "passport of Ana", "raw": data, "mimetype": mimetype, "res_model": "discuss.channel",
                "res_id": (channel or self.conversation.discuss_channel_id).id,
            }
        )

    def _get(self, path, status=200):
        self.set_registry_readonly_mode(False)  # the hooks of test cursors that only read do not run
        self.assertEqual(self.url_open(path).status_code, status, path)

    def test_who_opens_or_downloads_a_file_is_noted_once_in_an_hour(self):
        file = self._file()
        self.conversation.user_id = self.agent
        self.authenticate("wa_agent", "wa_agent")
        for _turn in range(2):
            self._get(f"/web/content/{file.id}")
            self._get(f"/web/content/{file.id}?download=true")
            whatsapp_audit_log._seen.clear()  # as another process
        note = self.notes(res_model="ir.attachment")
        self.assertEqual((note.kind, note.user_id, note.res_id, note.address), ("view", self.agent, file.id, "127.0.0.1"))
        self.assertEqual((note.subject, note.detail), (self.conversation.display_name, "File: application/pdf"), "not its name")
        self.assertEqual(note.company_id, self.company)
        self.env.cr.execute("UPDATE whatsapp_audit_log SET date = date - interval '59 minutes'")
        self._get(f"/web/content/{file.id}")
        self.assertEqual(len(self.notes(res_model="ir.attachment")), 1)
        self.env.cr.execute("UPDATE whatsapp_audit_log SET date = date - interval '2 minutes'")
        whatsapp_audit_log._seen.clear()
        self._get(f"/web/content/{file.id}")
        self.assertEqual(len(self.notes(res_model="ir.attachment")), 2)

    def test_what_a_thread_shows_by_itself_counts_when_it_is_downloaded(self):
        pixel = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
        self.conversation.user_id = self.agent
        picture, film = self._file("image/png", data=pixel), self._file("video/mp4", data=b"film")
        self.authenticate("wa_agent", "wa_agent")
        for path in (f"image/{picture.id}", f"image/{picture.id}/160x160", f"content/{picture.id}", f"content/{film.id}"):
            self._get(f"/web/{path}")
        self.assertFalse(self.notes(res_model="ir.attachment"))
        self._get(f"/web/image/{picture.id}?download=1")
        self._get(f"/web/content/{film.id}?download=true")
        self.assertEqual(self.notes(res_model="ir.attachment").mapped("res_id"), [picture.id, film.id])
        other = self._file("image/png", data=pixel)
        self.url_open(
            "/mail/attachment/zip", data={"file_ids": str(other.id), "zip_name": "all.zip", "csrf_token": http.Request.csrf_token(self)}
        )
        self.assertIn(other.id, self.notes(res_model="ir.attachment").mapped("res_id"), "an archive was asked for")

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_other_files_and_other_people_leave_no_note(self):
        file = self._file()
        lunch = self.env["discuss.channel"].create({"name": "Lunch"})
        lunch._add_members(users=self.agent)
        self.authenticate("wa_agent", "wa_agent")
        self._get(f"/web/content/{self._file(channel=lunch).id}")
        self.authenticate("wa_employee", "wa_employee")
        self._get(f"/web/content/{file.id}", 404)
        self.assertFalse(self.notes(res_model="ir.attachment"))

    def test_who_reads_the_log_is_in_it(self):
        self.env["whatsapp.audit.log"]._note("export", self.conversation)
        self.env.cr.precommit.run()
        later = fields.Datetime.now() + timedelta(days=1)
        key = self.env["res.users.apikeys"].with_user(self.admin).sudo()._generate("rpc", "key", later)
        for _turn in range(2):
            answer = self.url_open(
                "/json/2/whatsapp.audit.log/search_read", json={"domain": [], "fields": ["subject"], "limit": 5},
                headers={"Authorization": f"bearer {key}"},
            )
            self.assertEqual(answer.status_code, 200)
        note = self.notes(kind="view", res_model="whatsapp.audit.log")
        self.assertEqual((note.user_id, note.subject, note.via), (self.admin, "WhatsApp Audit Log", "program"))
        self.authenticate("wa_admin", "wa_admin")
        whatsapp_audit_log._seen.clear()
        self.env.cr.execute("UPDATE whatsapp_audit_log SET date = date - interval '11 minutes'")
        params = {"model": "whatsapp.audit.log", "method": "web_search_read", "args": [[], {"subject": {}}], "kwargs": {"limit": 5}}
        self.url_open(
            "/web/dataset/call_kw", data=json.dumps({"params": params}), headers={"Content-Type": "application/json"}
        ).raise_for_status()
        self.assertEqual(self.notes(kind="view", res_model="whatsapp.audit.log").mapped("via"), ["program", "screen"])
