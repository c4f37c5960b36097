from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..lanes.sender import Outcome
from .test_identity import BSUID, NEW_BSUID, NEW_PHONE, PHONE, IdentityCommon


@tagged("post_install", "-at_install")
class TestIdentityTools(IdentityCommon):
    """Supervisors merge and split contacts after seeing what happens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.supervisor.group_ids += cls.env.ref("base.group_partner_manager")

    def merge_wizard(self, *contacts, user=None):
        wizards = self.env["whatsapp.contact.merge.wizard"].with_user(user or self.supervisor)
        return wizards.create({"contact_ids": [Command.set(self.Contact.union(*contacts).ids)]})

    def split_wizard(self, contact, user=None, **values):
        return self.env["whatsapp.contact.split.wizard"].with_user(user or self.supervisor).create({"contact_id": contact.id, **values})

    def test_preview_says_what_a_merge_does(self):
        known, hidden = self.write_as(PHONE), self.write_as(user_id=BSUID, name="nila")
        wizard = self.merge_wizard(hidden.contact_id, known.contact_id)
        self.assertEqual(wizard.survivor_id, known.contact_id)
        self.assertEqual((wizard.message_count, wizard.conversation_text), (1, "2 now, 1 afterwards"))
        self.assertIn("nila", wizard.warning)
        action = wizard.action_merge()
        self.assertEqual(action["res_id"], known.contact_id.id)
        self.assertEqual(hidden.conversation_id, known.conversation_id)

    def test_address_and_customer_are_chosen_apart(self):
        one, two = self.write_as(PHONE, BSUID), self.write_as(NEW_PHONE, NEW_BSUID, name="Ana at work")
        wizard = self.merge_wizard(one.contact_id, two.contact_id)
        self.assertIn("several numbers", wizard.warning)
        partner = one.contact_id.partner_id
        wizard.write({"survivor_id": one.contact_id.id, "address_id": two.contact_id.id})
        self.assertIn(PHONE, wizard.former_text)
        wizard.action_merge()
        contact = one.contact_id
        self.assertEqual((contact.wa_id, contact.bsuid, contact.partner_id), (NEW_PHONE, NEW_BSUID, partner))
        self.assertEqual((contact.alias_ids.wa_id, contact.alias_ids.bsuid), (PHONE, BSUID))

    def test_agents_employees_and_other_companies_may_not(self):
        known, hidden = self.write_as(PHONE), self.write_as(user_id=BSUID)
        for user in (self.agent, self.employee):
            with self.assertRaises(AccessError):
                known.contact_id.with_user(user).action_merge()
            with self.assertRaises(AccessError):
                self.merge_wizard(known.contact_id, hidden.contact_id, user=user)
        self.assertEqual(known.contact_id.with_user(self.supervisor).action_merge()["res_model"], "whatsapp.contact.merge.wizard")
        wizard = self.merge_wizard(known.contact_id, hidden.contact_id, user=self.supervisor)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        hidden.contact_id.company_id = elsewhere
        with self.assertRaises(UserError):
            wizard.action_merge()
        self.assertTrue(hidden.contact_id.exists())

    def test_agents_do_not_write_what_whatsapp_says(self):
        contact = self.write_as(PHONE).contact_id.with_user(self.agent)
        for values in ({"wa_id": NEW_PHONE}, {"phone_key": NEW_PHONE}, {"app_name": "x"}, {"block_note": "x"}, {"calls_allowed": True}):
            with self.assertRaises(AccessError):
                contact.write(values)

    def test_people_are_found_by_a_number_that_they_gave_up(self):
        contact = self.write_as(PHONE).contact_id
        self.change_number(PHONE, NEW_PHONE)
        found = self.Contact.with_user(self.agent).name_search(PHONE)
        self.assertEqual([contact.id], [contact_id for contact_id, _name in found])

    def test_two_at_least(self):
        with self.assertRaises(UserError):
            self.merge_wizard(self.write_as(PHONE).contact_id).action_merge()

    def test_split_gives_the_contact_another_customer(self):
        row = self.write_as(PHONE)
        contact, before = row.contact_id, row.contact_id.partner_id
        wizard = self.split_wizard(contact)
        wizard.action_split()
        self.assertNotEqual(contact.partner_id, before)
        self.assertEqual(row.mail_message_id.author_id, contact.partner_id)
        self.assertEqual(row.conversation_id.partner_id, contact.partner_id)
        self.assertIn(str(before.id), "".join(contact.message_ids.mapped("body")), "who it was can be read later")

    def test_split_gives_a_former_number_its_own_contact_and_messages(self):
        first = self.write_as(PHONE, BSUID, body="the former owner", timestamp="1790000000")
        conversation, contact = first.conversation_id, first.contact_id
        second = self.write_as(PHONE, NEW_BSUID, body="somebody else", timestamp="1790100000")
        self.assertEqual(second.contact_id, contact)
        wizard = self.split_wizard(contact, mode="identity", alias_id=contact.alias_ids.id, date_to=first.sent_on)
        self.assertEqual(wizard.message_count, 1)
        other = self.Contact.browse(wizard.action_split()["res_id"])
        self.assertEqual((first.contact_id, second.contact_id), (other, contact))
        self.assertEqual(other.bsuid, BSUID)
        self.assertNotEqual(first.conversation_id, conversation)
        self.assertEqual(first.mail_message_id.res_id, first.conversation_id.discuss_channel_id.id)
        self.assertEqual(first.mail_message_id.author_id, other.partner_id)
        self.assertEqual(first.conversation_id.last_inbound_at, first.sent_on)
        self.assertEqual(conversation.last_inbound_at, second.sent_on)
        self.assertFalse(contact.alias_ids)

    def test_a_merge_can_be_taken_back_by_a_split(self):
        known, hidden = self.write_as(PHONE), self.write_as(user_id=BSUID, name="nila")
        nila = hidden.contact_id.partner_id
        contact = known.contact_id
        contact._merge(hidden.contact_id, wa_id=PHONE, bsuid=NEW_BSUID)
        moment = hidden.sent_on
        wizard = self.split_wizard(contact, mode="identity", alias_id=contact.alias_ids.id, date_from=moment, date_to=moment)
        other = self.Contact.browse(wizard.action_split()["res_id"])
        self.assertEqual((other.bsuid, other.partner_id), (BSUID, nila))

    def test_customers_with_the_same_number_are_shown_and_can_be_chosen(self):
        company = self.env["res.partner"].create({"name": "Shop", "phone": f"+{PHONE}", "is_company": True})
        person = self.env["res.partner"].create({"name": "Ana", "phone": f"+{PHONE}"})
        contact = self.write_as(PHONE).contact_id
        self.assertEqual((contact.partner_id, contact.other_partner_ids), (person, company))
        with Form(contact.with_user(self.supervisor)) as form:
            form.partner_id = company
        self.assertEqual(contact.partner_id, company)
        self.assertEqual(contact.other_partner_ids, person)

    def test_one_customer_with_several_numbers_is_written_to_where_they_wrote_last(self):
        partner = self.env["res.partner"].create({"name": "Ana", "phone": f"+{PHONE}"})
        first = self.write_as(PHONE, timestamp="1790100000")
        second = self.write_as(NEW_PHONE, timestamp="1790000000")
        second.contact_id.partner_id = partner
        self.assertEqual(partner.whatsapp_contact_ids, first.contact_id | second.contact_id)
        self.assertEqual(self.channel._conversation_with(partner=partner), first.conversation_id)
        self.write_as(NEW_PHONE, timestamp="1790200000")
        self.assertEqual(self.channel._conversation_with(partner=partner), second.conversation_id)

    def test_another_phone_in_odoo_changes_nothing_but_is_shown_and_mended(self):
        contact = self.write_as(PHONE).contact_id
        self.assertFalse(contact.phone_differs)
        contact.partner_id.phone = f"+{NEW_PHONE}"
        self.assertEqual(contact.wa_id, PHONE)
        self.assertTrue(contact.phone_differs)
        contact.with_user(self.supervisor).action_use_whatsapp_phone()
        self.assertEqual(contact.partner_id.phone, f"+{PHONE}")
        self.assertFalse(contact.phone_differs)

    def test_a_customer_without_phone_gets_the_one_that_became_known(self):
        contact = self.write_as(user_id=BSUID).contact_id
        self.assertFalse(contact.partner_id.phone)
        self.write_as(PHONE, BSUID)
        self.assertEqual(contact.partner_id.phone, f"+{PHONE}")

    def test_what_meta_answers_to_a_message_teaches_ids(self):
        mexican = self._conversation("5215512345678")
        mexican._send_text("Hi")
        [job] = self.claim()
        self.Message._apply_outcomes([Outcome(job, "accepted", wamid="wamid.m1", wa_id="525512345678", user_id="MX.1")])
        self.env.invalidate_all()
        self.assertEqual((mexican.contact_id.wa_id, mexican.contact_id.bsuid), ("525512345678", "MX.1"))

    def test_an_answer_that_shows_two_contacts_to_be_one_asks_for_their_merge(self):
        hidden = self.write_as(user_id=BSUID)
        known = self._conversation(PHONE)
        known._send_text("Hi")
        [job] = self.claim()
        self.Message._apply_outcomes([Outcome(job, "accepted", wamid="wamid.m2", wa_id=PHONE, user_id=BSUID)])
        self.env.invalidate_all()
        request = self.env["whatsapp.contact.merge.request"].search([])
        self.assertEqual((request.survivor_id, request.loser_id), (known.contact_id, hidden.contact_id))
        request._merge_if_free()
        self.assertEqual(hidden.conversation_id, known)
