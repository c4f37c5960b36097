"""Sellers' answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_text.commands import ACCEPT, REJECT, parse_command


@pytest.mark.parametrize("text", [
    "ACCEPT ORD-00012", "accept ord-00012", "accept 12", " Accept   ord 12 ", "accept order #12", "Accepted ORD-00012.",
    "I accept ORD-00012!", "ok, accept no. 12", "ord-12 accept", "ACCEPT ORD-০০০১২", "ＡＣＣＥＰＴ １２", "accept:12", "ACCEPT\nORD-00012",
])
def test_accept(text):
    command = parse_command(text)
    assert command.action == ACCEPT
    assert command.names("ORD-00012")
    assert not command.names("ORD-00112")
    assert not command.names("ORD-00001")


@pytest.mark.parametrize("text,reason", [
    ("REJECT ORD-00012 too busy", "too busy"), ("reject 12: On Holiday", "On Holiday"), ("Decline ord 12", ""),
    ("order 12 rejected", ""),
])
def test_reject_with_a_reason(text, reason):
    command = parse_command(text)
    assert (command.action, command.reason) == (REJECT, reason)
    assert command.names("ORD-00012")


def test_an_answer_without_a_number():
    assert parse_command("accept").reference is None
    assert parse_command("Reject, too busy").reason == "too busy"
    assert not parse_command("accept").names("ORD-00012")


@pytest.mark.parametrize("text", [
    "accept the terms of the contract", "acceptable", "I don't accept 12", "please reaccept", "hello", "", None, "ORD-00012",
    "Can you accept 12?", "👍",
])
def test_other_texts_are_no_answers(text):
    assert parse_command(text) is None


def test_longer_numbers():
    assert parse_command("accept ORD-2026-00012").names("ORD-2026-00012")
    assert parse_command("accept 12").names("ORD-2026-00012")
    assert parse_command("accept ord/2026/12").names("ORD/2026/00012")
    assert not parse_command("accept ORD-2025-00012").names("ORD-2026-00012")
    assert not parse_command("accept INV-00012").names("ORD-00012")


@given(
    st.integers(min_value=1, max_value=99999),
    st.sampled_from(("accept", "REJECT", "Accept")),
    st.sampled_from((" ", "  ", " ord ", " ORD-", " #")),
)
def test_every_number_is_understood(number, word, link):
    command = parse_command(f"{word}{link}{number}")
    assert command.names(f"ORD-{number:05}")
    assert command.digits == str(number)


@given(st.text(max_size=200))
def test_any_text(text):
    parse_command(text)
