"""Everything that can go wrong at Meta: the right state, the right next try, and never twice."""

import pytest
from harness import FINAL_STATES, wait_until


@pytest.fixture
def ana(stack):
    """A customer who has written."""
    return stack.acquaintance("Ana")


def write_and_wait_for_request(stack, ana, text="Hello Ana"):
    """An agent writes; returns the row once its first request is answered and the result is written."""
    message = stack.admin.writes_to(ana, text)
    wait_until(lambda: stack.sim.requests(ana.phone), "the request")
    wait_until(lambda: stack.message(message)["state"] not in ("sending",), "the result to be written")
    return stack.message(message)


def seconds_until_next_try(stack, row):
    """Seconds from now to the next try of a message."""
    return stack.value(
        "SELECT extract(epoch FROM next_try_at - (now() AT TIME ZONE 'utc'))::float FROM whatsapp_chat_message"
        " WHERE id = %s",
        row["id"],
    )


def check_sent_once_in_the_end(stack, ana, row, requests):
    """Let the time of the next try come: the message arrives, and only once."""
    stack.next_try_is_due(row["id"])
    row = stack.wait_for_state(row["id"], "read")
    assert len(stack.sim.requests(ana.phone)) == requests
    assert len(ana.received()) == 1
    assert row["attempts"] == requests
    return row


@pytest.mark.parametrize(
    ("failure", "pause"),
    [
        pytest.param({"kind": "http", "status": 500}, (5, 60), id="500 without a word"),
        pytest.param({"kind": "http", "status": 503, "body": "<html>"}, (5, 60), id="503 with a page"),
        pytest.param({"kind": "error", "code": 131000}, (5, 60), id="131000 something went wrong"),
        pytest.param({"kind": "error", "code": 130429}, (0, 10), id="130429 sending too fast"),
        pytest.param({"kind": "error", "code": 131056}, (0, 10), id="131056 too fast to this user"),
    ],
)
def test_a_passing_failure_is_tried_again_after_a_pause(stack, ana, failure, pause):
    stack.sim.fail(to=ana.phone, **failure)
    row = write_and_wait_for_request(stack, ana)
    if row["state"] == "queued":  # a short pause may be over already
        assert pause[0] - 2 <= seconds_until_next_try(stack, row) <= pause[1]
        assert row["error_title"] and row["error_remedy"], "an agent must see why it waits"
    check_sent_once_in_the_end(stack, ana, row, requests=2)


def test_130429_holds_up_the_whole_number_131056_only_its_customer(stack, ana):
    ben = stack.acquaintance("Ben")
    stack.sim.fail("error", code=131056, to=ana.phone)
    write_and_wait_for_request(stack, ana)
    assert not stack.value("SELECT paused_until FROM whatsapp_channel WHERE id = %s", stack.channel_id)
    stack.wait_for_state(stack.admin.writes_to(ben, "You can be reached"), "read")
    stack.sim.fail("error", code=130429, to=ben.phone)
    message = stack.admin.writes_to(ben, "Now it is too much")
    wait_until(
        lambda: stack.value(
            "SELECT paused_until > now() AT TIME ZONE 'utc' FROM whatsapp_channel WHERE id = %s", stack.channel_id
        ),
        "the number to pause",
    )
    stack.wait_for_state(message, "read")  # by itself
    assert len(stack.sim.requests(ben.phone)) == 3


def test_131047_ends_with_an_explanation_when_it_comes_as_an_answer(stack, ana):
    stack.sim.fail("error", code=131047, to=ana.phone)
    row = write_and_wait_for_request(stack, ana)
    assert (row["state"], row["error_code"], row["next_try_at"]) == ("failed", 131047, None)
    assert row["error_title"] and "template" in row["error_remedy"].lower()
    assert len(stack.sim.requests(ana.phone)) == 1


def test_131047_ends_with_an_explanation_when_it_comes_as_a_report(stack, ana):
    stack.sim.fail("failed_status", code=131047, to=ana.phone)
    row = stack.wait_for_state(stack.admin.writes_to(ana, "Hello Ana"), "failed")
    assert row["error_code"] == 131047
    assert row["error_title"] and "template" in row["error_remedy"].lower()
    assert row["wamid"] == ana.received()[0]["wamid"]


def test_190_keeps_the_message_until_the_token_is_renewed(stack, ana):
    stack.sim.fail("expired_token", to=ana.phone)
    row = write_and_wait_for_request(stack, ana)
    assert (row["state"], row["error_code"]) == ("queued", 190)
    account = "SELECT state FROM whatsapp_business_account WHERE id = %s"
    wait_until(lambda: stack.value(account, stack.account_id) == "error", "the account to need attention")
    stack.admin.call(
        "whatsapp.business.account", "write", [stack.account_id], {"access_token": "demo-access-token"}
    )
    stack.admin.call("whatsapp.business.account", "action_test_connection", [stack.account_id])
    assert stack.value(account, stack.account_id) == "connected"
    check_sent_once_in_the_end(stack, ana, row, requests=2)


