"""kill -9 while messages come in: acknowledged means stored, and stored means handled exactly once."""

from harness import HOLD_INTAKE, wait_until

BATCH = 50


def test_a_message_acknowledged_before_the_crash_is_handled_after_it(stack):
    ana = stack.customer("Ana")
    before = stack.journal()
    with stack.hold(HOLD_INTAKE):
        ana.writes("Did you get this?")
        wait_until(lambda: stack.sim.get("deliveries", status=200)["count"] == 1, "the 200")
        assert stack.journal() == before + 1
        assert ana.messages() == []
        stack.kill_odoo()
    stack.start_odoo()
    stack.run_cron()  # nobody writes any more: the scheduled action finds what was left
    wait_until(lambda: ana.messages(), "the message to be handled after the restart")
    stack.wait_until_quiet()
    assert ana.inbound_texts() == ["Did you get this?"]
    assert ana.discuss_texts() == ["Did you get this?"]


def test_a_crash_in_the_middle_of_a_batch_of_50_loses_and_doubles_nothing(stack):
    customers = [stack.customer() for _ in range(BATCH // 2)]
    stack.sim.config(webhook={"batch": BATCH, "batch_wait_ms": 1000})
    with stack.hold("LOCK TABLE mail_message IN SHARE MODE"):  # contacts and messages are written, bubbles cannot be
        stack.sim.post(
            "inbound", messages=[{"text": f"{turn}", **who.sender()} for turn in (1, 2) for who in customers]
        )
        stack.wait_until_blocked('INSERT INTO "mail_message"')
        assert stack.sim.get("deliveries", status=200)["deliveries"][0]["updates"] == BATCH
        stack.kill_odoo()
        assert stack.journal("pending") == 1
    stack.start_odoo()
    stack.run_cron()
    wait_until(lambda: len(customers[-1].messages()) == 2, "the batch to be handled after the restart")
    stack.wait_until_quiet()
    for who in customers:
        assert who.inbound_texts() == ["1", "2"]
        assert who.discuss_texts() == ["1", "2"]
