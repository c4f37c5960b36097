"""Delivery reports come early, late, twice and backwards; what an agent sees is true and never goes back."""

import pytest
from harness import wait_until
from people import notification, status_value

TIMES = ("accepted_at", "sent_at", "delivered_at", "read_at", "failed_at")


@pytest.fixture
def ana(stack):
    """A customer who has written; the simulator sends no reports of its own."""
    stack.sim.config(webhook={"statuses": []})
    return stack.acquaintance("Ana")


@pytest.fixture
def accepted(stack, ana):
    """A reply that Meta has accepted and said nothing more about: its row."""
    return stack.wait_for_state(stack.admin.writes_to(ana, "Hello Ana"), "accepted")


def report(stack, ana, row, *statuses, **more):
    """Deliver reports of a message in one notification and wait until they are handled."""
    wamid = row["wamid"] or ana.received()[-1]["wamid"]
    value = status_value(ana, wamid, *statuses, callback=row["uuid"], **more)
    assert stack.sim.deliver(notification(value)) == [200]
    stack.wait_until_quiet()
    return stack.message(row["id"])


def test_a_report_that_overtakes_the_answer_to_the_request_is_not_taken_back_by_it(stack):
    ana = stack.acquaintance("Ana")
    stack.sim.fail("timeout_after", to=ana.phone, delay_ms=3000, late=True)
    message = stack.admin.writes_to(ana, "Hello Ana")
    row = stack.wait_for_state(message, "read")
    [request] = stack.sim.requests(ana.phone)
    assert request["status"] == 0, "the request was to be without an answer still"
    assert row["accepted_at"] is None
    wait_until(lambda: stack.message(message)["accepted_at"], "the answer to be written")
    row = stack.message(message)
    assert (row["state"], row["attempts"], row["error_title"]) == ("read", 1, None)
    assert row["wamid"] == ana.received()[0]["wamid"]


def test_a_report_without_our_id_waits_until_its_message_is_known(stack, ana):
    stack.sim.fail("timeout_after", to=ana.phone, delay_ms=2500, late=True)
    message = stack.admin.writes_to(ana, "Hello Ana")
    wait_until(ana.received, "Meta to take the message")
    early = status_value(ana, ana.received()[0]["wamid"], "delivered")
    assert stack.sim.deliver(notification(early)) == [200]
    wait_until(
        lambda: stack.value("SELECT max(attempts) FROM whatsapp_webhook_event WHERE state = 'pending'"),
        "the report to wait",
    )
    assert stack.message(message)["state"] == "sending"
    assert stack.wait_for_state(message, "delivered")["delivered_at"]


def test_reports_in_the_wrong_order_are_kept_and_the_state_never_goes_back(stack, ana, accepted):
    read = report(stack, ana, accepted, "read")
    assert (read["state"], read["delivered_at"]) == ("read", None)
    for late in ("delivered", "sent"):
        row = report(stack, ana, accepted, late)
        assert row["state"] == "read"
        assert row[f"{late}_at"], f"the time of {late} was lost"
        assert row["read_at"] == read["read_at"]


def test_reports_of_one_notification_in_any_order_lead_to_the_furthest_state(stack, ana, accepted):
    row = report(stack, ana, accepted, "read", "sent", "delivered", "sent")
    assert row["state"] == "read"
    assert row["sent_at"] and row["delivered_at"] and row["read_at"]


def test_a_repeated_report_changes_no_time(stack, ana, accepted):
    first = report(stack, ana, accepted, "sent", "delivered")
    value = status_value(ana, accepted["wamid"], "sent", "delivered")
    for entry in value["statuses"]:
        entry["timestamp"] = str(int(entry["timestamp"]) + 100)
    stack.sim.deliver(notification(value), copies=3)
    stack.wait_until_quiet()
    again = stack.message(accepted["id"])
    assert [again[name] for name in TIMES] == [first[name] for name in TIMES]
    assert again["state"] == "delivered"


def test_nothing_follows_a_failure(stack, ana, accepted):
    error = {"code": 131026, "title": "Message undeliverable", "error_data": {"details": "Message Undeliverable."}}
    failed = report(stack, ana, accepted, "failed", errors=[error])
    assert (failed["state"], failed["error_code"]) == ("failed", 131026)
    assert failed["error_title"] and failed["error_remedy"]
    later = report(stack, ana, accepted, "sent", "delivered", "read")
    assert (later["state"], later["error_code"]) == ("failed", 131026)


def test_a_failure_that_is_reported_before_the_answer_keeps_its_explanation(stack, ana):
    stack.sim.fail("timeout_after", to=ana.phone, delay_ms=2000, late=True)
    message = stack.admin.writes_to(ana, "Hello Ana")
    wait_until(ana.received, "Meta to take the message")
    error = {"code": 131026, "title": "Message undeliverable"}
    early = report(stack, ana, stack.message(message), "failed", errors=[error])
    assert (early["state"], early["accepted_at"]) == ("failed", None)
    wait_until(lambda: stack.message(message)["accepted_at"], "the answer to be written")
    row = stack.message(message)
    assert (row["state"], row["error_code"], row["error_title"]) == ("failed", 131026, early["error_title"])


def test_a_delivered_message_does_not_fail_afterwards(stack, ana, accepted):
    report(stack, ana, accepted, "delivered")
    error = {"code": 131000, "title": "Something went wrong"}
    assert report(stack, ana, accepted, "failed", errors=[error])["state"] == "delivered"


def test_a_report_of_a_message_of_somebody_else_holds_nobody_up(stack, ana, accepted):
    strange = status_value(ana, "wamid.sent-by-another-tool", "sent")
    assert stack.sim.deliver(notification(strange)) == [200]
    ana.writes("Still there?")
    wait_until(lambda: len(ana.inbound_texts()) == 2, "the next message of the same customer")
    assert stack.message(accepted["id"])["state"] == "accepted"
