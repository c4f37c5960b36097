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


@pytest.mark.parametrize(
    "spellings",
    [
        ("5511987654321", "551187654321"),  # Brazil: ninth digit
        ("5215512345678", "525512345678"),  # Mexico: 1 after the country code
        ("5491123456789", "541123456789", "54111523456789"),  # Argentina: 9, or 15 after the area code
        ("5492901412345", "542901412345", "54290115412345"),
    ],
)
def test_all_spellings_of_one_mobile_number_have_one_key(spellings):
    assert len({recipients.phone_key(digits) for digits in spellings}) == 1
    for digits in spellings:
        assert {s for s in spellings if len(s) < 14} <= set(recipients.phone_variants(digits))


@pytest.mark.parametrize(
    "one, other",
    [
        ("5511923456789", "551123456789"),  # a new mobile number is not the landline that it holds
        ("34600111222", "34600111223"),
        ("5215512345678", "5215512345679"),
        ("521551234567", "52551234567"),  # too short for Mexico
    ],
)
def test_different_numbers_keep_different_keys(one, other):
    assert recipients.phone_key(one) != recipients.phone_key(other)


def test_most_numbers_have_one_spelling():
    for digits in ("34600111222", "8801700000001", "15550100001", "5511323456789", ""):
        assert recipients.phone_key(digits) == digits
        assert recipients.phone_variants(digits) == ((digits,) if digits else ())


_LATIN = st.builds(str.__add__, st.sampled_from(["52", "521", "54", "549", "55"]), st.text("0123456789", min_size=5, max_size=12))


@given(st.one_of(_LATIN, st.text("0123456789", max_size=15)))
def test_variants_are_an_equivalence(digits):
    key, variants = recipients.phone_key(digits), recipients.phone_variants(digits)
    assert recipients.phone_key(key) == key
    assert {recipients.phone_key(variant) for variant in variants} == ({key} if digits else set())
    assert not digits or variants[0] == digits
    assert len(variants) <= 3
