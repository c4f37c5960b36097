from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError

from .discuss_common import DiscussCommon


class TestRecordSend(DiscussCommon):
    """Sending from any record: who gets it, who does not and why, and what the chatter shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls._template()
        cls.Partner = cls.env["res.partner"]
        cls.ana = cls.Partner.create({"name": "Ana Ruiz", "phone": "+34 600 900 111"})
        cls.ben = cls.Partner.create({"name": "Ben", "phone": "+34 600 900 222"})  # his window is open
        cls.conversation.contact_id.partner_id = cls.ben

    def send(self, records, user=None, **values):
        return records.with_user(user or self.agent).whatsapp_send(**values)

    def greet(self, records, **values):
        return self.send(records, template=self.template, free={"body": ["you"]}, **values)

    def row(self, result):
        return self.Message.browse(result["message_id"])

    # ------------------------------------------------------------
    # Recipients
    # ------------------------------------------------------------

    def test_a_template_reaches_somebody_who_was_never_written_to(self):
        [result] = self.greet(self.ana)
        row = self.row(result)
        self.assertEqual((row.state, row.type, row.contact_id.wa_id), ("queued", "template", "34600900111"))
        self.assertEqual(row.contact_id.partner_id, self.ana)
        self.assertEqual((row.res_model, row.res_id, row.user_id), ("res.partner", self.ana.id, self.agent))

    def test_each_who_is_left_out_has_a_reason(self):
        people = {
            "no_number": {"name": "No phone"},
            "invalid_number": {"name": "Bad phone", "phone": "12"},
            "blocked": {"name": "Blocked", "phone": "+34600900301"},
            "unreachable": {"name": "Not there", "phone": "+34600900302"},
            "no_marketing": {"name": "Leave me", "phone": "+34600900303"},
            "duplicate": {"name": "Ana again", "phone": "+34600900111"},
        }
        partners = {reason: self.Partner.create(values) for reason, values in people.items()}
        self._contact("34600900301", blocked=True)
        self._contact("34600900302", is_unreachable=True)
        self._contact("34600900303", marketing_stopped=True)
        self.template.category = "MARKETING"
        results = self.greet(self.ana + self.Partner.union(*partners.values()))
        reasons = {result["res_id"]: result["reason"] for result in results}
        self.assertEqual(reasons, {self.ana.id: False, **{partner.id: reason for reason, partner in partners.items()}})
        self.assertTrue(all(result["detail"] for result in results[1:]))
        self.assertEqual(self.Message.search_count([("res_model", "=", "res.partner")]), 1)

    def test_no_marketing_does_not_stop_other_templates(self):
        self._contact("34600900111", marketing_stopped=True)
        [result] = self.greet(self.ana)
        self.assertFalse(result["reason"])

    def test_a_customer_who_hides_the_phone_is_reached_by_user_id(self):
        nina = self.Partner.create({"name": "Nina"})
        contact = self.env["whatsapp.contact"].create(
            {"bsuid": "ES.Nina1", "portfolio": self.channel.portfolio, "partner_id": nina.id, "username": "nina"}
        )
        [result] = self.greet(nina)
        self.assertEqual(self.row(result).contact_id, contact)

    def test_free_text_needs_the_window(self):
        results = self.send(self.ana + self.ben, body="Hello")
        self.assertEqual([result["reason"] for result in results], ["window_closed", False])
        self.assertEqual(self.row(results[1]).body, "Hello")

    def test_the_window_must_be_open_when_a_scheduled_text_leaves(self):
        later = fields.Datetime.now() + timedelta(hours=48)
        [result] = self.send(self.ben, body="Hello", scheduled_at=later)
        self.assertEqual(result["reason"], "window_closed")

    def test_another_companys_record_is_left_out(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.ana.company_id = other
        [recipient] = self.ana._whatsapp_recipients(self.channel, self.template)
        self.assertEqual(recipient.reason, "other_company")

    def test_many_recipients_cost_no_more_queries(self):
        def count(number):
            partners = self.Partner.create(
                [{"name": f"P{i}", "phone": f"+3460{number % 10}{i:06}"} for i in range(number)]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            partners._whatsapp_recipients(self.channel, self.template)
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertLessEqual(abs(count(51) - count(3)), 1)

    # ------------------------------------------------------------
    # Rights and errors
    # ------------------------------------------------------------

    def test_only_agents_send(self):
        with self.assertRaisesRegex(AccessError, "Only WhatsApp agents"):
            self.greet(self.ana, user=self.employee)

    def test_only_what_one_may_read_is_sent_from(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.ana.company_id = other
        with self.assertRaises(AccessError):
            self.greet(self.ana)

    def test_a_customer_of_another_team_can_be_written_to_from_a_record_and_not_read(self):
        [result] = self.greet(self.ben, user=self.other_agent)
        row = self.row(result)
        self.assertEqual(row.conversation_id, self.conversation)
        self.assertFalse(row.with_user(self.other_agent).has_access("read"))

    def test_errors_name_the_remedy(self):
        with self.assertRaisesRegex(ValidationError, "template or write a text"):
            self.send(self.ana)
        with self.assertRaisesRegex(ValidationError, "no template “nothing”"):
            self.send(self.ana, template="nothing")
        with self.assertRaisesRegex(UserError, "too many"):
            self.greet(self.Partner.create([{"name": "x"} for _number in range(101)]))

    def test_a_value_that_is_missing_names_itself_and_sends_nothing(self):
        [result] = self.send(self.ana, template=self.template)
        self.assertEqual((result["reason"], result["message_id"]), ("no_value", False))
        self.assertIn("1", result["detail"])

    def test_the_same_key_sends_once(self):
        first, second = self.greet(self.ana, once="welcome"), self.greet(self.ana, once="welcome")
        self.assertEqual(first[0]["message_id"], second[0]["message_id"])
        self.assertEqual(self.Message.search_count([("res_id", "=", self.ana.id), ("res_model", "=", "res.partner")]), 1)

    def test_a_scheduled_message_waits(self):
        self.greet(self.ana, scheduled_at=fields.Datetime.now() + timedelta(hours=1))
        self.assertFalse(self.claim())

    # ------------------------------------------------------------
    # Chatter
    # ------------------------------------------------------------

    def test_the_chatter_shows_it_and_mails_nobody(self):
        follower = self.Partner.create({"name": "Follower", "email": "f@example.com"})
        self.ana.message_subscribe(follower.ids)
        mails = self.env["mail.mail"].search_count([])
        [result] = self.greet(self.ana)
        note = self.row(result).record_message_id
        self.assertEqual((note.model, note.res_id, note.author_id), ("res.partner", self.ana.id, self.agent.partner_id))
        self.assertIn("Hello you", note.body)
        self.assertTrue(note.subtype_id.internal)
        self.assertFalse(note.notification_ids)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertEqual(note.with_user(self.employee)._whatsapp_status()["state"], "queued")

    def test_the_state_is_live_on_the_record(self):
        [result] = self.greet(self.ana)
        row = self.row(result)
        [job] = self.claim()
        rows = self.bus_rows(self.settle, job)
        data = [m["payload"] for channel, m in rows if channel[1:] == ["res.partner", self.ana.id, "WHATSAPP"]]
        self.assertEqual(data[0]["mail.message"][0]["id"], row.record_message_id.id)
        self.assertEqual(data[0]["mail.message"][0]["whatsapp_status"]["state"], "accepted")

    def test_only_who_may_read_the_record_hears_of_it(self):
        name = f"whatsapp.record/whatsapp.conversation/{self.conversation.id}"
        channels = self.env["ir.websocket"].with_user(self.agent)._whatsapp_record_channels({name, "whatsapp.record/x/1"})
        self.assertEqual([channel[0] for channel in channels], [self.conversation])
        self.assertFalse(self.env["ir.websocket"].with_user(self.other_agent)._whatsapp_record_channels({name}))

    def test_what_was_sent_cannot_be_rewritten(self):
        [result] = self.greet(self.ana)
        note = self.row(result).record_message_id
        with self.assertRaisesRegex(UserError, "cannot be edited or deleted"):
            self.ana.with_user(self.agent)._message_update_content(note.with_user(self.agent), body="Something else")

    # ------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------

    def accepted(self, **values):
        """Return a message that was sent from Ana's record and has left."""
        [result] = self.greet(self.ana, **values)
        row = self.row(result)
        [job] = [job for job in self.claim() if job.id == row.id]
        self.settle(job)
        return row

    def answers(self):
        return self.ana.message_ids.filtered(lambda m: m.author_id == self.ana)

    def test_a_quoting_answer_is_shown_on_the_record_once(self):
        row = self.accepted()
        message = self.inbound_text("Thank you", context={"id": row.wamid, "from": "15550190001"})
        answer = self.receive(message)
        self.receive(message)
        self.assertEqual(len(self.answers()), 1)
        note = self.answers()
        self.assertIn("Thank you", note.body)
        self.assertTrue(note.subtype_id.internal)
        self.assertEqual((answer.record_message_id, answer.res_id), (note, self.ana.id))
        self.assertFalse(note.notification_ids)

    def test_the_next_answer_belongs_to_it_too(self):
        self.accepted()
        self.receive(self.inbound_text("Yes"), self.inbound_text("please"))
        self.assertEqual(len(self.answers()), 2)

    def test_an_answer_to_something_later_does_not(self):
        row = self.accepted()
        self.env.cr.execute("UPDATE whatsapp_chat_message SET sent_on = sent_on - interval '1 hour' WHERE id = %s", [row.id])
        self.env.invalidate_all()
        self.receive(self.inbound_text("Yes"))
        self.assertEqual(len(self.answers()), 1)
        row.conversation_id._send_text("Anything else?", origin="agent")
        self.receive(self.inbound_text("No", timestamp=str(int(fields.Datetime.now().timestamp()) + 1)))
        self.assertEqual(len(self.answers()), 1)

    def test_an_answer_after_days_does_not(self):
        row = self.accepted()
        self.env.cr.execute("UPDATE whatsapp_chat_message SET sent_on = sent_on - interval '4 days' WHERE id = %s", [row.id])
        self.env.invalidate_all()
        self.receive(self.inbound_text("Hello again"))
        self.assertFalse(self.answers())

    def test_a_deleted_record_takes_nothing_down(self):
        row = self.accepted()
        self.env.cr.execute("UPDATE whatsapp_chat_message SET res_id = 999999999 WHERE id = %s", [row.id])
        self.env.invalidate_all()
        self.assertEqual(len(self.receive(self.inbound_text("Yes"))), 1)

    def _later(self, kind, of, **values):
        """Return the customer's change of one of their own messages."""
        at = str(int(fields.Datetime.now().timestamp()) + 60)
        return self.inbound_message(kind, timestamp=at, **{kind: {"original_message_id": of.wamid, **values}})

    def test_a_changed_answer_is_changed_on_the_record(self):
        self.accepted()
        answer = self.receive(self.inbound_text("Blue"))
        self.receive(self._later("edit", answer, message={"type": "text", "text": {"body": "Red"}}))
        self.assertIn("Red", self.answers().body)
        self.assertNotIn("Blue", self.answers().body)

    def test_a_deleted_answer_leaves_the_record_with_its_file(self):
        self.accepted()
        image = {"id": "1", "mime_type": "text/plain", "caption": "Secret plan"}
        answer = self.receive(self.inbound_message("image", image=image))
        answer._media_fetched(b"secret", "text/plain")
        files = answer.attachment_ids | self.answers().attachment_ids
        self.assertEqual(len(files), 2)
        self.receive(self._later("revoke", answer))
        self.assertEqual(len(self.answers()), 1)
        self.assertNotIn("Secret", self.answers().body)
        self.assertFalse(self.answers().attachment_ids or files.exists())

    def test_what_is_deleted_on_our_phone_leaves_the_documents_file(self):
        row = self.accepted()
        file = self.env["ir.attachment"].create({"name": "a.txt", "raw": b"a", "res_model": "res.partner", "res_id": self.ana.id})
        row.attachment_ids = file
        row._revoke(fields.Datetime.now())
        self.assertTrue(file.exists())
        self.assertIn("+34600900111", row.record_message_id.body)
        self.assertNotIn("you", row.record_message_id.body)

    def test_a_blocked_persons_answer_is_not_shown(self):
        row = self.accepted()
        row.contact_id.blocked = True
        self.receive(self.inbound_text("Yes"))
        self.assertFalse(self.answers())

    def test_answers_cost_a_batch_the_same_number_of_queries(self):
        self.accepted()

        def count(number):
            messages = [self.inbound_text("Yes") for _number in range(number)]
            event = self.event(self.notification(messages))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = self.Message
            with patch.object(type(self.env["discuss.channel"]), "_whatsapp_announce"):
                self.process(event)
            del rows
            return self.env.cr.sql_log_count - before

        count(2)
        few, many = count(2), count(12)
        self.assertLessEqual(many - few, 10)
