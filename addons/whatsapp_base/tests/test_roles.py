from odoo.exceptions import AccessError
from odoo.tests import HttpCase, TransactionCase, tagged
from odoo.tools import mute_logger

from .roles_common import RolesHttpTests, RolesTests

# rights of agents, supervisors and administrators: c(reate) r(ead) w(rite) d(elete); nobody else has any. Which records
# of a model, record rules say: supervisors write the teams that they lead, and their members' agents
RIGHTS = {
    "whatsapp.add.language": ("", "", "crwd"),
    "whatsapp.agent": ("r", "rw", "crwd"),
    "whatsapp.agent.status.log": ("r", "r", "r"),
    "whatsapp.alert.rule": ("crwd", "crwd", "crwd"),
    "whatsapp.audit.log": ("", "", "r"),
    "whatsapp.business.account": ("r", "r", "crwd"),
    "whatsapp.channel": ("r", "r", "crwd"),
    "whatsapp.channel.command": ("r", "r", "crwd"),
    "whatsapp.channel.profile": ("", "", "crwd"),
    "whatsapp.channel.prompt": ("r", "r", "crwd"),
    "whatsapp.channel.rate": ("", "", "r"),
    "whatsapp.chat.message": ("r", "r", "rd"),
    "whatsapp.compose.message": ("crwd", "crwd", "crwd"),
    "whatsapp.compose.recipient": ("crwd", "crwd", "crwd"),
    "whatsapp.compose.value": ("crwd", "crwd", "crwd"),
    "whatsapp.contact": ("rw", "crw", "crwd"),
    "whatsapp.contact.alias": ("r", "r", "r"),
    "whatsapp.contact.merge.request": ("", "", "rd"),
    "whatsapp.contact.merge.wizard": ("", "crwd", "crwd"),
    "whatsapp.contact.split.wizard": ("", "crwd", "crwd"),
    "whatsapp.conversation": ("rw", "rw", "crwd"),
    "whatsapp.conversation.cycle": ("r", "r", "r"),
    "whatsapp.conversation.wait": ("r", "r", "r"),
    "whatsapp.cost.compare": ("", "crwd", "crwd"),
    "whatsapp.cost.compare.line": ("", "crwd", "crwd"),
    "whatsapp.cost.report": ("", "r", "r"),
    "whatsapp.cost.reprice": ("", "", "crwd"),
    "whatsapp.delete.template": ("", "", "crwd"),
    "whatsapp.health.log": ("", "r", "r"),
    "whatsapp.library.install": ("", "", "crwd"),
    "whatsapp.library.template": ("", "r", "r"),
    "whatsapp.macro": ("crwd", "crwd", "crwd"),
    "whatsapp.macro.step": ("crwd", "crwd", "crwd"),
    "whatsapp.macro.use": ("", "r", "r"),
    "whatsapp.media.upload": ("", "", "r"),
    "whatsapp.message.template": ("r", "r", "crwd"),
    "whatsapp.message.template.button": ("r", "r", "crwd"),
    "whatsapp.message.template.card": ("r", "r", "crwd"),
    "whatsapp.message.template.translation": ("r", "r", "crwd"),
    "whatsapp.message.template.variable": ("r", "r", "crwd"),
    "whatsapp.message.template.version": ("", "r", "r"),
    "whatsapp.number.setup": ("", "", "crwd"),
    "whatsapp.outcome": ("r", "crwd", "crwd"),
    "whatsapp.panel.section": ("r", "r", "crwd"),
    "whatsapp.qr.code": ("r", "r", "crwd"),
    "whatsapp.rate": ("", "r", "crwd"),
    "whatsapp.rate.import": ("", "", "crwd"),
    "whatsapp.rate.import.line": ("", "", "crwd"),
    "whatsapp.rate.market": ("", "r", "crwd"),
    "whatsapp.rate.missing": ("", "r", "r"),
    "whatsapp.rate.tally": ("", "", "r"),
    "whatsapp.reassign": ("", "crwd", "crwd"),
    "whatsapp.resolve": ("crwd", "crwd", "crwd"),
    "whatsapp.send.batch": ("r", "r", "rd"),
    "whatsapp.send.batch.line": ("r", "r", "r"),
    "whatsapp.signal": ("", "", "r"),
    "whatsapp.skill": ("r", "crwd", "crwd"),
    "whatsapp.sla.policy": ("r", "crwd", "crwd"),
    "whatsapp.snooze": ("crwd", "crwd", "crwd"),
    "whatsapp.tag": ("r", "crwd", "crwd"),
    "whatsapp.team": ("r", "crwd", "crwd"),
    "whatsapp.team.member": ("r", "crwd", "crwd"),
    "whatsapp.transfer": ("crwd", "crwd", "crwd"),
    "whatsapp.webhook.event": ("", "", "rwd"),
    "whatsapp.webhook.refusal": ("", "", "r"),
}
EXTRA = {"whatsapp.rate": {"market_id": None}, "whatsapp.contact.alias": {"wa_id": "34600900899"}}
# Meta's own geography and the texts that come with the addon are nobody's secret: the same for all companies
SHARED = {"whatsapp.rate.market", "whatsapp.library.template", "whatsapp.tag"}
# one's own status, the address book, and to write to any customer
EVERYBODYS = {"set_status", "link_partner", "whatsapp_send"}


