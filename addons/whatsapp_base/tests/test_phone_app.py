import itertools
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..cloud_api.client import ApiError, CloudClient
from ..cloud_api.meta_error import MetaError
from .common import DISPLAY, NUMBER
from .test_identity import BSUID, NEW_PHONE, PHONE, IdentityCommon

_serial = itertools.count(1)
INTAKE = "odoo.addons.whatsapp_base.models.whatsapp_webhook_event"
METADATA = {"display_phone_number": DISPLAY, "phone_number_id": NUMBER}


class PhoneAppCommon(IdentityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel.is_on_phone_app = True

    def stamp(self, **ago):
        return str(int((datetime.now() - timedelta(**ago)).timestamp()))

    def echo(self, body="From the phone", kind="text", to=PHONE, **values):
        """Return an element of ``message_echoes[]``."""
        content = {"text": {"body": body}} if kind == "text" else {}
        return {"from": DISPLAY, "to": to, "id": f"wamid.ECHO{next(_serial)}", "timestamp": self.stamp(), "type": kind, **content, **values}

    def receive_echoes(self, *echoes):
        self.change("smb_message_echoes", {"metadata": METADATA, "message_echoes": list(echoes)})
        return self.Message.search([("wamid", "in", [echo["id"] for echo in echoes])], order="id")

    def past(self, body, days, own=False, status="READ", **values):
        """Return an element of ``messages[]`` of the history."""
        return {"from": DISPLAY if own else PHONE, "id": f"wamid.PAST{next(_serial)}", "timestamp": self.stamp(days=days), "type": "text",
                "text": {"body": body}, "history_context": {"status": status}, **values}

    def show_history(self):
        """Do what the scheduled action does, in this transaction."""
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: None):
            self.Conversation._cron_show_history()

    def receive_history(self, *messages, phase=0, progress=100, thread=PHONE):
        told = {"phase": phase, "chunk_order": 1, "progress": progress}
        part = {"metadata": told, "threads": [{"id": thread, "messages": list(messages)}]}
        self.change("history", {"metadata": METADATA, "history": [part]})
        return self.Message.search([("wamid", "in", [message["id"] for message in messages])], order="sent_on, id")


