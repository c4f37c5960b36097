"""Pricing analytics over HTTP: what is asked, and what an answer of any shape becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_api.calls_pricing import PricePoint, PricingCalls


class Answers(PricingCalls):
    """A client that answers what it is told and remembers what it was asked."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def call(self, method, path, params=None, json=None):
        self.asked.append((method, path, params))
        return self.answer


def test_one_call_asks_for_currency_cost_and_volume():
    points = [
        {"start": 1, "end": 2, "country": "ES", "pricing_category": "MARKETING", "pricing_type": "REGULAR", "volume": 3, "cost": 0.18},
        {"start": 1, "end": 2, "country": "BR", "pricing_category": "SERVICE", "pricing_type": "FREE_CUSTOMER_SERVICE", "volume": "9"},
    ]
    client = Answers({"id": "1", "currency": "EUR", "pricing_analytics": {"data": [{"data_points": points}]}})
    assert client.pricing_analytics("123", 1, 2) == (
        "EUR",
        [PricePoint("ES", "MARKETING", "regular", 3, 0.18), PricePoint("BR", "SERVICE", "free_customer_service", 9, 0.0)],
    )
    [(method, path, params)] = client.asked
    assert (method, path) == ("GET", "123")
    assert params["fields"].startswith("currency,pricing_analytics.start(1).end(2).granularity(MONTHLY)")


@pytest.mark.parametrize("answer", [None, [], {}, {"pricing_analytics": []}, {"pricing_analytics": {"data": [None, {"data_points": [1]}]}}])
def test_an_answer_without_figures_is_empty(answer):
    assert Answers(answer).pricing_analytics("1", 1, 2) == (None, [])


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(
        st.sampled_from(("pricing_analytics", "data", "data_points", "country", "volume", "cost", "pricing_type")), children, max_size=4),
    max_leaves=12)


@given(values)
def test_an_answer_of_any_shape_is_read(answer):
    _currency, points = Answers(answer).pricing_analytics("1", 1, 2)
    assert all(point.volume >= 0 and point.cost >= 0 for point in points)
