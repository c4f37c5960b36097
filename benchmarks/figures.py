"""Numbers out of measurements, and the one JSON line at the end."""

import json
import os
import sys
import time
from collections.abc import Iterable, Sequence


def quantile(values: Iterable[float], share: float) -> float | None:
    """The value below which `share` (0 to 1) of the values lie (nearest rank); None without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def ms(seconds: float | None) -> float | None:
    """Seconds as milliseconds with one decimal; None stays None."""
    return None if seconds is None else round(seconds * 1000, 1)


def rate(count: float, seconds: float) -> float | None:
    """Things per second with one decimal; None when no time has passed."""
    return round(count / seconds, 1) if seconds > 0 else None


def ratio(part: float | None, whole: float | None) -> float | None:
    """Part of a whole with three decimals; None when it cannot be said."""
    return round(part / whole, 3) if part is not None and whole else None


def say(text: str) -> None:
    """One line of progress on stderr, with the time and the machine's load."""
    print(f"[{time.strftime('%H:%M:%S')} load {os.getloadavg()[0]:.1f}] {text}", file=sys.stderr, flush=True)


def report(values: dict) -> None:
    """Print the figures as one line of JSON on stdout: the last line, whatever came before."""
    print(json.dumps(values, ensure_ascii=False), flush=True)


def machine() -> dict:
    """What the figures depend on: cores, memory (GB), load averages before the run."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {"cores": os.cpu_count(), "memory_gb": round(pages * size / 2**30), "loadavg": [round(x, 1) for x in os.getloadavg()]}


def percentiles(values: Sequence[float], prefix: str) -> dict:
    """`{prefix_p50_ms, prefix_p95_ms, prefix_p99_ms}` of durations in seconds."""
    return {f"{prefix}_p{share}_ms": ms(quantile(values, share / 100)) for share in (50, 95, 99)}
