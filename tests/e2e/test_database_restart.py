"""PostgreSQL dies under load and comes back: nothing lost, nothing twice, and nobody has to restart Odoo."""

import threading

import requests
from harness import wait_until
from people import RpcError

CUSTOMERS = 8


class Load:
    """Customers who write, and an agent who answers others, both without a pause until told to stop."""

    def __init__(self, stack, writers, readers):
        self.stack = stack
        self.written = {who: [] for who in writers}  # texts that the simulator has taken
        self.answered = {who: [] for who in readers}  # texts that Odoo has taken: it said so
        self.refused = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._write, self._answer)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _turns(self, people):
        turn = 0
        while True:
            for who in people:
                if self._stop.wait(0.1):
                    return
                yield turn, who
            turn += 1

    def _write(self):
        for turn, who in self._turns(self.written):
            text = f"question {turn}"
            who.writes(text)
            self.written[who].append(text)

    def _answer(self):
        threads = {who: who.conversation()["discuss_channel_id"] for who in self.answered}
        for turn, who in self._turns(self.answered):
            text = f"answer {turn}"
            try:
                self.stack.admin.post(threads[who], text)
            except (requests.RequestException, RpcError):
                self.refused += 1  # the agent sees an error and the text stays in the composer
            else:
                self.answered[who].append(text)


def check_everything_once(stack, load):
    """Each question once in Odoo, each answer at most once on a phone, and at least once if Odoo took it."""
    for who, texts in load.written.items():
        assert sorted(who.inbound_texts()) == sorted(["Hello", *texts])
        assert sorted(who.discuss_texts()) == sorted(["Hello", *texts])
    for who, texts in load.answered.items():
        arrived = who.received_texts()
        assert len(arrived) == len(set(arrived)), "an answer arrived twice"
        states = {row["body"]: row["state"] for row in who.messages("outbound")}
        for text in texts:
            assert states[text] == ("read" if text in arrived else "uncertain"), text
        assert set(states.values()) <= {"read", "uncertain"}


def put_under_load(stack, pauses):
    """PostgreSQL dies while questions and answers flow, and comes back after each of these pauses (seconds)."""
    writers, readers = ([stack.acquaintance() for _ in range(CUSTOMERS)] for _group in (1, 2))
    stack.sim.config(latency_ms=100, webhook={"batch": 20, "batch_wait_ms": 50})
    with Load(stack, writers, readers) as load:
        for pause in pauses:
            accepted = stack.sim.stats()["accepted"]
            wait_until(lambda: stack.sim.stats()["accepted"] > accepted + CUSTOMERS, "replies to flow", 60)  # noqa: B023
            stack.env.server.restart("immediate", pause=pause)
        accepted = stack.sim.stats()["accepted"]
        wait_until(lambda: stack.sim.stats()["accepted"] > accepted + CUSTOMERS, "replies to flow again", 60)
    stack.wait_until_quiet(120)
    check_everything_once(stack, load)
    late = stack.customer("Late")
    late.writes("Is everything well?")
    wait_until(late.discuss_texts, "the next message", 10)
    stack.wait_for_state(stack.admin.writes_to(late, "Yes"), "read", timeout=10)


def test_postgresql_dies_under_load_and_the_lanes_go_on_by_themselves(stack):
    stack.kill_odoo()
    odoo = stack.start_odoo(workers=0)
    lost = "SELECT count(*) FROM whatsapp_chat_message WHERE state = 'uncertain'"
    uncertain = stack.value(lost)
    put_under_load(stack, pauses=(1.0, 0.0))
    assert odoo.alive()
    assert stack.value(lost) == uncertain, "what Meta answered is known, though the database was away"
    stack.kill_odoo()  # the next test gets the usual one


def test_postgresql_dies_under_load_and_prefork_loses_and_doubles_nothing(stack):
    with stack.supervised():
        put_under_load(stack, pauses=(1.0,))


def test_a_dedicated_worker_survives_a_restart_of_postgresql(stack):
    worker = stack.start_worker()
    ana = stack.acquaintance("Ana")
    with stack.supervised():
        stack.env.server.restart("immediate", pause=1.0)
        ana.writes("Still there?")
        wait_until(lambda: len(ana.discuss_texts()) == 2, "the message after the restart", 30)
        stack.wait_for_state(stack.admin.writes_to(ana, "Of course"), "read", timeout=30)
    assert worker.alive()
