"""The linter of templates: each rule once, robustness, and agreement with the simulator's own checks."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_api.languages import LANGUAGES, candidates, closest, is_right_to_left
from cloud_api.template_lint import Sample, lint
from simulator.errors import GraphError
from simulator.validation import definition as simulator

QUICK, LINK = {"type": "QUICK_REPLY", "text": "Yes"}, {"type": "URL", "text": "Open", "url": "https://x.example/a"}


def utility(**changes):
    """A template that Meta accepts, with a header, a footer and buttons."""
    return {
        "name": "order_shipped", "language": "en", "category": "UTILITY", "parameter_format": "POSITIONAL",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["S00077"]}},
            {"type": "BODY", "text": "Hello {{1}}, your order of {{2}} is on its way to you.",
             "example": {"body_text": [["Ana", "10 EUR"]]}},
            {"type": "FOOTER", "text": "Demo Services"},
            {"type": "BUTTONS", "buttons": [
                {"type": "URL", "text": "Track", "url": "https://x.example/{{1}}", "example": ["https://x.example/S1"]},
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+34600900111"},
                {"type": "QUICK_REPLY", "text": "Thanks"},
            ]},
        ],
        **changes,
    }


def named():
    return utility(parameter_format="NAMED", components=[
        {"type": "HEADER", "format": "TEXT", "text": "Order {{ref}}",
         "example": {"header_text_named_params": [{"param_name": "ref", "example": "S1"}]}},
        {"type": "BODY", "text": "Hello {{name}}, the total is {{total}} today.", "example": {"body_text_named_params": [
            {"param_name": "name", "example": "Ana"}, {"param_name": "total", "example": "10 EUR"}]}},
    ])


def login_code(**button):
    return {"name": "otp", "language": "en", "category": "AUTHENTICATION", "message_send_ttl_seconds": 600, "components": [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code", **button}]},
    ]}


def card(**changes):
    parts = {
        "HEADER": {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
        "BODY": {"type": "BODY", "text": "Warm and light, made for long walks."},
        "BUTTONS": {"type": "BUTTONS", "buttons": [QUICK, LINK]},
        **changes,
    }
    return {"components": [part for part in parts.values() if part]}


def cards(*given_cards):
    return {"name": "autumn", "language": "en", "category": "MARKETING", "components": [
        {"type": "BODY", "text": "Our new things for autumn are here."},
        {"type": "CAROUSEL", "cards": list(given_cards)},
    ]}


def offer(**changes):
    components = [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True, **changes}},
        {"type": "BODY", "text": "Everything is cheaper until Sunday."},
        {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "SAVE20"}, LINK]},
    ]
    return {"name": "offer", "language": "en", "category": "MARKETING", "components": components}


def errors(definition, **options):
    return {finding.path for finding in lint(definition, **options) if finding.is_error}


def part(definition, kind):
    return next(p for p in definition["components"] if p["type"] == kind)


@pytest.mark.parametrize("good", [
    utility(), named(), login_code(), cards(card(), card()), offer(),
    login_code(otp_type="ONE_TAP", supported_apps=[{"package_name": "com.acme.app", "signature_hash": "Ab3dEf6hIj9"}]),
])
def test_what_meta_accepts_has_no_findings_and_the_simulator_accepts_it(good):
    assert lint(good) == []
    simulator.check(good)


@pytest.mark.parametrize(("changes", "path"), [
    ({"name": "Order Shipped"}, "name"), ({"name": ""}, "name"), ({"name": "x" * 513}, "name"),
    ({"language": "klingon"}, "language"), ({"language": "en-US"}, "language"), ({"category": "FUN"}, "category"),
    ({"parameter_format": "ROMAN"}, "parameter_format"), ({"components": []}, "body.text"),
    ({"message_send_ttl_seconds": 43201}, "message_send_ttl_seconds"),
    ({"message_send_ttl_seconds": 29}, "message_send_ttl_seconds"),
    ({"message_send_ttl_seconds": True}, "message_send_ttl_seconds"),
])
def test_fields_of_the_template(changes, path):
    assert path in errors(utility(**changes))


@pytest.mark.parametrize(("category", "seconds", "fine"), [
    ("UTILITY", 30, True), ("UTILITY", 43_200, True), ("UTILITY", -1, True), ("MARKETING", 43_199, False),
    ("MARKETING", 43_200, True), ("MARKETING", 2_592_000, True), ("MARKETING", -1, False),
])
def test_time_to_live_by_category(category, seconds, fine):
    assert ("message_send_ttl_seconds" not in errors(utility(category=category, message_send_ttl_seconds=seconds))) is fine


@pytest.mark.parametrize(("kind", "changes", "path"), [
    ("HEADER", {"text": ""}, "header.text"), ("HEADER", {"text": "x" * 61}, "header.text"),
    ("HEADER", {"text": "Order {{1}} of {{2}}"}, "header.text"), ("HEADER", {"text": "A\nB"}, "header.text"),
    ("HEADER", {"text": "Hooray 🎉"}, "header.text"), ("HEADER", {"text": "*Order*"}, "header.text"),
    ("HEADER", {"example": {}}, "header.example"), ("HEADER", {"format": "HOLOGRAM"}, "header.format"),
    ("HEADER", {"format": "PRODUCT"}, "header.format"), ("HEADER", {"format": "GIF"}, "header.format"),
    ("HEADER", {"format": "IMAGE", "example": None}, "header.example"),
    ("BODY", {"text": " "}, "body.text"), ("BODY", {"text": "x" * 1025}, "body.text"),
    ("BODY", {"text": "{{1}}, your order of {{2}} is on its way."}, "body.text"),
    ("BODY", {"text": "Hello you there, this is for you: {{1}}"}, "body.text"),
    ("BODY", {"text": "Hello to you {{1}} {{2}} and a good day."}, "body.text"),
    ("BODY", {"text": "Hi {{1}}: {{2}}, {{3}}, {{4}}."}, "body.text"),
    ("BODY", {"text": "Hello {{1}}, we have {{3}} for you today."}, "body.text"),
    ("BODY", {"text": "Hello {{2}}, we have {{1}} for you today."}, "body.text"),
    ("BODY", {"text": "Hello {{name}}, we have something for you."}, "body.text"),
    ("BODY", {"text": "Hello {{1}, we have {{2}} for you today."}, "body.text"),
    ("BODY", {"text": "Hello {{#1}}, we have something for you today."}, "body.text"),
    ("BODY", {"example": {"body_text": [["Ana"]]}}, "body.example"),
    ("BODY", {"example": {"body_text": [["Ana", " "]]}}, "body.example"),
    ("FOOTER", {"text": "x" * 61}, "footer.text"), ("FOOTER", {"text": "For {{1}}"}, "footer.text"),
    ("FOOTER", {"text": ""}, "footer.text"), ("FOOTER", {"text": "A\nB"}, "footer.text"),
    ("BUTTONS", {"buttons": []}, "buttons"),
    ("BUTTONS", {"buttons": [{"type": "QUICK_REPLY", "text": f"No {n}"} for n in range(11)]}, "buttons"),
    ("BUTTONS", {"buttons": [LINK, {**LINK, "text": "b"}, {**LINK, "text": "c"}]}, "buttons"),
    ("BUTTONS", {"buttons": [QUICK, LINK, {"type": "QUICK_REPLY", "text": "No"}]}, "buttons"),
    ("BUTTONS", {"buttons": [QUICK, {"type": "QUICK_REPLY", "text": "yes "}]}, "buttons"),
    ("BUTTONS", {"buttons": [{"type": "LEVER", "text": "x"}]}, "buttons.0.type"),
    ("BUTTONS", {"buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]}, "buttons.0.text"),
    ("BUTTONS", {"buttons": [{"type": "QUICK_REPLY", "text": ""}]}, "buttons.0.text"),
    ("BUTTONS", {"buttons": [{"type": "QUICK_REPLY", "text": "Hi {{1}}"}]}, "buttons.0.text"),
    ("BUTTONS", {"buttons": [{"type": "QUICK_REPLY", "text": "Yes 👍"}]}, "buttons.0.text"),
    ("BUTTONS", {"buttons": [QUICK, {**LINK, "url": "x.example"}]}, "buttons.1.url"),
    ("BUTTONS", {"buttons": [{**LINK, "url": "https://x.example/{{1}}/y"}]}, "buttons.0.url"),
    ("BUTTONS", {"buttons": [{**LINK, "url": "https://x.example/{{1}}"}]}, "buttons.0.example"),
    ("BUTTONS", {"buttons": [{**LINK, "url": "https://x.example/" + "y" * 2000}]}, "buttons.0.url"),
    ("BUTTONS", {"buttons": [{**LINK, "url": "https://x.example/a b"}]}, "buttons.0.url"),
    ("BUTTONS", {"buttons": [{"type": "PHONE_NUMBER", "text": "Call"}]}, "buttons.0.phone_number"),
    ("BUTTONS", {"buttons": [{"type": "PHONE_NUMBER", "text": "Call", "phone_number": "call me"}]}, "buttons.0.phone_number"),
    ("BUTTONS", {"buttons": [{"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+1" * 11}]}, "buttons.0.phone_number"),
    ("BUTTONS", {"buttons": [{"type": "COPY_CODE"}]}, "buttons.0.example"),
    ("BUTTONS", {"buttons": [{"type": "COPY_CODE", "example": "x" * 21}]}, "buttons.0.example"),
    ("BUTTONS", {"buttons": [{"type": "FLOW", "text": "Book"}]}, "buttons.0.flow_id"),
    ("BUTTONS", {"buttons": [{"type": "FLOW", "text": "Book", "flow_id": "1", "icon": "CAT"}]}, "buttons.0.icon"),
    ("BUTTONS", {"buttons": [{"type": "CATALOG", "text": "View catalog"}]}, "buttons.0.type"),
    ("BUTTONS", {"buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}, "buttons.0.type"),
    ("BUTTONS", {"buttons": [{"type": "VOICE_CALL", "text": "Call", "ttl_minutes": 0}]}, "buttons.0.ttl_minutes"),
])
def test_components(kind, changes, path):
    definition = utility()
    part(definition, kind).update(changes)
    assert path in errors(definition)


def test_components_that_are_there_twice_or_unknown():
    definition = utility()
    definition["components"] += [{"type": "FOOTER", "text": "Again"}, {"type": "SPAM"}]
    assert {"footer", "components"} <= errors(definition)


@pytest.mark.parametrize(("kind", "changes", "path"), [
    ("HEADER", {"text": "Order {{Ref}}"}, "header.text"), ("BODY", {"text": "Hello {{1}}, the total is {{total}} today."}, "body.text"),
    ("BODY", {"example": {"body_text": [["Ana", "10"]]}}, "body.example"),
    ("BODY", {"example": {"body_text_named_params": [{"param_name": "name", "example": "Ana"}]}}, "body.example"),
])
def test_variables_with_names(kind, changes, path):
    definition = named()
    part(definition, kind).update(changes)
    assert path in errors(definition)


@pytest.mark.parametrize(("sample", "fine"), [
    (Sample("image/png", 1000), True), (Sample("image/webp", 1000), False), (Sample("image/png", 6 * 1024 * 1024), False),
    (Sample("image/png", 0), False), (Sample("", 1000), False),
])
def test_examples_of_files_are_checked_before_they_are_uploaded(sample, fine):
    definition = utility()
    part(definition, "HEADER").update({"format": "IMAGE", "example": None})
    assert ("header.example" not in errors(definition, samples={"header": sample})) is fine


@pytest.mark.parametrize(("change", "path"), [
    (lambda d: part(d, "BODY").update(text="Your code, dear customer."), "body.text"),
    (lambda d: part(d, "BODY").update(text="{{1}} 🎉"), "body.text"),
    (lambda d: part(d, "FOOTER").update(code_expiration_minutes=91), "footer.code_expiration_minutes"),
    (lambda d: d["components"].pop(), "buttons"),
    (lambda d: d["components"].insert(0, {"type": "HEADER", "format": "TEXT", "text": "Code"}), "header"),
    (lambda d: part(d, "BUTTONS").update(buttons=[QUICK]), "buttons.0.type"),
    (lambda d: d.update(message_send_ttl_seconds=901), "message_send_ttl_seconds"),
    (lambda d: part(d, "BUTTONS")["buttons"][0].update(otp_type="TELEPATHY"), "buttons.0.otp_type"),
    (lambda d: part(d, "BUTTONS")["buttons"][0].update(otp_type="ONE_TAP"), "buttons.0.supported_apps"),
    (lambda d: part(d, "BUTTONS")["buttons"][0].update(otp_type="ONE_TAP", supported_apps=[
        {"package_name": "com.acme.app", "signature_hash": "short"}]), "buttons.0.supported_apps"),
    (lambda d: part(d, "BUTTONS")["buttons"][0].update(otp_type="ZERO_TAP", supported_apps=[
        {"package_name": "com.acme.app", "signature_hash": "Ab3dEf6hIj9"}]), "buttons.0.zero_tap_terms_accepted"),
    (lambda d: part(d, "BUTTONS")["buttons"][0].update(autofill_text="x" * 26), "buttons.0.autofill_text"),
])
def test_login_codes(change, path):
    definition = login_code()
    change(definition)
    assert path in errors(definition)


@pytest.mark.parametrize(("definition", "path"), [
    (cards(card()), "carousel"), (cards(*[card()] * 11), "carousel"),
    ({**cards(card(), card()), "category": "UTILITY"}, "carousel"),
    (cards(card(), card(BODY=None)), "carousel"),
    (cards(card(), card(BUTTONS={"type": "BUTTONS", "buttons": [LINK, QUICK]})), "carousel"),
    (cards(card(), card(HEADER=None)), "carousel.1.header"),
    (cards(card(HEADER={"type": "HEADER", "format": "TEXT", "text": "x"}), card()), "carousel.0.header"),
    (cards(card(BODY={"type": "BODY", "text": "x" * 161}), card()), "carousel.0.body.text"),
    (cards(card(BODY={"type": "BODY", "text": "a\nb\nc\nd"}), card()), "carousel.0.body.text"),
    (cards(card(BUTTONS=None), card()), "carousel.0.buttons"),
    (cards(card(BUTTONS={"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "A"}]}), card()),
     "carousel.0.buttons.0.type"),
    (cards(card(FOOTER={"type": "FOOTER", "text": "x"}), card()), "carousel.0"),
])
def test_cards(definition, path):
    assert path in errors(definition)


def test_cards_stand_alone():
    definition = cards(card(), card())
    definition["components"].append({"type": "FOOTER", "text": "x"})
    assert "footer" in errors(definition)


@pytest.mark.parametrize(("definition", "path"), [
    (offer(text="x" * 17), "limited_time_offer.text"), (offer(text=""), "limited_time_offer.text"),
    (offer(has_expiration="yes"), "limited_time_offer.has_expiration"),
    (offer(has_expiration=None), "limited_time_offer.has_expiration"),
    ({**offer(), "category": "UTILITY"}, "limited_time_offer"),
    ({**offer(), "components": [*offer()["components"], {"type": "FOOTER", "text": "x"}]}, "footer"),
    ({**offer(), "components": [p for p in offer()["components"] if p["type"] != "BUTTONS"]}, "buttons"),
])
def test_limited_time_offers(definition, path):
    assert path in errors(definition)


def test_the_text_beside_an_offer_is_shorter():
    definition = offer()
    part(definition, "BODY")["text"] = "word " * 121
    assert "body.text" in errors(definition)


def test_warnings_do_not_stop_anything_and_come_after_errors():
    definition = utility(name="Wrong")
    part(definition, "BUTTONS")["buttons"] = [{**LINK, "url": "https://wa.me/34600900111"}]
    found = lint(definition)
    assert [finding.severity for finding in found] == ["error", "warning"]
    assert found[1].path == "buttons.0.url"
    assert all(finding.text and finding.remedy for finding in found)


def test_findings_are_explained_in_any_language():
    french = {"The text has %(count)s characters; WhatsApp allows %(limit)s.": "%(count)s caractères, au plus %(limit)s.",
              "Shorten it.": "Raccourcissez.", "Keep one.": "Gardez-en %(wrong)s."}
    definition = utility()
    part(definition, "BODY")["text"] = "x" * 1025
    definition["components"].append({"type": "FOOTER", "text": "Again"})
    explained = {finding.path: finding.explain(lambda text: french.get(text, text)) for finding in lint(definition)}
    assert explained["body.text"] == ("1025 caractères, au plus 1024.", "Raccourcissez.")
    assert explained["footer"] == ("The template has two of these: footer.", "Keep one."), "a broken translation is not used"


@pytest.mark.parametrize("junk", [None, 5, [], "x", {}, {"components": {}}, {"components": [None, 5, {"type": 5}]},
                                  {"category": 5, "components": [{"type": "BUTTONS", "buttons": [None, {"type": []}]}]}])
def test_junk_is_reported_not_raised(junk):
    assert errors(junk)


# ------------------------------------------------------------
# Agreement with the simulator
# ------------------------------------------------------------

texts = st.text(alphabet="abé {}12_\n*🎉.", max_size=30) | st.sampled_from(
    ["Hello {{1}}, all is well today.", "Hello {{1}} and {{2}} today, friends.", "{{1}}", "Hello", "x" * 70, "Hi {{name}} there."])
values = st.none() | st.booleans() | st.integers(-2, 50_000) | texts | st.sampled_from(["UTILITY", "MARKETING", "IMAGE", "URL"])


def places(node, path=()):
    """Every key and index in a definition."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


