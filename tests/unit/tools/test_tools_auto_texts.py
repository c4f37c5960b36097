"""Texts with variables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools import auto_texts


@pytest.mark.parametrize(("text", "values", "expected"), [
    ("Hello {{name}}, welcome", {"name": "Ana"}, "Hello Ana, welcome"),
    ("Hello {{ name }}, welcome", {"name": ""}, "Hello, welcome"),
    ("Closed, {{name}}. Back {{next}}.", {"next": "9:00"}, "Closed. Back 9:00."),
    ("مرحبا، {{name}}!", {}, "مرحبا!"),
    ("{{name}}\nsecond  line", {"name": "A"}, "A\nsecond line"),
    ("", {}, ""),
])
def test_filled_in(text, values, expected):
    assert auto_texts.render(text, values) == expected


def test_values_are_not_read_as_variables():
    assert auto_texts.render("Hi {{name}}", {"name": "{{secret}}", "secret": "x"}) == "Hi {{secret}}"


def test_unknown_variables_are_found_once():
    assert auto_texts.unknown("{{name}} {{x}} {{ x }} {{}}", ["name"]) == ["x", ""]


@given(st.text(), st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3))
def test_whatever_is_written_it_never_fails_and_never_gets_too_long(text, values):
    assert len(auto_texts.render(text, values)) <= auto_texts.MAX_LENGTH
