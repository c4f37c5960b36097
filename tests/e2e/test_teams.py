"""Teams at work: texts that they say by themselves, and agents who get what waits, over several processes."""

import os
import signal
import time
from collections import Counter

import pytest
from harness import wait_until, wait_until_equal

GREETING = "Hello, this is the team"
AWAY = "We are closed"
NOBODY = "SELECT FROM whatsapp_team FOR NO KEY UPDATE"  # the desk routes nobody as long as this is held


@pytest.fixture
def team(stack):
    """A team of three active agents that answers the number, and greets."""
    call = stack.admin.call
    tag = str(time.time_ns())
    users = [stack.colleague(f"Agent {n}", "agent", f"agent{n}-{tag}") for n in range(3)]
    [team_id] = call(
        "whatsapp.team", "create",
        [{"name": f"Team {tag}", "greeting": GREETING, "member_ids": [(6, 0, users)], "routing_policy": "round_robin"}],
    )  # fmt: skip
    agents = call("whatsapp.agent", "search", [("user_id", "in", users)])
    call("whatsapp.agent", "write", agents, {"status": "active"})
    call("whatsapp.channel", "write", [stack.channel_id], {"team_id": team_id})
    yield {"id": team_id, "users": users, "agents": agents}
    call("whatsapp.channel", "write", [stack.channel_id], {"team_id": False})
    call("whatsapp.team", "write", [team_id], {"routing_policy": "manual"})
    stack.end_team(team_id)


def automatic(customer):
    """Return the texts that the team said by itself and that have arrived on the phone."""
    return [text for text in customer.received_texts() if text in (GREETING, AWAY)]


def logged(customer):
    """Return the same as Odoo knows it."""
    return [row["body"] for row in customer.messages("outbound") if row["origin"] == "auto"]


def close(stack, team):
    """Give the team working hours in which it never works, and an away message."""
    stack.admin.call("whatsapp.team", "write", [team["id"]], {"away_message": AWAY})
    [calendar] = stack.admin.call("resource.calendar", "create", [{"name": "Never", "attendance_ids": [(5,)]}])
    stack.admin.call("whatsapp.team", "write", [team["id"]], {"calendar_id": calendar})


def test_a_new_customer_is_greeted_once_on_the_phone(stack, team):
    ana = stack.customer("Ana")
    ana.writes("Hello")
    ana.writes("Anybody there?")
    wait_until_equal(lambda: automatic(ana), [GREETING], "the greeting on the phone")
    ana.writes("Hello?")
    stack.wait_until_quiet()
    time.sleep(2)
    assert automatic(ana) == logged(ana) == [GREETING]


def test_outside_hours_the_customer_is_told_once(stack, team):
    close(stack, team)
    ana = stack.customer("Ana")
    for text in ("Hello", "Anybody there?", "Hello?"):
        ana.writes(text)
        stack.wait_until_quiet()
    wait_until_equal(lambda: automatic(ana), [AWAY], "the away message on the phone")
    assert logged(ana) == [AWAY]


def test_who_dies_after_the_text_was_written_has_said_nothing_and_another_says_it_once(stack, team, two_workers):
    close(stack, team)
    ana, ben = stack.customer("Ana"), stack.customer("Ben")
    with stack.hold(NOBODY):
        ana.writes("Hello")
        ben.writes("Hello")
        # the greeting is queued in the transaction that now waits to route
        stack.wait_until_blocked("SELECT FROM whatsapp_team")
        # whoever is on duty: one of our workers, or a process of Odoo's
        for pid in stack.blocked_processes("SELECT FROM whatsapp_team"):
            os.kill(pid, signal.SIGKILL)
    stack.start_worker()  # each may have held one of the two conversations: then both are dead
    for customer in (ana, ben):
        wait_until_equal(lambda customer=customer: automatic(customer), [AWAY], "the other worker to say it once")
    stack.wait_until_quiet()
    assert automatic(ana) == automatic(ben) == logged(ana) == logged(ben) == [AWAY]


def test_two_workers_give_each_conversation_to_one_agent_in_turn_and_within_capacity(stack, team, two_workers):
    stack.admin.call("whatsapp.agent", "write", team["agents"], {"capacity": 10})
    customers = [stack.customer() for _ in range(45)]
    stack.sim.post("inbound", messages=[{"text": "Hello", **customer.sender()} for customer in customers])

    def assigned():
        return stack.rows("SELECT user_id, id FROM whatsapp_conversation WHERE team_id = %s AND user_id IS NOT NULL", team["id"])

    wait_until(lambda: len(assigned()) >= 30, "thirty conversations to be assigned", 60)
    stack.wait_until_quiet(60)
    time.sleep(7)  # the clock has looked once more
    assert Counter(row["user_id"] for row in assigned()) == dict.fromkeys(team["users"], 10)
    members = stack.rows(
        """SELECT c.id, count(m.id) AS count FROM whatsapp_conversation c
        LEFT JOIN discuss_channel_member m ON m.channel_id = c.discuss_channel_id WHERE c.team_id = %s GROUP BY c.id""",
        team["id"],
    )
    assert Counter(row["count"] for row in members) == {1: 30, 0: 15}, "one agent in each thread, nobody twice"
    # one of them resolves: the longest waiting is next
    [mine, *_rest] = [row["id"] for row in assigned() if row["user_id"] == team["users"][0]]
    first = stack.value(
        """SELECT id FROM whatsapp_conversation WHERE team_id = %s AND user_id IS NULL AND waiting_since IS NOT NULL
         ORDER BY waiting_since, id LIMIT 1""",
        team["id"],
    )
    stack.admin.call("whatsapp.conversation", "action_resolve", [mine])
    wait_until_equal(
        lambda: stack.value("SELECT user_id FROM whatsapp_conversation WHERE id = %s", first), team["users"][0],
        "the longest waiting conversation to be given to who is free",
    )
