"""Messages with places, items, cards and requests; and `build`, which makes any of them from plain values."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_api import outbound as o
from cloud_api.outbound_preview import phone

PICTURE = o.Media("image", link="https://x/1.jpg")
CARD = o.LinkCard(PICTURE, "Buy", "https://x/a", "Model A")
ITEMS = [o.ProductSection("Shoes", ["SKU-1", "SKU-2"])]


def interactive(kind, action, **frame):
    return {"type": "interactive", "interactive": {"type": kind, **frame, "action": action}}


@pytest.mark.parametrize(
    "content, expected",
    [
        (
            o.Product("555", "SKU-1", "Look", "Acme"),
            interactive("product", {"catalog_id": "555", "product_retailer_id": "SKU-1"}, body={"text": "Look"},
                        footer={"text": "Acme"}),
        ),
        (o.Product("555", "SKU-1"), interactive("product", {"catalog_id": "555", "product_retailer_id": "SKU-1"})),
        (
            o.ProductList("555", "New", "Our picks", ITEMS),
            interactive(
                "product_list",
                {"catalog_id": "555", "sections": [{"title": "Shoes", "product_items": [
                    {"product_retailer_id": "SKU-1"}, {"product_retailer_id": "SKU-2"}]}]},
                header={"type": "text", "text": "New"}, body={"text": "Our picks"},
            ),
        ),
        (
            o.Catalog("Our catalog", retailer_id="SKU-1"),
            interactive(
                "catalog_message",
                {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "SKU-1"}},
                body={"text": "Our catalog"},
            ),
        ),
        (
            o.LocationRequest("Where are you?"),
            interactive("location_request_message", {"name": "send_location"}, body={"text": "Where are you?"}),
        ),
        (
            o.ContactRequest("Your number?"),
            interactive("request_contact_info", {"name": "request_contact_info"}, body={"text": "Your number?"}),
        ),
        (
            o.CallPermission("May we call?"),
            interactive("call_permission_request", {"name": "call_permission_request"}, body={"text": "May we call?"}),
        ),
        (
            o.CallButton("Need help?", "Call us", 1440),
            interactive("voice_call", {"name": "voice_call", "parameters": {"display_text": "Call us", "ttl_minutes": 1440}},
                        body={"text": "Need help?"}),
        ),
        (
            o.Carousel("New", [CARD, o.LinkCard(PICTURE, "Buy", "https://x/b", "Model B")]),
            interactive(
                "carousel",
                {"cards": [
                    {"card_index": index, "type": "cta_url",
                     "header": {"type": "image", "image": {"link": "https://x/1.jpg"}}, "body": {"text": text},
                     "action": {"name": "cta_url", "parameters": {"display_text": "Buy", "url": url}}}
                    for index, text, url in ((0, "Model A", "https://x/a"), (1, "Model B", "https://x/b"))
                ]},
                body={"text": "New"},
            ),
        ),
        (
            o.Contacts([o.Card("Bo Li", organisation="Acme", title="Sales", website="https://acme.example")]),
            {"type": "contacts", "contacts": [{
                "name": {"formatted_name": "Bo Li", "first_name": "Bo Li"},
                "org": {"company": "Acme", "title": "Sales"}, "urls": [{"url": "https://acme.example"}]}]},
        ),
    ],
)
def test_contents_give_the_documented_json(content, expected):
    content.validate()
    assert content.payload() == expected
    assert content.summary() and "\n" not in content.summary()


@pytest.mark.parametrize(
    "content, field",
    [
        (o.Product("", "SKU-1"), "catalog_id"),
        (o.Product("555", " "), "retailer_id"),
        (o.Product("555", "x" * 101), "retailer_id"),
        (o.Product("555", "1", body="x" * 1025), "body"),
        (o.ProductList("555", "", "b", ITEMS), "header"),
        (o.ProductList("555", "h", "", ITEMS), "body"),
        (o.ProductList("555", "h", "b", []), "sections"),
        (o.ProductList("555", "h", "b", [o.ProductSection("", [])]), "sections"),
        (o.ProductList("555", "h", "b", [o.ProductSection("", [f"{n}" for n in range(31)])]), "sections"),
        (o.ProductList("555", "h", "b", [o.ProductSection("", ["1"]), o.ProductSection("t", ["2"])]), "sections"),
        (o.Catalog(" "), "body"),
        (o.LocationRequest(""), "body"),
        (o.ContactRequest("x" * 1025), "body"),
        (o.CallButton("b", "x" * 21), "label"),
        (o.CallButton("b", ttl_minutes=0), "ttl_minutes"),
        (o.CallButton("b", ttl_minutes=43201), "ttl_minutes"),
        (o.Carousel("b", [CARD]), "cards"),
        (o.Carousel("b", [CARD] * 11), "cards"),
        (o.Carousel("b", [CARD, o.LinkCard(o.Media("video", "1"), "Buy", "https://x", "B")]), "cards"),
        (o.Carousel("b", [CARD, o.LinkCard(PICTURE, "Buy", "https://x")]), "cards"),
        (o.Carousel("b", [CARD, o.LinkCard(PICTURE, "Buy", "x.example", "B")]), "cards"),
        (o.Carousel("b", [CARD, o.LinkCard(PICTURE, "Buy", "https://x", "x" * 161)]), "cards"),
        (o.Carousel("b", [CARD, o.LinkCard(PICTURE, "Buy", "https://x", "a\nb\nc\nd")]), "cards"),
    ],
)
def test_what_meta_would_refuse_is_refused_here_with_field_and_remedy(content, field):
    with pytest.raises(o.InvalidContent) as caught:
        content.validate()
    assert caught.value.field == field
    assert caught.value.message.endswith(".") and caught.value.remedy.endswith(".")


PLAIN = {
    "buttons": ({"body": "OK?", "buttons": [{"id": "y", "title": "Yes"}, {"title": "No"}], "footer": "Acme"},
                o.Buttons("OK?", [o.Button("y", "Yes"), o.Button("No", "No")], footer="Acme")),
    "list": ({"body": "Pick", "button": "See", "sections": [{"rows": [{"title": "10:00", "description": "Free"}]}]},
             o.ListMessage("Pick", "See", [o.Section("", [o.Row("10:00", "10:00", "Free")])])),
    "link": ({"body": "Track", "label": "Open", "url": " https://x ", "header": {"kind": "image", "media_id": "1"}},
             o.CtaUrl("Track", "Open", "https://x", o.Media("image", "1"))),
    "location": ({"latitude": "40,4", "longitude": -3.7, "name": "Shop"}, o.Location(40.4, -3.7, "Shop")),
    "location_request": ({"body": "Where?"}, o.LocationRequest("Where?")),
    "contacts": ({"cards": [{"name": "Bo", "phones": ["+34 600 111 222", " "]}]}, o.Contacts([o.Card("Bo", ["+34 600 111 222"], [])])),
    "contact_request": ({"body": "Number?"}, o.ContactRequest("Number?")),
    "call": ({"body": "Help?", "label": "Call", "ttl_minutes": 60}, o.CallButton("Help?", "Call", 60)),
    "call_permission": ({"body": "Call?"}, o.CallPermission("Call?")),
    "product": ({"catalog_id": 555, "retailer_id": "SKU-1"}, o.Product("555", "SKU-1")),
    "products": ({"catalog_id": "555", "header": "H", "body": "B", "sections": [{"title": "Shoes", "retailer_ids": ["SKU-1", "SKU-2"]}]},
                 o.ProductList("555", "H", "B", ITEMS)),
    "catalog": ({"body": "All", "retailer_id": False}, o.Catalog("All")),
    "carousel": ({"body": "New", "cards": [{"link": "https://x/1.jpg", "label": "Buy", "url": "https://x/a", "body": "Model A"}] * 2},
                 o.Carousel("New", [CARD, CARD])),
}


@pytest.mark.parametrize("kind", o.KINDS)
def test_every_kind_is_made_from_plain_values(kind):
    values, expected = PLAIN[kind]
    content = o.build(kind, values)
    content.validate()
    assert content == expected


@pytest.mark.parametrize(
    "kind, values, field",
    [
        ("poem", {}, "kind"),
        (None, {}, "kind"),
        ("buttons", [], "values"),
        ("buttons", {"body": "x", "colour": "red"}, "colour"),
        ("buttons", {"body": ["x"]}, "body"),
        ("buttons", {"body": True}, "body"),
        ("buttons", {"body": "x", "buttons": "Yes"}, "buttons"),
        ("buttons", {"body": "x", "buttons": ["Yes"]}, "buttons"),
        ("buttons", {"body": "x", "buttons": [{"label": "Yes"}]}, "label"),
        ("location", {"latitude": "north", "longitude": 1}, "latitude"),
        ("location", {"latitude": 1}, "longitude"),
        ("call", {"body": "x", "ttl_minutes": "inf"}, "ttl_minutes"),
        ("contacts", {"cards": [{"name": "x", "phones": [{}]}]}, "phones"),
        ("products", {"sections": [{"retailer_ids": "SKU-1"}]}, "retailer_ids"),
    ],
)
def test_values_of_another_shape_are_named(kind, values, field):
    with pytest.raises(o.InvalidContent) as caught:
        o.build(kind, values)
    assert caught.value.field == field


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(
        st.sampled_from(["body", "buttons", "title", "rows", "sections", "cards", "name", "header", "kind", "link", "latitude",
                         "longitude", "retailer_ids", "url", "label", "phones", "ttl_minutes", "button", "id"]), children, max_size=5),
    max_leaves=12,
)


@given(st.sampled_from(sorted(o.KINDS)), JSON)
def test_whatever_comes_in_gives_a_sendable_message_or_a_clear_refusal(kind, values):
    try:
        content = o.build(kind, values)
        content.validate()
    except o.InvalidContent as error:
        assert error.field and error.remedy
        return
    payload = content.payload()
    assert json.loads(json.dumps(payload)) == payload
    assert payload[payload["type"]]


def test_a_request_for_the_number_has_a_second_spelling_and_nothing_else_has():
    other = o.other_spelling(o.ContactRequest("Number?").payload())
    assert other["interactive"]["type"] == "contact_request"
    assert other["interactive"]["action"] == {"name": "request_contact_info"}
    assert o.other_spelling(o.LocationRequest("Where?").payload()) is None
    assert o.other_spelling(o.Text("x").payload()) is None


LABELS = {key: key for key in ("items", "item", "catalogue", "send_location", "share_number", "allow_calls", "call", "location")}


@pytest.mark.parametrize("kind", o.KINDS)
def test_a_phone_shows_every_kind(kind):
    shown = phone(o.build(kind, PLAIN[kind][0]), LABELS, "Acme")
    assert shown["business"] == "Acme" and json.dumps(shown)
    assert shown["body"] or shown["buttons"] or shown["header"]
    assert (kind in ("list", "products")) == bool(shown["sections"])
    assert (kind == "carousel") == bool(shown["cards"])


@given(st.sampled_from(sorted(o.KINDS)), JSON)
def test_what_is_not_complete_yet_is_shown_and_nothing_in_it_is_html(kind, values):
    try:
        content = o.build(kind, values)
    except o.InvalidContent:
        return
    json.dumps(phone(content, LABELS))
    shown = phone(o.build("buttons", {"body": "<b>x</b>", "header": "<i>"}), LABELS)
    assert "<b>x" not in shown["body"] and "<i>" not in shown["header"]["html"]
