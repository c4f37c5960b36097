import json

import pytest

from cloud_api import outbound as o
from cloud_api.inbound import Identity

BUTTONS = [o.Button("a", "Accept"), o.Button("b", "Reject")]
LIST = o.ListMessage("Pick", "See", [o.Section("Today", [o.Row("1", "10:00", "Free")])])


def rows(count):
    return [o.Row(str(n), f"row {n}") for n in range(count)]


@pytest.mark.parametrize(
    "content, expected",
    [
        (o.Text("Hi"), {"type": "text", "text": {"body": "Hi", "preview_url": False}}),
        (o.Media("image", "1", caption="c", filename="x"), {"type": "image", "image": {"id": "1", "caption": "c"}}),
        (
            o.Media("document", link="https://x/a.pdf", filename="a.pdf"),
            {"type": "document", "document": {"link": "https://x/a.pdf", "filename": "a.pdf"}},
        ),
        (o.Media("audio", "1", voice=True), {"type": "audio", "audio": {"id": "1", "voice": True}}),
        (
            o.Location(1.5, -3, "Shop", None),
            {"type": "location", "location": {"latitude": 1.5, "longitude": -3, "name": "Shop"}},
        ),
        (o.Reaction("w", "👍"), {"type": "reaction", "reaction": {"message_id": "w", "emoji": "👍"}}),
        (o.Reaction("w", ""), {"type": "reaction", "reaction": {"message_id": "w", "emoji": ""}}),
        (
            o.Contacts([o.Card("Bo Li", ["+34 600 111 222"], ["bo@example.com"], "Acme")]),
            {
                "type": "contacts",
                "contacts": [
                    {
                        "name": {"formatted_name": "Bo Li", "first_name": "Bo Li"},
                        "phones": [{"phone": "+34 600 111 222", "wa_id": "34600111222"}],
                        "emails": [{"email": "bo@example.com"}],
                        "org": {"company": "Acme"},
                    }
                ],
            },
        ),
        (
            o.Buttons("OK?", BUTTONS, header="H", footer="F"),
            {
                "type": "interactive",
                "interactive": {
                    "type": "button",
                    "header": {"type": "text", "text": "H"},
                    "body": {"text": "OK?"},
                    "footer": {"text": "F"},
                    "action": {
                        "buttons": [
                            {"type": "reply", "reply": {"id": "a", "title": "Accept"}},
                            {"type": "reply", "reply": {"id": "b", "title": "Reject"}},
                        ]
                    },
                },
            },
        ),
        (
            o.Buttons("OK?", BUTTONS[:1], header=o.Media("image", "1", caption="no")),
            {
                "type": "interactive",
                "interactive": {
                    "type": "button",
                    "header": {"type": "image", "image": {"id": "1"}},
                    "body": {"text": "OK?"},
                    "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "Accept"}}]},
                },
            },
        ),
        (
            LIST,
            {
                "type": "interactive",
                "interactive": {
                    "type": "list",
                    "body": {"text": "Pick"},
                    "action": {
                        "button": "See",
                        "sections": [
                            {"title": "Today", "rows": [{"id": "1", "title": "10:00", "description": "Free"}]}
                        ],
                    },
                },
            },
        ),
        (
            o.CtaUrl("Track", "Open", "https://x"),
            {
                "type": "interactive",
                "interactive": {
                    "type": "cta_url",
                    "body": {"text": "Track"},
                    "action": {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://x"}},
                },
            },
        ),
        (
            o.Template("hello_world", "en_US"),
            {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}},
        ),
    ],
)
def test_contents_give_the_documented_json(content, expected):
    content.validate()
    assert content.payload() == expected
    assert content.summary() and "\n" not in content.summary()
    json.dumps(content.payload())


