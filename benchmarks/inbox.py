"""./dev bench inbox: the team inbox over a database of years: 100,000 conversations, 1,000,000 messages, 30 agents.

1. the number of database queries of a list with a hundred conversations, then the rest of the data (benchmarks/inbox_data.py);
2. over HTTP, as an agent, a supervisor and an administrator: each view of the list, search, a thread, the panel;
3. two browsers (benchmarks/inbox_screen.py): how soon the inbox is there, a customer's message is on an agent's screen, an
   agent's answer on a colleague's.

Times are those of whoever waits: from the request to the answer. The servers run as in production, the lane worker among them.
"""

import argparse
import time
from collections import defaultdict
from functools import partial

from . import inbox_screen
from .figures import machine, ms, quantile, report, say
from .inbox_data import RARE, Size, fill
from .stack import Rpc, Stack

VIEWS = ("mine", "unassigned", "teams", "all", "waiting", "snoozed", "resolved")
AGENTS, TEAMS = 30, 5
SEARCHES = ("Amelia Haddad", "garcia", "600012", "refund", f"sell {RARE}", "invoice", "+34 600 04", "nothing like this")
SMALL = Size(conversations=100, messages=1_000, mine=2, unassigned=10)
MESSAGES = 30  # as many as Discuss fetches of a thread at once


class Timer:
    """Collects durations by name."""

    def __init__(self):
        self.times = defaultdict(list)

    def __call__(self, name: str, call, *args, **kwargs):
        """Call something and note how long it took."""
        start = time.perf_counter()
        result = call(*args, **kwargs)
        self.times[name].append(time.perf_counter() - start)
        return result

    @property
    def count(self) -> int:
        """How many calls were timed."""
        return sum(map(len, self.times.values()))

    def p95(self, name: str) -> float | None:
        """The 95th percentile of a name's times, in milliseconds."""
        return ms(quantile(self.times[name], 0.95))


def queries(stack: Stack, login: str) -> dict:
    """Queries of each call of the list, with the tables as they are."""
    def count(method: str, *args) -> int:
        return stack.rpc.call("bench.tools", "bench_queries", login, "whatsapp.conversation", method, *args)

    lists = [count("inbox_list", {"view": view, "order": "newest"}) for view in VIEWS]
    return {"list": max(lists), "counts": count("inbox_counts"), "search": count("inbox_list", {"view": "all", "search": "garcia"})}


def lists(people: dict, timer: Timer, repeats: int) -> dict:
    """Open each view as each role. The worst view's p95 is the figure."""
    for role, sessions in people.items():
        for view in VIEWS:
            for turn in range(repeats):
                rpc = sessions[turn % len(sessions)]
                page = timer(f"list.{role}.{view}", rpc.call, "whatsapp.conversation", "inbox_list", {"view": view, "order": "newest"})
                if turn == 0 and page["after"]:  # scrolling: one page further
                    timer(f"scroll.{role}", rpc.call, "whatsapp.conversation", "inbox_list", {"view": view, "order": "newest"},
                          after=page["after"])
        for order in ("waiting", "priority"):
            for turn in range(repeats):
                timer(f"sorted.{role}.{order}", sessions[turn % len(sessions)].call, "whatsapp.conversation", "inbox_list",
                      {"view": "teams", "order": order})
        for turn in range(repeats):
            timer(f"counts.{role}", sessions[turn % len(sessions)].call, "whatsapp.conversation", "inbox_counts")
    worst = {view: max(timer.p95(f"list.{role}.{view}") for role in people) for view in VIEWS}
    return {
        "list_p95_ms": max(worst.values()), **{f"list_{view}_p95_ms": value for view, value in worst.items()},
        **{f"list_{role}_p95_ms": max(timer.p95(f"list.{role}.{view}") for view in VIEWS) for role in people},
        "sorted_p95_ms": max(timer.p95(f"sorted.{role}.{order}") for role in people for order in ("waiting", "priority")),
        "scroll_p95_ms": max(timer.p95(f"scroll.{role}") or 0 for role in people),
        "counts_p95_ms": max(timer.p95(f"counts.{role}") for role in people),
    }


def open_thread(rpc: Rpc, row: dict) -> None:
    """Fetch what the browser fetches for a thread that it does not know."""
    rpc.route("/mail/data", {"fetch_params": [["discuss.channel", [row["thread_id"]]]], "context": {}})
    rpc.route("/discuss/channel/messages", {"channel_id": row["thread_id"], "fetch_params": {"limit": MESSAGES}})


