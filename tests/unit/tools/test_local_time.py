"""Which clock a phone number stands for."""

from datetime import datetime

import pytest
from tools.local_time import common_zone, zone_of_phone

SUMMER, WINTER = datetime(2026, 7, 1, 12), datetime(2026, 1, 1, 12)


@pytest.mark.parametrize(
    ("digits", "zone"),
    [
        ("4930123456", "Europe/Berlin"),
        ("12125550100", "America/New_York"),
        ("61412345678", None),  # a mobile phone anywhere in Australia
        ("34600900111", None),  # the Canary Islands are an hour behind
        ("1", None),
        ("", None),
        ("not a number", None),
    ],
)
def test_a_number_tells_the_time_only_where_it_is_sure(digits, zone):
    assert zone_of_phone(digits, SUMMER) == zone


def test_clocks_that_agree_in_winter_may_differ_in_summer():
    zones = ("America/Phoenix", "America/Denver")
    assert common_zone(zones, WINTER) == "America/Phoenix"
    assert common_zone(zones, SUMMER) is None


def test_unknown_zones_say_nothing():
    assert common_zone(("Etc/Nowhere",), SUMMER) is None
