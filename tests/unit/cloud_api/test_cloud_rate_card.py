"""Rate cards as people get and save them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_api import rate_card

CARD = """WhatsApp Business Platform - example rate card
Rates are examples,,,
Market,Currency,Marketing,Utility,Authentication,Authentication-International,Service
Spain,$US,0.0600,0.0200,0.0200,n/a,n/a
Rest of Africa,$US,0.0200,"0.0040",0.0040,0.0300,
"""
EXPECTED = {
    ("Spain", "marketing"): "0.0600", ("Spain", "utility"): "0.0200", ("Spain", "authentication"): "0.0200",
    ("Rest of Africa", "marketing"): "0.0200", ("Rest of Africa", "utility"): "0.0040",
    ("Rest of Africa", "authentication"): "0.0040", ("Rest of Africa", "authentication_international"): "0.0300",
}


def prices(card):
    assert not card.problems
    return {(line.market, line.category): str(line.price) for line in card.lines}


def test_the_layout_of_metas_files():
    card = rate_card.parse(CARD)
    assert prices(card) == EXPECTED
    assert {line.currency for line in card.lines} == {"USD"}
    assert [line.row for line in card.lines][:1] == [4]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_and_decimal_commas(separator):
    lines = CARD.replace('"', "").splitlines()
    text = "\n".join(line.replace(",", separator).replace(".", ",") for line in lines)
    assert prices(rate_card.parse(text)) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_spreadsheets(encoding):
    text = "Market;Marketing\nCôte d’Ivoire;0,05\n"
    assert prices(rate_card.parse(rate_card.decode(text.encode(encoding)))) == {("Côte d’Ivoire", "marketing"): "0.05"}


def test_volume_tiers():
    card = rate_card.parse("Market,From,Utility\nSpain,0,0.02\nSpain,100000,0.015\n")
    assert [(line.from_quantity, str(line.price)) for line in card.lines] == [(0, "0.02"), (100000, "0.015")]


@pytest.mark.parametrize(
    "text, row, words",
    [
        ("", 1, "No header row"),
        ("Land,Preis\nSpain,1", 1, "No header row"),
        ("Market,Marketing\n", 1, "no price below"),
        ("Market,Marketing\nSpain,cheap", 2, "“cheap” is not a price"),
        ("Market,Marketing\nSpain,-1", 2, "below zero"),
        ("Market,Marketing\n,0.1", 2, "market is missing"),
        ("Market,Marketing\nSpain,0.1\nspain,0.2", 3, "row 2 has a price"),
        ("Market,Currency,Marketing\nSpain,Dollars,0.1", 2, "not a currency"),
        ("Market,From,Utility\nSpain,1.5,0.1", 2, "whole number"),
    ],
)
def test_problems_name_the_row_and_what_to_do(text, row, words):
    [problem] = rate_card.parse(text).problems
    assert problem.row == row
    assert words in problem.text


def test_a_bad_cell_spoils_no_other():
    card = rate_card.parse("Market,Marketing,Utility\nSpain,x,0.02\nBrazil,0.06,0.01\n")
    assert len(card.problems) == 1
    assert len(card.lines) == 3


@pytest.mark.parametrize(
    "text, expected",
    [("$0.0618", "0.0618"), ("0,0618 €", "0.0618"), ("1.234,50", "1234.50"), ("1,234.50", "1234.50"), ("Rp 586", "586"),
     ("n/a", None), ("", None), ("—", None)],
)
def test_prices_as_people_write_them(text, expected):
    price = rate_card.parse_price(text)
    assert price == (Decimal(expected) if expected else None)


@given(st.text(max_size=400))
def test_any_text_is_read_without_an_exception(text):
    card = rate_card.parse(text)
    assert card.lines or card.problems
    assert all(line.price >= 0 for line in card.lines)


@given(st.binary(max_size=400))
def test_any_file_is_read_without_an_exception(data):
    rate_card.parse(rate_card.decode(data))
