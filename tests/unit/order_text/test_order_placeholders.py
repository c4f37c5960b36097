"""Our texts."""

from hypothesis import given
from hypothesis import strategies as st
from order_text.placeholders import clip, names, render, unknown

VALUES = {"order": "ORD-1", "customer": "{price} {0.__class__} %s {{x}}", "details": ""}


def test_values_are_put_in_and_never_read_as_patterns():
    assert render("{order} for {customer}", VALUES) == "ORD-1 for {price} {0.__class__} %s {{x}}"


def test_what_is_not_known_stays():
    assert render("{nobody} {order.name} {order!r} {} {0} %(order)s", VALUES) == "{nobody} {order.name} {order!r} {} {0} %(order)s"
    assert unknown("{order} {nobody} {Order} {nobody}", VALUES) == ["nobody"]
    assert names("{a}{b}{a}") == ["a", "b"]


def test_an_empty_value_leaves_no_hole():
    assert render("A\n\n{details}\n\nB", VALUES) == "A\n\nB"


@given(st.text(), st.text())
def test_never_breaks(template, value):
    assert "{order}" not in render(template, {"order": value.replace("{", "")})


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_clip_keeps_the_limit(text, limit):
    assert len(clip(text, limit)) <= limit
    assert clip(text, limit) == text or len(text) > limit