@st.composite
def definitions(draw):
    """A good definition with up to three places changed, removed or doubled."""
    definition = copy.deepcopy(draw(st.sampled_from([utility(), named(), login_code(), cards(card(), card()), offer()])))
    for _ in range(draw(st.integers(0, 3))):
        *path, key = draw(st.sampled_from(list(places(definition)) or [("name",)]))
        node = definition
        for step in path:
            node = node[step]
        action = draw(st.sampled_from(["change", "remove", "double"]))
        if action == "remove":
            del node[key]
        elif action == "double" and isinstance(node, list):
            node.append(copy.deepcopy(node[key]))
        else:
            node[key] = draw(values)
    return definition


words = st.lists(st.sampled_from(["{{1}}", "{{2}}", "{{name}}", "{{ total }}", "Hello", "your order", "is ready.", "\n", "é*"]),
                 min_size=1, max_size=9).map(" ".join) | st.sampled_from(
    ["Hello", "Order {{1}}", "Order {{1}} of {{2}}", "Hello {{1}}, your order of {{2}} is on its way to you.",
     "Hello {{name}}, all is well.", "Hello {{2}}, we have {{1}} for you now."])
labels = st.sampled_from(["Yes", "No", "Open", "x" * 25, "x" * 26, ""])
single_buttons = st.one_of(
    st.builds(lambda text: {"type": "QUICK_REPLY", "text": text}, labels),
    st.builds(lambda text, url, example: {"type": "URL", "text": text, "url": url, "example": example}, labels, st.sampled_from(
        ["https://x.example", "https://x.example/{{1}}", "https://x.example/{{1}}/a", "x.example", "http://x.example/?a={{1}}"]),
        st.sampled_from([None, ["https://x.example/1"], "https://x.example/1"])),
    st.builds(lambda number: {"type": "PHONE_NUMBER", "text": "Call", "phone_number": number},
              st.sampled_from(["+34600900111", "34600900111", "", "+" + "1" * 20])),
    st.sampled_from([{"type": "COPY_CODE", "example": "SAVE20"}, {"type": "CATALOG", "text": "Catalog"},
                     {"type": "OTP", "otp_type": "COPY_CODE"}, {"type": "FLOW", "text": "Book", "flow_id": "1"}]),
)


