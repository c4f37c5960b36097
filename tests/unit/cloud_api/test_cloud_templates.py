import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_api import outbound as o
from cloud_api import templates as t

SELLER = {
    "id": "1",
    "name": "order_new_seller",
    "language": "en",
    "status": "APPROVED",
    "category": "UTILITY",
    "quality_score": {"score": "GREEN", "date": 1790000000},
    "parameter_format": "POSITIONAL",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "New order {{1}}", "example": {"header_text": ["S00077"]}},
        {
            "type": "BODY",
            "text": "Order {{1}} of {{2}} for {{3}} today.",
            "example": {"body_text": [["S1", "Ana", "10 EUR"]]},
        },
        {"type": "FOOTER", "text": "Demo Services"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Accept"},
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+15550100001"},
                {"type": "URL", "text": "Open", "url": "https://x.example/{{1}}", "example": ["https://x.example/1"]},
                {"type": "URL", "text": "Site", "url": "https://x.example"},
            ],
        },
    ],
}
NAMED = {
    "id": 2,
    "name": "order_shipped",
    "language": "en-US",
    "status": "approved",
    "parameter_format": "NAMED",
    "components": [
        {
            "type": "HEADER",
            "format": "TEXT",
            "text": "Order {{ref}}",
            "example": {"header_text_named_params": [{"param_name": "ref", "example": "S00077"}]},
        },
        {
            "type": "BODY",
            "text": "Hi {{customer}}, total {{total}} today.",
            "example": {
                "body_text_named_params": [
                    {"param_name": "customer", "example": "Ana"},
                    {"param_name": "total", "example": "10 EUR"},
                ]
            },
        },
    ],
}
FILLED = {"header": "S1", "body": ["S1", "Ana", "10 EUR"], "buttons": [None, None, "S1"]}


def build(*components, **more):
    return t.parse(
        {"id": "9", "name": "x", "language": "en", "status": "APPROVED", "components": list(components), **more}
    )


def test_a_definition_is_read_whole():
    found = t.parse(SELLER)
    assert (found.id, found.name, found.language, found.status, found.category) == (
        "1",
        "order_new_seller",
        "en",
        "APPROVED",
        "UTILITY",
    )
    assert found.sendable and found.quality == "GREEN" and not found.named and found.rejected_reason is None
    assert [(v.component, v.name, v.kind, v.example, v.index, v.required) for v in found.variables()] == [
        ("header", "1", "text", "S00077", None, True),
        ("body", "1", "text", "S1", None, True),
        ("body", "2", "text", "Ana", None, True),
        ("body", "3", "text", "10 EUR", None, True),
        ("button", "1", "quick_reply", "", 0, False),
        ("button", "1", "url", "https://x.example/1", 2, True),
    ]


def test_named_variables():
    found = t.parse(NAMED)
    assert found.named and found.id == "2" and found.language == "en_US" and found.sendable
    assert [(v.component, v.name, v.example) for v in found.variables()] == [
        ("header", "ref", "S00077"),
        ("body", "customer", "Ana"),
        ("body", "total", "10 EUR"),
    ]


def test_names_are_recognised_without_the_format():
    assert build({"type": "BODY", "text": "Hi {{customer}}!"}).named
    assert not build({"type": "BODY", "text": "Hi {{1}}!"}).named


def test_numbered_values_are_given_in_the_order_of_their_numbers():
    found = build({"type": "BODY", "text": "{{2}} then {{10}} then {{1}} and {{2}}"})
    assert [v.name for v in found.variables()] == ["1", "2", "10"]


@pytest.mark.parametrize(
    "status, sendable",
    [
        ("APPROVED", True),
        ("FLAGGED", True),
        ("REINSTATED", True),
        ("LOCKED", True),
        ("PENDING", False),
        ("REJECTED", False),
        ("PAUSED", False),
        ("DISABLED", False),
        ("ARCHIVED", False),
        ("SOMETHING_NEW", False),
        (None, False),
        (7, False),
    ],
)
def test_unknown_states_are_not_sendable(status, sendable):
    assert build(status=status).sendable is sendable


@pytest.mark.parametrize("junk", [None, [], 1, {}, {"name": "x"}, {"id": "1"}, {"name": [], "id": {}}])
def test_what_names_no_template_is_none(junk):
    assert t.parse(junk) is None


def test_values_that_fit_give_the_message():
    message = t.fill(t.parse(SELLER), header="S1", body=["S1", "Ana", "10 EUR"], buttons=["order:1:ok", None, "S1"])
    message.validate()
    assert message.payload()["template"] == {
        "name": "order_new_seller",
        "language": {"code": "en"},
        "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "S1"}]},
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "text": "S1"},
                    {"type": "text", "text": "Ana"},
                    {"type": "text", "text": "10 EUR"},
                ],
            },
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "0",
                "parameters": [{"type": "payload", "payload": "order:1:ok"}],
            },
            {"type": "button", "sub_type": "url", "index": "2", "parameters": [{"type": "text", "text": "S1"}]},
        ],
    }


@pytest.mark.parametrize("body", [["Ana", "10 EUR"], {"total": "10 EUR", "customer": "Ana"}])
def test_a_template_with_names_gets_names(body):
    components = t.fill(t.parse(NAMED), header="S1", body=body).components
    assert components[0]["parameters"] == [{"type": "text", "parameter_name": "ref", "text": "S1"}]
    assert sorted((p["parameter_name"], p["text"]) for p in components[1]["parameters"]) == [
        ("customer", "Ana"),
        ("total", "10 EUR"),
    ]


