"""Experts' regular expressions, lengths of digits, folding."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_text import expressions, folding, patterns


@pytest.mark.parametrize("expression", [r"\d{3}-\d{4}", r"[a-z]{2}\d+", r"ref\s*(\w{4,10})", r"(?:car|bus) \d{1,4}", r".*x"])
def test_useful_expressions_are_accepted(expression):
    expressions.compile_checked(expression)


@pytest.mark.parametrize("expression,word", [
    (r"(a+)+b", "very long"), (r"(?:a|a)*b", "very long"), (r".*.*.*x", "very long"), (r"(?:a?){30}a{30}", "very long"),
    (r"(x)\1", "reference"), (r"(?=a)a", "ahead"), (r"(a)(b)", "more than one group"), ("[", "not valid"), ("a" * 201, "201"),
    (r"(\w*\s*)*$", "very long"),
])
def test_dangerous_or_broken_ones_are_refused_with_the_reason(expression, word):
    with pytest.raises(expressions.BadExpression, match=word):
        expressions.compile_checked(expression)


@pytest.mark.filterwarnings("ignore::FutureWarning")
@given(st.text(alphabet="ab()*+?|.{}12,[]\\", max_size=14))
def test_what_is_accepted_is_quick_on_nasty_text(expression):
    try:
        pattern = expressions.compile_checked(expression)
    except expressions.BadExpression:
        return
    start = time.monotonic()
    expressions.search(pattern, "a" * 400 + "c")
    assert time.monotonic() - start < 2


def test_the_group_is_the_value():
    pattern = expressions.compile_checked(r"ref (\w+)")
    assert expressions.search(pattern, "my ref ab12 x") == (7, 11)
    assert expressions.search(pattern, "nothing") is None


def test_lengths():
    assert patterns.parse_lengths("10, 13 or 17") == ((10, 10), (13, 13), (17, 17))
    assert patterns.parse_lengths("8-12") == ((8, 12),)
    assert patterns.parse_lengths("") == ()
    for wrong in ("ten", "12-8", "0", "1000", "-5"):
        with pytest.raises(patterns.BadLengths):
            patterns.parse_lengths(wrong)


@given(st.text(max_size=100))
def test_folding_keeps_track_of_every_character(text):
    folded = folding.fold(text)
    assert len(folded.origins) == len(folded.text) + 1
    assert folded.original(0, len(folded.text)) in text
    assert all(word.text == folded.text[word.start:word.end] for word in folding.words(folded.text))
