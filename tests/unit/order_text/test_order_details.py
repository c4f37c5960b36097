"""Values out of customers' texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_text import details
from order_text.details import Field, extract

NID_LENGTHS = ((10, 10), (13, 13), (17, 17))
NAME = Field("name", ("my name is", "name is", "name"), "name")
NID = Field("nid", ("NID", "national ID"), "digits", NID_LENGTHS)
FIELDS = (NAME, NID)


def values(text, fields=FIELDS, **options):
    return extract(text, fields, **options).values


def test_the_story():
    assert values("Hi, I need NID service. My name is John Doe. NID: 1234567890") == {"name": "John Doe", "nid": "1234567890"}


@pytest.mark.parametrize("text", [
    "nid service name: Md. Rahim Uddin nid no. 1234567890",
    "My name is Md. Rahim Uddin and my NID is 1234567890",
    "Name - Md. Rahim Uddin\nNID card number 123 456 7890",
    "my  name  is Md. Rahim Uddin, national id = 1234567890",
    "NID:1234567890;name:Md. Rahim Uddin",
    "MY NAME IS Md. Rahim Uddin! NID #1234567890",
])
def test_people_write_in_many_ways(text):
    assert values(text) == {"name": "Md. Rahim Uddin", "nid": "1234567890"}


def test_initials_do_not_end_a_name():
    assert values("My name is J. R. Doe. NID 1234567890")["name"] == "J. R. Doe"


def test_names_keep_their_spelling():
    assert values("my name is José Ñandú, nid 1234567890")["name"] == "José Ñandú"
    assert values("my name is জন ডো")["name"] == "জন ডো"


def test_digits_of_other_scripts_become_plain_ones():
    assert values("NID: ১২৩৪৫৬৭৮৯০")["nid"] == "1234567890"
    assert values("NID: ١٢٣٤٥٦٧٨٩٠")["nid"] == "1234567890"


@pytest.mark.parametrize("number", ["123456789", "12345678901", "123456789012", "12345678901234567890"])
def test_a_wrong_number_of_digits_is_no_value_but_is_noticed(number):
    result = extract(f"NID: {number}", FIELDS)
    assert "nid" not in result.values
    assert result.wrong == {"nid": number}


def test_part_of_a_longer_number_is_never_taken():
    assert values("NID: 12345678901") == {}
    assert values("NID A1234567890") == {}


def test_the_word_nid_in_the_name_of_the_service_is_not_the_label_of_the_value():
    assert values("NID service please")  == {}


def test_a_label_inside_another_word_does_not_count():
    assert values("username: x, canid 1234567890") == {}


def test_words_need_a_sign_behind_a_short_label():
    assert values("NID service for the name of my son") == {}


def test_a_bare_value_counts_only_where_we_asked_for_it():
    assert values("1234567890") == {}
    assert values("1234567890", asked=True) == {"nid": "1234567890"}
    assert values("John Doe", asked=True) == {"name": "John Doe"}
    assert values("John Doe", [NAME], asked=True) == {"name": "John Doe"}


def test_two_bare_answers_at_once():
    assert values("John Doe\n1234567890", asked=True) == {"name": "John Doe", "nid": "1234567890"}
    assert values("John Doe, 1234567890", asked=True) == {"name": "John Doe", "nid": "1234567890"}


@pytest.mark.parametrize("text", ["thanks", "OK thank you", "How much is it?", "hello", "🙏", "", "yes please"])
def test_small_talk_is_no_answer(text):
    assert values(text, asked=True) == {}


def test_two_candidates_are_none():
    assert values("1234567890 or 0987654321", asked=True) == {}


def test_two_fields_that_look_alike_cannot_be_told_apart_without_labels():
    twins = [Field("a", ("A",), "digits"), Field("b", ("B",), "digits")]
    assert values("111 222", twins, asked=True) == {}
    assert values("a 111 b 222", twins) == {"a": "111", "b": "222"}


def test_a_field_without_labels_is_found_by_its_looks():
    fields = [Field("mail", (), "email"), Field("born", (), "date"), Field("ref", (), "expression", expression=r"[a-z]{2}\d{4}")]
    text = "I am reachable at john.doe@shop.example.com, born 3rd March 1990, file AB1234."
    assert values(text, fields) == {"mail": "john.doe@shop.example.com", "born": "1990-03-03", "ref": "AB1234"}


@pytest.mark.parametrize("written,iso", [
    ("1990-03-04", "1990-03-04"), ("04/03/1990", "1990-03-04"), ("4.3.1990", "1990-03-04"), ("13/12/1990", "1990-12-13"),
    ("12/13/1990", "1990-12-13"), ("4 March 1990", "1990-03-04"), ("March 4th, 1990", "1990-03-04"),
])
def test_dates(written, iso):
    assert values(f"born {written}", [Field("d", ("born",), "date")]) == {"d": iso}


def test_impossible_dates_are_none():
    assert values("born 31/02/1990", [Field("d", ("born",), "date")]) == {}


@pytest.mark.parametrize("written", ["01712-345678", "+880 1712 345678", "8801712345678", "00880 1712345678"])
def test_phones_become_international(written):
    assert values(f"phone: {written}", [Field("p", ("phone",), "phone")], region="BD") == {"p": "+8801712345678"}


def test_an_address_keeps_its_commas():
    field = Field("a", ("address",), "text")
    assert values("Address: 12 Lake Road, Dhaka 1207. Thanks", [field, NID]) == {"a": "12 Lake Road, Dhaka 1207"}


def test_a_text_ends_where_the_next_value_begins():
    assert values("name: John Doe NID: 1234567890")["name"] == "John Doe"
    assert values("nid 1234567890 name: John Doe")["name"] == "John Doe"


@given(st.text(max_size=300), st.booleans())
def test_nothing_a_customer_writes_breaks_it(text, asked):
    fields = (*FIELDS, Field("p", (), "phone"), Field("e", ("mail",), "email"), Field("d", (), "date"), Field("t", ("note",), "text"))
    result = extract(text, fields, asked=asked, region="BD")
    assert set(result.values) <= {"name", "nid", "p", "e", "d", "t"}
    assert all(value.strip() for value in result.values.values())


@given(st.text(alphabet="nid :=0123456789.,\nmy ae", max_size=120), st.booleans())
def test_digits_always_fit(text, asked):
    found = values(text, asked=asked)
    assert "nid" not in found or len(found["nid"]) in (10, 13, 17) and found["nid"].isdecimal()


@given(st.text(alphabet=st.characters(whitelist_categories=("Lu", "Ll")), min_size=2, max_size=12), st.sampled_from((10, 13, 17)))
def test_a_name_and_a_number_are_found_whatever_they_are(name, length):
    if details.fold_text(name) in ("is", "are", "no", "nid", "name", "and", "my", "the", "with", "i"):
        return
    number = "7" * length
    assert values(f"my name is {name}. NID {number}") == {"name": name, "nid": number}


def test_a_long_text_takes_no_time():
    assert values("nid " * 5000 + "my name is " * 2000, asked=True) is not None
