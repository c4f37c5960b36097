from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..cloud_api.inbound import Identity
from ..models.whatsapp_contact_identity import OLD_NUMBER_DAYS
from .common import ANA, WhatsappCommon

PHONE = ANA["wa_id"]
BSUID = "ES.anaBefore1"
NEW_BSUID = "ES.anaLater2"
NEW_PHONE = "34600900999"


class IdentityCommon(WhatsappCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Contact = cls.env["whatsapp.contact"]

    def write_as(self, wa_id=None, user_id=None, body="Hello", channel=None, name="Ana Ruiz", **values):
        """Have a person write who shows these IDs; returns the row."""
        person = {"profile": {"name": name}}
        if wa_id:
            person["wa_id"] = wa_id
        if user_id:
            person["user_id"] = user_id
        message = self.inbound_text(body, **{"from": wa_id, "from_user_id": user_id, **values})
        return self.receive(message, contacts=[person], channel=channel)

    def change(self, field, value):
        """Have Meta send a notification of another field."""
        changes = [{"field": field, "value": value}]
        body = {"object": "whatsapp_business_account", "entry": [{"id": self.account.waba_id, "changes": changes}]}
        return self.process(self.event(body))

    def change_number(self, old, new, user_id=None):
        """Have somebody change their number; returns the system message's row."""
        system = {"type": "user_changed_number", "body": f"User changed from {old} to {new}", "wa_id": new, "user_id": user_id}
        return self.receive(self.inbound_message("system", system=system, **{"from": old}), contacts=())

    def change_user_id(self, previous, current):
        """Have Meta replace a user ID."""
        item = {"wa_id": PHONE, "user_id": {"previous": previous, "current": current}, "timestamp": 1790000000}
        return self.change("user_id_update", {"user_id_update": [item]})

    def lines(self, conversation):
        """Return the slim lines of a thread."""
        thread = [("model", "=", "discuss.channel"), ("res_id", "=", conversation.discuss_channel_id.id)]
        return self.env["mail.message"].search([*thread, ("message_type", "=", "notification")]).mapped("body")


@tagged("post_install", "-at_install")
class TestSpellings(IdentityCommon):
    """One person in Brazil, Mexico or Argentina is one contact, however the number is written."""

    def test_both_spellings_are_one_contact_and_one_conversation(self):
        pairs = (("5215512345678", "525512345678"), ("551187654321", "5511987654321"), ("5491123456789", "541123456789"))
        for one, other in pairs:
            with self.subTest(one=one):
                rows = self.write_as(one) | self.write_as(other)
                self.assertEqual(len(rows.conversation_id), 1)
                self.assertEqual(rows.contact_id.wa_id, other, "WhatsApp's latest spelling is the one to write to")

    def test_both_spellings_in_one_notification_make_one_contact_and_one_customer(self):
        before = self.env["res.partner"].search_count([])
        senders = [Identity(wa_id="5215512345678"), Identity(wa_id="525512345678")]
        found = self.Contact._find_or_create(self.company, self.channel.portfolio, senders)
        self.assertEqual(len(set(found.values())), 1)
        self.assertEqual(self.env["res.partner"].search_count([]), before + 1)

    def test_customer_is_found_by_either_spelling(self):
        partner = self.env["res.partner"].create({"name": "Luz", "phone": "+52 1 55 1234 5678"})
        row = self.write_as("525512345678")
        self.assertEqual(row.contact_id.partner_id, partner)

    def test_typed_numbers_do_not_change_how_whatsapp_spells_it(self):
        row = self.write_as("5215512345678")
        conversation = self.channel._conversation_with(phone="+52 55 1234 5678")
        self.assertEqual(conversation, row.conversation_id)
        self.assertEqual(row.contact_id.wa_id, "5215512345678")

    def test_looking_up_many_people_costs_the_same(self):
        def senders(start, count):
            return [Identity(wa_id=str(5215500000000 + start + n), user_id=f"MX.u{start + n}") for n in range(count)]

        self.Contact._find_or_create(self.company, self.channel.portfolio, senders(0, 5))
        self.Contact._find_or_create(self.company, self.channel.portfolio, senders(100, 40))
        counts = []
        for people in (senders(0, 5), senders(100, 40)):
            self.env.invalidate_all()
            with self.assertQueryCount(10):
                start = self.env.cr.sql_log_count
                self.Contact._find_or_create(self.company, self.channel.portfolio, people)
                counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[0], counts[1])


