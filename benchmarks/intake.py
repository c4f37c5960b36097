"""./dev bench intake: how fast notifications are taken and handled, and how soon a message is seen.

Phases, each with the same generator (a process of its own) and the same shape of request:

1. floor and posts in alternating slices, 8 senders as fast as they can, the lane worker at work in both;
2. the same with the lane worker stopped: what the route alone costs;
3. 80 posts a second: time to the answer;
4. 20 messages a second: time from the POST to the message on the bus;
5. a prefilled journal, handled by one lane worker: messages, then statuses;
and at the end a comparison of all that was acknowledged with all that is in Odoo.
"""

import argparse
import collections
import time

from . import generator, payloads
from .figures import machine, ms, percentiles, quantile, rate, ratio, report, say
from .generator import Plan
from .stack import Stack
from .watch import BusWatch

KNOWN, STRANGERS = 250, 250  # customers who write
SHOWN_TALKS = 100  # conversations with replies that Discuss shows
TARGETS = 7000  # outgoing messages that statuses are about
REPEATS = 50  # one notification in so many is sent twice, as Meta does
FIRST_CUSTOMER, FIRST_TARGET = 8801700000000, 8801900000000


class Book:
    """All notifications made, and which were acknowledged. Messages carry a mark that is counted at the end."""

    def __init__(self, stack: Stack):
        self.stack = stack
        self.marks = {}  # mark -> wamid, acknowledged
        self.statuses = {}  # wamid -> highest rank acknowledged
        self._messages = self._statuses = 0
        self._plans = {}

    def messages(self, count: int, word: str) -> list:
        """(entry, body) of new messages, customers in turn."""
        result = []
        for _turn in range(count):
            self._messages += 1
            mark = f"bench-{word}-{self._messages}"
            phone = str(FIRST_CUSTOMER + self._messages % (KNOWN + STRANGERS))
            wamid = f"wamid.in{self._messages}"
            text = f"Hello, this is message {mark}. When do you open tomorrow?"
            result.append((("message", mark, wamid), payloads.message(phone, wamid, text)))
        return result

    def statuses_of(self, count: int) -> list:
        """(entry, body) of new statuses: sent of a thousand messages, then their delivered, then read, then the next."""
        result = []
        for _turn in range(count):
            block, rest = divmod(self._statuses, 3000)
            rank, number = divmod(rest, 1000)
            self._statuses += 1
            target = (block * 1000 + number) % TARGETS
            wamid = f"wamid.out{target}" if target < SHOWN_TALKS * 10 else f"wamid.bulk{FIRST_TARGET + target}"
            body = payloads.status(str(FIRST_TARGET + target), wamid, payloads.STATUSES[rank])
            result.append((("status", wamid, rank), body))
        return result

    def half_and_half(self, count: int) -> list:
        """(entry, body), messages and statuses in turn, with some repetitions."""
        pairs = zip(self.messages(count // 2, "post"), self.statuses_of(count // 2), strict=True)
        mixed = [one for pair in pairs for one in pair]
        return [again for index, one in enumerate(mixed) for again in ([one, one] if index % REPEATS == 0 else [one])]

    def shoot(self, entries: list, seconds: float, *, senders: int = 8, requests_per_s: float = 0.0):
        """Start sending; `acknowledge` ends it. Returns a handle."""
        port = self.stack.odoo.port
        requests = [payloads.request(self.stack.hook, body, port) for _entry, body in entries]
        return entries, generator.start(Plan(requests, port, senders, seconds, requests_per_s))

    def acknowledge(self, handle) -> list:
        """Wait for a generator, note what got a 200, and return its shots."""
        entries, process = handle
        shots = generator.finish(process)
        for shot in shots:
            if shot.status == 200:
                self.note(entries[shot.index][0])
        return shots

    def note(self, entry: tuple) -> None:
        """A notification was acknowledged: from now on Odoo owes us its effect."""
        kind, key, value = entry
        if kind == "message":
            self.marks[key] = value
        else:
            self.statuses[key] = max(self.statuses.get(key, -1), value)

    def check(self) -> dict:
        """Compare with the database: (lost, duplicated) of messages as Discuss shows them, and of statuses."""
        stack = self.stack
        shown = collections.Counter(
            mark for (mark,) in stack.sql(
                """SELECT substring(m.body from 'bench-[a-z]+-[0-9]+') FROM mail_message m
                    WHERE m.model = 'discuss.channel' AND m.body LIKE '%%bench-%%'"""))
        stored = collections.Counter(
            wamid for (wamid,) in stack.sql("SELECT wamid FROM whatsapp_chat_message WHERE direction = 'inbound' AND is_handled"))
        lost = sum(1 for mark, wamid in self.marks.items() if not shown[mark] or not stored[wamid])
        states = dict(stack.sql("SELECT wamid, state FROM whatsapp_chat_message WHERE direction = 'outbound'"))
        behind = sum(
            1 for wamid, rank in self.statuses.items()
            if states.get(wamid) not in payloads.STATUSES or payloads.STATUSES.index(states[wamid]) < rank)
        return {
            "lost": lost + behind,
            "duplicated": sum(count - 1 for count in shown.values()) + sum(count - 1 for count in stored.values()),
            "messages_acknowledged": len(self.marks), "statuses_behind": behind,
            "parked": stack.one("SELECT count(*) FROM whatsapp_webhook_event WHERE state = 'parked'"),
        }


def prepare(stack: Stack) -> None:
    """Make the customers and the messages that statuses are about."""
    say("making test data")
    known = [str(FIRST_CUSTOMER + number) for number in range(KNOWN)]
    talks = stack.talks(known)
    stack.rpc.call("bench.tools", "bench_shown", [talk for talk, _channel in talks[:SHOWN_TALKS]], 10, "wamid.out")
    first = FIRST_TARGET + SHOWN_TALKS * 10
    stack.bulk_contacts(first, TARGETS - SHOWN_TALKS * 10)
    stack.bulk_messages(first, FIRST_TARGET + TARGETS, "accepted", "wamid.bulk")
    stack.settle()


def alternate(stack: Stack, book: Book, seconds: float, slices: int, drain: bool = True) -> dict:
    """Posts and floor in turn, `seconds` each in all; the floor with an empty journal, unless `drain` is off."""
    length, port = seconds / slices, stack.odoo.port
    posts, floor, statuses = [], [], collections.Counter()
    cost, floor_cost = collections.Counter(), collections.Counter()
    for _turn in range(slices):
        entries = book.half_and_half(int(length * 800))
        bare = [payloads.request("/bench/floor", body, port) for _entry, body in entries]
        before = stack.cpu()
        shots = book.acknowledge(book.shoot(entries, length))
        _add(cost, stack.cpu(), before)
        posts += shots
        statuses.update(shot.status for shot in shots)
        if drain:  # the floor is what this server can do when it does nothing else
            stack.drain()
        before = stack.cpu()
        floor += generator.finish(generator.start(Plan(bare, port, 8, length)))
        _add(floor_cost, stack.cpu(), before)
    failed = sum(count for status, count in statuses.items() if status != 200)
    per_s, floor_per_s = rate(len(posts) - failed, seconds), rate(sum(s.status == 200 for s in floor), seconds)
    return {"posts_per_s": per_s, "floor_posts_per_s": floor_per_s, "ratio_to_floor": ratio(per_s, floor_per_s),
            **percentiles([s.seconds for s in posts], "full_load_ack"), "not_acknowledged": failed,
            "cpu_ms_per_post": {name: round(1000 * value / len(posts), 2) for name, value in cost.items()},
            "cpu_ms_per_floor_post": {name: round(1000 * value / len(floor), 2) for name, value in floor_cost.items()}}


def _add(total: collections.Counter, now: dict, before: dict) -> None:
    total.update({name: now[name] - before[name] for name in now})


def paced(stack: Stack, book: Book, seconds: float) -> dict:
    """80 posts a second at random moments."""
    shots = book.acknowledge(book.shoot(book.half_and_half(int(seconds * 100)), seconds, senders=32, requests_per_s=80))
    times = [shot.seconds for shot in shots]
    return {"ack_p50_ms": ms(quantile(times, 0.5)), "ack_p99_ms": ms(quantile(times, 0.99)), "ack_posts": len(times)}


def visible(stack: Stack, book: Book, seconds: float) -> dict:
    """20 messages a second, watched on the bus."""
    watch = BusWatch(stack)
    watch.start()
    entries = book.messages(int(seconds * 30), "seen")
    shots = book.acknowledge(book.shoot(entries, seconds, senders=16, requests_per_s=20))
    deadline = time.monotonic() + 20
    marks = {entries[shot.index][0][1]: shot for shot in shots if shot.status == 200}
    while time.monotonic() < deadline and not marks.keys() <= watch.seen.keys():
        time.sleep(0.1)
    watch.stop()
    delays = [watch.seen[mark] - shot.at for mark, shot in marks.items() if mark in watch.seen]
    return {**percentiles(delays, "visible"), "visible_missing": len(marks) - len(delays)}


def backlog(stack: Stack, book: Book, worker: bool, messages: int, statuses: int) -> dict:
    """Handle a prefilled journal: messages first, then statuses."""
    figures = {}
    for name, entries in (("messages_per_s", book.messages(messages, "back")), ("statuses_per_s", book.statuses_of(statuses))):
        stack.stop_worker()
        with stack.lane_taken():
            stack.prefill([body for _entry, body in entries])
            stack.settle()
            if worker:
                stack.start_worker()  # inside: nobody else may begin
        for entry, _body in entries:
            book.note(entry)
        if not worker:  # a thread of the HTTP worker that takes this request
            book.acknowledge(book.shoot(book.messages(1, "wake"), 10, senders=1))
        before = stack.cpu()
        count, seconds = stack.drain()
        figures[name] = rate(count, seconds)
        figures[name.replace("_per_s", "_cpu_ms")] = stack.cpu_since(before, count)
        say(f"{name}: {figures[name]}")
    return {"events_processed_per_s": figures["messages_per_s"], **figures}


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(prog="./dev bench intake", description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=30, help="length of the full-load phase (default: 30)")
    parser.add_argument("--no-worker", action="store_true", help="no lane worker: threads in the HTTP workers do its work")
    parser.add_argument("--nice", type=int, default=0, help="niceness of the lane worker")
    parser.add_argument("--messages", type=int, default=6000, help="messages in the prefilled journal")
    parser.add_argument("--statuses", type=int, default=20000, help="statuses in the prefilled journal")
    options = parser.parse_args()
    worker = not options.no_worker
    figures = {"machine": machine()}
    with Stack("bench_intake") as stack:
        prepare(stack)
        book = Book(stack)
        if worker:
            stack.start_worker("--nice", options.nice)
        say("warming up")
        alternate(stack, book, 4, 1)
        stack.drain()
        say(f"full load: {options.seconds:.0f} s of posts, {options.seconds:.0f} s of floor")
        figures |= alternate(stack, book, options.seconds, max(1, round(options.seconds / 5)))
        say(f"{figures['posts_per_s']} posts/s, floor {figures['floor_posts_per_s']}; emptying the journal")
        stack.drain()
        if worker:
            stack.stop_worker()
            # nobody serves the lane now, so the HTTP workers would: keep their threads out as well
            with stack.lane_taken():
                alone = alternate(stack, book, options.seconds / 2, 3, drain=False)
            figures |= {f"{name}_without_lanes": alone[name] for name in
                        ("posts_per_s", "floor_posts_per_s", "ratio_to_floor", "cpu_ms_per_post", "cpu_ms_per_floor_post")}
            say(f"without lanes: {alone['posts_per_s']} posts/s, floor {alone['floor_posts_per_s']}")
            stack.start_worker("--nice", options.nice)
            stack.drain()
        say("80 posts a second")
        figures |= paced(stack, book, options.seconds)
        stack.drain()
        say("20 messages a second")
        figures |= visible(stack, book, min(options.seconds, 20))
        stack.drain()
        say("prefilled journal")
        figures |= backlog(stack, book, worker, options.messages, options.statuses)
        figures |= book.check()
        figures |= {"peak_rss_mb": round(stack.memory.peak_total / 2**20),
                    "peak_rss_one_process_mb": round(stack.memory.peak_single / 2**20)}
    figures |= {"lane_worker": worker, "worker_nice": options.nice, "http_workers": 2, "senders": 8, "customers": KNOWN + STRANGERS}
    report(figures)


if __name__ == "__main__":
    main()
