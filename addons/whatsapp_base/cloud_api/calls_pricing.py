"""Calls about what messages cost.

Source: Meta, "WhatsApp Business Account analytics", pricing analytics: volume and approximate cost, up to a year back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .pricing import pricing_type
from .values import NAME_LENGTH, as_dict, as_float, as_id, as_int, as_list, as_text, path_id


@dataclass(frozen=True, slots=True)
class PricePoint:
    """Messages of one country, category and type; ``cost`` is in the account's currency and approximate."""

    country: str | None
    category: str | None
    type: str | None
    volume: int
    cost: float


class PricingCalls:
    """Part of :class:`cloud_api.client.CloudClient`; ``call`` is there."""

    def pricing_analytics(self, waba_id: str, start: int, end: int) -> tuple[str | None, list[PricePoint]]:
        """Return (currency of the account, what was billed between two moments).

        :param start: epoch seconds; ``end`` is exclusive
        """
        asked = (
            f"pricing_analytics.start({int(start)}).end({int(end)}).granularity(MONTHLY)"
            '.metric_types(["COST","VOLUME"]).dimensions(["COUNTRY","PRICING_CATEGORY","PRICING_TYPE"])'
        )
        answer = as_dict(self.call("GET", path_id(waba_id), {"fields": f"currency,{asked}"}))
        groups = as_list(as_dict(answer.get("pricing_analytics")).get("data"))
        points = [point for group in groups for point in as_list(as_dict(group).get("data_points"))]
        return as_id(answer.get("currency")), [_point(point) for point in points if isinstance(point, dict)]


def _point(value: dict[str, Any]) -> PricePoint:
    return PricePoint(
        country=as_id(value.get("country")),
        category=as_text(value.get("pricing_category"), NAME_LENGTH) or None,
        type=pricing_type(as_text(value.get("pricing_type"), NAME_LENGTH), None),
        volume=max(0, as_int(value.get("volume")) or 0),
        cost=max(0.0, as_float(value.get("cost")) or 0.0),
    )
