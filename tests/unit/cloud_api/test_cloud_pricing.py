"""Meta's price list as rules: what is charged, what is free, and which line of the list counts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_api import pricing
from cloud_api.pricing import PriceList, Rate, charge

BEFORE, AFTER = date(2026, 9, 30), date(2026, 10, 1)
YEAR = date(2026, 1, 1)


def rate(place, category, price, since=YEAR, currency="USD", from_quantity=0):
    return Rate(place, category, since, currency, Decimal(price), from_quantity)


PRICES = PriceList(
    [
        rate("ES", "marketing", "0.06"), rate("ES", "utility", "0.02"), rate("ES", "authentication", "0.03"),
        rate("ES", "utility", "0.025", date(2026, 10, 1)),
        rate("ES", "utility", "0.015", date(2026, 10, 1), from_quantity=1000),
        rate("rest_of_africa", "marketing", "0.01"), rate("KE", "marketing", "0.011", date(2026, 7, 1)),
        rate("other", "marketing", "0.09"),
        rate("IN", "authentication_international", "2.3", currency="INR"),
    ],
    {"KE": "rest_of_africa", "SN": "rest_of_africa"},
    "other",
)


def cost(category, country="ES", day=AFTER, prices=PRICES, **facts):
    return charge(prices, category=category, country=country, day=day, **facts)


def summary(result):
    return result.state, result.reason, str(result.price)


@pytest.mark.parametrize(
    "category, day, facts, expected",
    [
        ("marketing", BEFORE, {}, ("final", "charged", "0.06")),
        ("marketing", AFTER, {}, ("final", "charged", "0.06")),
        ("marketing", AFTER, {"in_window": True}, ("final", "charged", "0.06")),
        ("marketing_lite", AFTER, {}, ("final", "charged", "0.06")),
        ("marketing-lite", AFTER, {}, ("final", "charged", "0.06")),
        ("authentication", BEFORE, {"in_window": True}, ("final", "charged", "0.03")),
        ("utility", BEFORE, {}, ("final", "charged", "0.02")),
        ("utility", BEFORE, {"in_window": True}, ("free", "window", "0")),
        ("utility", AFTER, {"in_window": True}, ("final", "charged", "0.025")),
        ("service", BEFORE, {}, ("free", "window", "0")),
        ("service", BEFORE, {"meta_type": "regular"}, ("free", "window", "0")),
        ("service", AFTER, {}, ("final", "charged", "0.025")),
        ("service", AFTER, {"service_used": 999}, ("free", "allowance", "0")),
        ("service", AFTER, {"service_used": 1000}, ("final", "charged", "0.025")),
        ("service", AFTER, {"meta_type": "regular", "service_used": 1000}, ("final", "charged", "0.025")),
        ("service", AFTER, {"meta_type": "regular", "service_used": 3}, ("free", "allowance", "0")),
        ("service", AFTER, {"meta_type": "free_customer_service", "service_used": 5000}, ("free", "allowance", "0")),
        ("utility", AFTER, {"service_used": 3}, ("final", "charged", "0.025")),
        ("utility", BEFORE, {"meta_type": "regular", "in_window": True}, ("final", "charged", "0.02")),
        ("utility", BEFORE, {"meta_type": "free_customer_service"}, ("free", "window", "0")),
        ("marketing", AFTER, {"meta_type": "free_entry_point"}, ("free", "entry_point", "0")),
        ("marketing", AFTER, {"in_entry_point": True}, ("free", "entry_point", "0")),
        ("referral_conversion", AFTER, {"meta_type": "regular"}, ("free", "entry_point", "0")),
        ("marketing", AFTER, {"undelivered": True}, ("free", "not_delivered", "0")),
        ("marketing", AFTER, {"meta_type": "free"}, ("free", "other", "0")),
        ("authentication-international", AFTER, {}, ("unknown", "no_rate", "0")),
        ("general_purpose_ai", AFTER, {"meta_type": "regular"}, ("unknown", "no_rate", "0")),
        ("something_new", AFTER, {"meta_type": "regular"}, ("unknown", "no_rate", "0")),
    ],
)
def test_what_is_charged_and_what_is_free(category, day, facts, expected):
    assert summary(cost(category, day=day, **facts)) == expected


def test_two_spellings_are_one_category():
    for raw in ("authentication-international", "AUTHENTICATION_INTERNATIONAL", " Authentication International "):
        result = cost(raw, "IN")
        assert (result.category, result.price, result.currency) == ("authentication_international", Decimal("2.3"), "INR")


def test_the_newest_line_that_is_valid_counts():
    assert cost("utility", day=date(2026, 9, 30)).price == Decimal("0.02")
    assert cost("utility", day=date(2026, 10, 1)).price == Decimal("0.025")
    assert cost("utility", day=date(2025, 12, 31)).reason == "no_rate"


def test_a_country_goes_before_its_market_and_every_other_market_comes_last():
    assert cost("marketing", "SN").price == Decimal("0.01")
    assert cost("marketing", "KE", date(2026, 6, 30)).price == Decimal("0.01")
    assert cost("marketing", "KE", date(2026, 7, 1)).price == Decimal("0.011")
    assert cost("marketing", "AQ").price == Decimal("0.09")
    assert cost("utility", "AQ").reason == "no_rate"
    assert cost("utility", None).reason == "no_country"


def test_volume_tiers_lower_the_price_of_utility_but_not_of_replies():
    assert cost("utility", quantity=999).price == Decimal("0.025")
    assert cost("utility", quantity=1000).price == Decimal("0.015")
    assert cost("service", quantity=5000).price == Decimal("0.025")
    assert PRICES.has_tiers and not PriceList([rate("ES", "utility", "1")]).has_tiers


def test_the_price_is_in_the_accounts_currency_or_unknown():
    assert cost("marketing", currency="EUR").reason == "no_rate"
    assert cost("marketing", currency="USD").currency == "USD"


@pytest.mark.parametrize(
    "raw, billable, expected",
    [("regular", None, "regular"), ("FREE-ENTRY-POINT", True, "free_entry_point"), (None, True, "regular"),
     (None, False, "free"), (None, None, None), ("", None, None)],
)
def test_the_older_flag_is_read_where_the_type_is_missing(raw, billable, expected):
    assert pricing.pricing_type(raw, billable) == expected


@pytest.mark.parametrize(
    "wa_id, user_id, expected",
    [
        ("34600111222", None, "ES"), ("8801712345678", None, "BD"), ("12025550123", None, "US"), ("14165550123", None, "CA"),
        ("15550100001", None, "US"), (None, "ES.9f3", "ES"), ("34600111222", "BR.1", "ES"), ("999999999", "BR.ENT.1", "BR"),
        (None, None, None), ("", "", None), ("abc", "x", None), ("447911123456", None, "GB"),
    ],
)
def test_the_recipient_tells_the_country(wa_id, user_id, expected):
    assert pricing.country_of(wa_id, user_id) == expected


# -- Properties -----------------------------------------------------------------------------------------------------

categories = st.one_of(st.sampled_from(pricing.CATEGORIES), st.text(max_size=30), st.none())
days = st.dates(date(2025, 7, 1), date(2028, 1, 1))
rates = st.lists(
    st.builds(
        Rate, st.sampled_from(("ES", "BR", "market", "other")), st.sampled_from(pricing.CATEGORIES), days,
        st.sampled_from(("USD", "EUR")), st.decimals(0, 5, places=4), st.integers(0, 3000)),
    max_size=20)
facts = st.fixed_dictionaries({
    "category": categories, "country": st.one_of(st.none(), st.sampled_from(("ES", "BR", "KE"))), "day": days,
    "meta_type": st.one_of(st.none(), st.sampled_from(("regular", "free_customer_service", "free_entry_point", "free", "new"))),
    "in_window": st.booleans(), "in_entry_point": st.booleans(), "undelivered": st.booleans(),
    "currency": st.sampled_from((None, "USD", "EUR")), "quantity": st.integers(0, 5000),
    "service_used": st.one_of(st.none(), st.integers(0, 5000)),
})


@given(rates, facts)
def test_a_cost_is_never_negative_never_invented_and_says_why(lines, given_facts):
    result = charge(PriceList(lines, {"KE": "market"}, "other"), **given_facts)
    assert result.state in (pricing.FINAL, pricing.FREE, pricing.UNKNOWN)
    assert result.reason
    if result.state == pricing.FINAL:
        assert result.price in {line.price for line in lines} and result.currency in {line.currency for line in lines}
        assert given_facts["meta_type"] in (None, "regular") and not given_facts["undelivered"]
        assert not given_facts["currency"] or result.currency == given_facts["currency"]
    else:
        assert result.price == 0


@given(rates, facts)
def test_a_line_for_the_future_changes_nothing_today(lines, given_facts):
    later = [Rate(line.place, line.category, given_facts["day"] + timedelta(days=1), line.currency, line.price) for line in lines]
    past = [line for line in lines if line.valid_from <= given_facts["day"]]
    with_future = charge(PriceList([*past, *later]), **given_facts)
    assert with_future.price == charge(PriceList(past), **given_facts).price


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_recipient_has_a_country_or_none(wa_id, user_id):
    country = pricing.country_of(wa_id, user_id)
    assert country is None or (len(country) == 2 and country.isupper())