@tagged("post_install", "-at_install")
class TestEchoes(PhoneAppCommon):
    """What a colleague writes in the phone app appears in the thread, and nothing is sent."""

    def test_an_echo_is_an_outgoing_message_of_the_phone(self):
        first = self.write_as(PHONE)
        row = self.receive_echoes(self.echo())
        self.assertEqual((row.direction, row.origin, row.state), ("outbound", "echo", "sent"))
        self.assertEqual(row.conversation_id, first.conversation_id)
        self.assertEqual(row.mail_message_id.author_id, self.company.partner_id)
        self.assertIn("From the phone", row.mail_message_id.body)
        self.assertFalse(self.claim(), "nothing leaves because of an echo")

    def test_who_was_answered_on_the_phone_waits_no_longer_and_no_window_opens(self):
        conversation = self.write_as(PHONE).conversation_id
        self.assertTrue(conversation.waiting_since)
        expires = conversation.window_expires_at
        self.receive_echoes(self.echo())
        self.assertFalse(conversation.waiting_since)
        self.assertEqual(conversation.unanswered_count, 0)
        self.assertEqual(conversation.window_expires_at, expires)
        stranger = self.receive_echoes(self.echo(to=NEW_PHONE)).conversation_id
        self.assertFalse(stranger.window_expires_at)

    def test_an_older_echo_does_not_hide_that_somebody_waits(self):
        conversation = self.write_as(PHONE).conversation_id
        self.receive_echoes(self.echo(timestamp=self.stamp(hours=1)))
        self.assertTrue(conversation.waiting_since)

    def test_a_repeated_echo_counts_once(self):
        echo = self.echo()
        self.receive_echoes(echo, echo)
        self.assertEqual(len(self.receive_echoes(echo)), 1)

    def test_an_echo_to_a_hidden_phone_finds_its_person(self):
        row = self.write_as(user_id=BSUID)
        echo = self.receive_echoes(self.echo(to=None, to_user_id=BSUID))
        self.assertEqual(echo.conversation_id, row.conversation_id)

    def test_edits_and_deletions_on_the_phone_are_followed(self):
        row = self.receive_echoes(self.echo("Wrong"))
        edit = {"original_message_id": row.wamid, "message": {"type": "text", "text": {"body": "Right"}}}
        self.receive_echoes(self.echo(kind="edit", edit=edit))
        self.assertEqual(row.body, "Right")
        self.assertIn("Right", row.mail_message_id.body)
        self.receive_echoes(self.echo(kind="revoke", revoke={"original_message_id": row.wamid}))
        self.assertNotIn("Right", row.mail_message_id.body)

    def test_ticks_of_an_echo_move_on(self):
        row = self.receive_echoes(self.echo())
        self.apply_statuses(self.status(row.wamid, "read"))
        self.assertEqual(row.state, "read")

    def test_many_echoes_cost_what_few_cost(self):
        def run(count):
            echoes = [self.echo(str(n), to=str(34611000000 + n)) for n in range(count)]
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.receive_echoes(*echoes)
            return self.env.cr.sql_log_count - start

        run(30)  # makes contacts, conversations and threads
        few, many = run(3), run(30)
        self.assertLess(many - few, 27, "less than a query for each message more")

    @mute_logger(INTAKE)
    def test_an_unknown_number_keeps_the_notification(self):
        change = {"field": "smb_message_echoes", "value": {"metadata": {"phone_number_id": "1"}, "message_echoes": [self.echo()]}}
        event = self.event({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]})
        with self.assertRaises(UserError):
            self.process(event)

    @mute_logger(INTAKE)
    def test_another_apps_signature_does_not_speak_for_our_number(self):
        other = self._account("299000000000009", app_id="199000000000009")
        change = {"field": "smb_message_echoes", "value": {"metadata": METADATA, "message_echoes": [self.echo()]}}
        body = {"object": "whatsapp_business_account", "entry": [{"id": other.waba_id, "changes": [change]}]}
        with self.assertRaises(UserError):
            self.process(self.event(body, other))

    def test_what_the_phone_tells_is_subscribed_where_a_number_is_on_the_app(self):
        self.assertLessEqual({"calls", "history", "smb_message_echoes"}, set(self.account._webhook_fields()))
        self.channel.is_on_phone_app = False
        self.assertNotIn("history", self.account._webhook_fields())

    def test_numbers_on_the_phone_app_send_20_a_second(self):
        self.assertEqual(self.channel.send_rate, 20)
        for number in range(40):
            self._conversation(str(34613000000 + number))._send_text("Hi")
        self.assertLessEqual(len(self.claim(room=40)), 20)
        self.channel.is_on_phone_app = False
        self.assertEqual(self.channel.send_rate, 80)


