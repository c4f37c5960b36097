"""One person is one contact and one conversation, whatever happens to their number; and what their phones tell us."""

import re
import time

import pytest
import requests
from harness import TOKEN, wait_until, wait_until_equal
from people import Customer, notification, text_value

PNID, OTHER_PNID = "300000000000001", "300000000000002"
LOCK_CONTACT = 0x57A4  # addons/whatsapp_base/lanes/__init__.py


def fold_int4(text: str) -> int:
    """The advisory lock key of a text (addons/whatsapp_base/tools/contact_locks.py)."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value - 2**32 if value >= 2**31 else value


def conversations(stack, *customers: Customer) -> list[dict]:
    """Every conversation of these people's numbers and user ids."""
    return stack.rows(
        """SELECT v.id, c.wa_id, c.bsuid FROM whatsapp_conversation v JOIN whatsapp_contact c ON c.id = v.contact_id
            WHERE c.wa_id = ANY(%s) OR c.bsuid = ANY(%s)""",
        [customer.phone for customer in customers], [customer.user_id for customer in customers],
    )  # fmt: skip


def test_a_customer_who_changes_the_number_keeps_the_conversation(stack):
    old = stack.acquaintance("Ana")
    before = old.conversation()["id"]
    new = stack.customer("Ana")
    moved = stack.sim.post("identity", **{"from": old.phone}, new_phone=new.phone, new_user_id=new.user_id)
    new.writes("It is me, from my new number")
    wait_until(lambda: "It is me, from my new number" in new.inbound_texts(), "the message from the new number")
    stack.wait_until_quiet()
    assert conversations(stack, old, new) == [{"id": before, "wa_id": new.phone, "bsuid": moved["user_id"]}]
    reply = stack.admin.writes_to(new, "Good to know")
    stack.wait_for_state(reply, "read")
    assert new.received_texts() == ["Good to know"]


def two_contacts(stack) -> Customer:
    """Somebody who wrote once without showing the phone, and once from the phone without a user id."""
    ana = stack.customer("Ana", hidden=True)
    ana.writes("hidden")
    wait_until(ana.messages, "the message without a phone")
    value = text_value(ana, [(f"wamid.phone{ana.phone}", "phone only")])
    del value["contacts"][0]["user_id"], value["messages"][0]["from_user_id"]
    stack.sim.deliver(notification(value))
    stack.sim.post("window", **{"from": ana.phone}, hours_ago=0)  # the simulator was not asked to write this
    wait_until_equal(lambda: len(conversations(stack, ana)), 2, "two contacts")
    stack.wait_until_quiet()  # whoever has a row of theirs puts a merge off
    return ana


def test_two_contacts_become_one_when_a_message_shows_that_they_are_one_person(stack):
    ana = two_contacts(stack)
    stack.sim.deliver(notification(text_value(ana, [(f"wamid.both{ana.phone}", "both")])))
    wait_until_equal(lambda: len(conversations(stack, ana)), 1, "one conversation", 60)
    stack.wait_until_quiet()
    assert ana.inbound_texts() == ["hidden", "phone only", "both"]
    assert [text for text in ana.discuss_texts() if text in ("hidden", "phone only", "both")] == ["hidden", "phone only", "both"]
    assert stack.value("SELECT count(*) FROM whatsapp_contact_merge_request") == 0


def test_replies_that_are_on_their_way_while_contacts_are_merged_are_sent_once(stack):
    ana = two_contacts(stack)
    hidden = stack.value(
        """SELECT v.discuss_channel_id FROM whatsapp_conversation v JOIN whatsapp_contact c ON c.id = v.contact_id
            WHERE c.bsuid = %s""",
        ana.user_id,
    )
    stack.sim.config(latency_ms=300)
    for number in range(4):
        stack.admin.post(hidden, f"reply {number}")
    stack.sim.deliver(notification(text_value(ana, [(f"wamid.both{ana.phone}", "both")])))
    wait_until_equal(lambda: len(conversations(stack, ana)), 1, "one conversation", 60)
    stack.wait_until_quiet()
    stack.sim.config(latency_ms=0)
    sent = [*stack.sim.sent(ana.phone), *stack.sim.sent(ana.user_id)]
    bodies = {message["wamid"]: message["content"]["body"] for message in sent}
    assert sorted(bodies.values()) == [f"reply {number}" for number in range(4)]
    assert {row["state"] for row in ana.messages("outbound")} <= {"sent", "delivered", "read"}


