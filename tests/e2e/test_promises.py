"""Service levels over the wire: a promise that nobody kept is escalated once, whatever dies, and the screens turn red."""

import os
import signal
import time

import pytest
from browsers import log_in
from harness import wait_until, wait_until_equal
from people import Agent
from playwright.sync_api import expect
from test_inbox import row_of, show

REMINDERS = """SELECT a.user_id, a.summary FROM mail_activity a JOIN ir_model_data d ON d.res_id = a.activity_type_id
    WHERE d.module = 'whatsapp_base' AND d.name = 'mail_activity_type_sla' AND a.res_model = 'whatsapp.conversation'
      AND a.res_id = %s AND a.active"""
NO_REMINDERS = "LOCK TABLE mail_activity IN SHARE MODE"  # nobody can be told as long as this is held
TELLS = 'INSERT INTO "mail_activity"'
JUST_KEPT = 52  # a customer who wrote so many seconds ago has been promised an answer within the next few


@pytest.fixture(scope="module")
def desk(running):
    """A team that promises an answer within a minute; the number's conversations are its own. IDs by what they are."""
    running.heal()
    call, tag = running.admin.call, str(time.time_ns())
    ids = {}
    for name, role in (("agent", "agent"), ("lead", "supervisor")):
        ids[f"{name}_login"] = f"{name}{tag}"
        ids[name] = running.colleague(name.title(), role, f"{name}{tag}")
    [ids["policy"]] = call("whatsapp.sla.policy", "create", [{
        "name": "One minute", "first_minutes": 1, "next_minutes": 1, "resolution_minutes": 0, "warn_minutes": 0,
        "escalation_reassign": "user", "escalation_user_id": ids["lead"],
    }])  # fmt: skip
    [ids["team"]] = call("whatsapp.team", "create", [{
        "name": f"Fast {tag}", "member_ids": [(6, 0, [ids["agent"]])], "supervisor_ids": [(6, 0, [ids["lead"]])],
        "sla_policy_id": ids["policy"],
    }])  # fmt: skip
    before = running.value("SELECT team_id FROM whatsapp_channel WHERE id = %s", running.channel_id)
    call("whatsapp.channel", "write", [running.channel_id], {"team_id": ids["team"]})
    yield ids
    call("whatsapp.channel", "write", [running.channel_id], {"team_id": before or False})
    running.end_team(ids["team"])


def wrote(customer, seconds_ago):
    """Let the customer write; the phone says that it was so long ago, as a phone does that had no connection."""
    customer.writes("Where is my order?", timestamp=int(time.time()) - seconds_ago)
    wait_until(customer.messages, "the message to be stored")


def reminders(stack, customer):
    """Return who is reminded, and of what."""
    return [(row["user_id"], row["summary"]) for row in stack.rows(REMINDERS, customer.conversation()["id"])]


def settled(stack):
    """Wait until the clock has looked at everything once more."""
    stack.wait_until_quiet()
    time.sleep(6)


def test_the_clock_breaks_a_promise_and_the_lead_hears_of_it_once(stack, desk, two_workers):
    ana = stack.customer("Ana")
    wrote(ana, JUST_KEPT)
    wait_until_equal(lambda: ana.conversation()["sla_state"], "on_track", "the promise to be noted")
    assert ana.conversation()["sla_target"] == "first"
    assert not reminders(stack, ana)
    wait_until_equal(lambda: ana.conversation()["sla_state"], "breached", "the clock to break the promise", 30)
    told = [(desk["lead"], "First Response is late: Ana")]
    assert reminders(stack, ana) == told
    talk = ana.conversation()
    assert (talk["priority"], talk["user_id"]) == ("1", desk["lead"]), "one step more urgent, and in good hands"
    settled(stack)
    assert reminders(stack, ana) == told
    assert ana.conversation()["priority"] == "1", "raised once, though two workers look at the clock"
    assert ana.received() == [], "the customer hears nothing of it"
    # the lead answers: the reminder goes, the lateness stays in the reports
    lead = Agent(stack, desk["lead_login"], desk["lead_login"])
    lead.writes_to(ana, "It left our house this morning.")
    wait_until_equal(lambda: reminders(stack, ana), [], "the reminder to go")
    wait_until_equal(lambda: ana.conversation()["sla_state"], "none", "nothing to be due")
    assert stack.value("SELECT is_first_late FROM whatsapp_conversation_cycle WHERE conversation_id = %s", talk["id"])


def test_what_comes_in_late_is_late_at_once(stack, desk):
    ana = stack.customer("Ana")
    wrote(ana, 3600)
    wait_until_equal(lambda: ana.conversation()["sla_state"], "breached", "the promise to be broken already")
    assert len(reminders(stack, ana)) == 1


def test_who_dies_while_telling_has_told_nobody_and_another_tells_once(stack, desk, two_workers):
    ana, ben = stack.customer("Ana"), stack.customer("Ben")
    with stack.hold(NO_REMINDERS):
        wrote(ana, 3600)
        wrote(ben, 3600)
        stack.wait_until_blocked(TELLS)
        # the lateness is written in the transaction that now waits to tell
        for pid in stack.blocked_processes(TELLS):
            os.kill(pid, signal.SIGKILL)
        assert "breached" not in {customer.conversation()["sla_state"] for customer in (ana, ben)}, "nobody was told yet"
    stack.start_worker()
    for customer in (ana, ben):
        wait_until_equal(lambda customer=customer: customer.conversation()["sla_state"], "breached", "the other worker", 30)
    settled(stack)
    for customer in (ana, ben):
        assert reminders(stack, customer) == [(desk["lead"], f"First Response is late: {customer.name}")]
        assert customer.conversation()["priority"] == "1", "raised once"


@pytest.mark.browser
def test_inbox_and_board_turn_red_by_themselves(stack, web, tabs, desk, two_workers):
    ana = stack.customer("Ana Redrow")
    wrote(ana, JUST_KEPT - 15)
    lead = {}
    for name, path in (("inbox", "whatsapp-inbox"), ("board", "action-whatsapp_base.whatsapp_board_action")):
        lead[name] = tabs(1440, 900)
        log_in(lead[name], web.url, desk["lead_login"], desk["lead_login"])
        lead[name].goto(f"{web.url}/odoo/{path}")
    show(lead["inbox"], "all")
    row = row_of(lead["inbox"], ana)
    expect(row).to_have_attribute("data-sla", "on_track")
    late = lead["board"].locator(".o-whatsapp-Tile", has_text="Too late").locator(".fs-1")
    expect(late).to_be_visible()
    before = int(late.inner_text())
    expect(row).to_have_attribute("data-sla", "breached", timeout=40_000)
    expect(late).to_have_text(str(before + 1), timeout=20_000)
