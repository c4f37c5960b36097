"""Snoozes end at nine by the clock of the person who snoozed."""

from datetime import datetime

import pytest
from tools import snooze_times


@pytest.mark.parametrize(("preset", "now", "zone", "until"), [
    ("hour", "2026-03-02 09:00", "Europe/Madrid", "2026-03-02 10:00"),
    ("tomorrow", "2026-03-02 09:00", "Europe/Madrid", "2026-03-03 08:00"),
    ("tomorrow", "2026-03-28 20:00", "Europe/Madrid", "2026-03-29 07:00"),  # an hour is missing that night
    ("tomorrow", "2026-03-02 23:30", "Europe/Madrid", "2026-03-04 08:00"),  # past midnight there
    ("tomorrow", "2026-03-02 02:00", "America/Lima", "2026-03-02 14:00"),  # still Sunday there
    ("monday", "2026-03-02 09:00", "UTC", "2026-03-09 09:00"),  # on a Monday: the next one
    ("monday", "2026-03-08 22:00", "UTC", "2026-03-09 09:00"),
    ("tomorrow", "2026-03-02 09:00", None, "2026-03-03 09:00"),
    ("tomorrow", "2026-03-02 09:00", "Nowhere/At_All", "2026-03-03 09:00"),
])
def test_presets(preset, now, zone, until):
    assert snooze_times.until(preset, datetime.fromisoformat(now), zone) == datetime.fromisoformat(until)