@tagged("post_install", "-at_install")
class TestHistory(PhoneAppCommon):
    """Past chats arrive in any order, ring nobody, and stand in the thread by date."""

    def test_history_is_stored_without_work_for_anybody(self):
        with patch.object(type(self.Conversation), "_handle", side_effect=AssertionError("no handler runs")):
            rows = self.receive_history(self.past("old question", 3), self.past("old answer", 2, own=True, status="DELIVERED"))
        self.assertEqual(rows.mapped("state"), ["received", "delivered"])
        self.assertEqual(rows.mapped("origin"), ["customer", "echo"])
        conversation = rows.conversation_id
        self.assertEqual((conversation.state, conversation.unanswered_count), ("resolved", 0))
        self.assertFalse(conversation.window_expires_at or conversation.waiting_since or conversation._is_waiting())
        self.assertEqual(conversation.last_message_preview, "old answer")
        self.assertEqual((self.channel.history_state, self.channel.history_progress, self.channel.history_count), ("done", 100, 2))

    def test_phases_that_come_youngest_first_are_shown_oldest_first(self):
        young = self.receive_history(self.past("young", 1), progress=40)
        self.assertEqual(self.channel.history_state, "running")
        self.assertFalse(young.mail_message_id)
        old = self.receive_history(self.past("old", 90), phase=2)
        self.show_history()
        self.assertLess(old.mail_message_id.id, young.mail_message_id.id)
        self.assertEqual(young.mail_message_id.date, young.sent_on)
        self.assertFalse(young.conversation_id.has_hidden_history)

    def test_whoever_opens_the_thread_or_gets_a_message_sees_the_history_first(self):
        rows = self.receive_history(self.past("old", 3), progress=10)
        live = self.write_as(PHONE, body="new")
        self.assertTrue(rows.mail_message_id)
        self.assertLess(rows.mail_message_id.id, live.mail_message_id.id)
        late = self.receive_history(self.past("older still", 100), phase=2)
        live.conversation_id.action_open_discuss()
        self.assertFalse(late.mail_message_id, "it cannot stand before what is shown already")
        self.assertIn("1 older message", "".join(self.lines(live.conversation_id)))

    def test_quotes_find_their_message(self):
        first = self.past("question", 3)
        second = self.past("answer", 2, own=True, context={"id": first["id"]})
        rows = self.receive_history(second, first)
        self.show_history()
        self.assertEqual(rows[1].mail_message_id.parent_id, rows[0].mail_message_id)

    def test_what_is_known_already_is_not_doubled(self):
        live = self.write_as(PHONE)
        rows = self.receive_history(self.past("again", 0, id=live.wamid), self.past("old", 1))
        self.assertEqual(len(rows), 2)
        self.assertFalse(live.is_history)
        self.assertEqual(self.channel.history_count, 1)

    def test_files_that_come_later_are_fetched(self):
        row = self.receive_history(self.past("x", 1, type="media_placeholder"))
        self.assertFalse(row.media_state)
        image = {"from": PHONE, "id": row.wamid, "timestamp": self.stamp(days=1), "type": "image", "image": {"id": "88", "caption": "Look"}}
        self.change("history", {"metadata": METADATA, "messages": [image]})
        self.assertEqual((row.type, row.media_state, row.media_ref, row.body), ("image", "pending", "88", "Look"))

    def test_an_owner_who_declines_is_told(self):
        self.change("history", {"metadata": METADATA, "history": [{"errors": [{"code": 2593109, "title": "declined"}]}]})
        self.assertEqual(self.channel.history_state, "declined")
        self.assertIn("declined", self.channel.history_note)

    def test_thousands_of_messages(self):
        phones = [str(34612000000 + n) for n in range(100)]
        threads = [
            {"id": phone, "messages": [self.past(str(day), 30 - day, **{"from": phone}) for day in range(30)]} for phone in phones
        ]
        part = {"metadata": {"phase": 1, "chunk_order": 1, "progress": 100}, "threads": threads}
        start = self.env.cr.sql_log_count
        self.change("history", {"metadata": METADATA, "history": [part]})
        self.assertEqual(self.channel.history_count, 3000)
        self.assertLess(self.env.cr.sql_log_count - start, 300)
        self.show_history()
        self.assertFalse(self.Message.search_count([("is_history", "=", True), ("mail_message_id", "=", False)]))

    def test_a_request_is_sent_before_anything_is_written(self):
        with patch.object(CloudClient, "sync_app_data", autospec=True, return_value={}) as call:
            self.channel.action_request_history()
        self.assertEqual(call.call_args.args[1:], (NUMBER, "history"))
        self.assertEqual(self.channel.history_state, "requested")
        refusal = ApiError(MetaError(code=2593108, title=None, message="too late"), 400)
        with patch.object(CloudClient, "sync_app_data", side_effect=refusal), self.assertRaises(UserError):
            self.channel.action_request_app_contacts()

    def test_only_administrators_ask_for_it(self):
        self._set_up_people()
        with self.assertRaises(AccessError):
            self.channel.with_user(self.agent).action_request_history()


@tagged("post_install", "-at_install")
class TestAddressBook(PhoneAppCommon):
    def sync(self, action="add", phone=PHONE, name="Ana from the gym"):
        contact = {"full_name": name, "phone_number": phone}
        item = {"type": "contact", "action": action, "contact": contact, "metadata": {"timestamp": self.stamp()}}
        self.change("smb_app_state_sync", {"metadata": METADATA, "state_sync": [item]})
        return self.Contact.search([("wa_id", "=", phone)])

    def test_people_of_the_address_book_become_contacts_and_customers(self):
        contact = self.sync(phone=NEW_PHONE)
        self.assertEqual((contact.app_name, contact.partner_id.name), ("Ana from the gym", "Ana from the gym"))
        self.assertFalse(contact.profile_name)

    def test_nobody_is_renamed_and_nobody_deleted(self):
        row = self.write_as(PHONE)
        contact = self.sync()
        self.assertEqual((contact.app_name, contact.partner_id.name), ("Ana from the gym", "Ana Ruiz"))
        partner = contact.partner_id
        self.sync("remove")
        self.assertTrue(row.exists() and partner.exists())
        self.assertFalse(contact.app_name)

    def test_strangers_can_be_left_out(self):
        self.channel.takes_app_contacts = False
        self.assertFalse(self.sync(phone=NEW_PHONE))
        self.write_as(PHONE)
        self.assertEqual(self.sync().app_name, "Ana from the gym")


