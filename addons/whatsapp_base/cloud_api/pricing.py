"""What a message costs: the rules of Meta's price list as pure functions; the prices themselves are data.

Source: Meta, "Pricing on the WhatsApp Business Platform" (per delivered message, by category and the recipient's
country) and "Webhooks", ``statuses[].pricing``. Since 1 October 2026 replies are charged, too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

import phonenumbers

from .recipients import is_bsuid, is_wa_id

# From this day, messages within the customer service window are charged as well.
REPLIES_CHARGED_FROM = date(2026, 10, 1)
# Service messages for each business number and month that partners report to be free; not confirmed by Meta.
FREE_SERVICE_MESSAGES = 1000

SERVICE = "service"
CATEGORIES = (
    "marketing", "marketing_lite", "utility", "authentication", "authentication_international", SERVICE,
    "referral_conversion", "group_marketing", "group_utility", "group_service", "general_purpose_ai",
)
# Where the list has no price of a category's own, this one's is meant.
SAME_PRICE_AS = {
    "service": "utility", "group_service": "utility", "group_utility": "utility",
    "marketing_lite": "marketing", "group_marketing": "marketing",
}
# North America with the Caribbean, Russia with Kazakhstan
_SHARED_CODES = (1, 7)
_SERVICE_LIKE = (SERVICE, "group_service")
REGULAR, FREE_WINDOW, FREE_ENTRY_POINT = "regular", "free_customer_service", "free_entry_point"

ESTIMATED, FINAL, FREE, UNKNOWN = "estimated", "final", "free", "unknown"
# Why a message is charged or free.
CHARGED, WINDOW, ENTRY_POINT, ALLOWANCE, NOT_DELIVERED, OTHER, NO_RATE, NO_COUNTRY = (
    "charged", "window", "entry_point", "allowance", "not_delivered", "other", "no_rate", "no_country"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """A line of the price list: ``place`` is a country (``ES``) or the code of a market (``rest_of_africa``)."""

    place: str
    category: str
    valid_from: date
    currency: str
    price: Decimal
    from_quantity: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A price and where it was found: ``place`` and ``category`` of the line, which count for its tiers."""

    price: Decimal
    currency: str
    place: str
    category: str


@dataclass(frozen=True, slots=True)
class Charge:
    """What one message costs. ``category`` is how it is billed; ``state`` is free, unknown or charged (final)."""

    category: str | None
    price: Decimal
    currency: str | None
    state: str
    reason: str


def normalize_category(raw: str | None) -> str | None:
    """Return Meta's category in one spelling (``authentication-international`` has two), None for none.

    An unknown category is kept: a price may be entered for it, and nothing is silently taken for something else.
    """
    text = (raw or "").strip().lower().replace("-", "_").replace(" ", "_")
    return text or None


def pricing_type(raw: str | None, billable: bool | None) -> str | None:
    """Return ``pricing.type``, or what the older ``billable`` says where it is missing."""
    text = (raw or "").strip().lower().replace("-", "_")
    if text:
        return text
    if billable is None:
        return None
    return REGULAR if billable else "free"


@lru_cache(maxsize=65536)
def country_of(wa_id: str | None, user_id: str | None = None) -> str | None:
    """Return the ISO code of the country that a recipient is billed in, or None when nothing tells it.

    :param wa_id: digits of the phone number, whose country code decides
    :param user_id: business-scoped user id; its first two letters are the country
    """
    if is_wa_id(wa_id):
        try:
            number = phonenumbers.parse(f"+{wa_id}")
        except phonenumbers.NumberParseException:
            number = None
        if number:
            # Meta bills by country code; few codes are shared by countries that it bills apart
            region = phonenumbers.region_code_for_number(number) if number.country_code in _SHARED_CODES else None
            region = region or phonenumbers.region_code_for_country_code(number.country_code)
            if region and region.isalpha() and region != "ZZ":
                return region
    if is_bsuid(user_id):
        return user_id[:2]
    return None


