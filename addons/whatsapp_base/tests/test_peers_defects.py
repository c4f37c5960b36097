"""Promises that integrations of WhatsApp often break, each as a test; what other files test is not repeated here.

Repetition, order and bad signatures: test_intake, test_statuses, test_webhook. Texts of errors and retries:
test_error_policies, test_outbox_results. PDF in templates and bulk: test_compose. Rights: test_roles.
"""

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .discuss_common import DiscussCommon

ANA_CARD = {"name": {"formatted_name": "Bob", "first_name": "Bob"}, "phones": [{"phone": "+1 555 010 9999"}]}
# every kind of message that Meta documents, and one of next year
KINDS = {
    "text": {"text": {"body": "Hi"}},
    "image": {"image": {"id": "1", "mime_type": "image/jpeg"}},
    "video": {"video": {"id": "2", "mime_type": "video/mp4"}},
    "audio": {"audio": {"id": "3", "mime_type": "audio/ogg", "voice": True}},
    "document": {"document": {"id": "4", "mime_type": "application/pdf", "filename": "a.pdf"}},
    "sticker": {"sticker": {"id": "5", "mime_type": "image/webp"}},
    "location": {"location": {"latitude": 1.5, "longitude": 2.5}},
    "contacts": {"contacts": [ANA_CARD]},
    "button": {"button": {"text": "Yes", "payload": "yes"}},
    "interactive": {"interactive": {"type": "list_reply", "list_reply": {"id": "r", "title": "Row", "description": ""}}},
    "order": {"order": {"catalog_id": "9", "product_items": [
        {"product_retailer_id": "S", "quantity": 1, "item_price": 2, "currency": "EUR"}]}},
    "system": {"system": {"type": "user_changed_number", "body": "Ana changed number", "wa_id": "34600900112"}},
    "unsupported": {"errors": [{"code": 131051, "title": "Message type unknown"}]},
    "hologram": {"hologram": {"id": "6"}},
}


@tagged("post_install", "-at_install")
class TestNumbersAndTokens(DiscussCommon):
    def test_two_numbers_may_share_one_token_and_one_app(self):
        twin = self._account("299000000000066", app_id=self.account.app_id, app_secret="test-app-secret")
        self._channel(twin, "399000000000066")
        self._channel(self.account, "399000000000067")
        self.assertEqual({account._secret("access_token") for account in self.account | twin}, {"tok"})

    def test_the_number_that_a_notification_names_gets_the_message(self):
        second = self._channel(self.account, "399000000000067")
        first_row = self.receive(self.inbound_text("to the first"))
        second_row = self.receive(self.inbound_text("to the second"), channel=second)
        self.assertEqual((first_row.channel_id, second_row.channel_id), (self.channel, second))
        self.assertNotEqual(first_row.conversation_id, second_row.conversation_id)
        self.assertEqual(first_row.contact_id, second_row.contact_id, "one person all the same")

    def test_a_customer_may_have_several_numbers(self):
        partner = self.conversation.partner_id
        other = self._contact("34600900333")
        other.partner_id = partner
        rows = [self._conversation(phone)._send_text("Hi") for phone in ("34600900222", "34600900333")]
        self.assertEqual({row.contact_id.partner_id for row in rows}, {partner})
        self.assertEqual({row.contact_id.wa_id for row in rows}, {"34600900222", "34600900333"})

    def test_a_local_number_gets_its_country_and_loses_no_digit(self):
        self.company.country_id = self.env.ref("base.es")
        partner = self.env["res.partner"].create({"name": "Local", "phone": "600 900 444"})
        for conversation in (self.channel._conversation_with(phone="600 900 444"), self.channel._conversation_with(partner=partner)):
            self.assertEqual(conversation.contact_id.wa_id, "34600900444")


@tagged("post_install", "-at_install")
class TestNothingIsDropped(DiscussCommon):
    def test_every_kind_of_message_leaves_a_trace_that_people_see(self):
        for kind, content in KINDS.items():
            with self.subTest(kind=kind):
                row = self.receive(self.inbound_message(kind, **content))
                self.assertTrue(row.summary)
                self.assertTrue(row.mail_message_id, "nothing is shown in Discuss")
                self.assertTrue(json.loads(row.payload), "what Meta sent is kept")

    def test_many_messages_of_many_people_in_one_notification_all_arrive(self):
        people = [{"wa_id": f"3460090050{number}", "profile": {"name": f"P{number}"}} for number in range(4)]
        messages = [self.inbound_text(f"m{n}", **{"from": people[n % 4]["wa_id"]}) for n in range(8)]
        rows = self.receive(*messages, contacts=people)
        self.assertEqual((len(rows), len(rows.conversation_id)), (8, 4))

    def test_a_file_that_cannot_be_fetched_holds_nobody_up(self):
        broken = self.inbound_message("image", image={"id": "77", "mime_type": "image/jpeg", "caption": "My card"})
        event = self.event(self.notification([broken, self.inbound_text("and a text")]))
        self.process(event)
        self.assertEqual(event.state, "done")
        picture, text = self.Message.search([("contact_id.wa_id", "=", "34600900111")], order="id")
        picture._media_failed("gone")
        self.assertEqual((picture.body, text.body), ("My card", "and a text"))
        self.assertTrue(picture.mail_message_id and text.mail_message_id)

    def test_an_answer_quotes_what_the_customer_wrote(self):
        row = self.receive(self.inbound_text("Which size?"))
        thread = row.conversation_id.discuss_channel_id
        thread.with_user(self.agent).message_post(
            body="The large one", message_type="comment", subtype_xmlid="mail.mt_comment", parent_id=row.mail_message_id.id
        )
        answer = self.Message.search([("direction", "=", "outbound"), ("conversation_id", "=", row.conversation_id.id)])
        self.assertEqual(answer.reply_to_wamid, row.wamid)
        [job] = [job for job in self.claim() if job.id == answer.id]
        self.assertEqual(job.reply_to, row.wamid)