def test_a_refused_connection_is_tried_again_by_itself(stack, ana):
    stack.stop_simulator()
    message = stack.admin.writes_to(ana, "Hello Ana")
    row = stack.wait_for_state(message, "queued")
    wait_until(lambda: stack.message(message)["attempts"], "the first try")
    row = stack.wait_for_state(message, "queued")
    assert row["error_title"], "an agent must see why it waits"
    with stack.hold("SELECT 1 FROM whatsapp_chat_message WHERE id = %s FOR UPDATE", message):
        stack.start_simulator()
        stack.sim.config(window="off")  # a new simulator has forgotten who wrote
    stack.wait_for_state(message, "read", timeout=40)
    assert len(stack.sim.requests(ana.phone)) == 1
    assert len(ana.received()) == 1


@pytest.mark.parametrize(
    ("failure", "taken"),
    [
        pytest.param({"kind": "drop"}, False, id="reset, not accepted"),
        pytest.param({"kind": "timeout_before", "delay_ms": 500}, False, id="closed, not accepted"),
        pytest.param({"kind": "http", "status": 502}, False, id="502 from a gateway"),
        pytest.param({"kind": "http", "status": 504, "body": "<html>"}, False, id="504 from a gateway"),
        pytest.param({"kind": "http", "status": 200, "body": "OK"}, False, id="200 that cannot be read"),
        pytest.param({"kind": "drop_after"}, True, id="reset after acceptance"),
        pytest.param({"kind": "timeout_after", "delay_ms": 500}, True, id="closed after acceptance"),
    ],
)
def test_an_unknown_outcome_is_never_repeated_and_settled_by_a_report(stack, ana, failure, taken):
    stack.sim.fail(to=ana.phone, **failure)
    message = stack.admin.writes_to(ana, "Hello Ana")
    stack.wait_for_state(message, "read" if taken else "uncertain")
    wait_until(lambda: stack.message(message)["claimed_by"] is None, "the result to be written")
    stack.wait_until_quiet()
    row = stack.message(message)
    assert row["state"] == ("read" if taken else "uncertain")
    assert bool(row["error_title"]) is not taken, "unclear needs an explanation, settled has none"
    following = stack.admin.writes_to(ana, "Next")
    stack.wait_for_state(following, "read")
    assert len(stack.sim.requests(ana.phone)) == 2
    assert len(ana.received()) == (2 if taken else 1)


def test_requests_that_hang_end_by_our_own_time_out_and_are_never_repeated(stack, ana):
    ben = stack.acquaintance("Ben")
    stack.sim.fail("timeout_before", to=ana.phone, delay_ms=120_000)
    stack.sim.fail("timeout_after", to=ben.phone, delay_ms=120_000)
    lost, taken = stack.admin.writes_to(ana, "Hello Ana"), stack.admin.writes_to(ben, "Hello Ben")
    stack.wait_for_state(taken, "read")  # the report comes while the request still hangs
    stack.wait_for_state(lost, "uncertain", timeout=60)
    wait_until(lambda: stack.message(taken)["claimed_by"] is None, "the second time-out", 60)
    assert (stack.message(taken)["state"], stack.message(taken)["error_title"]) == ("read", None)
    assert len(stack.sim.requests(ana.phone)) == len(stack.sim.requests(ben.phone)) == 1


def test_a_bad_day_at_meta_ends_with_every_message_in_a_true_state(stack):
    """Every third request fails in some way: what Odoo says of each message is what happened to it."""
    customers = [stack.acquaintance() for _ in range(12)]
    kinds = [{"kind": "http", "status": 500}, {"kind": "drop"}, {"kind": "drop_after"}, {"kind": "error", "code": 131056}]
    for index, who in enumerate(customers):
        if index % 3 == 0:
            stack.sim.fail(to=who.phone, **kinds[index // 3])
    messages = {who: stack.admin.writes_to(who, f"Dear {who.name}") for who in customers}

    def all_settled():
        for message in messages.values():
            stack.next_try_is_due(message)
        return all(stack.message(message)["state"] in FINAL_STATES for message in messages.values())

    wait_until(all_settled, "every message to come to its end", 40, pause=0.5)
    stack.wait_until_quiet()
    for who, message in messages.items():
        assert stack.message(message)["state"] == ("read" if who.received() else "uncertain")
        assert len(who.received()) <= 1
    assert sum(bool(who.received()) for who in customers) == 11
