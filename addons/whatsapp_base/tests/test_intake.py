import json
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..cloud_api import inbound
from ..models.whatsapp_webhook_event import RETRY_DELAYS
from .common import WhatsappCommon

INTAKE_LOGGER = "odoo.addons.whatsapp_base.models.whatsapp_webhook_event"


@tagged("post_install", "-at_install")
class TestIntakeTypes(WhatsappCommon):
    """Every type of message lands where people see it."""

    def _receive_one(self, kind, **values):
        row = self.receive(self.inbound_message(kind, **values))
        self.assertEqual(len(row), 1)
        self.assertEqual(row.state, "received")
        self.assertTrue(row.is_handled)
        return row

    def test_text(self):
        row = self.receive(self.inbound_text("Hello *world* <b>no html</b>"))
        self.assertEqual((row.type, row.direction, row.origin), ("text", "inbound", "customer"))
        self.assertEqual(row.body, "Hello *world* <b>no html</b>")
        self.assertIn("<b>world</b>", row.mail_message_id.body)
        self.assertIn("&lt;b&gt;no html", row.mail_message_id.body)
        self.assertEqual(row.mail_message_id.author_id, row.contact_id.partner_id)
        self.assertEqual(row.mail_message_id.res_id, row.conversation_id.discuss_channel_id.id)
        self.assertEqual(row.contact_id.partner_id.name, "Ana Ruiz")
        self.assertEqual(row.conversation_id.team_id, self.team)

    def test_customer_is_author_and_never_member(self):
        row = self.receive(self.inbound_text())
        self.assertNotIn(row.contact_id.partner_id, row.conversation_id.discuss_channel_id.channel_partner_ids)

    def test_media(self):
        for kind, extra, stored in (
            ("image", {"caption": "My card"}, "image"),
            ("video", {}, "video"),
            ("audio", {}, "audio"),
            ("audio", {"voice": True}, "voice"),
            ("document", {"filename": "bill.pdf"}, "document"),
            ("sticker", {}, "sticker"),
        ):
            with self.subTest(kind=stored):
                row = self._receive_one(kind, **{kind: {"id": "77", "mime_type": "x/y", **extra}})
                self.assertEqual(row.type, stored)
                self.assertEqual((row.media_state, row.media_ref), ("pending", "77"))
                self.assertTrue(row.mail_message_id, "a placeholder is visible before the file is there")
                self.assertEqual(row.body or False, extra.get("caption", False))

    def test_location(self):
        row = self._receive_one("location", location={"latitude": 52.5, "longitude": 13.4, "name": "<Shop>"})
        self.assertEqual(row.type, "location")
        self.assertIn("52.5", row.mail_message_id.body)
        self.assertIn("&lt;Shop&gt;", row.mail_message_id.body)

    def test_contacts(self):
        card = {"name": {"formatted_name": "Bob <b>", "first_name": "Bob"}, "phones": [{"phone": "+1 555 010 9999"}]}
        row = self._receive_one("contacts", contacts=[card])
        self.assertEqual(row.type, "contacts")
        self.assertIn("+1 555 010 9999", row.mail_message_id.body)
        self.assertNotIn("<b>Bob <b>", row.mail_message_id.body)

    def test_template_button(self):
        row = self._receive_one("button", button={"payload": "accept:5", "text": "Accept"})
        self.assertEqual((row.type, row.button_payload, row.body), ("button", "accept:5", "Accept"))

    def test_reply_button(self):
        row = self._receive_one("interactive", interactive={"type": "button_reply", "button_reply": {"id": "b1", "title": "Yes"}})
        self.assertEqual((row.type, row.button_payload, row.body), ("button", "b1", "Yes"))

    def test_list_reply(self):
        reply = {"id": "r2", "title": "Passport", "description": "New"}
        row = self._receive_one("interactive", interactive={"type": "list_reply", "list_reply": reply})
        self.assertEqual((row.type, row.button_payload, row.body), ("list", "r2", "Passport"))

    def test_flow_reply(self):
        reply = {"name": "flow", "body": "Sent", "response_json": json.dumps({"name": "<i>Ana</i>", "flow_token": "secret"})}
        row = self._receive_one("interactive", interactive={"type": "nfm_reply", "nfm_reply": reply})
        self.assertEqual(row.type, "flow")
        self.assertIn("&lt;i&gt;Ana", row.mail_message_id.body)
        self.assertNotIn("secret", row.mail_message_id.body)

    def test_order(self):
        items = [{"product_retailer_id": "SKU1", "quantity": 2, "item_price": 5, "currency": "EUR"}]
        row = self._receive_one("order", order={"catalog_id": "1", "text": "Please", "product_items": items})
        self.assertEqual(row.type, "order")
        self.assertIn("SKU1", row.mail_message_id.body)

    def test_system(self):
        row = self._receive_one("system", system={"type": "user_changed_number", "body": "Ana changed her number", "wa_id": "1"})
        self.assertEqual(row.type, "system")
        self.assertFalse(row.conversation_id.waiting_since, "nobody waits for an answer to a system message")

    def test_unsupported_and_unknown_types_are_shown(self):
        for kind, values in (
            ("unsupported", {"errors": [{"code": 131051, "title": "Message type unknown"}]}),
            ("hologram", {"hologram": {"x": 1}}),
            ("image", {"image": "not an object"}),
        ):
            with self.subTest(kind=kind):
                row = self._receive_one(kind, **values)
                self.assertEqual(row.type, "unsupported")
                self.assertTrue(row.mail_message_id)
                self.assertIn(kind, row.payload)

    def test_reaction_is_shown_on_its_message_and_taken_back(self):
        row = self.receive(self.inbound_text("Hi"))
        self.receive(self.inbound_message("reaction", reaction={"message_id": row.wamid, "emoji": "👍"}))
        self.assertEqual(row.mail_message_id.reaction_ids.mapped("content"), ["👍"])
        self.assertEqual(row.mail_message_id.reaction_ids.partner_id, row.contact_id.partner_id)
        self.receive(self.inbound_message("reaction", reaction={"message_id": row.wamid, "emoji": "❤️"}))
        self.assertEqual(row.mail_message_id.reaction_ids.mapped("content"), ["❤️"], "one reaction for each person")
        self.receive(self.inbound_message("reaction", reaction={"message_id": row.wamid, "emoji": ""}))
        self.assertFalse(row.mail_message_id.reaction_ids)
        self.assertEqual(row.conversation_id.unanswered_count, 1, "a reaction asks for no answer")

    def test_reply_quotes_the_message_it_answers(self):
        first = self.sent(self._conversation("34600900111"))
        row = self.receive(self.inbound_text("Yes", context={"id": first.wamid}))
        self.assertEqual(row.reply_to_wamid, first.wamid)
        self.assertEqual(row.mail_message_id.parent_id, first.mail_message_id)

    def test_hostile_text_is_stored_and_shown_harmlessly(self):
        text = "\x00<script>alert(1)</script> ‮ \U0001f600 " + "x" * 70_000
        row = self.receive(self.inbound_text(text))
        self.assertNotIn("<script>", row.mail_message_id.body)
        self.assertNotIn("\x00", row.body)
        self.assertLessEqual(len(row.summary), 255)


