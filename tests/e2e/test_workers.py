"""Several lane workers at once, as on several machines."""

import time

from harness import HOLD_INTAKE, wait_until, wait_until_equal

MESSAGES, CONTACTS = 500, 20


def test_two_workers_drain_500_messages_of_20_contacts_in_each_contacts_order(stack, two_workers):
    customers = [stack.customer() for _ in range(CONTACTS)]
    start = int(time.time()) - MESSAGES
    letters = [
        {"text": f"{index // CONTACTS}", "timestamp": start + index // CONTACTS, **customers[index % CONTACTS].sender()}
        for index in range(MESSAGES)
    ]
    stack.sim.config(webhook={"batch": 3, "concurrency": 1})
    with stack.hold(HOLD_INTAKE):
        stack.sim.post("inbound", messages=letters)
        wait_until_equal(lambda: stack.sim.stats()["webhooks"]["waiting"], 0, "all notifications to be acknowledged")
        pids = {worker.pid for worker in two_workers}
        wait_until_equal(lambda: stack.blocked_processes("pg_advisory_lock"), pids, "both workers to wait for work")
    stack.wait_until_quiet(60)
    expected = [f"{turn}" for turn in range(MESSAGES // CONTACTS)]
    for customer in customers:
        assert customer.inbound_texts() == expected
        assert customer.discuss_texts() == expected


def test_what_a_killed_worker_was_doing_is_done_by_the_other(stack, two_workers):
    ana = stack.customer("Ana")
    with stack.hold("LOCK TABLE mail_message IN SHARE MODE"):
        ana.writes("Who will read me?")
        stack.wait_until_blocked('INSERT INTO "mail_message"')
        [pid] = stack.blocked_processes('INSERT INTO "mail_message"')
        doomed = next(worker for worker in two_workers if worker.pid == pid)
        doomed.kill()
    wait_until(ana.messages, "the other worker to handle the message")
    stack.wait_until_quiet()
    assert ana.discuss_texts() == ana.inbound_texts() == ["Who will read me?"]
    assert [worker.alive() for worker in two_workers].count(True) == 1