@pytest.fixture
def phone_app(stack):
    """The number is on the phone app as well, and Meta's app tells what happens there."""
    stack.admin.call("whatsapp.channel", "write", [stack.channel_id], {"is_on_phone_app": True})
    stack.admin.call("whatsapp.business.account", "action_set_up_webhooks", [stack.account_id])
    yield
    stack.admin.call("whatsapp.channel", "write", [stack.channel_id], {"is_on_phone_app": False})


def test_the_phone_app_and_its_past_are_in_the_thread(stack, phone_app):
    ana = stack.customer("Ana")
    lines = [("from May", 120, False), ("our answer", 119, True), ("from last week", 7, False)]
    chats = [{"phone": ana.phone, "messages": [{"text": text, "days_ago": days, "own": own} for text, days, own in lines]}]
    stack.sim.post("app", phone_number_id=PNID, chats=chats, contacts=[{"phone": ana.phone, "name": "Ana of the flowers"}])
    stack.execute("UPDATE whatsapp_channel SET history_state = 'none', history_progress = 0, history_count = 0")
    stack.admin.call("whatsapp.channel", "action_request_history", [stack.channel_id])
    stack.admin.call("whatsapp.channel", "action_request_app_contacts", [stack.channel_id])
    wait_until_equal(
        lambda: stack.rows("SELECT history_state, history_count FROM whatsapp_channel WHERE id = %s", stack.channel_id),
        [{"history_state": "done", "history_count": 3}], "the history",
    )  # fmt: skip
    wait_until_equal(
        lambda: stack.value("SELECT app_name FROM whatsapp_contact WHERE wa_id = %s", ana.phone), "Ana of the flowers", "the name"
    )
    assert ana.conversation()["state"] == "resolved"
    stack.sim.post("echo", to=ana.phone, text="From the phone")
    ana.writes("And from me")
    wait_until(lambda: "And from me" in ana.inbound_texts(), "the customer's message")
    stack.wait_until_quiet()
    thread = stack.rows(
        """SELECT d.body FROM mail_message d JOIN whatsapp_conversation v ON d.res_id = v.discuss_channel_id
            WHERE d.model = 'discuss.channel' AND v.id = %s AND d.message_type = 'comment' ORDER BY d.id""",
        ana.conversation()["id"],
    )
    texts = [re.sub("<[^>]*>", "", row["body"]) for row in thread]
    assert texts[:3] == ["from May", "our answer", "from last week"]
    assert set(texts[3:]) == {"From the phone", "And from me"}
    assert [row["origin"] for row in ana.messages("outbound")] == ["echo", "echo"]
    assert stack.sim.requests(ana.phone) == [], "nothing left because of it"


def test_a_missed_call_is_in_the_thread_and_on_somebodys_list(stack):
    ana = stack.customer("Ana")
    stack.sim.post("call", **ana.sender(), event="missed")
    wait_until(lambda: [row for row in ana.messages() if row["call_state"] == "missed"], "the missed call")
    stack.wait_until_quiet()
    [row] = ana.messages()
    assert (row["type"], row["direction"]) == ("call", "inbound")
    summaries = "SELECT count(*) FROM mail_activity WHERE res_model = 'whatsapp.conversation' AND res_id = %s"
    assert stack.value(summaries, row["conversation_id"]) == 1
    assert ana.conversation()["window_expires_at"]


def test_a_blocked_person_is_blocked_at_meta_until_unblocked(stack):
    ana = stack.acquaintance("Ana")
    contact = ana.messages()[0]["contact_id"]
    stack.admin.call("whatsapp.contact", "action_block", [contact])
    stack.sim.inbound(text="Can you hear me?", **ana.sender())
    stack.wait_until_quiet()
    assert ana.inbound_texts() == ["Hello"]
    stack.admin.call("whatsapp.contact", "action_unblock", [contact])
    ana.writes("And now?")
    wait_until_equal(ana.inbound_texts, ["Hello", "And now?"], "the message after the unblock")