@tagged("post_install", "-at_install")
class TestIntakeOnce(WhatsappCommon):
    """Acknowledged means stored: once, and for ever."""

    def test_ten_repeats_make_one_message(self):
        message = self.inbound_text("Hello")
        body = self.notification([message])
        # as one batch, and later again
        self.process(*[self.event(body) for _ in range(5)])
        for _ in range(5):
            self.process(self.event(body))
        rows = self.Message.search([("wamid", "=", message["id"])])
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows.conversation_id.unanswered_count, 1)
        thread = rows.conversation_id.discuss_channel_id
        shown = self.env["mail.message"].search_count([("model", "=", "discuss.channel"), ("res_id", "=", thread.id)])
        self.assertEqual(shown, 1)
        self.assertEqual(set(self.Event.search([("account_id", "=", self.account.id)]).mapped("state")), {"done"})

    def test_messages_of_a_batch_keep_metas_order(self):
        base = 1_790_000_000
        second = self.inbound_text("second", timestamp=str(base + 1))
        first = self.inbound_text("first", timestamp=str(base))
        third = self.inbound_text("third", timestamp=str(base + 1))
        rows = self.receive(second, first, third)
        self.assertEqual(rows.mapped("body"), ["first", "second", "third"])
        self.assertEqual(rows.conversation_id.last_message_preview, "third")

    def test_each_message_starts_the_handlers_once(self):
        calls = []
        Conversation = type(self.Conversation)

        def handler(conversation, message):
            calls.append(message.body)
            return message.body == "mine"

        def second(conversation, message):
            calls.append(f"second {message.body}")
            return False

        message, other = self.inbound_text("mine"), self.inbound_text("other")
        with (
            patch.object(Conversation, "_inbound_handlers", lambda self: ["_handle_one", "_handle_two"]),
            patch.object(Conversation, "_handle_one", handler, create=True),
            patch.object(Conversation, "_handle_two", second, create=True),
        ):
            self.receive(message)
            self.receive(message)
            self.receive(other)
        self.assertEqual(calls, ["mine", "other", "second other"])

    @mute_logger(INTAKE_LOGGER)
    def test_a_poisoned_message_lets_its_neighbours_through_and_is_parked(self):
        original = type(self.Conversation)._inbound_values

        def poisoned(conversation, conversation_record, message, now):
            if getattr(message.content, "body", "") == "poison":
                raise ValueError("boom")
            return original(conversation, conversation_record, message, now)

        good, bad, late = self.inbound_text("good"), self.inbound_text("poison"), self.inbound_text("late")
        event = self.event(self.notification([good, bad, late]))
        neighbour = self.event(self.notification([self.inbound_text("neighbour")]))
        with patch.object(type(self.Conversation), "_inbound_values", poisoned):
            self.process(event, neighbour)
            self.assertEqual(neighbour.state, "done")
            self.assertEqual((event.state, event.attempts), ("pending", 1))
            self.assertTrue(event.next_try_at)
            self.assertIn("boom", event.error)
            stored = self.Message.search([("wamid", "in", [good["id"], bad["id"], late["id"]])])
            self.assertEqual(set(stored.mapped("body")), {"good", "late"})
            self.assertNotIn(good["id"], event.remainder)
            self.assertIn(bad["id"], event.remainder)
            for _try in range(len(RETRY_DELAYS)):
                self.assertEqual(event.state, "pending")
                self.process(event)
        self.assertEqual(event.state, "parked")
        self.assertFalse(event.next_try_at)
        # repaired: a person replays it
        event.action_replay()
        self.process(event)
        self.assertEqual(event.state, "done")
        self.assertTrue(self.Message.search([("wamid", "=", bad["id"])]))
        self.assertEqual(self.Message.search_count([("wamid", "=", good["id"])]), 1)

    @mute_logger(INTAKE_LOGGER)
    def test_a_handler_that_fails_leaves_nothing_half_done(self):
        Conversation = type(self.Conversation)
        message = self.inbound_text("order")

        def broken(conversation, message):
            message.conversation_id.state = "pending"
            raise ValueError("handler")

        event = self.event(self.notification([message]))
        with (
            patch.object(Conversation, "_inbound_handlers", lambda self: ["_handle_one"]),
            patch.object(Conversation, "_handle_one", broken, create=True),
        ):
            self.process(event)
        self.assertFalse(self.Message.search([("wamid", "=", message["id"])]))
        self.assertEqual(event.state, "pending")
        self.process(event)
        self.assertEqual(event.state, "done")
        self.assertEqual(self.Message.search([("wamid", "=", message["id"])]).conversation_id.state, "open")

    def test_unknown_number_is_parked_and_replayable(self):
        message = self.inbound_text("Hello")
        event = self.event(self.notification([message], number="399000000000009"))
        self.process(event)
        self.assertEqual(event.state, "parked")
        self.assertIn("399000000000009", event.error)
        self.assertFalse(self.Message.search([("wamid", "=", message["id"])]))
        self._channel(self.account, "399000000000009")
        event.action_replay()
        self.process(event)
        self.assertEqual(event.state, "done")
        self.assertTrue(self.Message.search([("wamid", "=", message["id"])]))

    def test_another_accounts_secret_does_not_open_this_number(self):
        stranger = self._account("299000000000002", app_id="199000000000002", app_secret="other")
        message = self.inbound_text("Forged")
        event = self.event(self.notification([message]), account=stranger)
        self.process(event)
        self.assertEqual(event.state, "parked")
        self.assertFalse(self.Message.search([("wamid", "=", message["id"])]))

    def test_another_account_of_the_same_app_may_speak(self):
        sibling = self._account("299000000000003", app_id=self.account.app_id, app_secret="same app")
        message = self.inbound_text("Through the other door")
        self.process(self.event(self.notification([message]), account=sibling))
        self.assertTrue(self.Message.search([("wamid", "=", message["id"])]))

    def test_archived_number_still_receives(self):
        self.channel.active = False
        self.assertTrue(self.receive(self.inbound_text("still here")))

    def test_unknown_field_is_noted_and_kept(self):
        body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "moon_phase", "value": {}}]}]}
        event = self.process(self.event(body))
        self.assertEqual(event.state, "done")
        self.assertIn("moon_phase", event.note)

    def test_json_of_another_shape_is_done_with_a_note_or_without(self):
        for body in ("{}", "[]", '{"entry": 5}', '{"entry": [null, {"changes": "x"}]}', '{"object": "page"}'):
            with self.subTest(body=body):
                event = self.process(self.event(body))
                self.assertEqual(event.state, "done")

    def test_a_thousand_updates_in_one_post(self):
        messages = [self.inbound_text(str(number), **{"from": f"3460091{number % 50:04}"}) for number in range(300)]
        contacts = [{"wa_id": f"3460091{n:04}", "profile": {"name": f"P{n}"}} for n in range(50)]
        rows = self.receive(*messages, contacts=contacts)
        self.assertEqual(len(rows), 300)
        self.assertEqual(len(rows.conversation_id), 50)

    def test_queries_do_not_grow_with_the_messages(self):
        def post(count, prefix):
            messages = [self.inbound_text(str(n), **{"from": f"{prefix}{n:04}"}) for n in range(count)]
            contacts = [{"wa_id": f"{prefix}{n:04}", "profile": {"name": f"P{n}"}} for n in range(count)]
            event = self.event(self.notification(messages, contacts=contacts))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.process(event)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        post(2, "3461000")
        few, many = post(5, "3461001"), post(50, "3461002")
        # creating partners and Discuss channels costs some queries each; the rest is constant
        self.assertLess((many - few) / 45, 12, f"{few} queries for 5, {many} for 50")

    def test_parse_is_what_the_journal_uses(self):
        body = self.notification([self.inbound_text("x")])
        self.assertEqual(len(inbound.parse(json.dumps(body)).messages), 1)

    def test_replay_of_pending_is_refused(self):
        event = self.event(self.notification([self.inbound_text()]))
        with self.assertRaisesRegex(Exception, "handled by themselves"):
            event.action_replay()


@tagged("post_install", "-at_install")
class TestAccountNotifications(WhatsappCommon):
    """Fields of Meta's other than "messages"."""

    def _change(self, field, value):
        entry = {"id": self.account.waba_id, "changes": [{"field": field, "value": value}]}
        return self.process(self.event({"object": "whatsapp_business_account", "entry": [entry]}))

    def test_template_status(self):
        template = self._template("news").translation_ids
        value = {"message_template_id": int(template.meta_id), "event": "PAUSED", "reason": "LOW_QUALITY"}
        self._change("message_template_status_update", value)
        self.assertEqual((template.status, template.rejected_reason, template.is_sendable), ("PAUSED", "LOW_QUALITY", False))

    def test_throughput_upgrade(self):
        self._change("phone_number_quality_update", {"display_phone_number": "15550190001", "event": "THROUGHPUT_UPGRADE"})
        self.assertEqual((self.channel.throughput_level, self.channel.send_rate), ("HIGH", 1000))