class Table:
    """What is asked below."""

    module, rights, extra, shared, everybodys = "whatsapp_base", RIGHTS, EXTRA, SHARED, EVERYBODYS


@tagged("post_install", "-at_install")
class TestRoles(Table, RolesTests, TransactionCase):
    """The table, as the ORM answers it, and the wall between teams."""

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_an_agent_of_another_team_sees_nothing_of_a_conversation(self):
        self.other_agent.group_ids += self.env.ref("whatsapp_base.group_whatsapp_costs")
        checked = 0
        for name, (letters, _supervisor, _admin) in self.rights.items():
            model = self.env[name]
            links = [field for field in ("conversation_id", "message_id") if field in model._fields and model._fields[field].store]
            if "r" not in letters or not (links or name in ("whatsapp.conversation",)):
                continue
            checked += 1
            with self.subTest(model=name):
                theirs = self.world[name].with_user(self.other_agent)
                self.assertFalse(theirs.search([("id", "in", theirs.ids)]), "found")
                with self.assertRaises(AccessError):
                    theirs.read(["display_name"])
        self.assertGreaterEqual(checked, 2)


@tagged("post_install", "-at_install")
class TestRolesOverHttp(Table, RolesHttpTests, HttpCase):
    """The same table, over JSON-2."""

    def test_no_answer_holds_a_credential(self):
        secrets = ("tok", "test-app-secret", "test-verify-token")
        for _role, headers in self._keys("admin"):
            account = self.world["whatsapp.business.account"]
            answer = self.url_open("/json/2/whatsapp.business.account/read", json={"ids": account.ids}, headers=headers)
            self.assertEqual(answer.status_code, 200)
            values = [value for value in answer.json()[0].values() if isinstance(value, str)]
            self.assertFalse([secret for secret in secrets if secret in values])

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_a_customers_file_is_as_private_as_the_conversation(self):
        card = {"id": "4", "mime_type": "application/pdf", "filename": "passport.pdf"}
        row = self.receive(self.inbound_message("document", document=card, **{"from": "34600900801"}))
        row._media_fetched(b"%PDF-1.4 passport", "application/pdf")
        file = row.attachment_ids
        self.assertTrue(file)
        self.env.flush_all()
        self.assertNotEqual(self.url_open(f"/web/content/{file.id}").content, b"%PDF-1.4 passport")
        for role, headers in self._keys("employee", "portal", "other_agent", "stranger", "agent"):
            with self.subTest(role=role):
                for model, record, field in (("ir.attachment", file, "raw"), ("mail.message", row.mail_message_id, "body")):
                    status = self._ask(headers, model, "read", ids=record.ids, fields=[field])
                    self.assertEqual(status, 200 if role == "agent" else 403, model)
                if role not in ("agent", "portal"):
                    found = self.url_open("/json/2/ir.attachment/search", headers=headers, json={"domain": [["id", "=", file.id]]})
                    self.assertFalse(found.json())

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_supervisors_change_the_agents_of_the_teams_that_they_lead(self):
        agent = self.env["whatsapp.agent"]._of(self.agent)
        self.team.supervisor_ids = self.admin
        for expected in (403, 200):
            for role, headers in self._keys("supervisor", "admin", "agent", "employee"):
                status = expected if role == "supervisor" else 200 if role == "admin" else 403
                for method, arguments in (
                    ("whatsapp.agent/write", {"ids": agent.ids, "vals": {"status": "busy"}}),
                    ("whatsapp.agent/write", {"ids": agent.ids, "vals": {"capacity": 5}}),
                    ("whatsapp.board/set_status", {"user_id": self.agent.id, "status": "active"}),
                    ("whatsapp.board/reassign_all", {"user_id": self.agent.id}),
                ):
                    with self.subTest(role=role, method=method, expected=expected):
                        self.assertEqual(self._ask(headers, *method.split("/"), **arguments), status)
            self.team.supervisor_ids += self.supervisor
            self.env.flush_all()
