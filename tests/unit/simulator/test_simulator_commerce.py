"""What the phone shows of items and cards that a business sends."""

import pytest
from simulator_helpers import JOHN

from cloud_api import outbound
from simulator import inbound, rendering

PICTURE = "https://x.test/a.jpg"
CARDS = [{"link": PICTURE, "label": f"See {name}", "url": f"https://x.test/{name}", "body": name} for name in ("a", "b")]


@pytest.mark.parametrize(("kind", "values", "text", "buttons"), [
    ("product", {"retailer_id": "SKU-1", "body": "This"}, "This\n\u2022 SKU-1", ["View items"]),
    ("products", {"header": "New", "body": "Ours", "sections": [
        {"title": "Shoes", "retailer_ids": ["S1", "S2"]}, {"title": "Hats", "retailer_ids": ["H1"]}]},
     "Ours\nShoes\n\u2022 S1\n\u2022 S2\nHats\n\u2022 H1", ["View items"]),
    ("catalog", {"body": "All"}, "All", ["View items"]),
    ("carousel", {"body": "Two", "cards": CARDS}, "Two\n\u2022 a\n\u2022 b", ["See a", "See b"]),
])
def test_the_phone_names_items_and_opens_cards(sim, kind, values, text, buttons):
    catalog = {"catalog_id": "194836987003835"} if kind in ("product", "products") else {}
    content = outbound.build(kind, {**values, **catalog})
    inbound.receive(sim.sim, {"from": JOHN, "text": "Hi"})
    answer = sim.send(to=JOHN, type_="interactive", content=content.payload()["interactive"])
    assert answer.status_code == 200, answer.text
    shown = rendering.view(sim.sim, sim.sim.world.messages[answer.json()["messages"][0]["id"]])
    assert shown["text"] == text
    assert [button["title"] for button in shown["buttons"]] == buttons
    if kind == "carousel":
        assert shown["buttons"][1]["url"] == "https://x.test/b"
