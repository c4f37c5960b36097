"""The main road: a customer writes, an agent answers, both see it, and the ticks come back."""

import pytest
from harness import wait_until, wait_until_equal
from people import RpcError


def test_a_customers_text_reaches_discuss_and_the_reply_reaches_the_phone(stack):
    ana = stack.customer("Ana")
    ana.writes("Good morning")
    wait_until_equal(ana.discuss_texts, ["Good morning"], "the text in Discuss")
    message = stack.admin.writes_to(ana, "<p>Hello <b>Ana</b></p>")
    row = stack.wait_for_state(message, "read")
    assert ana.received_texts() == ["Hello *Ana*"]
    assert row["wamid"] == ana.received()[0]["wamid"]
    assert row["accepted_at"] and row["sent_at"] and row["delivered_at"] and row["read_at"]
    assert (row["origin"], row["lane"], row["attempts"], row["error_code"]) == ("agent", "replies", 1, None)


def test_a_customer_without_a_phone_number_can_write_and_be_answered(stack):
    nila = stack.customer("Nila", hidden=True)
    nila.writes("Hi, I keep my number to myself")
    wait_until(lambda: len(nila.discuss_texts()) == 1, "the text in Discuss")
    contact = stack.rows("SELECT wa_id, bsuid FROM whatsapp_contact WHERE bsuid = %s", nila.user_id)
    assert contact == [{"wa_id": None, "bsuid": nila.user_id}]
    message = stack.admin.writes_to(nila, "That is fine")
    stack.wait_for_state(message, "read")
    [request] = stack.sim.requests(nila.user_id)
    assert "to" not in request["body"]
    assert nila.received_texts() == ["That is fine"]


def test_nothing_but_a_template_leaves_24_hours_after_the_customers_last_message(stack):
    late = stack.customer()
    late.writes("Anybody there?")
    wait_until(lambda: late.messages(), "the message")
    stack.execute(
        "UPDATE whatsapp_conversation SET window_expires_at = now() AT TIME ZONE 'utc' - interval '1 minute' WHERE id = %s",
        late.conversation()["id"],
    )
    with pytest.raises(RpcError, match="24 hours"):
        stack.admin.writes_to(late, "Sorry for the delay")
    assert late.messages("outbound") == []
    assert stack.sim.requests(late.phone) == []