@st.composite
def composed(draw):
    """A template put together from parts that are mostly right by themselves, with examples where needed."""
    is_named = draw(st.booleans())

    def text_part(kind, text, key, **rest):
        found = list(dict.fromkeys(simulator.variables(text)))
        example = {f"{key}_named_params": [{"param_name": name, "example": "x"} for name in found]} if is_named else {
            key: [["x"] * len(found)] if key == "body_text" else ["x"] * len(found)}
        return {"type": kind, "text": text, "example": example, **rest}

    components = [text_part("BODY", draw(words), "body_text")]
    if draw(st.booleans()):
        components.append(text_part("HEADER", draw(words), "header_text", format="TEXT"))
    if draw(st.booleans()):
        components.append({"type": "FOOTER", "text": draw(words)})
    if draw(st.booleans()):
        components.append({"type": "BUTTONS", "buttons": draw(st.lists(single_buttons, min_size=1, max_size=4))})
    return {"name": draw(st.sampled_from(["order", "order_2", "Order"])), "language": draw(st.sampled_from(["en", "es_MX"])),
            "category": draw(st.sampled_from(["UTILITY", "MARKETING"])),
            "parameter_format": "NAMED" if is_named else "POSITIONAL", "components": components}


@settings(max_examples=400)
@given(definitions() | composed())
def test_what_the_linter_lets_pass_the_simulator_accepts(definition):
    if not errors(definition):
        try:
            simulator.check(definition)
        except GraphError as refusal:
            raise AssertionError(f"not found by the linter: {refusal}") from refusal


