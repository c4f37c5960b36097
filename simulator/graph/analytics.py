"""``pricing_analytics`` of an account: what the simulated month cost, at prices that are made up.

After "WhatsApp Business Account analytics": a field of the account's node whose parameters are chained to its name.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import GraphError
from . import numbers
from .paging import select

if TYPE_CHECKING:
    from ..core import Simulator
    from ..state import Waba

#: Cost of one charged message, in the account's currency.
PRICES = {"marketing": 0.06, "utility": 0.02, "authentication": 0.02, "service": 0.02}
GRANULARITIES = ("HALF_HOUR", "DAILY", "MONTHLY")
METRICS = ("COST", "VOLUME")
DIMENSIONS = ("COUNTRY", "PHONE", "PRICING_CATEGORY", "PRICING_TYPE", "TIER")
YEAR = 366 * 86400
_FIELD = re.compile(r"pricing_analytics((?:\.[a-z_]+\([^)]*\))*)")
_PARAMETER = re.compile(r"\.([a-z_]+)\(([^)]*)\)")


def read(sim: Simulator, waba: Waba, query: Mapping[str, str]) -> dict:
    """GET /{WABA}?fields=currency,pricing_analytics.start(..).end(..).granularity(..)."""
    fields = query["fields"]
    found = _FIELD.search(fields)
    if found is None:
        return select(numbers.waba_node(sim, waba), query, ())
    others = ",".join(name for name in (fields[:found.start()] + fields[found.end():]).split(",") if name.strip())
    result = select(numbers.waba_node(sim, waba), {"fields": others}, ()) if others else {"id": waba.id}
    result["pricing_analytics"] = {"data": [{"data_points": _points(sim, waba, dict(_PARAMETER.findall(found.group(1))))}]}
    return result


def _points(sim: Simulator, waba: Waba, given: dict[str, str]) -> list[dict]:
    start, end = _time(given, "start"), _time(given, "end")
    if start >= end:
        raise GraphError(100, message="(#100) Param start must be before end", messaging=False)
    if start < time.time() - YEAR - 31 * 86400:
        raise GraphError(100, message="(#100) Param start must be within the last year", messaging=False)
    if given.get("granularity") not in GRANULARITIES:
        raise GraphError(100, message=f"(#100) Param granularity must be one of {{{', '.join(GRANULARITIES)}}}", messaging=False)
    metrics, dimensions = _names(given, "metric_types", METRICS), _names(given, "dimensions", DIMENSIONS)
    sums: dict[tuple, list] = {}
    for message in sim.world.messages.values():
        number = sim.world.numbers.get(message.pnid)
        at = message.times.get("delivered") or message.times.get("read")
        if number is None or number.waba_id != waba.id or not message.pricing or at is None or not start <= at < end:
            continue
        values = {
            "COUNTRY": message.person.user_id[:2], "PHONE": number.digits, "TIER": "0:",
            "PRICING_CATEGORY": message.pricing["category"].upper(), "PRICING_TYPE": message.pricing["type"].upper(),
        }
        entry = sums.setdefault(tuple((name, values[name]) for name in DIMENSIONS if name in dimensions), [0, 0.0])
        entry[0] += 1
        if message.pricing["type"] == "regular":
            entry[1] += PRICES.get(message.pricing["category"], 0.02)
    keys = {"COUNTRY": "country", "PHONE": "phone_number", "TIER": "tier", "PRICING_CATEGORY": "pricing_category",
            "PRICING_TYPE": "pricing_type"}
    return [
        {
            "start": start, "end": end, **{keys[name]: value for name, value in group},
            **({"volume": count} if not metrics or "VOLUME" in metrics else {}),
            **({"cost": round(cost, 6)} if not metrics or "COST" in metrics else {}),
        }
        for group, (count, cost) in sorted(sums.items())
    ]


def _time(given: dict[str, str], name: str) -> int:
    if not given.get(name, "").isdigit():
        raise GraphError(100, message=f"(#100) Param {name} must be a UNIX timestamp", messaging=False)
    return int(given[name])


def _names(given: dict[str, str], name: str, allowed: tuple[str, ...]) -> list[str]:
    names = [item.strip(" \"'[]") for item in given.get(name, "").split(",") if item.strip(" \"'[]")]
    for item in names:
        if item not in allowed:
            raise GraphError(100, message=f"(#100) Param {name} must be one of {{{', '.join(allowed)}}}", messaging=False)
    return names
