from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WhatsappCommon
from .panel_common import PanelData


@tagged("post_install", "-at_install")
class TestPanel(PanelData, WhatsappCommon):
    """The contact, its customer and all else that stands beside a conversation, in one call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.talk = cls._conversation("34600900501")
        cls.contact = cls.talk.contact_id
        cls.ana = cls.talk.partner_id
        cls.editor = cls.supervisor
        cls.editor.group_ids += cls.env.ref("base.group_partner_manager")

    # ------------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------------

    def test_contact_and_customer(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        tags = self.env["res.partner.category"].create({"name": "VIP", "color": 3})
        self.ana.write({"name": "Ana", "email": "ana@example.com", "parent_id": firm.id, "category_id": tags.ids})
        self.contact.write({"note": "Prefers mornings", "blocked": True})
        panel = self.panel(self.talk)
        contact, partner = panel["contact"], panel["partner"]
        self.assertEqual((contact["phone"], contact["note"], contact["blocked"]), ("+34600900501", "Prefers mornings", True))
        self.assertEqual((partner["own_name"], partner["email"]), ("Ana", "ana@example.com"))
        self.assertEqual(partner["company"], {"id": firm.id, "name": "Firm"})
        self.assertEqual([(tag["name"], tag["color"]) for tag in partner["tags"]], [("VIP", 3)])
        self.assertEqual(panel["conversation"]["team"], "Support")

    def test_rights_are_those_of_the_reader(self):
        agent, editor = self.panel(self.talk)["rights"], self.panel(self.talk, self.editor)["rights"]
        self.assertEqual((agent["edit_partner"], agent["create_partner"], agent["create_tag"], agent["edit_sections"]), (False,) * 4)
        self.assertTrue(agent["edit_contact"] and agent["edit_conversation"])
        self.assertTrue(editor["edit_partner"] and editor["create_partner"] and editor["create_tag"])
        self.assertTrue(self.panel(self.talk, self.admin)["rights"]["edit_sections"])

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_who_may_not_see_the_conversation_gets_nothing(self):
        tenant = self.env["res.company"].create({"name": "Tenant"})
        self.admin.write({"company_ids": [(6, 0, tenant.ids)], "company_id": tenant.id})
        for user in (self.other_agent, self.employee, self.portal, self.admin):
            for method in ("inbox_panel", "inbox_panel_files"):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(self.talk.with_user(user), method)()

    # ------------------------------------------------------------
    # Which customer it is
    # ------------------------------------------------------------

    def test_a_customer_is_made_of_the_contact(self):
        self.contact.partner_id = False
        self.assertFalse(self.panel(self.talk)["partner"])
        partner = self.env["res.partner"].browse(self.contact.with_user(self.editor).create_partner())
        self.assertEqual((self.talk.partner_id, partner.phone), (partner, "+34600900501"))
        with self.assertRaisesRegex(UserError, "is a customer already"):
            self.contact.with_user(self.editor).create_partner()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_without_the_right_no_customer_is_made(self):
        self.contact.partner_id = False
        with self.assertRaisesRegex(AccessError, "Contact Creation"):
            self.contact.with_user(self.agent).create_partner()
        with self.assertRaises(AccessError):
            self.contact.with_user(self.employee).create_partner()

    def test_an_existing_customer_is_linked_and_taken_off(self):
        bea = self.env["res.partner"].create({"name": "Bea"})
        self.contact.with_user(self.agent).link_partner(bea.id)
        self.assertEqual((self.talk.partner_id, self.panel(self.talk)["partner"]["name"]), (bea, "Bea"))
        self.contact.with_user(self.agent).link_partner(False)
        self.assertFalse(self.talk.partner_id)

    def test_a_customer_of_another_company_or_none_is_refused(self):
        tenant = self.env["res.company"].create({"name": "Tenant"})
        self.agent.company_ids += tenant
        theirs = self.env["res.partner"].create({"name": "Theirs", "company_id": tenant.id})
        contact = self.contact.with_user(self.agent).with_context(allowed_company_ids=(self.company | tenant).ids)
        with self.assertRaisesRegex(UserError, "belongs to another company"):
            contact.link_partner(theirs.id)
        theirs.unlink()
        with self.assertRaisesRegex(UserError, "does not exist any more"):
            contact.link_partner(theirs.id)

    def test_a_note_never_overwrites_what_a_colleague_wrote_meanwhile(self):
        contact = self.contact.with_user(self.agent)
        self.assertFalse(contact.save_note("Mine", ""))
        self.assertEqual(contact.save_note("Late", ""), "Mine")
        self.assertEqual(contact.note, "Mine")
        self.assertFalse(contact.save_note("Mine", ""), "what is stored already is no conflict")
        self.assertFalse(contact.save_note("", "Mine"))
        self.assertFalse(contact.note)
        with self.assertRaises(AccessError):
            self.contact.with_user(self.employee).save_note("x", "")

    def test_the_note_survives_a_merge(self):
        other = self._contact("34600900599", note="Allergic to nuts")
        self.contact.note = "Prefers mornings"
        self.contact._merge(other)
        self.assertEqual(self.contact.note, "Prefers mornings\n\nAllergic to nuts")

    def test_the_time_where_the_customer_lives(self):
        contact = self._conversation("4930123456").contact_id
        self.assertEqual(contact._time_zone(), ("Europe/Berlin", True))
        # Odoo gives new customers the zone of whoever made them, which says nothing of theirs
        contact.partner_id.tz = "Asia/Tokyo"
        self.assertEqual(contact._time_zone(), ("Europe/Berlin", True))
        self.portal.partner_id.tz = "Asia/Tokyo"
        contact.partner_id = self.portal.partner_id
        self.assertEqual(contact._time_zone(), ("Asia/Tokyo", False))

    # ------------------------------------------------------------
    # The rest of it
    # ------------------------------------------------------------

    def test_other_conversations_of_the_same_person_and_customer(self):
        number = self._channel(self.account, "399000000000888", team_id=self.team.id)
        secret = self._channel(self.account, "399000000000889", team_id=self.env["whatsapp.team"].create({"name": "Board"}).id)
        mine = self._conversation("34600900501", channel=number)
        self._conversation("34600900501", channel=secret)
        second_phone = self._conversation("34600900502")
        second_phone.contact_id.partner_id = self.ana
        self._conversation("34600900503")
        others = self.panel(self.talk)["others"]
        self.assertEqual({other["id"] for other in others}, {mine.id, second_phone.id})

    def test_an_advertisement_is_shown_and_only_a_web_address_is_a_link(self):
        self.assertFalse(self.panel(self.talk)["referral"])
        values = {"referral_at": fields.Datetime.now(), "referral_headline": "Sale", "referral_source_url": "https://fb.me/x"}
        self.talk.write(values)
        self.assertEqual(self.panel(self.talk)["referral"]["source_url"], "https://fb.me/x")
        self.talk.referral_source_url = "javascript:alert(1)"
        self.assertFalse(self.panel(self.talk)["referral"]["source_url"])

    def test_files_of_the_thread_come_in_portions(self):
        other = self._conversation("34600900504")
        values = [{"name": f"{number}.png", "raw": b"x", "mimetype": "image/png", "res_model": "discuss.channel"} for number in range(5)]
        files = self.env["ir.attachment"].create([{**value, "res_id": self.talk.discuss_channel_id.id} for value in values])
        self.env["ir.attachment"].create({**values[0], "res_id": other.discuss_channel_id.id})
        reader = self.talk.with_user(self.agent)
        first = reader.inbox_panel_files(limit=3)
        self.assertEqual(([file["id"] for file in first["files"]], first["has_more"]), (files[:1:-1].ids, True))
        rest = reader.inbox_panel_files(before=first["files"][-1]["id"], limit=3)
        self.assertEqual(([file["id"] for file in rest["files"]], rest["has_more"]), (files[1::-1].ids, False))
        self.assertEqual([file["id"] for file in self.panel(self.talk)["files"]["files"]], files[::-1].ids)

    # ------------------------------------------------------------
    # Live
    # ------------------------------------------------------------

    def test_what_changes_is_told_once_to_whoever_reads_the_thread(self):
        other = self._conversation("34600900504")
        tag = self.env["whatsapp.tag"].create({"name": "VIP"})
        bea = self.env["res.partner"].create({"name": "Bea"})
        for work in (
            lambda: self.ana.write({"name": "Ana Maria"}),
            lambda: self.contact.write({"note": "New"}),
            lambda: self.contact.link_partner(bea.id),
            lambda: self.talk.write({"tag_ids": [(4, tag.id)]}),
            lambda: self.talk.write({"priority": "1"}),
        ):
            self.forget()
            work()
            self.assertEqual(self.told(), {self.talk.id})
        self.assertNotIn(other.id, self.told())

    def test_what_the_panel_does_not_show_is_not_told(self):
        self.forget()
        self.ana.comment = "x"
        self.talk.write({"last_message_preview": "x"})
        self.contact.last_inbound_at = fields.Datetime.now()
        self.assertEqual(self.told(), set())

    def test_an_import_tells_nobody(self):
        people = self.env["res.partner"].create([{"name": f"Person {number}"} for number in range(1100)])
        self.forget()
        (people | self.ana).write({"function": "Buyer"})
        self.assertEqual(self.told(), set())

    def test_the_panel_costs_the_same_whatever_there_is(self):
        def add(numbers):
            for number in numbers:
                self._conversation(f"3460090051{number}").contact_id.partner_id = self.ana
            values = {"raw": b"x", "res_model": "discuss.channel", "res_id": self.talk.discuss_channel_id.id}
            self.env["ir.attachment"].create([{**values, "name": f"{number}.png"} for number in numbers])

        add([0])
        few = self.queries(lambda: self.panel(self.talk))
        add(range(1, 6))
        self.assertEqual(self.queries(lambda: self.panel(self.talk)), few)
