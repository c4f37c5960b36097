import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_api import template_draft as drafts
from cloud_api import template_reasons
from cloud_api.template_diff import compare
from cloud_api.template_draft import Button, Card, Draft, Header

CAROUSEL = [
    {"type": "BODY", "text": "Rare {{1}} for you today.", "example": {"body_text": [["plants"]]}},
    {"type": "CAROUSEL", "cards": [
        {"components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
            {"type": "BODY", "text": "Add {{1}} to it.", "example": {"body_text": [["light"]]}},
            {"type": "BUTTONS", "buttons": [
                {"type": "QUICK_REPLY", "text": "More"},
                {"type": "URL", "text": "Buy", "url": "https://x.test/{{1}}", "example": ["https://x.test/a"]}]}]}] * 2},
]
NAMED = [
    {"type": "HEADER", "format": "TEXT", "text": "Order {{ref}}",
     "example": {"header_text_named_params": [{"param_name": "ref", "example": "S7"}]}},
    {"type": "BODY", "text": "Hi {{customer}}, it is {{total}} today.", "example": {"body_text_named_params": [
        {"param_name": "customer", "example": "Ana"}, {"param_name": "total", "example": "10 EUR"}]}},
    {"type": "FOOTER", "text": "Acme"},
    {"type": "BUTTONS", "buttons": [
        {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+34600900111"},
        {"type": "COPY_CODE", "example": "SAVE20"},
        {"type": "FLOW", "text": "Sign up", "flow_id": "77", "flow_action": "navigate", "navigate_screen": "ONE"},
        {"type": "CATALOG", "text": "View catalog"}, {"type": "MPM", "text": "View items"}]},
]
LOGIN = [
    {"type": "BODY", "add_security_recommendation": True},
    {"type": "FOOTER", "code_expiration_minutes": 10},
    {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "ONE_TAP", "text": "Copy", "autofill_text": "Fill in",
                                     "supported_apps": [{"package_name": "com.acme", "signature_hash": "Ab3dEf6hIj9"}]}]},
]
OFFER = [
    {"type": "HEADER", "format": "VIDEO", "example": {"header_handle": ["4::aW"]}},
    {"type": "BODY", "text": "All for you"},
    {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}},
    {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "C"}, {"type": "URL", "text": "Go", "url": "https://x.test"}]},
]
EXTRA = [{"type": "BODY", "text": "x"}, {"type": "CALL_PERMISSION_REQUEST"}, {"type": "TOMORROW", "a": [1]}]


@pytest.mark.parametrize("components, named", [(CAROUSEL, False), (NAMED, True), (LOGIN, False), (OFFER, False), (EXTRA, False)])
def test_what_meta_lists_is_read_and_written_back(components, named):
    assert drafts.write(drafts.read(components), named) == components


def test_unknown_keys_of_buttons_survive():
    components = [{"type": "BODY", "text": "x"}, {"type": "BUTTONS", "buttons": [{"type": "APP", "text": "Go", "deep_link": {"a": 1}}]}]
    assert drafts.write(drafts.read(components)) == components


def test_a_location_has_no_example_and_a_plain_text_neither():
    draft = Draft(Header("LOCATION"), "Here we are")
    assert drafts.write(draft) == [{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "Here we are"}]


texts = st.text("abcdef", min_size=1, max_size=9)
headers = st.one_of(
    st.builds(Header, st.just("TEXT"), texts.map(lambda t: t + " {{1}}"), texts),
    st.builds(Header, st.sampled_from(drafts.MEDIA), handle=texts),
    st.just(Header("LOCATION")),
)
buttons = st.lists(st.builds(
    Button, st.sampled_from(["URL", "QUICK_REPLY", "COPY_CODE", "OTP"]), texts, url=texts, example=texts,
    apps=st.lists(st.tuples(texts, texts)),
    zero_tap_terms=st.booleans(), ttl_minutes=st.integers(0, 99)), min_size=1, max_size=4)
bodies = st.integers(1, 4).map(lambda n: ("".join(f"w {{{{{i + 1}}}}} " for i in range(n)) + "end", [f"e{i}" for i in range(n)]))


@given(headers, bodies, texts, buttons, st.booleans())
def test_every_draft_survives_the_way_to_meta_and_back(header, body, footer, found, advice):
    draft = Draft(header, *body, footer=footer, buttons=found, security_advice=advice,
                  cards=[Card(header, *body, buttons=found)] * 2)
    assert drafts.read(drafts.write(draft)) == draft


anything = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                            st.sampled_from(["type", "text", "format", "buttons", "cards", "components", "example", "body_text",
                                             "header_handle", "supported_apps", "limited_time_offer"]), inner, max_size=4), max_leaves=25)


@given(anything)
def test_reading_never_raises(value):
    draft = drafts.read([value, {"type": "BUTTONS", "buttons": [value]}, {"type": "CAROUSEL", "cards": [value]}])
    drafts.write(draft)
    compare([value], [{"type": "BODY", "text": "x"}])


def test_the_comparison_shows_words_and_parts_that_came_or_went():
    before = [{"type": "BODY", "text": "Hi {{1}}, see you on Monday."}, {"type": "FOOTER", "text": "Acme"}]
    after = [{"type": "BODY", "text": "Hi {{1}}, see you on Tuesday."},
             {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "OK"}]}]
    text, footer, button = compare(before, after)
    assert text.pieces == (("same", "Hi {{1}}, see you on "), ("gone", "Monday"), ("new", "Tuesday"), ("same", "."))
    assert (footer.label, footer.pieces) == ("Footer", (("gone", "Acme"),))
    assert (button.label, button.number, button.pieces) == ("Button", 1, (("new", "OK"),))
    assert not any(change.is_changed for change in compare(before, before))


def test_every_reason_has_a_remedy_and_unknown_ones_are_named():
    assert template_reasons.explain(None) is template_reasons.explain("NONE") is None
    assert all(all(template_reasons.explain(reason)) for reason in template_reasons.REASONS)
    assert "%(reason)s" in template_reasons.explain("TOMORROW")[0]
