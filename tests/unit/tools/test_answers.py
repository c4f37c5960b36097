"""Submitted forms as rows for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools import answers

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=20), inner, max_size=5),
    max_leaves=40,
)


@pytest.mark.parametrize(("key", "label"), [
    ("delivery_date", "Delivery date"),
    ("screen_0_Full_name_2", "Full name"),
    ("name", "Name"),
    ("", ""),
    ("_", "_"),
])
def test_names_of_fields_are_written_for_people(key, label):
    assert answers.label(key) == label


def test_the_token_is_left_out_and_the_order_kept():
    rows = answers.rows({"flow_token": "secret", "b": "2", "a": 1})
    assert rows == [{"label": "B", "value": "2"}, {"label": "A", "value": "1"}]


def test_lists_options_and_yes_or_no_can_be_read():
    rows = answers.rows({"days": ["mon", "tue"], "agree": True, "news": False, "choice": "0_Yes,_please", "count": 2.0})
    assert [row["value"] for row in rows] == ["mon, tue", "✓", "✗", "Yes, please", "2"]


def test_an_address_is_spread_over_rows():
    rows = answers.rows({"saved_address_id": "", "values": {"city": "Dhaka", "in_pin_code": "400063"}})
    assert rows == [{"label": "City", "value": "Dhaka"}, {"label": "In pin code", "value": "400063"}]


@given(st.dictionaries(st.text(max_size=20), JSON, max_size=10))
def test_whatever_a_phone_sends_becomes_rows_of_text(response):
    for row in answers.rows(response):
        assert set(row) == {"label", "value"}
        assert isinstance(row["label"], str) and isinstance(row["value"], str) and row["value"]


def test_a_huge_form_is_cut():
    assert len(answers.rows({f"k{n}": {"x": "y"} for n in range(1000)})) == answers.MAX_ROWS
    assert len(answers.rows({"text": "x" * 100_000})[0]["value"]) == answers.MAX_VALUE
