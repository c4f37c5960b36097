"""./dev bench send: queued messages to the Graph API, beside the same HTTP calls without a database.

The simulator answers after 100 ms and takes 1,000 messages a second; delivery statuses are off unless --statuses, for
the floor has no Odoo to receive them. Both sides use cloud_api.client with a pool of the same size.
"""

import argparse
import json
import subprocess
import sys
import time

from .figures import machine, rate, ratio, report, say
from .payloads import PHONE_NUMBER_ID
from .stack import Stack

FIRST = 8801500000000
POOL = 64  # of the bulk lane, whatsapp_base/lanes/sender.py
LATENCY_MS = 100
LIMIT = 1000


def send(stack: Stack, first: int, count: int) -> tuple[float, dict]:
    """Queue `count` texts and let the lane worker send them.

    Returns messages per second, from the first result to the last, and CPU milliseconds a message by program (with the
    worker's start).
    """
    with stack.lane_taken("bulk"):
        stack.bulk_contacts(first, count)
        stack.bulk_messages(first, first + count, "queued", f"send{first}-")
        stack.settle()
        before = stack.cpu()
        stack.start_worker()  # inside: nobody else may begin
    while not (done := stack.one("SELECT count(*) FROM whatsapp_chat_message WHERE state = 'accepted' OR wamid IS NOT NULL")):
        time.sleep(0.02)
    begin, left = time.monotonic(), 1
    while left:
        time.sleep(0.05)
        left = stack.one("SELECT count(*) FROM whatsapp_chat_message WHERE direction = 'outbound' AND state IN ('queued', 'sending')")
    seconds = time.monotonic() - begin
    cost = stack.cpu_since(before, count)
    stack.stop_worker()
    return (count - done) / seconds, cost


def floor(stack: Stack, first: int, count: int) -> float:
    """The same calls from a bare thread pool in a process of its own; returns messages per second."""
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks.bare_sender", stack.simulator.url, str(first), str(count), str(POOL)],
        capture_output=True, text=True, check=True)
    facts = json.loads(process.stdout)
    if facts["failed"]:
        raise RuntimeError(f"{facts['failed']} calls of the floor failed.")
    return rate(count, facts["seconds"])


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(prog="./dev bench send", description=__doc__.split("\n")[0])
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--statuses", action="store_true", help="the simulator reports sent, delivered and read to Odoo")
    options = parser.parse_args()
    figures, count = {"machine": machine()}, options.messages
    with Stack("bench_send") as stack:
        stack.rpc.call("whatsapp.channel", "write", [stack.channel_id], {"send_rate": LIMIT, "reply_reserve": 0})
        stack.simulator.post("config", latency_ms=LATENCY_MS, throughput=LIMIT,
                             webhook={"enabled": options.statuses, "batch": 100}, record={"bodies": False})
        if options.statuses:
            stack.register_webhook()
        say("floor, first half")
        halves = [floor(stack, FIRST + 100_000, count)]
        stack.simulator.post("reset", keep_config=True)
        say(f"{halves[0]} messages/s; sending {count} through Odoo")
        per_s, cost = send(stack, FIRST, count)
        per_s = round(per_s, 1)
        stats = stack.simulator.get("stats")
        states = dict(stack.sql("SELECT state, count(*) FROM whatsapp_chat_message WHERE direction = 'outbound' GROUP BY state"))
        say(f"{per_s} messages/s, states {states}; floor, second half")
        halves.append(floor(stack, FIRST + 200_000, count))
        known = {row[0] for row in stack.sql("SELECT wamid FROM whatsapp_chat_message WHERE wamid IS NOT NULL")}
        floor_per_s = round(sum(halves) / 2, 1)
        figures |= {
            "messages_per_s": per_s, "floor_messages_per_s": floor_per_s, "ratio_to_floor": ratio(per_s, floor_per_s),
            "duplicates": stats["duplicates"], "lost": count - stats["distinct_callbacks"],
            "results_lost": count - len(known), "refused": stats["refused"], "states": states,
            "floor_runs": halves, "cpu_ms_per_message": cost, "latency_ms": LATENCY_MS, "limit_per_s": LIMIT,
            "pool": POOL, "statuses": options.statuses,
            "peak_rss_mb": round(stack.memory.peak_total / 2**20), "phone_number_id": PHONE_NUMBER_ID,
        }
    report(figures)


if __name__ == "__main__":
    main()