@tagged("post_install", "-at_install")
class TestSendingIsHonest(DiscussCommon):
    def test_our_own_message_does_not_open_the_window(self):
        conversation = self._conversation("34600900555")
        conversation._send_text("while it is open")
        conversation.write({"window_expires_at": fields.Datetime.now() - timedelta(minutes=1)})
        conversation._send_template(self._template(), body=["Ana"])
        self.assertFalse(conversation.is_window_open)
        with self.assertRaisesRegex(UserError, "template"):
            conversation._send_text("and after")

    def test_what_meta_refuses_is_never_shown_as_delivered(self):
        row = self._conversation("34600900556")._send_text("Hello")
        [job] = [job for job in self.claim() if job.id == row.id]
        self.refuse(job, 131026)
        self.assertEqual(row.state, "failed")
        self.assertTrue(row.error_title and row.error_remedy)
        self.assertFalse(row.sent_at or row.delivered_at)

    def test_each_of_several_files_has_its_own_fate(self):
        files = self.env["ir.attachment"].create([{"name": f"{n}.pdf", "raw": b"%PDF", "mimetype": "application/pdf"} for n in "abc"])
        rows = self._conversation("34600900557")._send_attachments(files)
        self.assertEqual(len(rows), 3)
        for number, row in enumerate(rows):
            row.write({"state": "accepted", "wamid": f"wamid.file{number}"})
        self.env.flush_all()
        self.apply_statuses(self.status("wamid.file1", "failed", errors=[{"code": 131053, "title": "Media upload error"}]))
        self.assertEqual(rows.mapped("state"), ["accepted", "failed", "accepted"])

    def test_a_template_goes_to_the_conversation_that_is_there(self):
        self.conversation.action_resolve()
        row = self._conversation()._send_template(self._template(), body=["Ana"])
        self.assertEqual(row.conversation_id, self.conversation)
        self.assertEqual(self.Conversation.search_count([("contact_id", "=", self.conversation.contact_id.id)]), 1)

    def test_who_stopped_marketing_gets_none_by_any_way(self):
        marketing, utility = self._template("promo", category="MARKETING"), self._template("parcel", category="UTILITY")
        self.conversation.contact_id.marketing_stopped = True
        with self.assertRaisesRegex(UserError, "marketing"):
            self.conversation._send_template(marketing, body=["Ana"])
        with self.assertRaisesRegex(UserError, "marketing"):
            self.conversation.with_user(self.agent).send_template("promo", "en", body=["Ana"])
        self.assertEqual(self.conversation._send_template(utility, body=["Ana"]).state, "queued")


@tagged("post_install", "-at_install")
class TestTemplatesAreWhole(DiscussCommon):
    def _one_with(self, *components, name="whole"):
        body = {"type": "BODY", "text": "Hello"}
        return self._template(name, components=[body, *components])

    def test_a_button_with_a_dynamic_address_stays_dynamic(self):
        url = {"type": "URL", "text": "Track", "url": "https://shop.example.com/{{1}}", "example": ["https://shop.example.com/1"]}
        template = self._one_with({"type": "BUTTONS", "buttons": [url]})
        row = self.conversation._send_template(template, buttons=["AB12"])
        components = json.loads(row.payload)["template"]["components"]
        [button] = [component for component in components if component["type"] == "button"]
        self.assertEqual(button["parameters"], [{"type": "text", "text": "AB12"}])
        with self.assertRaises(Exception) as caught:
            self.conversation._send_template(template)
        self.assertNotIsInstance(caught.exception, (KeyError, IndexError, TypeError, AttributeError))

    def test_a_kind_of_button_that_nobody_knows_yet_is_kept_and_said(self):
        template = self._one_with({"type": "BUTTONS", "buttons": [{"type": "TELEPORT", "text": "Beam me up"}]}, name="strange")
        translation = template.translation_ids
        self.assertIn("TELEPORT", translation.sudo().definition or json.dumps(translation.sudo().read()[0], default=str))

    def test_a_file_on_top_and_the_text_are_one_message(self):
        sample = {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["h"]}}
        template = self._one_with(sample, name="with_pdf")
        link = {"type": "document", "document": {"link": "https://shop.example.com/a.pdf", "filename": "a.pdf"}}
        before = self.Message.search_count([])
        row = self._conversation(open_window=False)._send_template(template, header=link)
        self.assertEqual(self.Message.search_count([]), before + 1)
        self.assertEqual((row.type, row.state), ("template", "queued"))
        [header] = [c for c in json.loads(row.payload)["template"]["components"] if c["type"] == "header"]
        self.assertEqual(header["parameters"], [link])

    def test_meta_tells_of_status_quality_and_category_and_nobody_has_to_refresh(self):
        template = self._one_with(name="told")
        translation = template.translation_ids
        about = {"message_template_id": int(translation.meta_id), "message_template_name": "told", "message_template_language": "en"}
        self.account._on_message_template_status_update({**about, "event": "PAUSED", "reason": "NONE"})
        self.assertEqual((translation.status, template.is_sendable), ("PAUSED", False))
        self.account._on_message_template_quality_update({**about, "new_quality_score": "RED", "previous_quality_score": "GREEN"})
        self.assertEqual(translation.quality, "RED")
        self.account._on_template_category_update({**about, "new_category": "MARKETING", "previous_category": "UTILITY"})
        self.assertEqual(template.category, "MARKETING")