@tagged("post_install", "-at_install")
class TestCalls(PhoneAppCommon):
    """Calls are lines in the thread; a call that nobody took is not forgotten."""

    def call(self, call_id="wacid.A", event="connect", phone=PHONE, **values):
        item = {"id": call_id, "from": phone, "to": DISPLAY, "event": event, "direction": "USER_INITIATED"}
        item = {**item, "timestamp": self.stamp(), **values}
        contacts = [{"wa_id": phone, "profile": {"name": "Ana Ruiz"}}]
        self.change("calls", {"metadata": METADATA, "contacts": contacts, "calls": [item]})
        return self.Message.search([("wamid", "=", call_id)])

    def activities(self, conversation):
        return conversation.activity_ids.filtered(lambda activity: "missed" in (activity.summary or ""))

    def test_a_call_opens_the_window_and_its_end_changes_the_line(self):
        row = self.call()
        self.assertEqual((row.type, row.call_state), ("call", "ringing"))
        self.assertTrue(row.conversation_id.is_window_open)
        self.assertEqual(row.mail_message_id.message_type, "notification")
        self.call(event="terminate", status="COMPLETED", duration=65)
        self.assertEqual((row.call_state, row.call_duration), ("answered", 65))
        self.assertIn("01:05", row.mail_message_id.body)
        self.assertFalse(self.activities(row.conversation_id))

    def test_a_missed_call_becomes_one_activity_of_the_agent(self):
        self._set_up_people()
        conversation = self.write_as(PHONE).conversation_id
        conversation.user_id = self.agent
        self.call(event="terminate", status="FAILED")
        self.call("wacid.B", event="terminate", status="FAILED")
        activity = self.activities(conversation)
        self.assertEqual((len(activity), activity.user_id), (1, self.agent))

    def test_a_missed_call_without_agent_is_for_whoever_takes_it(self):
        row = self.call(event="terminate", status="FAILED")
        self.assertEqual(len(self.activities(row.conversation_id)), 1)
        self.assertFalse(self.activities(row.conversation_id).user_id)
        self.assertTrue(row.conversation_id._is_waiting())

    def test_start_and_end_in_any_order_and_twice_are_one_line(self):
        row = self.call(event="terminate", status="COMPLETED", duration=10)
        self.call()
        self.call(event="terminate", status="COMPLETED", duration=10)
        self.assertEqual((len(row), row.call_state), (1, "answered"))
        self.assertEqual(self.Message.search_count([("type", "=", "call")]), 1)

    def test_a_call_of_ours_is_logged_and_opens_nothing(self):
        row = self.call(event="terminate", direction="BUSINESS_INITIATED", **{"from": DISPLAY, "to": PHONE}, status="FAILED")
        self.assertEqual((row.direction, row.contact_id.wa_id), ("outbound", PHONE))
        self.assertFalse(row.conversation_id.is_window_open or self.activities(row.conversation_id))

    def test_blocked_people_ring_nobody(self):
        contact = self.write_as(PHONE).contact_id
        contact.blocked = True
        row = self.call(event="terminate", status="FAILED")
        self.assertFalse(row.mail_message_id or self.activities(row.conversation_id))

    def test_the_answer_to_a_request_to_call_is_kept(self):
        reply = {"response": "accept", "is_permanent": False, "expiration_timestamp": "1890600000", "response_source": "user_action"}
        interactive = {"type": "call_permission_reply", "call_permission_reply": reply}
        row = self.receive(self.inbound_message("interactive", interactive=interactive))
        self.assertTrue(row.contact_id.calls_allowed)
        self.assertEqual(row.contact_id.calls_allowed_until, datetime(2029, 11, 28, 22, 40))
        self.assertIn("call until", row.mail_message_id.body)
        self.receive(self.inbound_message("interactive", interactive={**interactive, "call_permission_reply": {"response": "reject"}}))
        self.assertFalse(row.contact_id.calls_allowed)
        self.assertLess(row.sent_on, fields.Datetime.now() + timedelta(minutes=1))
