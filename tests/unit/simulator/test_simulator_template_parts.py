"""Every component of templates: definitions that Meta takes and refuses, and our own messages that fill them in."""

from datetime import datetime, timedelta

import pytest
from simulator_helpers import APP, RAHIM, WABA, error, wait

from cloud_api import template_draft, templates
from cloud_api.outbound import InvalidContent, Location, Media
from simulator import rendering

PATH = f"{WABA}/message_templates"
LATER = datetime(2099, 1, 1)
PICTURE = Media("image", link="https://x.test/a.jpg")
LINK = {"type": "URL", "text": "Buy", "url": "https://x.test/{{1}}", "example": ["https://x.test/a"]}
OFFER = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}}
OTP = {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}
BODY = {"type": "BODY", "text": "All of it is for you."}


def card(handle="HANDLE", buttons=({"type": "QUICK_REPLY", "text": "More"}, LINK)):
    return {"components": [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}},
        {"type": "BODY", "text": "Add {{1}} to it.", "example": {"body_text": [["light"]]}},
        {"type": "BUTTONS", "buttons": list(buttons)}]}


DEFINITIONS = {
    "location": ("UTILITY", [{"type": "HEADER", "format": "LOCATION"}, BODY]),
    "product": ("MARKETING", [
        {"type": "HEADER", "format": "PRODUCT"}, BODY, {"type": "BUTTONS", "buttons": [{"type": "SPM", "text": "View"}]}]),
    "offer": ("MARKETING", [{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["HANDLE"]}}, BODY, OFFER,
                            {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "SAVE"}, LINK]}]),
    "carousel": ("MARKETING", [BODY, {"type": "CAROUSEL", "cards": [card(), card()]}]),
    "form": ("UTILITY", [BODY, {"type": "BUTTONS", "buttons": [{"type": "FLOW", "text": "Book", "flow_id": "7"}]}]),
    "catalog": ("MARKETING", [BODY, {"type": "BUTTONS", "buttons": [{"type": "CATALOG", "text": "View"}]}]),
    "products": ("MARKETING", [BODY, {"type": "BUTTONS", "buttons": [{"type": "MPM", "text": "View items"}]}]),
    "login": ("AUTHENTICATION", [{"type": "BODY", "add_security_recommendation": True}, {"type": "FOOTER", "code_expiration_minutes": 5},
                                 {"type": "BUTTONS", "buttons": [OTP]}]),
    "phone": ("UTILITY", [BODY, {"type": "BUTTONS", "buttons": [
        {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+34600900111"}, {"type": "URL", "text": "Go", "url": "https://x.test"}]}]),
}
VALUES = {
    "location": {"header": Location(1.5, 2.5, "Shop", "Main Street 1")},
    "product": {"header": {"type": "product", "product": {"product_retailer_id": "S1", "catalog_id": "77"}}},
    "offer": {"header": PICTURE, "buttons": ["SAVE20", "abc"], "offer_ends": LATER},
    "carousel": {"cards": [{"header": PICTURE, "body": ["light"], "buttons": ["more-1", "a"]},
                           {"header": PICTURE, "body": ["water"], "buttons": [None, "b"]}]},
    "form": {"buttons": ["token-1"]},
    "catalog": {"buttons": ["S1"]},
    "products": {"buttons": ["S1, S2"]},
    "login": {"body": ["483920"]},
    "phone": {},
}


def put(value, handle):
    """Return a definition with the handle of an uploaded file."""
    if isinstance(value, dict):
        return {key: put(item, handle) for key, item in value.items()}
    if isinstance(value, list):
        return [put(item, handle) for item in value]
    return handle if value == "HANDLE" else value


@pytest.fixture
def handle(sim):
    started = sim.graph("POST", f"{APP}/uploads?file_name=a.png&file_length=3&file_type=image/png").json()["id"]
    return sim.http.post(f"{sim.base}/v25.0/{started}", data=b"abc", headers={"file_offset": "0"}).json()["h"]


def create(sim, handle, kind, **changes):
    category, components = DEFINITIONS[kind]
    body = {"name": f"every_{kind}", "language": "en", "category": category, "components": put(components, handle), **changes}
    return sim.graph("POST", PATH, body)


def approved(sim, handle, kind):
    sim.config(template_approval_ms=0)
    template_id = create(sim, handle, kind).json()["id"]
    return wait(lambda: (node := sim.graph("GET", f"{template_id}?fields=name,language,status,category,components").json())[
        "status"] == "APPROVED" and node)


@pytest.mark.parametrize("kind", DEFINITIONS)
def test_what_we_make_of_a_template_is_what_meta_takes(sim, handle, kind):
    definition = templates.parse(approved(sim, handle, kind))
    assert template_draft.write(template_draft.read(definition.components)) == definition.components
    message = templates.fill(definition, **VALUES[kind])
    message.validate()
    answer = sim.send(to=RAHIM, type_="template", content=message.payload()["template"])
    assert answer.status_code == 200, answer.text


def test_the_phone_shows_cards_and_their_buttons_answer(sim, handle):
    message = templates.fill(templates.parse(approved(sim, handle, "carousel")), **VALUES["carousel"])
    wamid = sim.send(to=RAHIM, type_="template", content=message.payload()["template"]).json()["messages"][0]["id"]
    shown = rendering.view(sim.sim, sim.sim.world.messages[wamid])
    assert shown["text"].splitlines()[1:] == ["\u2022 Add light to it.", "\u2022 Add water to it."]
    assert [button["title"] for button in shown["buttons"]] == ["More", "Buy", "More", "Buy"]
    assert rendering.reply(sim.sim, sim.sim.world.messages[wamid], {"index": 0}) == ("button", {"payload": "more-1", "text": "More"})
    assert shown["buttons"][3]["url"] == "https://x.test/b"


@pytest.mark.parametrize("kind, values, words", [
    ("offer", {"header": PICTURE, "buttons": ["SAVE20", "abc"]}, "when the offer ends"),
    ("offer", {"header": PICTURE, "buttons": ["SAVE20", "abc"], "offer_ends": datetime(2020, 1, 1)}, "ended already"),
    ("phone", {"offer_ends": LATER}, "no offer that ends"),
    ("carousel", {}, "2 cards"),
    ("carousel", {"cards": VALUES["carousel"]["cards"][:1]}, "2 cards"),
    ("carousel", {"cards": [{"header": PICTURE, "body": ["x"], "buttons": []}] * 2}, "needs a value"),
    ("carousel", {"cards": [{"body": ["x"], "buttons": ["", "a"]}] * 2}, "header needs"),
    ("products", {}, "needs a value"),
    ("login", {"body": ["1234567890123456"]}, "15"),
    ("location", {"header": PICTURE}, "location"),
])
def test_what_does_not_fit_is_said_before_it_is_sent(sim, handle, kind, values, words):
    with pytest.raises(InvalidContent, match=words):
        templates.fill(templates.parse(approved(sim, handle, kind)), **values)


def changed(kind, change):
    """Return a message of `VALUES`, spoiled."""
    def spoil(sim, handle):
        definition = templates.parse(approved(sim, handle, kind))
        content = templates.fill(definition, **VALUES[kind]).payload()["template"]
        parts = {part["type"]: part for part in content.get("components", [])}
        change(content, parts)
        return sim.send(to=RAHIM, type_="template", content=content)
    return spoil


@pytest.mark.parametrize("kind, change, code", [
    ("carousel", lambda c, p: p["carousel"]["cards"].pop(), 132000),
    ("carousel", lambda c, p: c["components"].clear(), 132000),
    ("carousel", lambda c, p: p["carousel"]["cards"][1].update(card_index=0), 132012),
    ("carousel", lambda c, p: p["carousel"]["cards"][1]["components"].pop(0), 132012),
    ("carousel", lambda c, p: p["carousel"]["cards"][0]["components"].pop(), 132000),
    ("offer", lambda c, p: c["components"].remove(p["limited_time_offer"]), 132012),
    ("offer", lambda c, p: p["limited_time_offer"]["parameters"][0]["limited_time_offer"].update(expiration_time_ms=1790000000), 131009),
    ("location", lambda c, p: p["header"]["parameters"][0]["location"].pop("latitude"), 132012),
    ("product", lambda c, p: p["header"]["parameters"][0]["product"].pop("catalog_id"), 131008),
    ("products", lambda c, p: p["button"]["parameters"][0]["action"].pop("sections"), 131008),
    ("products", lambda c, p: c["components"].clear(), 132000),
    ("form", lambda c, p: p["button"]["parameters"][0].update(type="text"), 132012),
    ("login", lambda c, p: p["body"]["parameters"][0].update(text="1" * 16), 132012),
    ("login", lambda c, p: c["components"].remove(p["button"]), 132000),
    ("phone", lambda c, p: c.update(components=[{"type": "limited_time_offer", "parameters": []}]), 132000),
    ("phone", lambda c, p: c.update(components=[{"type": "carousel", "cards": []}]), 132000),
])
def test_the_simulator_refuses_what_meta_would(sim, handle, kind, change, code):
    error(changed(kind, change)(sim, handle), code)


@pytest.mark.parametrize("kind, changes, subcode", [
    ("carousel", {"category": "UTILITY"}, 2388042),
    ("carousel", {"components": [BODY, {"type": "CAROUSEL", "cards": [card()]}]}, 2388042),
    ("carousel", {"components": [BODY, {"type": "CAROUSEL", "cards": [card(), card(buttons=[LINK])]}]}, 2388042),
    ("carousel", {"components": [BODY, {"type": "FOOTER", "text": "x"}, {"type": "CAROUSEL", "cards": [card(), card()]}]}, 2388042),
    ("carousel", {"components": [BODY, {"type": "CAROUSEL", "cards": [card(buttons=[OTP])] * 2}]}, 2388044),
    ("carousel", {"components": [BODY, {"type": "CAROUSEL", "cards": [card("4::never")] * 2}]}, 2388273),
    ("offer", {"category": "UTILITY"}, 2388042),
    ("offer", {"components": [BODY, OFFER]}, 2388044),
    ("offer", {"components": [BODY, OFFER, {"type": "FOOTER", "text": "x"}, {"type": "BUTTONS", "buttons": [LINK]}]}, 2388042),
    ("offer", {"components": [{"type": "BODY", "text": "x" * 601}, OFFER, {"type": "BUTTONS", "buttons": [LINK]}]}, 2388040),
    ("login", {"components": [BODY, {"type": "BUTTONS", "buttons": [OTP]}]}, 2388072),
    ("login", {"components": [{"type": "BODY"}]}, 2388044),
    ("login", {"components": [{"type": "BODY"}, {"type": "FOOTER", "code_expiration_minutes": 91},
                              {"type": "BUTTONS", "buttons": [OTP]}]}, 2388073),
    ("login", {"components": [{"type": "BODY"}, {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "ONE_TAP"}]}]}, 2388044),
    ("phone", {"components": [BODY, {"type": "BUTTONS", "buttons": [OTP]}]}, 2388044),
    ("phone", {"components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "CATALOG"}]}]}, 2388044),
    ("phone", {"components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "FLOW", "text": "x"}]}]}, 2388044),
    ("phone", {"components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE"}]}]}, 2388043),
    ("phone", {"message_send_ttl_seconds": 5}, 2388042),
])
def test_definitions_that_meta_refuses(sim, handle, kind, changes, subcode):
    changes = put(changes, handle)
    envelope = error(create(sim, handle, kind, **changes), 100)
    assert envelope["error_subcode"] == subcode and envelope["error_user_msg"]


def test_the_same_words_under_another_name_are_refused(sim, handle):
    create(sim, handle, "phone")
    assert error(create(sim, handle, "phone", name="another"), 100)["error_subcode"] == 2388094


def test_limits_of_an_hour_and_of_an_account(sim, handle):
    for number in range(100):
        words = [{"type": "BODY", "text": f"Number {number}"}]
        assert create(sim, handle, "phone", name=f"n_{number}", components=words).status_code == 200
    error(create(sim, handle, "phone"), 80008)
    sim.fresh()
    sim.config(verified_business=False)
    for number in range(250 - 8):
        sim.control("templates", {"name": f"n_{number}", "components": [BODY], "notify": False})
    assert error(create(sim, handle, "phone"), 100)["error_subcode"] == 2388019


def test_quality_category_and_content_are_told(hooked):
    told = {"name": "season_offer", "language": "en"}
    hooked.control("templates", {**told, "quality": "RED"})
    [value] = wait(lambda: hooked.receiver.values("message_template_quality_update"))
    assert (value["new_quality_score"], value["message_template_name"]) == ("RED", "season_offer")
    hooked.control("templates", {**told, "correct_category": "UTILITY", "in_hours": 24})
    [notice] = wait(lambda: hooked.receiver.values("template_category_update"))
    assert (notice["new_category"], notice["correct_category"]) == ("MARKETING", "UTILITY")
    assert notice["category_update_timestamp"] > datetime.now().timestamp() + timedelta(hours=23).total_seconds()
    hooked.control("templates", {**told, "correct_category": "UTILITY"})
    values = wait(lambda: len(found := hooked.receiver.values("template_category_update")) == 2 and found)
    assert (values[1]["previous_category"], values[1]["new_category"]) == ("MARKETING", "UTILITY")
    hooked.control("templates", {**told, "components": [{"type": "BODY", "text": "New"}, {"type": "BUTTONS", "buttons": [
        {"type": "QUICK_REPLY", "text": "OK"}]}], "tell_components": True})
    [value] = wait(lambda: hooked.receiver.values("message_template_components_update"))
    assert value["message_template_element"] == "New"
    assert value["message_template_buttons"] == [{"message_template_button_type": "QUICK_REPLY", "message_template_button_text": "OK"}]