class PriceList:
    """Prices by country or market, category, currency and day; the newest line that is valid counts."""

    def __init__(
        self, rates: Iterable[Rate] = (), markets: Mapping[str, str] | None = None, other: str | None = None
    ) -> None:
        """Index the lines.

        :param markets: country -> code of the market it belongs to
        :param other: code of the market of all countries that are in none
        """
        self._markets, self._other = dict(markets or {}), other
        steps: dict[tuple[str, str, str], dict[date, list[tuple[int, Decimal]]]] = {}
        for rate in rates:
            days = steps.setdefault((rate.place, rate.category, rate.currency), {})
            days.setdefault(rate.valid_from, []).append((rate.from_quantity, rate.price))
        self._days = {key: sorted(days) for key, days in steps.items()}
        self._tiers = {key: {day: sorted(tiers) for day, tiers in days.items()} for key, days in steps.items()}
        self._currencies = sorted({currency for _place, _category, currency in steps})
        self.has_tiers = any(len(tiers) > 1 for days in self._tiers.values() for tiers in days.values())

    def __bool__(self) -> bool:
        return bool(self._days)

    def places(self, country: str) -> tuple[str, ...]:
        """Return where to look for a country's price: itself, then its market."""
        market = self._markets.get(country, self._other)
        return (country, market) if market else (country,)

    def find(self, country: str, category: str, day: date, currency: str | None = None, quantity: int = 0) -> Found | None:
        """Return the price of the ``quantity + 1``-th message of a month, or None when the list has none.

        :param currency: what the account is billed in; without it, the list's first currency that has a price
        """
        categories = (category, SAME_PRICE_AS[category]) if category in SAME_PRICE_AS else (category,)
        for name in categories:
            # service messages have no volume tiers, even where they take the price of utility
            count = 0 if category in _SERVICE_LIKE else quantity
            for place in self.places(country):
                for unit in (currency,) if currency else self._currencies:
                    price = self._price((place, name, unit), day, count)
                    if price is not None:
                        return Found(price, unit, place, name)
        return None

    def _price(self, key: tuple[str, str, str], day: date, quantity: int) -> Decimal | None:
        days = self._days.get(key)
        index = bisect_right(days, day) if days else 0
        if not index:
            return None
        tiers = self._tiers[key][days[index - 1]]
        # a list may begin its tiers above zero: then the first tier's price is the nearest truth
        return next((price for start, price in reversed(tiers) if start <= quantity), tiers[0][1])


def expected_category(template_category: str | None) -> str:
    """Return what Meta will call a message: a template's own category, everything else is a service message."""
    return normalize_category(template_category) or SERVICE


def charge(
    prices: PriceList, *, category: str | None, country: str | None, day: date, meta_type: str | None = None,
    in_window: bool = False, in_entry_point: bool = False, undelivered: bool = False, currency: str | None = None,
    quantity: int = 0, service_used: int | None = None,
) -> Charge:
    """Return what a message costs, by what Meta said of it or, where Meta said nothing, by Meta's rules.

    :param category: Meta's word, or `expected_category`
    :param country: of the recipient, see `country_of`
    :param day: of the delivery (or, before it, of today), UTC
    :param meta_type: ``pricing.type`` of the status (see `pricing_type`), None while Meta has said nothing
    :param in_window: sent within the customer service window; matters before replies were charged
    :param in_entry_point: sent within 72 hours after the answer to a customer who came from an ad
    :param undelivered: failed or cancelled
    :param quantity: charged messages of this month before it, for volume tiers
    :param service_used: service messages of its number and month before it; None where none are free
    """
    category = normalize_category(category)

    def free(reason: str) -> Charge:
        return Charge(category, Decimal(0), None, FREE, reason)

    if undelivered:
        return free(NOT_DELIVERED)
    if meta_type == FREE_ENTRY_POINT or in_entry_point or category == "referral_conversion":
        return free(ENTRY_POINT)
    if meta_type == FREE_WINDOW:
        # after that day, what is free within the window is free because of the monthly allowance
        return free(ALLOWANCE if day >= REPLIES_CHARGED_FROM and category == SERVICE else WINDOW)
    if meta_type and meta_type != REGULAR:
        return free(OTHER)
    if day < REPLIES_CHARGED_FROM and (
        category in _SERVICE_LIKE or (category in ("utility", "group_utility") and in_window and not meta_type)
    ):
        return free(WINDOW)
    if category == SERVICE and service_used is not None and service_used < FREE_SERVICE_MESSAGES:
        return free(ALLOWANCE)
    if category is None or country is None:
        return Charge(category, Decimal(0), None, UNKNOWN, NO_COUNTRY if category else NO_RATE)
    found = prices.find(country, category, day, currency, quantity)
    if found is None:
        return Charge(category, Decimal(0), None, UNKNOWN, NO_RATE)
    return Charge(category, found.price, found.currency, FINAL, CHARGED)