json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                           lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                               st.sampled_from(["type", "text", "components", "buttons", "cards", "format", "example", "url"]),
                               inner, max_size=4), max_leaves=15)


@given(json_values, st.sampled_from(["UTILITY", "MARKETING", "AUTHENTICATION", None]))
def test_no_json_makes_the_linter_fail(value, category):
    lint(value)
    lint({"category": category, "components": [{"type": kind, **value} if isinstance(value, dict) else value
                                               for kind in ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER")]})


# ------------------------------------------------------------
# Languages
# ------------------------------------------------------------


@pytest.mark.parametrize(("code", "first"), [
    ("es_ES", "es_ES"), ("es_419", "es"), ("pt", "pt_BR"), ("pt_PT", "pt_PT"), ("nb_NO", "nb"), ("no_NO", "nb"), ("tl_PH", "fil"),
    ("en-US", "en_US"), ("sr@latin", "sr"), ("fr_LU", "fr"), ("be", "be_BY"), ("zh_SG", "zh_CN"), ("xx", None), (None, None),
])
def test_closest_language(code, first):
    assert next(iter(candidates(code)), None) == first
    assert closest(code, LANGUAGES) == first


def test_the_closest_of_those_that_are_there():
    assert closest("es_ES", {"es_MX", "en"}) == "es_MX"
    assert closest("fr", {"en"}) is None
    assert is_right_to_left("ar_EG") and is_right_to_left("he") and not is_right_to_left("en") and not is_right_to_left(None)
