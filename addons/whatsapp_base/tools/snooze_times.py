"""Until when people snooze: an hour, tomorrow morning, next Monday. No Odoo import."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MORNING = time(9)
PRESETS = ("hour", "tomorrow", "monday")


def until(preset: str, now: datetime, zone: str | None) -> datetime:
    """Return when a snooze of this kind ends.

    :param preset: ``hour``, ``tomorrow`` (9:00 for the person) or ``monday`` (9:00 of the next one)
    :param now: naive UTC, as the result
    :param zone: name of the person's time zone
    """
    if preset == "hour":
        return now + timedelta(hours=1)
    try:
        local_zone = ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        local_zone = ZoneInfo("UTC")
    today = now.replace(tzinfo=UTC).astimezone(local_zone).date()
    days = 1 if preset == "tomorrow" else 7 - today.weekday()
    # 9:00 by their clock, whatever happens to it in the night between
    moment = datetime.combine(today + timedelta(days=days), MORNING, local_zone)
    return moment.astimezone(UTC).replace(tzinfo=None)
