"""The phone's picture of a template, as data."""

import re

from hypothesis import given
from hypothesis import strategies as st

from cloud_api.template_preview import phone

COMPONENTS = [
    {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["S00077"]}},
    {"type": "BODY", "text": "Hello *{{1}}*, <b>{{2}}</b> on {{3}}.", "example": {"body_text": [["Ana", "10 EUR"]]}},
    {"type": "FOOTER", "text": "Demo Services"},
    {"type": "BUTTONS", "buttons": [
        {"type": "URL", "text": "Track", "url": "https://x.example/{{1}}", "example": ["https://x.example/S1"]},
        {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+34600"},
        {"type": "QUICK_REPLY", "text": "Thanks"},
    ]},
]


def test_values_before_examples_before_names():
    shown = phone(COMPONENTS, {"body": {"1": "Bea"}})
    assert shown["header"] == {"kind": "text", "html": "Order S00077"}
    assert shown["body"] == ('Hello <b>Bea</b>, &lt;b&gt;10 EUR&lt;/b&gt; on '
                             '<span class="o-whatsapp-Phone-variable">3</span>.')
    assert shown["footer"] == "Demo Services"


def test_values_in_order_and_for_the_header():
    shown = phone(COMPONENTS, {"header": "S2", "body": ["Bea", "5 EUR", "Monday"]})
    assert shown["header"]["html"] == "Order S2"
    assert shown["body"] == "Hello <b>Bea</b>, &lt;b&gt;5 EUR&lt;/b&gt; on Monday."


def test_buttons_show_where_they_lead():
    plain = phone(COMPONENTS)["buttons"]
    assert [(b["kind"], b["label"], b["value"]) for b in plain] == [
        ("URL", "Track", "https://x.example/S1"), ("PHONE_NUMBER", "Call", "+34600"), ("QUICK_REPLY", "Thanks", "")]
    for value in ("S9", ("url", "S9")):
        assert phone(COMPONENTS, {"buttons": [value]})["buttons"][0]["value"] == "https://x.example/S9"


def test_a_login_code_has_metas_text():
    shown = phone([{"type": "BODY", "add_security_recommendation": True}, {"type": "FOOTER", "code_expiration_minutes": 5},
                   {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}], {"body": ["123456"]})
    assert shown["body"] == "<b>123456</b> is your verification code. For your security, do not share this code."
    assert (shown["footer"], shown["buttons"][0]["label"]) == ("This code expires in 5 minutes.", "Copy code")


def test_offers_cards_files_and_direction():
    card = {"components": [{"type": "HEADER", "format": "VIDEO"}, {"type": "BODY", "text": "_One_"},
                           {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}]}]}
    shown = phone(
        [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "x"}, {"type": "CAROUSEL", "cards": [card, card]},
         {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}},
         {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "SAVE20"}]}],
        language="ar", business="Demo", files={"header": {"url": "/web/image/1"}, "carousel.1.header": {"filename": "a.mp4"}})
    assert shown["header"] == {"kind": "image", "url": "/web/image/1", "filename": ""}
    assert shown["offer"] == {"title": "Ends soon", "expires": True, "code": "SAVE20"}
    assert [c["header"]["filename"] for c in shown["cards"]] == ["", "a.mp4"]
    assert (shown["cards"][0]["body"], shown["rtl"], shown["business"]) == ("<i>One</i>", True, "Demo")


def test_a_place_in_the_header_and_nothing_at_all():
    assert phone([{"type": "HEADER", "format": "LOCATION"}])["header"] == {"kind": "location"}
    empty = phone([])
    assert (empty["header"], empty["body"], empty["buttons"], empty["offer"]) == (None, "", [], None)


@given(st.text(max_size=40), st.text(max_size=20))
def test_no_text_becomes_markup_of_its_own(text, value):
    shown = phone([{"type": "BODY", "text": f"{text}{{{{1}}}}<script>"}, {"type": "HEADER", "text": text}], {"body": [value]})
    html = shown["body"] + ((shown["header"] or {}).get("html") or "")
    tags = set(re.findall(r"<(\w+)", html))
    assert tags <= {"b", "i", "s", "code", "pre", "blockquote", "ul", "ol", "li", "br", "a", "span"}