def test_whom_meta_blocks_or_no_longer_blocks_is_known_the_next_day(stack):
    ana, ben = stack.acquaintance("Ana"), stack.acquaintance("Ben")
    contact = {who: who.messages()[0]["contact_id"] for who in (ana, ben)}
    stack.admin.call("whatsapp.contact", "action_block", [contact[ben]])

    def elsewhere(method, who):
        """Somebody blocks or unblocks in WhatsApp Manager, which tells nobody."""
        body = {"messaging_product": "whatsapp", "block_users": [{"user": who.phone}]}
        answer = requests.request(
            method, f"{stack.sim.url}/v25.0/{PNID}/block_users", json=body, timeout=20,
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        assert answer.status_code == 200, answer.text

    elsewhere("POST", ana)
    elsewhere("DELETE", ben)
    stack.run_cron("ir_cron_whatsapp_blocked")

    def known(who):
        return stack.rows(
            """SELECT blocked, block_note, EXISTS (
                      SELECT 1 FROM whatsapp_contact_blocked_channel_rel r WHERE r.whatsapp_contact_id = c.id) AS at_meta
                 FROM whatsapp_contact c WHERE id = %s""",
            contact[who],
        )[0]

    assert known(ana) == {"blocked": True, "at_meta": True, "block_note": None}
    row = known(ben)
    assert (row["blocked"], row["at_meta"]) == (True, False), "a block of ours holds, whatever Meta does"
    assert "no longer blocks" in row["block_note"]


def test_the_answer_to_may_we_call_you_is_kept_with_its_end(stack):
    ana = stack.acquaintance("Ana")
    contact = ana.messages()[0]["contact_id"]
    question = {"body": "May we call you about your order?"}
    sent = stack.admin.call("whatsapp.conversation", "send_message", [ana.conversation()["id"]], "call_permission", question)
    stack.wait_for_state(sent["id"], "read")
    [asked] = [message for message in ana.received() if message["type"] == "interactive"]
    assert asked["content"]["type"] == "call_permission_request"
    until = int(time.time()) + 7 * 86400

    def answer(**reply):
        value = {"type": "call_permission_reply", "call_permission_reply": {"response_source": "user_action", **reply}}
        stack.sim.inbound(type="interactive", interactive=value, reply_to=asked["wamid"], **ana.sender())

    def allowed():
        return stack.rows(
            "SELECT calls_allowed, extract(epoch FROM calls_allowed_until)::bigint AS until FROM whatsapp_contact WHERE id = %s", contact
        )[0]

    answer(response="accept", is_permanent=False, expiration_timestamp=until)
    wait_until_equal(allowed, {"calls_allowed": True, "until": until}, "the permission")
    assert any("call" in text for text in ana.discuss_texts()), "agents read it in the thread"
    answer(response="reject")
    wait_until(lambda: not allowed()["calls_allowed"], "the refusal")


def test_a_crash_in_the_middle_of_a_merge_leaves_both_or_one_never_half(stack):
    ana = two_contacts(stack)
    with stack.hold("LOCK TABLE mail_message IN SHARE MODE"):
        stack.sim.deliver(notification(text_value(ana, [(f"wamid.both{ana.phone}", "both")])))
        stack.wait_until_blocked("UPDATE mail_message SET res_id")
        stack.kill_odoo()
    assert len(conversations(stack, ana)) == 2
    stack.start_odoo()
    stack.run_cron()
    wait_until_equal(lambda: len(conversations(stack, ana)), 1, "one conversation", 60)
    stack.wait_until_quiet()
    assert ana.inbound_texts() == ["hidden", "phone only", "both"]


def test_a_merge_waits_for_whoever_handles_one_of_the_two_elsewhere(stack):
    ana = two_contacts(stack)
    lock = f"SELECT pg_advisory_lock({LOCK_CONTACT}, {fold_int4(f'{OTHER_PNID}/{ana.phone}')})"
    with stack.hold(lock):  # as a batch of the other number would
        stack.sim.deliver(notification(text_value(ana, [(f"wamid.both{ana.phone}", "both")])))
        wait_until(lambda: stack.value("SELECT count(*) FROM whatsapp_contact_merge_request"), "the request to merge")
        assert len(conversations(stack, ana)) == 2
    job = "SELECT res_id FROM ir_model_data WHERE module = 'whatsapp_base' AND name = 'ir_cron_whatsapp_merge'"

    def is_merged() -> bool:
        stack.execute(f"UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'utc' - interval '1 second' WHERE id = ({job})")
        stack.execute_on("postgres", f"NOTIFY cron_trigger, '{stack.db}'")
        return len(conversations(stack, ana)) == 1

    wait_until(is_merged, "the scheduled action to merge", 60, pause=1)
    assert stack.value("SELECT count(*) FROM whatsapp_contact_merge_request") == 0
    assert ana.inbound_texts() == ["hidden", "phone only", "both"]
