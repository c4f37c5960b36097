"""When a colleague may be rung: quiet hours, and for which conversations. No Odoo import."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ALL, MINE, NONE = "all", "mine", "none"
WEEKEND = (5, 6)

__all__ = ["ALL", "MINE", "NONE", "is_quiet", "rings", "scope"]


def is_quiet(moment: datetime, tz: str | None, start: float, end: float, weekends: bool = False) -> bool:
    """Tell whether a moment lies in somebody's quiet hours.

    Hours may go over midnight; the same hour twice is a whole day. On quiet weekends all of it is quiet.

    :param moment: naive UTC
    :param tz: name of the time zone; UTC where it is unknown
    :param start: hour of the day, such as 20.5 for half past eight
    """
    try:
        zone = ZoneInfo(tz or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    if weekends and local.weekday() in WEEKEND:
        return True
    hour = local.hour + local.minute / 60
    if start < end:
        return start <= hour < end
    return hour >= start or hour < end


def scope(default: str, rules: Iterable[tuple[int | None, int | None, str]], channel: int | None, team: int | None) -> str:
    """Return what somebody wants to hear of: the choice for the number counts before that for the team.

    :param default: ``all``, ``mine`` or ``none``
    :param rules: of (number, team, choice)
    """
    rules = list(rules)
    for wanted_channel, _team, choice in rules:
        if wanted_channel and wanted_channel == channel:
            return choice
    for _channel, wanted_team, choice in rules:
        if wanted_team and wanted_team == team:
            return choice
    return default


def rings(choice: str, is_mine: bool) -> bool:
    """Tell whether a conversation rings for somebody, be it theirs or one that waits for anybody."""
    return choice == ALL or (choice == MINE and is_mine)