@pytest.mark.parametrize(
    "content, field",
    [
        (o.Text(""), "body"),
        (o.Text(" \n"), "body"),
        (o.Text("x" * 4097), "body"),
        (o.Text(None), "body"),
        (o.Media("gif", "1"), "kind"),
        (o.Media("image"), "media_id"),
        (o.Media("image", "1", "https://x"), "media_id"),
        (o.Media("image", link="http://x"), "link"),
        (o.Media("sticker", "1", caption="c"), "caption"),
        (o.Media("image", "1", caption="x" * 1025), "caption"),
        (o.Media("video", "1", voice=True), "voice"),
        (o.Location(91, 0), "latitude"),
        (o.Location(0, 181), "longitude"),
        (o.Location(float("nan"), 0), "latitude"),
        (o.Reaction("", "👍"), "message_id"),
        (o.Reaction("w", "ok"), "emoji"),
        (o.Reaction("w", " "), "emoji"),
        (o.Contacts([]), "cards"),
        (o.Contacts([o.Card(" ")]), "cards"),
        (o.Contacts([{"name": {}}]), "cards"),
        (o.Contacts([o.Card("A")] * 258), "cards"),
        (o.Buttons("", BUTTONS), "body"),
        (o.Buttons("x" * 1025, BUTTONS), "body"),
        (o.Buttons("x", []), "buttons"),
        (o.Buttons("x", [*BUTTONS, *BUTTONS]), "buttons"),
        (o.Buttons("x", [o.Button("a", "x" * 21)]), "buttons"),
        (o.Buttons("x", [o.Button("a" * 257, "x")]), "buttons"),
        (o.Buttons("x", [o.Button("a", "x"), o.Button("a", "y")]), "buttons"),
        (o.Buttons("x", [o.Button("a", "x"), o.Button("b", "x")]), "buttons"),
        (o.Buttons("x", BUTTONS, header="x" * 61), "header"),
        (o.Buttons("x", BUTTONS, header=o.Media("audio", "1")), "header"),
        (o.Buttons("x", BUTTONS, footer="x" * 61), "footer"),
        (o.ListMessage("x", "", [o.Section("", rows(1))]), "button"),
        (o.ListMessage("x", "b", []), "sections"),
        (o.ListMessage("x", "b", [o.Section("", rows(11))]), "sections"),
        (o.ListMessage("x", "b", [o.Section("s", [])]), "sections"),
        (o.ListMessage("x", "b", [o.Section("", rows(1)), o.Section("t", [o.Row("z", "z")])]), "sections"),
        (o.ListMessage("x", "b", [o.Section("x" * 25, rows(1))]), "sections"),
        (o.ListMessage("x", "b", [o.Section("a", rows(1)), o.Section("b", rows(1))]), "rows"),
        (o.ListMessage("x", "b", [o.Section("", [o.Row("1", "x" * 25)])]), "rows"),
        (o.ListMessage("x", "b", [o.Section("", [o.Row("1", "x", "y" * 73)])]), "rows"),
        (o.ListMessage("x", "b", [o.Section("", rows(1))], header=o.Media("image", "1")), "header"),
        (o.CtaUrl("x", "Open", "ftp://x"), "url"),
        (o.CtaUrl("x", "y" * 21, "https://x"), "label"),
        (o.Template("Hello World", "en"), "name"),
        (o.Template("hello", "english please"), "language"),
        (o.Template("", "en"), "name"),
        (o.Template("hello", "en", o.template_components(body=["a", " "])), "body.2"),
        (o.Template("hello", "en", o.template_components(body={"customer": ""})), "body.customer"),
        (o.Template("hello", "en", ({"type": "body", "parameters": [{"type": "text", "text": "a\nb"}]},)), "body.1"),
        (o.Template("hello", "en", o.template_components(buttons=["x" * 257])), "button.1"),
    ],
)
def test_what_meta_would_refuse_is_refused_here_with_field_and_remedy(content, field):
    with pytest.raises(o.InvalidContent) as caught:
        content.validate()
    assert caught.value.field == field
    assert caught.value.message.endswith(".") and caught.value.remedy.endswith(".")
    assert str(caught.value) == f"{caught.value.message} {caught.value.remedy}"


@pytest.mark.parametrize(
    "content",
    [
        o.Text("x" * 4096),
        o.Media("image", "1", caption="x" * 1024),
        o.Buttons("x" * 1024, [*BUTTONS, o.Button("c", "x" * 20)]),
        o.ListMessage(
            "x" * 4096,
            "b" * 20,
            [o.Section("s" * 24, rows(5)), o.Section("t", [o.Row(f"b{n}", "x") for n in range(5)])],
        ),
        o.Reaction("w", "👨‍👩‍👧‍👦"),
        o.Contacts([o.Card("A")] * 257),
    ],
)
def test_the_limits_themselves_are_allowed(content):
    content.validate()


