"""kill -9 while messages go out: at most once at Meta, and never a wrong claim about it."""

from harness import wait_until

CUSTOMERS = 40


def test_a_message_whose_request_was_not_answered_before_the_crash_is_unclear_and_not_repeated(stack):
    ana = stack.acquaintance("Ana")
    stack.sim.fail("timeout_before", to=ana.phone, delay_ms=60_000)
    message = stack.admin.writes_to(ana, "Are you there?")
    wait_until(lambda: stack.sim.requests(ana.phone), "the request to arrive")
    assert stack.message(message)["state"] == "sending"
    stack.kill_odoo()
    stack.start_odoo()
    stack.run_cron()
    row = stack.wait_for_state(message, "uncertain")
    assert row["claimed_by"] is None
    assert row["error_title"] and row["error_remedy"], "an agent must be told what to do"
    following = stack.admin.writes_to(ana, "Second message")  # it stops neither the thread ...
    stack.wait_for_state(following, "read")
    assert stack.message(message)["state"] == "uncertain"
    assert len(stack.sim.requests(ana.phone)) == 2
    stack.admin.call("whatsapp.chat.message", "action_retry", [message])  # ... nor a person who decides to repeat it
    stack.wait_for_state(message, "read")
    assert ana.received_texts() == ["Second message", "Are you there?"]


def test_a_message_that_meta_took_before_the_crash_is_settled_by_its_status(stack):
    ana = stack.acquaintance("Ana")
    stack.sim.config(latency_ms=1000)
    message = stack.admin.writes_to(ana, "Your parcel is here")
    stack.wait_for_state(message, "sending")
    with stack.hold("SELECT 1 FROM whatsapp_chat_message WHERE id = %s FOR UPDATE", message):
        stack.wait_until_blocked("wamid, accepted_at, failed_at")  # Meta's answer is there, and cannot be written
        assert ana.received_texts() == ["Your parcel is here"]
        stack.kill_odoo()
    row = stack.message(message)
    assert (row["state"], row["wamid"]) == ("sending", None)
    stack.start_odoo()
    stack.run_cron()
    row = stack.wait_for_state(message, "read")
    stack.wait_until_quiet()
    row = stack.message(message)
    assert (row["state"], row["wamid"], row["attempts"]) == ("read", ana.received()[0]["wamid"], 1)
    assert row["error_title"] is None, "what was unclear for a moment is clear now"
    assert len(stack.sim.requests(ana.phone)) == 1


def test_a_message_that_meta_took_without_a_report_stays_unclear(stack):
    ana = stack.acquaintance("Ana")
    stack.sim.config(webhook={"statuses": []})
    stack.sim.fail("timeout_after", to=ana.phone, delay_ms=60_000)
    message = stack.admin.writes_to(ana, "Hello?")
    wait_until(ana.received, "Meta to take the message")
    stack.kill_odoo()
    stack.start_odoo()
    stack.run_cron()
    stack.wait_for_state(message, "uncertain")
    stack.wait_until_quiet()
    assert stack.message(message)["state"] == "uncertain"
    assert len(stack.sim.requests(ana.phone)) == 1


def test_a_crash_among_40_replies_sends_each_at_most_once_and_forgets_none(stack):
    customers = [stack.customer() for _ in range(CUSTOMERS)]
    stack.sim.config(webhook={"batch": CUSTOMERS})
    for who in customers:
        who.writes("Hello")
    wait_until(lambda: all(who.messages() for who in customers), "the customers' messages")
    stack.sim.config(latency_ms=400)
    messages = {who: stack.admin.writes_to(who, f"Dear {who.name}") for who in customers}
    wait_until(lambda: stack.sim.stats()["accepted"] >= CUSTOMERS // 4, "a quarter to be accepted", pause=0.01)
    stack.kill_odoo()
    stack.sim.config(latency_ms=0)
    stack.start_odoo()
    stack.run_cron()
    stack.wait_until_quiet()
    for who, message in messages.items():
        row, times = stack.message(message), len(stack.sim.requests(who.phone))
        taken = who.received()
        assert times <= 1, f"{times} requests for one message"
        assert row["state"] == ("read" if taken else "uncertain")  # unclear: claimed, and the process died before it left
        assert row["wamid"] == (taken[0]["wamid"] if taken else None)
    assert len([who for who in messages if who.received()]) >= CUSTOMERS // 4
