"""What people type into the search of the inbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools import search_words


def test_text_is_compared_without_case_accents_and_punctuation():
    assert search_words.fold("Ángel O'Brien, S.L.") == "angel o brien, s l "
    assert len(search_words.FROM) == len(search_words.TO) == len(set(search_words.FROM))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("María Muñoz", "'maria':* & 'munoz':*"),
        ("S00042", "'s00042':*"),
        ("a'b:* | !c", "'a':* & 'b':* & 'c':*"),
        ("😀 !", None),
        ("", None),
        ("مرحبا", "'مرحبا':*"),
    ],
)
def test_all_words_are_asked_for_by_their_beginnings(text, expected):
    assert search_words.prefix_query(text) == expected


@given(st.text())
def test_nothing_that_is_typed_leaves_its_quotes(text):
    query = search_words.prefix_query(text)
    if query:
        parts = query.split(" & ")
        assert len(parts) <= search_words.MAX_WORDS
        assert all(part[0] == "'" and part.endswith("':*") and part[1:-3].isalnum() for part in parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+34 600-900.111", "34600900111"), ("0034600", "34600"), ("(600) 90", "60090"), ("12", None), ("S00042", None),
        ("ana 600", None), ("", None),
    ],
)
def test_a_part_of_a_number_is_known_as_such(text, expected):
    assert search_words.digits(text) == expected


def test_names_and_numbers_of_one_search_are_told_apart():
    assert search_words.split_numbers("+34 600 900") == ("", ["34600900"])
    assert search_words.split_numbers("Ana 600") == ("ana", ["600"])
    assert search_words.split_numbers("Ana 60") == ("ana 60", [])


def test_an_excerpt_shows_the_place_that_was_found():
    body = "Hola, quería preguntar por el pedido número 42 que hice ayer"
    assert search_words.excerpt(body, "numero", before=10, length=20) == "…pedido número 42 que…"
    assert search_words.excerpt("Short\ntext", "text") == "Short text"
    assert search_words.excerpt("nothing of it", "other") == "nothing of it"


@given(st.text(), st.text(max_size=20))
def test_an_excerpt_is_one_short_line(body, text):
    shown = search_words.excerpt(body, text)
    assert len(shown) <= 122
    assert "\n" not in shown
