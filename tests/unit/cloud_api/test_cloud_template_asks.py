"""What templates need beyond their texts: asked for, taken as text, sent as Meta wants it."""

from datetime import datetime, timedelta

import pytest

from cloud_api import template_asks, templates
from cloud_api.outbound import InvalidContent

CARDS = {
    "type": "CAROUSEL",
    "cards": [
        {
            "components": [
                {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::x"]}},
                {"type": "BODY", "text": "Shoe {{1}}", "example": {"body_text": [["red"]]}},
                {"type": "BUTTONS", "buttons": [
                    {"type": "QUICK_REPLY", "text": "More"},
                    {"type": "URL", "text": "Buy", "url": "https://shop.test/{{1}}", "example": ["https://shop.test/1"]},
                ]},
            ]
        }
    ] * 2,
}
BODY = {"type": "BODY", "text": "Look"}
OFFER = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Soon", "has_expiration": True}}


def definition(*components):
    return templates.parse({"id": "1", "name": "x", "language": "en", "status": "APPROVED", "components": [*components]})


def filled(found, values, **files):
    given = template_asks.given(found, values, "555")
    cards = [{**card, **files} for card in given.get("cards", ())]
    buttons = given["buttons"]
    line = [buttons.get(index) for index in range(max(buttons) + 1)] if buttons else []
    return templates.fill(found, given.get("header"), (), line, cards, given.get("offer_ends")).payload()["template"]["components"]


def test_a_place_on_top():
    found = definition({"type": "HEADER", "format": "LOCATION"}, BODY)
    keys = [ask.key for ask in template_asks.asks(found)]
    assert keys == ["header.latitude", "header.longitude", "header.name", "header.address"]
    [header] = filled(found, dict(zip(keys, ("40,41", "-3.7", "Shop", "Street 1"))))
    assert header["parameters"] == [
        {"type": "location", "location": {"latitude": 40.41, "longitude": -3.7, "name": "Shop", "address": "Street 1"}}
    ]
    with pytest.raises(InvalidContent, match="degrees"):
        filled(found, dict(zip(keys, ("north", "-3.7", "Shop", "Street 1"))))
    with pytest.raises(InvalidContent, match="header"):
        filled(found, {"header.latitude": "1"})


def test_products():
    found = definition({"type": "HEADER", "format": "PRODUCT"}, BODY)
    assert [ask.what for ask in template_asks.asks(found)] == ["product"]
    [header] = filled(found, {"header.product": " SKU-1 "})
    assert header["parameters"] == [{"type": "product", "product": {"product_retailer_id": "SKU-1", "catalog_id": "555"}}]
    found = definition(BODY, {"type": "BUTTONS", "buttons": [{"type": "MPM", "text": "View items"}]})
    assert [ask.key for ask in template_asks.asks(found)] == ["button.0"]
    [button] = filled(found, {"button.0": "SKU-1, SKU-2"})
    assert button["parameters"][0]["action"]["thumbnail_product_retailer_id"] == "SKU-1"
    with pytest.raises(InvalidContent):
        filled(found, {})


def test_an_offer_that_ends():
    found = definition(BODY, OFFER)
    assert [ask.key for ask in template_asks.asks(found)] == ["offer_ends"]
    end = (datetime.now() + timedelta(days=3)).replace(microsecond=0)
    [offer] = filled(found, {"offer_ends": str(end)})
    assert offer["type"] == "limited_time_offer"
    with pytest.raises(InvalidContent, match="offer"):
        filled(found, {})
    with pytest.raises(InvalidContent, match="no time"):
        filled(found, {"offer_ends": "tomorrow"})


def test_cards():
    found = definition(BODY, CARDS)
    assert template_asks.card_file_kind(found) == "image"
    keys = [(ask.key, ask.what, ask.card) for ask in template_asks.asks(found)]
    assert keys == [("card.0.1", "text", 0), ("card.0.button.1", "url", 0), ("card.1.1", "text", 1), ("card.1.button.1", "url", 1)]
    values = {"card.0.1": "red", "card.0.button.1": "r", "card.1.1": "blue", "card.1.button.1": "b"}
    header = {"type": "image", "image": {"id": "M"}}
    [carousel] = filled(found, values, header=header)
    second = carousel["cards"][1]
    assert second["card_index"] == 1
    assert second["components"] == [
        {"type": "header", "parameters": [header]},
        {"type": "body", "parameters": [{"type": "text", "text": "blue"}]},
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "b"}]},
    ]
    with pytest.raises(InvalidContent):
        filled(found, {**values, "card.1.1": " "}, header=header)


def test_a_plain_template_asks_for_nothing_more():
    found = definition({"type": "BODY", "text": "Hello {{1}}", "example": {"body_text": [["Ana"]]}})
    assert template_asks.asks(found) == []
    assert template_asks.given(found, {"1": "Ana", "header.latitude": "x"}) == {"buttons": {}}