def test_numbered_values_by_number():
    body = t.fill(t.parse(SELLER), **{**FILLED, "body": {"3": "c", "1": "a", "2": "b"}}).components[1]
    assert [p["text"] for p in body["parameters"]] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"header": None}, "header"),
        ({"header": ""}, "header"),
        ({"header": o.Media("image", "1")}, "header"),
        ({"body": []}, "body"),
        ({"body": ["a", "b"]}, "body"),
        ({"body": ["a", "b", "c", "d"]}, "body"),
        ({"body": {"1": "a", "2": "b"}}, "body"),
        ({"body": {"1": "a", "2": "b", "3": "c", "x": "d"}}, "body"),
        ({"body": ["a", " \n", "c"]}, "body.2"),
        ({"body": ["a", None, "c"]}, "body.2"),
        ({"body": ["a" * 1020, "b", "c"]}, "body"),
        ({"buttons": []}, "buttons"),
        ({"buttons": [None, None, ""]}, "buttons"),
        ({"buttons": [None, "x", "S1"]}, "buttons"),
        ({"buttons": [None, None, ("quick_reply", "x")]}, "buttons"),
        ({"buttons": [None, None, "S1", None, "y"]}, "buttons"),
    ],
)
def test_values_that_do_not_fit_are_refused(changes, field):
    t.check_values(t.parse(SELLER), **FILLED)
    with pytest.raises(o.InvalidContent) as caught:
        t.check_values(t.parse(SELLER), **{**FILLED, **changes})
    assert caught.value.field == field and caught.value.remedy.endswith(".")


def test_a_paused_template_is_refused():
    with pytest.raises(o.InvalidContent, match="paused"):
        t.check_values(t.parse({**SELLER, "status": "PAUSED"}), **FILLED)


def test_a_header_that_takes_nothing_is_refused():
    with pytest.raises(o.InvalidContent):
        t.check_values(build({"type": "BODY", "text": "x"}), header="S1")


@pytest.mark.parametrize(
    "header_format, value, kind",
    [
        ("IMAGE", o.Media("image", "1"), "image"),
        ("DOCUMENT", o.Media("document", "1"), "document"),
        ("VIDEO", o.Media("video", link="https://x"), "video"),
        ("LOCATION", o.Location(1, 2), "location"),
        ("PRODUCT", {"type": "product", "product": {}}, "product"),
    ],
)
def test_headers_other_than_text(header_format, value, kind):
    found = build({"type": "HEADER", "format": header_format}, {"type": "BODY", "text": "x"})
    assert [v.kind for v in found.variables()] == [kind]
    t.check_values(found, header=value)
    for wrong in (None, "text", o.Media("audio", "1")):
        with pytest.raises(o.InvalidContent):
            t.check_values(found, header=wrong)


def test_login_codes():
    found = build(
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}]},
    )
    assert [(v.component, v.kind) for v in found.variables()] == [("body", "text"), ("button", "url")]
    message = t.fill(found, body=["483920"], buttons=["483920"])
    assert message.components[1] == {
        "type": "button",
        "sub_type": "url",
        "index": "0",
        "parameters": [{"type": "text", "text": "483920"}],
    }
    assert (
        t.render_preview(found.components, {"body": ["483920"]}).text
        == "*483920* is your verification code.\n_This code expires in 10 minutes._"
    )


def test_a_preview_shows_values_and_keeps_what_is_missing():
    found = t.render_preview(SELLER["components"], {"header": "S1", "body": ["S1", "Ana"]})
    assert found == t.Preview(
        "New order S1", "Order S1 of Ana for {{3}} today.", "Demo Services", ("Accept", "Call", "Open", "Site")
    )
    assert found.text == "*New order S1*\nOrder S1 of Ana for {{3}} today.\n_Demo Services_"
    assert t.render_preview(NAMED["components"], {"body": {"total": "9"}}).body == "Hi {{customer}}, total 9 today."
    assert t.render_preview(NAMED["components"], {"body": ["Ana", "9"]}).body == "Hi Ana, total 9 today."
    assert t.render_preview([{"type": "HEADER", "format": "IMAGE"}]).header == "[Image]"
    assert t.render_preview([]) == t.Preview("", "", "", ())


def test_values_are_not_taken_for_variables():
    components = [{"type": "BODY", "text": "a {{1}} b {{2}} c"}]
    assert t.render_preview(components, {"body": ["{{2}}", "x"]}).body == "a {{2}} b x c"


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=10)
    | st.sampled_from(["BODY", "HEADER", "{{1}}", "URL"]),
    lambda c: (
        st.lists(c, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "format", "buttons", "example", "url", "body_text", "components", "id", "name"]
            )
            | st.text(max_size=3),
            c,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(ANY)
def test_any_json_is_read(obj):
    for raw in (obj, {"id": "1", "name": "x", "components": obj}, {"id": "1", "name": "x", "components": [obj]}):
        found = t.parse(raw)
        if found:
            found.variables()
            assert isinstance(t.render_preview(found.components, {"body": ["a"]}).text, str)


@given(st.lists(st.text(min_size=1, max_size=20).filter(str.strip), min_size=1, max_size=5))
def test_whatever_is_filled_in_passes_validation(values):
    text = "Start " + " and ".join(f"{{{{{n}}}}}" for n in range(1, len(values) + 1)) + " end."
    message = t.fill(build({"type": "BODY", "text": text}), body=values)
    message.validate()
    assert [p["text"] for p in message.components[0]["parameters"]] == [" ".join(v.split()) for v in values]