def test_template_components():
    assert o.template_components() == ()
    found = o.template_components(
        header=o.Media("document", "9", filename="a.pdf", caption="no"),
        body=["Ana", 2, None],
        buttons=[
            None,
            "order:1:ok",
            ("url", "S00077"),
            ("copy_code", "SAVE"),
            ("flow", {"flow_token": "t"}),
            {"sub_type": "mpm", "parameters": []},
        ],
    )
    assert found == (
        {"type": "header", "parameters": [{"type": "document", "document": {"id": "9", "filename": "a.pdf"}}]},
        {
            "type": "body",
            "parameters": [
                {"type": "text", "text": "Ana"},
                {"type": "text", "text": "2"},
                {"type": "text", "text": ""},
            ],
        },
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "1",
            "parameters": [{"type": "payload", "payload": "order:1:ok"}],
        },
        {"type": "button", "sub_type": "url", "index": "2", "parameters": [{"type": "text", "text": "S00077"}]},
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "3",
            "parameters": [{"type": "coupon_code", "coupon_code": "SAVE"}],
        },
        {
            "type": "button",
            "sub_type": "flow",
            "index": "4",
            "parameters": [{"type": "action", "action": {"flow_token": "t"}}],
        },
        {"type": "button", "index": "5", "sub_type": "mpm", "parameters": []},
    )


def test_named_template_values_and_other_headers():
    (body,) = o.template_components(body={"customer": "Ana"})
    assert body["parameters"] == [{"type": "text", "parameter_name": "customer", "text": "Ana"}]
    assert o.template_components(header="S1")[0]["parameters"] == [{"type": "text", "text": "S1"}]
    assert o.template_components(header=o.Location(1, 2, "Shop"))[0]["parameters"] == [
        {"type": "location", "location": {"latitude": 1, "longitude": 2, "name": "Shop"}}
    ]
    raw = {"type": "product", "product": {}}
    assert o.template_components(header=raw)[0]["parameters"] == [raw]


def test_template_values_are_made_acceptable():
    assert o.template_text(" a\nb\t c     d ") == "a b c d"


def test_an_unknown_kind_of_template_button_is_refused():
    with pytest.raises(o.InvalidContent):
        o.template_components(buttons=[("phone_number", "1")])


@pytest.mark.parametrize(
    "to, expected",
    [
        (Identity("34600111222", "ES.9f3"), {"to": "+34600111222"}),
        (Identity(None, "ES.9f3"), {"recipient": "ES.9f3"}),
        ("+34 600 111 222", {"to": "+34600111222"}),
        ("ES.9f3", {"recipient": "ES.9f3"}),
        (Identity("ES.9f3", "ES.9f3"), {"recipient": "ES.9f3"}),
    ],
)
def test_phones_go_in_to_and_business_scoped_ids_in_recipient(to, expected):
    body = o.request(o.Text("x").payload(), to)
    assert {key: body[key] for key in ("to", "recipient") if key in body} == expected
    assert body["messaging_product"] == "whatsapp" and body["recipient_type"] == "individual"


@pytest.mark.parametrize("to", [Identity(), "", "abc", "12", Identity(None, "34600111222"), Identity("1" * 20)])
def test_nobody_is_no_recipient(to):
    with pytest.raises(o.InvalidContent) as caught:
        o.request(o.Text("x").payload(), to)
    assert caught.value.field == "to"


def test_a_request_quotes_and_carries_our_id():
    body = o.request(o.Text("x").payload(), "34600111222", reply_to="wamid.A", callback_data="uuid")
    assert body["context"] == {"message_id": "wamid.A"} and body["biz_opaque_callback_data"] == "uuid"
    assert "context" not in o.request(o.Reaction("w", "👍").payload(), "34600111222", reply_to="wamid.A")
    with pytest.raises(o.InvalidContent):
        o.request(o.Text("x").payload(), "34600111222", callback_data="x" * 513)


def test_read_marks():
    assert o.mark_read("w") == {"messaging_product": "whatsapp", "status": "read", "message_id": "w"}
    assert o.mark_read("w", typing=True)["typing_indicator"] == {"type": "text"}
