"""Quiet hours: over midnight, in the user's zone, with daylight saving; and whose conversations ring."""

from datetime import datetime

import pytest
from tools.quiet_hours import is_quiet, rings, scope


@pytest.mark.parametrize(
    ("moment", "tz", "start", "end", "expected"),
    [
        (datetime(2026, 7, 1, 21, 30), "Europe/Madrid", 23, 7, True),
        (datetime(2026, 7, 1, 20, 30), "Europe/Madrid", 23, 7, False),
        (datetime(2026, 7, 2, 4, 59), "Europe/Madrid", 23, 7, True),
        (datetime(2026, 7, 2, 5, 0), "Europe/Madrid", 23, 7, False),
        (datetime(2026, 1, 2, 5, 30), "Europe/Madrid", 23, 7, True),  # in winter an hour later
        (datetime(2026, 7, 1, 12, 30), "UTC", 12, 13.5, True),
        (datetime(2026, 7, 1, 13, 30), "UTC", 12, 13.5, False),
        (datetime(2026, 7, 1, 3), "UTC", 8, 8, True),
        (datetime(2026, 7, 1, 12), "Nowhere/Land", 12, 13, True),
        (datetime(2026, 7, 1, 12), None, 12, 13, True),
    ],
)
def test_quiet_hours(moment, tz, start, end, expected):
    assert is_quiet(moment, tz, start, end) is expected


def test_weekends_are_those_of_the_user():
    saturday_in_tokyo = datetime(2026, 7, 3, 16)  # Friday in UTC
    assert is_quiet(saturday_in_tokyo, "Asia/Tokyo", 22, 23, weekends=True)
    assert not is_quiet(saturday_in_tokyo, "UTC", 22, 23, weekends=True)


def test_a_number_counts_before_its_team_and_that_before_the_rest():
    rules = [(None, 5, "all"), (7, None, "none")]
    assert scope("mine", rules, 7, 5) == "none"
    assert scope("mine", rules, 8, 5) == "all"
    assert scope("mine", rules, 8, 6) == "mine"
    assert scope("mine", [(False, False, "all")], False, False) == "mine"


@pytest.mark.parametrize(("choice", "mine", "loose"), [("all", True, True), ("mine", True, False), ("none", False, False)])
def test_what_rings(choice, mine, loose):
    assert rings(choice, is_mine=True) is mine
    assert rings(choice, is_mine=False) is loose