@tagged("post_install", "-at_install")
class TestChanges(IdentityCommon):
    """People change numbers and user IDs; their conversation goes on."""

    def test_the_phone_becomes_known(self):
        hidden = self.write_as(user_id=BSUID)
        shown = self.write_as(PHONE, BSUID)
        self.assertEqual(hidden.conversation_id, shown.conversation_id)
        self.assertEqual(hidden.contact_id.wa_id, PHONE)
        self.assertIn(f"+{PHONE}", "".join(self.lines(hidden.conversation_id)))

    def test_two_contacts_in_one_notification_are_merged(self):
        hidden = self.write_as(user_id=BSUID, body="hidden", name="ana")
        known = self.write_as(PHONE, body="known")
        both = self.write_as(PHONE, BSUID, body="both")
        self.assertEqual((hidden | known | both).contact_id, known.contact_id)
        self.assertEqual((hidden | known | both).conversation_id, known.conversation_id)
        self.assertEqual((known.contact_id.wa_id, known.contact_id.bsuid), (PHONE, BSUID))

    def test_system_message_moves_the_contact_with_its_history(self):
        row = self.write_as(PHONE, BSUID)
        self.change_number(PHONE, NEW_PHONE, NEW_BSUID)
        later = self.write_as(NEW_PHONE, NEW_BSUID)
        self.assertEqual(later.conversation_id, row.conversation_id)
        contact = row.contact_id
        self.assertEqual((contact.wa_id, contact.bsuid), (NEW_PHONE, NEW_BSUID))
        self.assertEqual(contact.alias_ids.mapped("wa_id"), [PHONE])
        self.assertEqual(contact.alias_ids.mapped("bsuid"), [BSUID])

    def test_number_change_and_first_message_from_the_new_number_in_one_notification(self):
        row = self.write_as(PHONE)
        system = self.inbound_message("system", system={"type": "user_changed_number", "body": "x", "wa_id": NEW_PHONE})
        later = self.inbound_text("new number", **{"from": NEW_PHONE})
        rows = self.receive(system, later, contacts=[{"wa_id": NEW_PHONE, "profile": {"name": "Ana Ruiz"}}])
        self.assertEqual(rows.conversation_id, row.conversation_id)
        self.assertEqual(rows.contact_id.wa_id, NEW_PHONE)

    def test_a_late_message_from_the_old_number_finds_its_person_and_changes_nothing(self):
        row = self.write_as(PHONE, BSUID)
        self.change_number(PHONE, NEW_PHONE, NEW_BSUID)
        for ids in ({"wa_id": PHONE, "user_id": BSUID}, {"wa_id": PHONE}):
            late = self.write_as(**ids)
            self.assertEqual(late.conversation_id, row.conversation_id)
            self.assertEqual((late.contact_id.wa_id, late.contact_id.bsuid), (NEW_PHONE, NEW_BSUID))

    def test_an_old_number_in_other_hands_is_somebody_else(self):
        row = self.write_as(PHONE, BSUID)
        self.change_number(PHONE, NEW_PHONE, NEW_BSUID)
        stranger = self.write_as(PHONE, "ES.stranger9")
        self.assertNotEqual(stranger.contact_id, row.contact_id)

    def test_whoever_gets_an_old_number_is_not_taken_for_the_customer_who_had_it(self):
        row = self.write_as(PHONE, BSUID)
        partner = row.contact_id.partner_id
        self.change_number(PHONE, NEW_PHONE, NEW_BSUID)
        self.assertEqual(partner.phone, f"+{NEW_PHONE}")
        self.assertIn(PHONE, "".join(partner.message_ids.mapped("body")))
        self.assertNotEqual(self.write_as(PHONE, "ES.stranger9").contact_id.partner_id, partner)

    def test_another_phone_of_the_customer_stays(self):
        row = self.write_as(PHONE)
        row.contact_id.partner_id.phone = "+34911222333"
        self.change_number(PHONE, NEW_PHONE)
        self.assertEqual(row.contact_id.partner_id.phone, "+34911222333")
        self.assertTrue(row.contact_id.phone_differs)

    def test_a_change_is_told_once_in_each_thread(self):
        second = self._channel(self.account, "399000000000002")
        row, elsewhere = self.write_as(PHONE), self.write_as(PHONE, channel=second)
        self.change_number(PHONE, NEW_PHONE)
        for conversation in (row.conversation_id, elsewhere.conversation_id):
            self.assertEqual("".join(self.lines(conversation)).count(NEW_PHONE), 1)

    def test_after_a_month_an_old_number_is_somebody_else(self):
        row = self.write_as(PHONE)
        self.change_number(PHONE, NEW_PHONE)
        self.env.cr.execute(
            "UPDATE whatsapp_contact_alias SET create_date = %s WHERE contact_id = %s",
            [fields.Datetime.now() - timedelta(days=OLD_NUMBER_DAYS + 1), row.contact_id.id],
        )
        self.env.invalidate_all()
        self.assertNotEqual(self.write_as(PHONE).contact_id, row.contact_id)

    def test_a_number_that_moved_to_another_user_id_takes_no_history_along(self):
        owner = self.write_as(NEW_PHONE, "ES.owner1", name="Owner")
        ana = self.write_as(PHONE, BSUID)
        moved = self.write_as(NEW_PHONE, BSUID)
        self.assertEqual(moved.conversation_id, ana.conversation_id)
        self.assertNotEqual(owner.conversation_id, ana.conversation_id)
        self.assertEqual((owner.contact_id.wa_id, owner.contact_id.bsuid), (False, "ES.owner1"))
        self.assertEqual(ana.contact_id.wa_id, NEW_PHONE)

    def test_user_id_update_keeps_the_old_id_as_alias(self):
        row = self.write_as(PHONE, BSUID)
        self.change_user_id(BSUID, NEW_BSUID)
        self.assertEqual(row.contact_id.bsuid, NEW_BSUID)
        self.assertEqual(self.write_as(user_id=BSUID).contact_id, row.contact_id)
        self.assertEqual(self.write_as(user_id=NEW_BSUID).contact_id, row.contact_id)

    def test_a_hidden_phone_stays_hidden_when_the_user_id_changes(self):
        row = self.write_as(user_id=BSUID)
        self.change_user_id(BSUID, NEW_BSUID)
        self.assertEqual((row.contact_id.wa_id, row.contact_id.bsuid), (False, NEW_BSUID))
        self.assertIn("new WhatsApp user ID", "".join(self.lines(row.conversation_id)))

    def test_user_id_update_to_an_id_that_has_a_contact_merges_both(self):
        row = self.write_as(PHONE, BSUID)
        other = self.write_as(user_id=NEW_BSUID)
        self.change_user_id(BSUID, NEW_BSUID)
        self.assertEqual(other.contact_id, row.contact_id)
        self.assertEqual(other.conversation_id, row.conversation_id)
        self.assertEqual(row.contact_id.bsuid, NEW_BSUID)

    def test_user_id_update_of_a_stranger_or_of_another_shape_is_no_failure(self):
        for value in ({"user_id_update": [{"user_id": {"previous": "ES.x", "current": "ES.y"}}]}, {"user_id_update": "x"}, {}):
            self.assertEqual(self.change("user_id_update", value).state, "done")

    def test_same_phone_with_another_user_id_goes_on_with_a_warning(self):
        row = self.write_as(PHONE, BSUID)
        again = self.write_as(PHONE, NEW_BSUID)
        self.assertEqual(again.contact_id, row.contact_id)
        self.assertEqual(row.contact_id.bsuid, NEW_BSUID)
        self.assertIn("same person", "".join(self.lines(row.conversation_id)))


