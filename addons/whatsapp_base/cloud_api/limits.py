"""Rate limits as pure arithmetic; the caller stores tokens and time, for instance in a database row.

Source: Meta, "Throughput" (messages per second and business number) and "Pair rate limits" (one business number
and one user).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

STANDARD_RATE = 80.0  # messages per second of a business number
HIGH_RATE = 1000.0  # the same, after Meta's upgrade
COEXISTENCE_RATE = 20.0  # numbers that are also used in the WhatsApp Business app
PAIR_RATE = 1 / 6  # messages per second to one user
PAIR_BURST = 45.0  # messages to one user that may be sent at once and are paid back by waiting

RATES: dict[str, float] = {"STANDARD": STANDARD_RATE, "HIGH": HIGH_RATE, "NOT_APPLICABLE": STANDARD_RATE}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket: ``tokens`` may leave now, ``rate`` of them come back each second, up to ``capacity``.

    ``updated_at`` is the time, in seconds, at which ``tokens`` was true. Any clock will do, if it is always the
    same one: with several machines it must be the database's.
    """

    rate: float
    capacity: float
    tokens: float
    updated_at: float

    def refill(self, now: float) -> Bucket:
        """Return the bucket as it is at ``now``; a clock that went backwards adds nothing."""
        elapsed = max(0.0, now - self.updated_at)
        tokens = min(self.capacity, self.tokens + elapsed * self.rate)
        return replace(self, tokens=tokens, updated_at=max(now, self.updated_at))

    def take(self, count: int, reserve: float = 0.0) -> tuple[int, Bucket]:
        """Take up to ``count`` whole tokens and return how many were taken, and the bucket after it.

        :param reserve: tokens that must stay for more urgent takers
        """
        taken = max(0, min(int(count), int(self.tokens - reserve + 1e-9)))
        return taken, replace(self, tokens=self.tokens - taken)

    def wait(self, count: int = 1, reserve: float = 0.0) -> float:
        """Return the seconds from ``updated_at`` until ``count`` tokens can be taken; ``inf`` when never."""
        missing = count + reserve - self.tokens
        if missing <= 1e-9:
            return 0.0
        if self.rate <= 0 or count + reserve > self.capacity:
            return float("inf")
        return missing / self.rate

    def drain(self, now: float) -> Bucket:
        """Return the bucket empty: what to store after Meta said that the limit was reached."""
        return replace(self, tokens=0.0, updated_at=max(now, self.updated_at))


def channel_bucket(rate: float, now: float, seconds: float = 1.0) -> Bucket:
    """Return a full bucket for a business number that sends ``rate`` messages per second.

    :param seconds: how much of the rate may leave in one burst
    """
    capacity = max(1.0, rate * seconds)
    return Bucket(rate=rate, capacity=capacity, tokens=capacity, updated_at=now)


def pair_bucket(now: float, tokens: float = PAIR_BURST) -> Bucket:
    """Return the bucket of one business number and one user: bursts of 45, then one message every 6 seconds."""
    return Bucket(rate=PAIR_RATE, capacity=PAIR_BURST, tokens=tokens, updated_at=now)


def pair_backoff(attempt: int) -> float:
    """Return the seconds to wait after the pair limit was hit for the ``attempt``-th time (1, 2, ...): 4^(n-1)."""
    return float(min(3600, 4 ** max(0, min(attempt - 1, 6))))
