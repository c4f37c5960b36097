"""What is said among colleagues stays among them, and what waits for the customer leaves once: seen from Meta's side."""

import base64
import json

import pytest
from harness import wait_until, wait_until_equal
from people import Agent

STAFF = {"name": "Zenobia Staffname", "email": "zenobia.secret@staff.example"}
COLLEAGUE = {"name": "Quentin Colleague", "email": "quentin.secret@staff.example"}
NEVER = ("Zenobia", "Staffname", "Quentin", "zenobia.secret", "quentin.secret", "staff.example", "margin", "twelve percent")


@pytest.fixture(scope="module")
def staff(running):
    """Two agents, by login, with names and mails that must not leave."""
    running.heal()
    [[_module, group]] = [running.admin.call("ir.model.data", "check_object_reference", "whatsapp_base", "group_whatsapp_agent")]
    people = {}
    for login, values in (("zenobia", STAFF), ("quentin", COLLEAGUE)):
        person = {"login": login, "password": f"{login}-password", "group_ids": [(4, group)], "notification_type": "inbox", **values}
        [people[login]] = running.admin.call("res.users", "create", [person])
    return people


def partner_of(stack, user):
    return stack.value("SELECT partner_id FROM res_users WHERE id = %s", user)


def post(agent, channel, **values):
    agent._log_in()
    params = {"thread_model": "discuss.channel", "thread_id": channel, "post_data": {"message_type": "comment", **values}}
    return agent._rpc("/mail/message/post", params)["message_id"]


def close_window(stack, customer):
    stack.execute(
        "UPDATE whatsapp_conversation SET window_expires_at = now() AT TIME ZONE 'utc' - interval '1 minute' WHERE id = %s",
        customer.conversation()["id"],
    )


def test_notes_names_and_mails_of_staff_never_reach_the_customer(stack, staff):
    maria = stack.acquaintance("Maria Lopez")
    conversation = maria.conversation()
    channel, [number] = conversation["discuss_channel_id"], [conversation["id"]]
    zenobia = Agent(stack, "zenobia", "zenobia-password")
    file = stack.admin.call(
        "ir.attachment", "create",
        [{"name": "margin.txt", "datas": base64.b64encode(b"twelve percent").decode(), "res_model": "discuss.channel", "res_id": channel}],
    )  # fmt: skip
    zenobia.call("whatsapp.conversation", "action_assign_to_me", [number])
    note = post(
        zenobia, channel, body="Our margin is twelve percent, @Quentin", subtype_xmlid="mail.mt_note",
        partner_ids=[partner_of(stack, staff["quentin"])],
    )  # fmt: skip
    stack.admin.call(
        "discuss.channel", "message_post", [channel], body="margin: see the file", message_type="comment",
        subtype_xmlid="mail.mt_note", attachment_ids=file,
    )  # fmt: skip
    zenobia.call("whatsapp.conversation", "write", [number], {"priority": "2", "user_id": staff["quentin"]})
    quentin = Agent(stack, "quentin", "quentin-password")
    # a quoted note is no quote on WhatsApp
    post(quentin, channel, body="Your order is on its way", subtype_xmlid="mail.mt_comment", parent_id=note)
    quentin.call("whatsapp.conversation", "action_resolve", [number])
    wait_until_equal(maria.received_texts, ["Your order is on its way"], "the reply")
    stack.wait_until_quiet()

    lines = stack.rows(
        "SELECT body FROM mail_message WHERE model = 'discuss.channel' AND res_id = %s AND message_type = 'notification'", channel
    )
    assert any("assigned this to Quentin" in line["body"] for line in lines), "what happened is noted, with names"
    assert [row["body"] for row in maria.messages("outbound")] == ["Your order is on its way"]
    words = json.dumps(stack.sim.get("requests")["requests"], ensure_ascii=False)
    assert "Your order is on its way" in words
    for word in NEVER:
        assert word not in words, f"“{word}” went to Meta"


def test_somebody_who_is_called_in_a_note_is_let_in_and_told(stack, staff):
    maria = stack.acquaintance("Maria Lopez")
    conversation = maria.conversation()
    stack.execute("DELETE FROM whatsapp_conversation_shared_rel WHERE conversation_id = %s", conversation["id"])
    post(
        Agent(stack, "zenobia", "zenobia-password"), conversation["discuss_channel_id"], body="@Quentin, please look",
        subtype_xmlid="mail.mt_note", partner_ids=[partner_of(stack, staff["quentin"])],
    )  # fmt: skip
    told = stack.value(
        "SELECT count(*) FROM discuss_channel_member WHERE channel_id = %s AND partner_id = %s",
        conversation["discuss_channel_id"], partner_of(stack, staff["quentin"]),
    )  # fmt: skip
    assert told == 1


def test_a_kept_text_leaves_once_after_the_customers_next_message(stack):
    late = stack.acquaintance("Late Larry")
    close_window(stack, late)
    number = late.conversation()["id"]
    stack.admin.call("whatsapp.conversation", "queue_after_reply", [number], "Your parcel is here", once="k-1")
    stack.admin.call("whatsapp.conversation", "queue_after_reply", [number], "Your parcel is here", once="k-1")
    [pending] = stack.admin.call("whatsapp.conversation", "pending_replies", [number])
    stack.admin.call("whatsapp.conversation", "edit_pending_reply", [number], pending["id"], "Your parcel is at the shop")
    assert late.received_texts() == []
    late.writes("Where is it?")
    wait_until(lambda: late.received_texts(), "the text that was kept")
    late.writes("Thanks")
    stack.wait_until_quiet()
    assert late.received_texts() == ["Your parcel is at the shop"]
    assert stack.admin.call("whatsapp.conversation", "pending_replies", [number]) == []
    assert late.conversation()["waiting_since"], "nobody has read yet what the customer wrote"


def test_a_kept_text_survives_the_death_of_everybody(stack):
    late = stack.acquaintance("Late Lena")
    close_window(stack, late)
    stack.admin.call("whatsapp.conversation", "queue_after_reply", [late.conversation()["id"]], "Still here")
    stack.kill_odoo()
    stack.start_odoo()
    late.writes("Hello?")
    wait_until(lambda: late.received_texts(), "the text that was kept", timeout=60)
    stack.wait_until_quiet()
    assert late.received_texts() == ["Still here"]


def test_a_text_that_was_taken_back_never_leaves(stack):
    late = stack.acquaintance("Late Lou")
    close_window(stack, late)
    number = late.conversation()["id"]
    [pending] = stack.admin.call("whatsapp.conversation", "queue_after_reply", [number], "Forget it")
    stack.admin.call("whatsapp.conversation", "cancel_pending_reply", [number], pending["id"])
    late.writes("Hello?")
    wait_until(lambda: len(late.messages("inbound")) == 2, "the second message")
    stack.wait_until_quiet()
    assert late.received_texts() == []