def threads(people: dict, timer: Timer, repeats: int) -> dict:
    """Open threads and panels of conversations from every view, long ones among them."""
    for role, sessions in people.items():
        rows = [row for view in ("mine", "unassigned", "resolved", "all") for row in
                sessions[0].call("whatsapp.conversation", "inbox_list", {"view": view, "order": "newest"})["rows"][: repeats // 2 or 1]]
        for row in rows[: 2 * repeats]:
            timer(f"thread.{role}", open_thread, sessions[0], row)
            timer(f"panel.{role}", sessions[0].call, "whatsapp.conversation", "inbox_panel", [row["id"]])
    return {"thread_open_p95_ms": max(timer.p95(f"thread.{role}") for role in people),
            "panel_p95_ms": max(timer.p95(f"panel.{role}") for role in people)}


def order_number(stack: Stack) -> str:
    """The number of an order that somebody wrote about."""
    return stack.one("SELECT substring(body FROM 'S[0-9]{7}') FROM whatsapp_chat_message WHERE body ~ 'S[0-9]{7}' LIMIT 1")


def searches(order: str, people: dict, timer: Timer, repeats: int) -> dict:
    """Search names, numbers, the number of an order, and texts, everywhere."""
    found = {}
    for role, sessions in people.items():
        for text in (*SEARCHES, order):
            for turn in range(repeats):
                query = {"view": "all", "search": text, "everywhere": True, "order": "newest"}
                page = timer(f"search.{role}.{text}", sessions[turn % len(sessions)].call, "whatsapp.conversation", "inbox_list", query)
            if role == "admin":
                found[text] = len(page["rows"])
    worst = {text: max(timer.p95(f"search.{role}.{text}") for role in people) for text in (*SEARCHES, order)}
    return {"search_p95_ms": max(worst.values()), "searches_p95_ms": worst, "searches_found": found}


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(prog="./dev bench inbox", description=__doc__.split("\n")[0])
    parser.add_argument("--conversations", type=int, default=Size.conversations)
    parser.add_argument("--messages", type=int, default=Size.messages)
    parser.add_argument("--repeats", type=int, default=40, help="calls of each kind for each role (default: 40)")
    parser.add_argument("--keep", action="store_true", help="measure the database of the run before again")
    parser.add_argument("--screens", type=int, default=20, help="messages each way in the browsers; 0: no browsers (default: 20)")
    options = parser.parse_args()
    figures, timer = {"machine": machine()}, Timer()
    with Stack("bench_inbox", options.keep) as stack:
        desk = stack.rpc.call("bench.tools", "bench_desk", AGENTS, TEAMS)
        login = desk["agents"][0]["login"]
        if not options.keep:
            fill(stack, SMALL, desk)
            figures["queries_with_100_conversations"] = queries(stack, login)
            start = time.monotonic()
            fill(stack, Size(options.conversations, options.messages), desk)
            figures["fill_s"] = round(time.monotonic() - start)
        many = queries(stack, login)
        figures |= {"queries_list": many["list"], "queries": many}
        say(f"queries: {figures.get('queries_with_100_conversations')} with 100 conversations, {many} with all")
        stack.start_worker()

        def sessions(logins: list) -> list:
            return [Rpc(stack.odoo.url, stack.db, login, login) for login in logins]

        people = {
            "agent": sessions([agent["login"] for agent in desk["agents"][:4]]), "supervisor": sessions(desk["supervisors"][:2]),
            "admin": sessions(["admin"]),
        }
        say("warming up")
        lists(people, Timer(), 2)
        threads(people, Timer(), 2)
        for name, phase, repeats in (
            ("list", lists, options.repeats),
            ("search", partial(searches, order_number(stack)), max(3, options.repeats // 3)),
            ("thread_open", threads, options.repeats),
        ):
            say(name)
            before, known = stack.cpu(), timer.count
            figures |= phase(people, timer, repeats)
            # on a machine that does other things as well, this is the figure to compare
            figures[f"{name}_cpu_ms"] = stack.cpu_since(before, timer.count - known)
            say(f"{name}: p95 {figures[f'{name}_p95_ms']} ms, CPU {figures[f'{name}_cpu_ms']}")
        if options.screens:
            stack.register_webhook()
            figures |= inbox_screen.measure(stack, desk, options.screens)
    figures |= {"conversations": options.conversations, "messages": options.messages, "agents": AGENTS, "teams": TEAMS}
    report(figures)


if __name__ == "__main__":
    main()
