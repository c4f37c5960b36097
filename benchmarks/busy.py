"""./dev bench busy: do customers and agents notice that everything else is busy?

Every cron worker runs a foreign job for the whole time, a bulk send of 5,000 messages goes on, customers write 5
messages and agents 5 replies a second. Then the same with a Graph API that takes 8 seconds to answer, while somebody
opens lists in the web client.
"""

import argparse
import itertools
import queue
import random
import threading
import time

from . import payloads
from .figures import machine, ms, percentiles, quantile, report, say
from .intake import Book
from .stack import CRON_THREADS, Rpc, Stack
from .watch import BusWatch

CUSTOMERS = 50  # whom the agents answer; others write
FIRST_CUSTOMER, FIRST_BULK = 8801700000000, 8801500000000
SLOW_MS = 8000


class Repeat(threading.Thread):
    """Calls `act(number)` so many times a second, at random moments, each in a thread of its own where it is slow.

    times: seconds of each call from the moment it was due. errors: texts.
    """

    def __init__(self, per_second: float, seconds: float, act, senders: int = 8):
        super().__init__(daemon=True)
        self.times, self.errors, self.act, self.senders = [], [], act, senders
        rng, moment, self.moments = random.Random(7), 0.0, []
        while (moment := moment + rng.expovariate(per_second)) < seconds:
            self.moments.append(moment)

    def run(self):
        """Follow the timetable with a few threads."""
        begin, lock, numbers = time.time(), threading.Lock(), iter(range(len(self.moments)))

        def work():
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                due = begin + self.moments[number]
                time.sleep(max(0.0, due - time.time()))
                try:
                    self.act(number, due)
                    self.times.append(time.time() - due)
                except Exception as error:  # noqa: BLE001 - counted and shown
                    self.errors.append(f"{type(error).__name__}: {error}"[-300:])

        threads = [threading.Thread(target=work, daemon=True) for _ in range(self.senders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class Agents:
    """Replies through Discuss's own route, each with a mark that the simulator's log is searched for."""

    def __init__(self, stack: Stack, talks: list):
        self.talks, self.due, self._numbers = talks, {}, itertools.count(1)
        login, password = stack.rpc.call("bench.tools", "bench_agent", [talk for talk, _channel in talks])
        self._sessions = queue.SimpleQueue()
        for _ in range(8):
            self._sessions.put(Rpc(stack.odoo.url, stack.db, login, password))

    def reply(self, number: int, due: float) -> None:
        """Post one reply."""
        mark = f"bench-reply-{next(self._numbers)}"
        session = self._sessions.get()
        _talk, channel = self.talks[number % len(self.talks)]
        data = {"body": f"We open at nine, see you then. {mark}", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        self.due[mark] = due
        try:
            session.route(
                "/mail/message/post", {"thread_model": "discuss.channel", "thread_id": channel, "post_data": data})
        except Exception:
            del self.due[mark]
            raise
        finally:
            self._sessions.put(session)

    def arrivals(self, stack: Stack) -> dict:
        """mark -> moments at which the simulator accepted it; what it refused for a while and got again counts once."""
        found = {}
        for row in stack.simulator.get("requests", path="/messages", type="text")["requests"]:
            text = ((row["body"] or {}).get("text") or {}).get("body", "")
            if "bench-reply-" in text and row["status"] in (200, None):
                found.setdefault("bench-reply-" + text.rsplit("-", 1)[1].split()[0], []).append(row["at"])
        return found


def round_of(stack: Stack, book: Book, agents: Agents, seconds: float, bulk: int, first: int, load: float, word: str) -> dict:
    """One minute of it all; returns its figures."""
    stack.bulk_contacts(first, bulk)
    stack.bulk_messages(first, first + bulk, "queued", f"{word}-")
    stack.settle()
    hogs = stack.one("SELECT count(*) FROM bench_floor WHERE body LIKE 'hog%%'")
    stack.rpc.call("bench.tools", "bench_hog", CRON_THREADS, seconds + 15, load)
    deadline = time.monotonic() + 90
    while stack.one("SELECT count(*) FROM bench_floor WHERE body LIKE 'hog%%'") < hogs + CRON_THREADS:
        if time.monotonic() > deadline:
            raise RuntimeError("The foreign jobs did not start in every cron worker.")
        time.sleep(0.2)
    say("every cron worker is busy")
    stack.sql("SELECT pg_notify('whatsapp_lane_bulk', '')")
    before, begin = stack.cpu(), time.monotonic()
    watch = BusWatch(stack)
    watch.start()
    sessions = [Rpc(stack.odoo.url, stack.db) for _ in range(3)]
    entries = book.messages(int(seconds * 8), word)
    customers = book.shoot(entries, seconds, senders=8, requests_per_s=5)
    replies = Repeat(5, seconds, agents.reply)
    lists = Repeat(3, seconds, lambda number, due: open_list(sessions[number % 3]), senders=3)
    replies.start()
    lists.start()
    shots = book.acknowledge(customers)
    replies.join()
    lists.join()
    sent = stack.simulator.get("stats")["accepted"]
    cores = {name: round((now - before[name]) / (time.monotonic() - begin), 2) for name, now in stack.cpu().items()}
    time.sleep(5)
    watch.stop()
    marks = {entries[shot.index][0][1]: shot for shot in shots if shot.status == 200}
    delays = [watch.seen.get(mark, time.time()) - shot.at for mark, shot in marks.items()]
    arrived = agents.arrivals(stack)
    taken = [min(arrived[mark]) - due for mark, due in agents.due.items() if mark in arrived]
    return {
        "visible_p50_ms": ms(quantile(delays, 0.5)), "visible_p95_ms": ms(quantile(delays, 0.95)),
        "visible_max_ms": ms(max(delays, default=None)),
        "reply_p50_ms": ms(quantile(taken, 0.5)), "reply_p95_ms": ms(quantile(taken, 0.95)), "reply_max_ms": ms(max(taken, default=None)),
        "replies_not_yet_sent": len(agents.due) - len(taken),
        "customers_messages": len(marks), "not_acknowledged": len(shots) - len(marks), "replies": len(agents.due),
        "reply_errors": replies.errors[:3], **percentiles(replies.times, "reply_answer"),
        **percentiles(lists.times, "web"), "web_errors": lists.errors[:3],
        "accepted_so_far": sent, "cores_used": cores,
    }


def open_list(session: Rpc) -> None:
    """Read a plain list as the web client does."""
    session.call("res.partner", "web_search_read", [], specification={"display_name": {}, "email": {}, "phone": {}}, limit=80)


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(prog="./dev bench busy", description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--bulk", type=int, default=5000, help="messages of the bulk send")
    parser.add_argument("--rate", type=int, default=80, help="messages a second that the number may send (80 or 1000)")
    parser.add_argument("--load", type=float, default=0.3, help="share of the time that a foreign job computes")
    parser.add_argument("--batch", type=int, default=1, help="statuses in one notification, at most; Meta batches under load")
    parser.add_argument("--no-worker", action="store_true", help="no lane worker: threads in the HTTP workers do its work")
    options = parser.parse_args()
    figures = {"machine": machine()}
    with Stack("bench_busy") as stack:
        say("making test data")
        talks = stack.talks([str(FIRST_CUSTOMER + number) for number in range(CUSTOMERS)])
        book, agents = Book(stack), Agents(stack, talks)
        stack.rpc.call("whatsapp.channel", "write", [stack.channel_id], {"send_rate": options.rate})
        stack.simulator.post("config", throughput=options.rate, latency_ms=100, webhook={"batch": options.batch})
        stack.register_webhook()
        if not options.no_worker:
            stack.start_worker()
        say(f"{options.seconds:.0f} s of everything at once")
        quick = round_of(stack, book, agents, options.seconds, options.bulk, FIRST_BULK, options.load, "busy")
        wait_for_calm(stack)
        agents_due = set(agents.due)
        arrived = agents.arrivals(stack)
        lost_replies = sum(1 for mark in agents_due if mark not in arrived)
        doubled = sum(len(moments) - 1 for mark, moments in arrived.items() if mark in agents_due)
        figures |= {name: quick[name] for name in ("visible_p95_ms", "reply_p95_ms")}
        say(f"visible p95 {quick['visible_p95_ms']} ms, reply p95 {quick['reply_p95_ms']} ms; now with a slow Graph API")
        stats = stack.simulator.get("stats")
        accepted = stack.one("SELECT count(*) FROM whatsapp_chat_message WHERE direction = 'outbound'")
        lost_sent = accepted - stats["distinct_callbacks"]
        agents.due = {}
        stack.simulator.post("config", latency_ms=SLOW_MS)
        slow = round_of(stack, book, agents, options.seconds, options.bulk, FIRST_BULK + 100_000, options.load, "slow")
        figures["web_p95_ms"] = slow["web_p95_ms"]
        stack.simulator.post("config", latency_ms=100)
        stack.sql("UPDATE whatsapp_chat_message SET state = 'cancelled' WHERE state = 'queued' AND lane = 'bulk'")
        wait_for_calm(stack)
        arrived = agents.arrivals(stack)
        lost_replies += sum(1 for mark in agents.due if mark not in arrived)
        doubled += sum(len(moments) - 1 for mark, moments in arrived.items() if mark in agents.due)
        check = book.check()
        stats = stack.simulator.get("stats")
        figures |= {
            "refused_by_meta": stats["refused"],
            "lost": check["lost"] + lost_replies + max(0, lost_sent), "duplicated": check["duplicated"] + stats["duplicates"] + doubled,
            "lost_replies": lost_replies, "lost_bulk": lost_sent, "lost_inbound": check["lost"],
            "normal": quick, "slow_graph": slow,
            "states": dict(stack.sql("SELECT state, count(*) FROM whatsapp_chat_message WHERE direction = 'outbound' GROUP BY state")),
        }
    figures |= {"lane_worker": not options.no_worker, "cron_workers": CRON_THREADS, "bulk": options.bulk,
                "send_rate": options.rate, "batch": options.batch, "foreign_load": options.load,
                "slow_ms": SLOW_MS, "statuses_of": list(payloads.STATUSES)}
    report(figures)


def wait_for_calm(stack: Stack, timeout: float = 240.0) -> None:
    """Wait until nothing is queued, under way or pending any more, and the last statuses have come."""
    say("waiting until all is done")
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        left = stack.one("SELECT count(*) FROM whatsapp_chat_message WHERE state IN ('queued', 'sending')")
        webhooks = stack.simulator.get("stats")["webhooks"]
        if not left and not stack.pending() and not webhooks["waiting"] and not webhooks["planned"]:
            return
        time.sleep(0.5)
    say("it is not calm yet; going on")


if __name__ == "__main__":
    main()
