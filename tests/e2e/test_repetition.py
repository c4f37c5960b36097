"""Meta repeats, batches anew and hurries: what was said once is in Odoo once."""

import uuid

from harness import wait_until, wait_until_equal
from people import notification, text_value


def test_the_same_notification_ten_times_at_once_is_one_message(stack):
    ana = stack.customer("Ana")
    body = notification(text_value(ana, [("wamid.parallel" + ana.phone, "Only once")]))
    assert stack.sim.deliver(body, copies=10) == [200] * 10
    wait_until(ana.messages, "the message")
    stack.wait_until_quiet()
    assert ana.inbound_texts() == ana.discuss_texts() == ["Only once"]
    assert ana.conversation()["unanswered_count"] == 1


def test_the_same_notification_ten_times_in_turn_is_one_message(stack):
    ana = stack.customer("Ana")
    body = notification(text_value(ana, [("wamid.turn" + ana.phone, "Only once")]))
    for _turn in range(10):
        assert stack.sim.deliver(body) == [200]
    wait_until(ana.messages, "the message")
    stack.wait_until_quiet()
    assert ana.inbound_texts() == ana.discuss_texts() == ["Only once"]
    assert ana.conversation()["unanswered_count"] == 1


def test_a_message_that_comes_again_among_new_ones_is_not_doubled(stack):
    ana = stack.customer("Ana")
    first, second, third = (f"wamid.{uuid.uuid4().hex}" for _ in range(3))
    assert stack.sim.deliver(notification(text_value(ana, [(first, "1"), (second, "2")]))) == [200]
    again = text_value(ana, [(first, "1"), (third, "3"), (third, "3")])
    assert stack.sim.deliver(notification(again, again)) == [200]
    wait_until_equal(ana.inbound_texts, ["1", "2", "3"], "the three messages")
    stack.wait_until_quiet()
    assert ana.discuss_texts() == ["1", "2", "3"]


def test_a_simulator_that_repeats_and_reorders_everything_changes_nothing(stack):
    customers = [stack.customer() for _ in range(10)]
    stack.sim.config(webhook={"batch": 7, "batch_wait_ms": 100, "duplicate": 2, "reorder": True})
    letters = [{"text": f"{turn}", **who.sender()} for turn in range(10) for who in customers]
    stack.sim.post("inbound", messages=letters)
    stack.wait_until_quiet()
    for who in customers:
        assert sorted(who.inbound_texts(), key=int) == [f"{turn}" for turn in range(10)]
        assert sorted(who.discuss_texts(), key=int) == [f"{turn}" for turn in range(10)]


def test_an_agents_reply_is_sent_once_even_when_everything_is_repeated(stack):
    stack.sim.config(webhook={"duplicate": 3})
    ana = stack.acquaintance("Ana")
    message = stack.admin.writes_to(ana, "One answer")
    stack.wait_for_state(message, "read")
    stack.wait_until_quiet()
    assert len(stack.sim.requests(ana.phone)) == 1
    assert ana.discuss_texts() == ["Hello"]
