"""The load generator: a process of its own that only moves bytes.

Runs as ``python -m benchmarks.generator`` with a pickled `Plan` on stdin and a pickled list of `Shot` on stdout.
Requests are ready-made (see payloads.py), so that it takes some two percent of a core at 100 requests a second.
"""

import pickle
import random
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import NamedTuple


class Shot(NamedTuple):
    """One request: index in the plan, when it was due (epoch seconds), seconds from then to the answer, HTTP status.

    status 0: no answer. At a fixed rate, "due" is the timetable's time: waiting for a free sender counts.
    """

    index: int
    at: float
    seconds: float
    status: int


@dataclass
class Plan:
    """What to send. requests: complete HTTP requests, in order, each once. port: on 127.0.0.1. senders: at once.

    seconds: when to stop. rate: requests a second with random (exponential) pauses; 0: as fast as the senders can.
    """

    requests: list
    port: int
    senders: int = 8
    seconds: float = 10.0
    rate: float = 0.0
    seed: int = 19


def fire(plan: Plan) -> list:
    """Carry the plan out in this process; returns its shots."""
    shots, lock = [], threading.Lock()
    begin = time.time() + 0.05
    moments = _timetable(plan, begin)
    counter = iter(range(len(plan.requests)))

    def sender() -> None:
        while True:
            with lock:
                index = next(counter, None)
            if index is None or index >= len(moments) and plan.rate:
                return
            due = moments[index] if plan.rate else time.time()
            if due >= begin + plan.seconds:
                return
            pause = due - time.time()
            if pause > 0:
                time.sleep(pause)
            status = exchange(plan.port, plan.requests[index])
            shots.append(Shot(index, due, time.time() - due, status))

    threads = [threading.Thread(target=sender) for _ in range(plan.senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return shots


def _timetable(plan: Plan, begin: float) -> list:
    rng, moment, moments = random.Random(plan.seed), begin, []
    while plan.rate and moment < begin + plan.seconds:
        moments.append(moment)
        moment += rng.expovariate(plan.rate)
    return moments


def exchange(port: int, request: bytes) -> int:
    """Send one request on a connection of its own; returns the HTTP status, 0 without an answer."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(request)
            answer = b""
            while part := connection.recv(4096):
                answer += part
                if b"\r\n\r\n" in answer:  # the answers have no body that matters
                    break
        return int(answer.split(b" ", 2)[1])
    except (OSError, IndexError, ValueError):
        return 0


def start(plan: Plan) -> subprocess.Popen:
    """Begin a plan in a process of its own; `finish` waits for it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.generator"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    process.stdin.write(pickle.dumps(plan))
    process.stdin.close()
    process.stdin = None
    return process


def finish(process: subprocess.Popen) -> list:
    """Wait for a generator and return its shots in order of their time."""
    output, _nothing = process.communicate()
    if process.returncode:
        raise RuntimeError(f"The load generator ended with code {process.returncode}.")
    return sorted((Shot(*row) for row in pickle.loads(output)), key=lambda shot: shot.at)


if __name__ == "__main__":
    sys.setswitchinterval(0.001)
    done = fire(pickle.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(pickle.dumps([tuple(shot) for shot in done]))
