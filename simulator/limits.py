"""Meta's rate limits: messages per second of a number, and messages to one recipient."""

from __future__ import annotations

import time
from collections import deque

#: Pair limit: a burst of so many, then one per so many seconds ("Messaging limits", pair rate limits).
PAIR_BURST = 45
PAIR_SECONDS = 6.0


class Limits:
    """Counts sends. Both methods return True when the message may go, and count it then."""

    def __init__(self) -> None:
        self._sent = {}  # pnid -> times of the last second
        self._pairs = {}  # (pnid, recipient) -> (tokens, at)

    def clear(self) -> None:
        self._sent.clear()
        self._pairs.clear()

    def throughput(self, pnid: str, rate: int | None) -> bool:
        """At most ``rate`` messages in any second; 0 or None is unlimited."""
        if not rate:
            return True
        now = time.monotonic()
        times = self._sent.get(pnid)
        if times is None:
            times = self._sent[pnid] = deque()
        while times and now - times[0] >= 1:
            times.popleft()
        if len(times) >= rate:
            return False
        times.append(now)
        return True

    def pair(self, pnid: str, recipient: str) -> bool:
        """A burst of 45 to one recipient, then one in 6 seconds."""
        now = time.monotonic()
        tokens, at = self._pairs.get((pnid, recipient), (PAIR_BURST, now))
        tokens = min(PAIR_BURST, tokens + (now - at) / PAIR_SECONDS)
        if tokens < 1:
            return False
        self._pairs[pnid, recipient] = (tokens - 1, now)
        if len(self._pairs) > 200_000:
            self._pairs = {k: v for k, v in self._pairs.items() if now - v[1] < PAIR_BURST * PAIR_SECONDS}
        return True
