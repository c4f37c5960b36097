import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_api import recipients


@pytest.mark.parametrize(
    "value, expected",
    [
        ("+34 (600) 111-222", "34600111222"),
        ("34600111222", "34600111222"),
        (34600111222, "34600111222"),
        ("\u0663\u0664", "34"),
        ("\u00b2", ""),
        ("", ""),
        (None, ""),
        (True, ""),
        ([], ""),
    ],
)
def test_only_digits_are_kept(value, expected):
    assert recipients.clean_digits(value) == expected


def test_an_endless_number_has_no_digits():
    assert recipients.clean_digits(10**5000) == ""


@given(st.text())
def test_cleaned_digits_are_ascii_digits_and_stay_the_same(text):
    digits = recipients.clean_digits(text)
    assert digits == "" or (digits.isascii() and digits.isdigit())
    assert recipients.clean_digits(digits) == digits


@pytest.mark.parametrize("value", ["ES.9f3", "ES.ENT.7Kp2", "US." + "a" * 128])
def test_business_scoped_ids_are_recognised(value):
    assert recipients.is_bsuid(value)


@pytest.mark.parametrize(
    "value", ["", "34600111222", "es.9f3", "ES.", "ES.a-b", "ES.9f3\n", "US." + "a" * 129, None, 7]
)
def test_other_values_are_no_business_scoped_ids(value):
    assert not recipients.is_bsuid(value)


@pytest.mark.parametrize(
    "number, region, expected",
    [
        ("+34 600 111 222", None, "34600111222"),
        ("600 111 222", "ES", "34600111222"),
        ("600 111 222", None, None),
        ("hello", "ES", None),
        ("", "ES", None),
        ("12", "ES", None),
    ],
)
def test_numbers_as_people_write_them(number, region, expected):
    assert recipients.to_wa_id(number, region) == expected
