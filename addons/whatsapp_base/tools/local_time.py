"""Where a customer's clock stands, as far as a phone number tells."""

from collections.abc import Iterable
from datetime import datetime

import phonenumbers
import pytz
from phonenumbers import timezone as phone_zones


def zone_of_phone(digits: str, at: datetime) -> str | None:
    """Return a time zone whose clock is right for everybody with such a number, or None when that cannot be said.

    A number of a country with several clocks says nothing, unless its area code does.

    :param digits: with the country code, as WhatsApp writes numbers
    :param at: naive UTC; clocks that agree today may differ in winter
    """
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    return common_zone(phone_zones.time_zones_for_number(number), at)


def common_zone(names: Iterable[str], at: datetime) -> str | None:
    """Return the first of these zones if the clocks of all show the same, else None."""
    zones = [name for name in names if name in pytz.all_timezones_set]
    offsets = {pytz.utc.localize(at).astimezone(pytz.timezone(name)).utcoffset() for name in zones}
    return zones[0] if len(offsets) == 1 else None