@tagged("post_install", "-at_install")
class TestMerge(IdentityCommon):
    """A merge leaves one contact and one conversation a number, and nothing that dangles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.second = cls._channel(cls.account, "399000000000002")

    def test_conversations_become_one_on_each_number(self):
        known, hidden = self.write_as(PHONE, body="one"), self.write_as(user_id=BSUID, body="two", name="nila")
        elsewhere = self.write_as(user_id=BSUID, body="three", channel=self.second)
        loser, gone = hidden.contact_id, hidden.conversation_id
        gone.user_id = self.agent
        discuss = gone.discuss_channel_id
        gone._message_log(body="a note in the chatter")
        known.contact_id._merge(loser)
        self.assertFalse(loser.exists() or gone.exists() or discuss.exists())
        survivor = known.contact_id
        self.assertEqual(survivor.conversation_ids, known.conversation_id | elsewhere.conversation_id)
        thread = known.conversation_id.discuss_channel_id
        shown = (known | hidden).mail_message_id
        self.assertEqual(set(shown.mapped("res_id")), {thread.id})
        self.assertEqual(shown.author_id, survivor.partner_id)
        self.assertEqual(known.conversation_id.user_id, self.agent)
        self.assertIn(self.agent.partner_id, thread.channel_partner_ids)
        self.assertEqual(known.conversation_id.unanswered_count, 2)
        self.assertIn("a note in the chatter", "".join(known.conversation_id.message_ids.mapped("body")))
        self.assertIn(BSUID, "".join(survivor.message_ids.mapped("body")), "what was merged can be read later")

    def test_nothing_points_to_the_contact_that_is_gone(self):
        known, hidden = self.write_as(PHONE), self.write_as(user_id=BSUID)
        loser = hidden.contact_id.id
        known.contact_id._merge(hidden.contact_id)
        for table, column in self.env["base.partner.merge.automatic.wizard"]._get_fk_on("whatsapp_contact"):
            self.env.cr.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}" = %s', [loser])
            self.assertEqual(self.env.cr.fetchone()[0], 0, f"{table}.{column}")

    def test_what_waits_to_be_sent_is_sent_once_to_who_stays(self):
        hidden = self.write_as(user_id=BSUID)
        queued = hidden.conversation_id._send_text("Wait")
        sending = hidden.conversation_id._send_text("Going")
        [job] = self.claim(room=1)
        known = self.write_as(PHONE)
        known.contact_id._merge(hidden.contact_id)
        self.settle(job)
        self.assertEqual((queued | sending).mapped("state"), ["accepted", "queued"])
        [job] = self.claim()
        self.assertEqual((job.id, job.wa_id), (sending.id, PHONE))

    def test_who_was_protected_stays_protected(self):
        known, hidden = self.write_as(PHONE), self.write_as(user_id=BSUID)
        hidden.contact_id.write({"blocked": True, "marketing_stopped": True})
        known.contact_id._merge(hidden.contact_id)
        self.assertTrue(known.contact_id.blocked and known.contact_id.marketing_stopped)

    def test_window_times_and_state_of_both_are_kept(self):
        known, hidden = self.write_as(PHONE), self.write_as(user_id=BSUID)
        late = fields.Datetime.now() + timedelta(hours=30)
        hidden.conversation_id.write({"window_expires_at": late})
        known.conversation_id.action_resolve()
        known.contact_id._merge(hidden.contact_id)
        self.assertEqual(known.conversation_id.window_expires_at, late)
        self.assertEqual(known.conversation_id.state, "open")

    def test_two_accounts_of_one_person_are_answered_where_they_wrote_last(self):
        one, two = self.write_as(PHONE, BSUID), self.write_as(NEW_PHONE, NEW_BSUID)
        one.contact_id._merge(two.contact_id)
        again = self.write_as(NEW_PHONE, NEW_BSUID)
        self.assertEqual(again.contact_id, one.contact_id)
        self.assertEqual((one.contact_id.wa_id, one.contact_id.bsuid), (NEW_PHONE, NEW_BSUID))
        self.write_as(PHONE, BSUID)
        self.assertEqual((one.contact_id.wa_id, one.contact_id.bsuid), (PHONE, BSUID))

    def test_a_merged_number_in_other_hands_is_somebody_else(self):
        one, two = self.write_as(PHONE, BSUID), self.write_as(NEW_PHONE, NEW_BSUID)
        one.contact_id._merge(two.contact_id)
        self.assertEqual(self.write_as(NEW_PHONE).contact_id, one.contact_id)
        self.write_as(PHONE, BSUID)
        self.assertNotEqual(self.write_as(NEW_PHONE, "ES.stranger9").contact_id, one.contact_id)

    def test_a_merge_that_had_to_wait_is_done_by_the_scheduled_action(self):
        known, hidden = self.write_as(PHONE), self.write_as(user_id=BSUID)
        request = self.env["whatsapp.contact.merge.request"]
        self.patch(type(self.Contact), "_lock_for_merge", lambda contact, other: False)
        self.write_as(PHONE, BSUID)
        self.assertEqual(len(request.search([])), 1)
        self.write_as(PHONE, BSUID)
        self.assertEqual(len(request.search([])), 1, "asked once")
        self.assertFalse(request.search([])._merge_if_free())
        self.patch(type(self.Contact), "_lock_for_merge", lambda contact, other: True)
        self.assertTrue(request.search([])._merge_if_free())
        self.assertEqual(hidden.contact_id, known.contact_id)
        self.assertFalse(request.search([]))
