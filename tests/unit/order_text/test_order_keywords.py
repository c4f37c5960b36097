"""Which service is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_text.keywords import find_type, split_keywords

TYPES = {"nid": ["NID service", "NID card"], "passport": ["passport", "passport renewal"], "renewal": ["renewal"]}


@pytest.mark.parametrize("text,expected", [
    ("Hi, I need NID service. My name is John Doe", "nid"),
    ("nid-service!", "nid"),
    ("I want a  NÍD   SERVICE", "nid"),
    ("ＮＩＤ ｓｅｒｖｉｃｅ", "nid"),
    ("passport renewal please", "passport"),
    ("a renewal", "renewal"),
    ("NID. Service", None),
    ("nidservice", None),
    ("nid services", None),
    ("hello", None),
    ("", None),
])
def test_whole_words_without_case_and_accents(text, expected):
    assert find_type(text, TYPES) == expected


def test_two_services_side_by_side_are_for_a_person_to_look_at():
    assert find_type("NID service and passport renewal", TYPES) is None


def test_more_words_win_wherever_they_stand():
    assert find_type("renewal of my NID card", TYPES) == "nid"


def test_the_longer_of_two_overlapping_phrases_wins():
    assert find_type("birth certificate copy", {"a": ["birth certificate"], "b": ["certificate copy now"], "c": ["copy"]}) == "a"
    assert find_type("express delivery", {"a": ["express"], "b": ["express delivery"]}) == "b"


def test_the_same_keyword_of_two_services_is_ambiguous():
    assert find_type("card", {"a": ["card"], "b": ["card"]}) is None


def test_indic_vowel_signs_are_part_of_the_word():
    assert find_type("আমি পাসপোর্ট চাই", {"a": ["পাসপোর্ট"]}) == "a"
    assert find_type("কু", {"a": ["ক"]}) is None


def test_settings_are_read_generously():
    assert split_keywords(" NID service,\nNID  card ; , !!! ,পাসপোর্ট") == ["NID service", "NID card", "পাসপোর্ট"]


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=5))
def test_any_text_and_any_keywords(text, keywords):
    assert find_type(text, {"a": keywords}) in ("a", None)


@given(st.text(alphabet="abc éAB", min_size=1, max_size=20))
def test_a_keyword_finds_itself(keyword):
    found = find_type(f"x1 {keyword} y2", {"a": [keyword]})
    assert found == ("a" if keyword.strip() else None)
