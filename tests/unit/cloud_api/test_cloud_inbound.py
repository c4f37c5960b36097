import json
import time
from datetime import datetime

import pytest
from cloud_payloads import TIME, body, message, notification, status, value

from cloud_api import inbound

NOW = datetime(2026, 1, 2, 3, 4, 5)


def read(messages, **more):
    found = inbound.parse(body(notification(value(messages, **more))), now=NOW)
    assert not found.unknown, found.unknown
    return found.messages


def content(kind, **more):
    (found,) = read([message(kind, **more)])
    assert found.type == kind
    return found.content


def test_a_text_message_is_read_whole():
    (found,) = read([message(context={"id": "wamid.OUT1", "forwarded": True})])
    assert found.wamid == "wamid.IN1" and found.content == inbound.Text("Hi 1")
    assert found.phone_number_id == "300000000000001" and found.display_phone_number == "15550100001"
    assert found.waba_id == "200000000000001"
    assert found.sender == inbound.Identity("34600111222", "ES.9f3", None, "Ana", "ana.ruiz")
    assert found.sent_at == datetime(2026, 9, 21, 14, 13, 21)
    assert found.reply_to == "wamid.OUT1" and found.forwarded and found.referral is None
    assert found.raw["text"] == {"body": "Hi 1"}


@pytest.mark.parametrize(
    "kind, data, expected, summary",
    [
        (
            "image",
            {"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": "Front"},
            inbound.Media("image", "1", "image/jpeg", "x", "Front"),
            "📷 Front",
        ),
        ("video", {"id": 7}, inbound.Media("video", "7"), "🎥 Video"),
        ("audio", {"id": "2", "voice": True}, inbound.Media("audio", "2", voice=True), "🎤 Voice message"),
        ("audio", {"id": "2"}, inbound.Media("audio", "2"), "🎵 Audio"),
        (
            "document",
            {"id": "3", "filename": "a.pdf", "url": "https://x"},
            inbound.Media("document", "3", filename="a.pdf", url="https://x"),
            "📄 a.pdf",
        ),
        ("sticker", {"id": "4", "animated": True}, inbound.Media("sticker", "4", animated=True), "🖼️ Sticker"),
        (
            "location",
            {"latitude": 40.41, "longitude": "-3.7", "name": "Shop"},
            inbound.Location(40.41, -3.7, "Shop"),
            "📍 Location: Shop",
        ),
        ("location", {"latitude": 0, "longitude": 0}, inbound.Location(0.0, 0.0), "📍 Location"),
        ("reaction", {"message_id": "wamid.OUT1", "emoji": "👍"}, inbound.Reaction("wamid.OUT1", "👍"), "Reacted 👍"),
        ("reaction", {"message_id": "wamid.OUT1"}, inbound.Reaction("wamid.OUT1", ""), "Removed a reaction"),
        (
            "button",
            {"payload": "stop:mkt", "text": "Stop"},
            inbound.ButtonReply("stop:mkt", "Stop", "template"),
            "Stop",
        ),
        ("button", {"text": "Stop"}, inbound.ButtonReply("Stop", "Stop", "template"), "Stop"),
        (
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "so:77:ok", "title": "Confirm"}},
            inbound.ButtonReply("so:77:ok", "Confirm", "interactive"),
            "Confirm",
        ),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "s:1", "title": "10:00", "description": "Free"}},
            inbound.ListReply("s:1", "10:00", "Free"),
            "10:00",
        ),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"a": 1}'}},
            inbound.FlowReply("flow", "Sent", {"a": 1}, '{"a": 1}'),
            "📝 Sent",
        ),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"response_json": "no json"}},
            inbound.FlowReply("flow", "", {}, "no json"),
            "📝 Form",
        ),
        (
            "order",
            {
                "catalog_id": "555",
                "text": "today",
                "product_items": [
                    {"product_retailer_id": "SKU-1", "quantity": 2, "item_price": 9.5, "currency": "EUR"},
                    7,
                    {"quantity": 1},
                ],
            },
            inbound.Order("555", "today", [inbound.OrderItem("SKU-1", 2.0, 9.5, "EUR")]),
            "🛒 Cart: 1 item",
        ),
        (
            "system",
            {"type": "user_changed_number", "body": "Ana changed", "wa_id": "34600999888"},
            inbound.System("user_changed_number", "Ana changed", "34600999888"),
            "Ana changed",
        ),
        ("revoke", {"original_message_id": "wamid.IN0"}, inbound.Revoke("wamid.IN0"), "🚫 Message deleted"),
        (
            "edit",
            {"original_message_id": "wamid.IN0", "message": {"type": "text", "text": {"body": "new"}}},
            inbound.Edit("wamid.IN0", inbound.Text("new")),
            "✏️ new",
        ),
    ],
)
def test_every_type_of_content(kind, data, expected, summary):
    found = content(kind, **{kind: data})
    assert found == expected
    assert found.summary() == summary


def test_contact_cards():
    found = content(
        "contacts",
        contacts=[
            {
                "name": {"formatted_name": "Bo Li"},
                "phones": [{"phone": "+34 600", "wa_id": "34600", "type": "WORK"}, {}],
                "emails": [{"email": "bo@example.com"}],
                "org": {"company": "Acme"},
                "origin": "contact_request",
            },
            "junk",
            {"name": {"first_name": "Only", "last_name": "Parts"}, "phones": [{"wa_id": "34600111333"}]},
        ],
    )
    assert found.origin == "contact_request"
    assert [card.name for card in found.cards] == ["Bo Li", "Only Parts"]
    assert found.cards[0].phones == [inbound.ContactPhone("+34 600", "34600", "WORK")]
    assert found.cards[1].phones == [inbound.ContactPhone("+34600111333", "34600111333", None)]
    assert found.cards[0].emails == ["bo@example.com"] and found.cards[0].organisation == "Acme"
    assert found.summary() == "👤 Contact: Bo Li, Only Parts"


@pytest.mark.parametrize(
    "card",
    [
        {"phones": [7, None, "x", {"phone": 7}]},
        {"phones": "x", "emails": [3, {"email": []}]},
        {"name": "x"},
        {"org": []},
        {"origin": {}},
    ],
)
def test_contact_cards_of_any_shape(card):
    (found,) = content("contacts", contacts=[card]).cards
    assert found.raw == card and found.emails == [] and found.name == ""


def test_the_welcome_request_is_a_system_message():
    assert content("request_welcome") == inbound.System("request_welcome", "")


def test_unsupported_messages_keep_meta_s_reason():
    (found,) = read(
        [
            message(
                "unsupported", errors=[{"code": 131051, "error_data": {"details": "d"}}], unsupported={"type": "poll"}
            )
        ]
    )
    assert found.content.type == "poll" and found.content.errors[0].code == 131051
    assert found.errors[0].details == "d" and found.content.summary() == "⚠️ Unsupported message (poll)"


@pytest.mark.parametrize(
    "item",
    [
        message("hologram", hologram={"id": 1}),
        message("text", text="x"),
        message("text", text={"body": []}),
        message("image", image={"id": None}),
        message("location", location={"latitude": 400, "longitude": 0}),
        message("location", location={"latitude": True, "longitude": 0}),
        message("contacts", contacts={}),
        message("reaction", reaction={}),
        message("button", button={}),
        message("interactive", interactive={"type": "call"}),
        message("interactive", interactive={"type": ["x"]}),
        message("order", order=None),
        message("system", system={}),
        message("edit", edit={"original_message_id": "w", "message": {"type": "edit", "edit": {}}}, type="edit2"),
        message("revoke", revoke={}),
        {**message(), "type": None},
        {**message(), "type": {}},
    ],
)
def test_unknown_and_incomplete_types_are_kept_as_unknown(item):
    (found,) = read([item])
    assert isinstance(found.content, inbound.Unknown)
    assert found.content.raw == item and found.content.summary().startswith("⚠️ Unknown message")


def test_an_edit_cannot_hold_an_edit():
    found = content(
        "edit", edit={"original_message_id": "w", "message": {"type": "edit", "edit": {"original_message_id": "v"}}}
    )
    assert isinstance(found.content, inbound.Unknown)


def test_a_known_type_with_errors_instead_of_content_is_unsupported():
    found = content("image", errors=[{"code": 131052}])
    assert isinstance(found, inbound.Unsupported) and found.type == "image"


# -- who sent it


def test_contacts_are_matched_by_id_and_not_by_place():
    contacts = [
        {"profile": {"name": "Bo"}, "wa_id": "34600111333"},
        {"profile": {"name": "Cy"}, "user_id": "ES.cy"},
        {"profile": {"name": "Ana"}, "wa_id": "34600111222"},
    ]
    first, second, third = read(
        [
            message(number=1),
            {**message(number=2), "from": "34600111333"},
            {"from_user_id": "ES.cy", "id": "w3", "type": "text", "text": {"body": "x"}},
        ],
        contacts=contacts,
    )
    assert [m.sender.profile_name for m in (first, second, third)] == ["Ana", "Bo", "Cy"]
    assert third.sender.wa_id is None and third.sender.key == "ES.cy"


def test_a_hidden_phone_leaves_the_business_scoped_id():
    item = message(from_user_id="ES.9f3", from_parent_user_id="ES.ENT.77")
    del item["from"]
    (found,) = read([item], contacts=[{"profile": {"username": "ana"}, "user_id": "ES.9f3"}])
    assert found.sender == inbound.Identity(None, "ES.9f3", "ES.ENT.77", None, "ana")


def test_a_sender_named_only_in_contacts_is_found_when_there_is_no_doubt():
    item = message()
    del item["from"]
    (found,) = read([item])
    assert found.sender.wa_id == "34600111222"


def test_without_any_sender_the_message_is_kept_as_unknown_part():
    item = message()
    del item["from"]
    two = [{"wa_id": "34600111222"}, {"wa_id": "34600111333"}]
    for contacts in ([], None, two):
        found = inbound.parse(body(notification(value([item, message(number=2)], contacts=contacts))))
        assert [m.wamid for m in found.messages] == ["wamid.IN2"]
        assert found.unknown[0].reason == "a message without sender" and found.unknown[0].raw == item


def test_a_business_scoped_id_in_from_is_not_taken_for_a_phone():
    (found,) = read([{**message(), "from": "ES.12345678"}], contacts=[])
    assert found.sender.wa_id is None and found.sender.user_id == "ES.12345678"


def test_phones_are_reduced_to_digits():
    (found,) = read([{**message(), "from": "+34 600 111 222"}])
    assert found.sender.wa_id == "34600111222" and found.sender.profile_name == "Ana"


def test_long_names_are_cut():
    (found,) = read([message()], contacts=[{"profile": {"name": "é" * 65536}, "wa_id": "34600111222"}])
    assert found.sender.profile_name == "é" * 255


def test_group_messages_name_the_group():
    (found,) = read([message(group_id="G1")])
    assert found.group_id == "G1"


def test_a_referral_is_read():
    (found,) = read(
        [
            message(
                referral={
                    "source_url": "https://fb.me/x",
                    "source_type": "ad",
                    "ctwa_clid": "c",
                    "video_url": None,
                    "thumbnail_url": "https://t",
                    "headline": 7,
                }
            )
        ]
    )
    assert found.referral.source_type == "ad" and found.referral.ctwa_clid == "c"
    assert found.referral.media_url == "https://t" and found.referral.headline == "7"


# -- times and strings


@pytest.mark.parametrize(
    "timestamp, expected",
    [
        (str(TIME), datetime(2026, 9, 21, 14, 13, 20)),
        (TIME, datetime(2026, 9, 21, 14, 13, 20)),
        (TIME * 1000, datetime(2026, 9, 21, 14, 13, 20)),
        (float(TIME), datetime(2026, 9, 21, 14, 13, 20)),
        (" 1790000000 ", datetime(2026, 9, 21, 14, 13, 20)),
        ("1790000000.5", datetime(2026, 9, 21, 14, 13, 20)),
        ("yesterday", NOW),
        (None, NOW),
        ([], NOW),
        (True, NOW),
        (-1, NOW),
        (0, NOW),
        (10**30, NOW),
        ("9" * 5000, NOW),
        ("-", NOW),
        (float("nan"), NOW),
    ],
)
def test_timestamps_tolerate_everything(timestamp, expected):
    (found,) = read([message(timestamp=timestamp)])
    assert found.sent_at == expected and found.sent_at.tzinfo is None


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a\0b", "ab"),
        ("a\ud800b", "a\ufffdb"),
        ("\udc00", "\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("שלום 👨‍👩‍👧", "שלום 👨‍👩‍👧"),
    ],
)
def test_strings_can_always_be_stored(text, expected):
    found = inbound.parse(body(notification(value([message(text={"body": text})]))))
    assert found.messages[0].content.body == expected
    stored = json.dumps(found.messages[0].raw, ensure_ascii=False)
    stored.encode()
    assert "\\u0000" not in stored


def test_an_escaped_backslash_does_not_hide_a_lone_surrogate():
    text = '{"object":"whatsapp_business_account","entry":"\\\\ud83d\\ude00\\ude00"}'
    inbound.parse(text).unknown[0].raw["entry"].encode()


def test_keys_are_cleaned_as_well():
    found = inbound.parse(body(notification(value([message(**{"a\0\ud800": 1})]))))
    assert found.messages[0].raw["a\ufffd"] == 1


# -- what is no message


@pytest.mark.parametrize(
    "junk", [b"", b"{", b"\xff\xfe", b"nope", b'{"a":}', b"[" * 200_000, b'{"a":' * 100_000, "\ud800"]
)
def test_what_is_not_json_is_refused_with_one_error(junk):
    with pytest.raises(inbound.NotJson):
        inbound.parse(junk)


@pytest.mark.parametrize(
    "obj",
    [
        None,
        1,
        "x",
        [],
        {},
        {"entry": None},
        {"entry": {}},
        {"object": "page", "entry": []},
        {"entry": [None]},
        {"entry": [{"changes": 3}]},
        {"entry": [{"changes": [None, {"value": []}, {"field": "messages", "value": None}]}]},
        notification({}),
        notification({"messages": {}}),
        notification({"statuses": [3]}),
        notification({"messages": [None]}),
        notification({"messages": [{}]}),
        notification({"x": 1}, field=None),
        notification({"errors": [{"code": 1}]}),
        notification(value(statuses=[status("warning")])),
        notification(value(statuses=[{"id": "w"}])),
    ],
)
def test_every_other_json_ends_as_unknown(obj):
    found = inbound.parse(body(obj))
    assert found.unknown and not (found.messages or found.statuses or found.changes)
    assert all(part.reason for part in found.unknown)


def test_a_missing_object_or_field_name_costs_no_message():
    obj = notification(value([message()]))
    del obj["object"], obj["entry"][0]["changes"][0]["field"]
    assert len(inbound.parse(body(obj)).messages) == 1


def test_numbers_beyond_all_bounds_do_not_cost_the_neighbours():
    text = body(notification(value([message(), message(number=2)]))).decode()
    text = text.replace('"timestamp": "1790000001"', f'"timestamp": {"9" * 6000}, "x": NaN, "y": 1e999, "z": -Infinity')
    found = inbound.parse(text, now=NOW)
    assert [m.wamid for m in found.messages] == ["wamid.IN1", "wamid.IN2"]
    assert (
        found.messages[0].sent_at == NOW and found.messages[0].raw["x"] is None and found.messages[0].raw["y"] is None
    )
    json.dumps(found.messages[0].raw, allow_nan=False)


def test_of_doubled_keys_the_last_counts():
    text = body(notification(value([message()]))).decode().replace('"type": "text"', '"type": 1, "type": "text"')
    assert inbound.parse(text).messages[0].content == inbound.Text("Hi 1")


def test_deep_parts_are_cut_off_and_their_neighbours_live():
    deep = json.loads("[" * 500 + "]" * 500)
    found = inbound.parse(body(notification(value([message(text={"body": "x"}, junk=deep), message(number=2)]))))
    assert [m.wamid for m in found.messages] == ["wamid.IN1", "wamid.IN2"]
    assert len(json.dumps(found.messages[0].raw)) < 400


def test_other_fields_are_changes():
    found = inbound.parse(
        body(notification({"event": "REJECTED", "message_template_id": 99887766}, "message_template_status_update"))
    )
    (change,) = found.changes
    assert (change.field, change.waba_id) == ("message_template_status_update", "200000000000001")
    assert change.value["message_template_id"] == 99887766 and change.time == datetime(2026, 9, 21, 14, 13, 20)


# -- statuses


def test_a_status_is_read_whole():
    item = status(errors=[{"code": "131049", "title": "t", "error_data": {"details": "d"}}], recipient_user_id="ES.9f3")
    (found,) = inbound.parse(body(notification(value(statuses=[item])))).statuses
    assert (found.wamid, found.status, found.callback_data) == ("wamid.OUT1", "delivered", "uuid-1")
    assert (found.pricing_category, found.pricing_type, found.billable) == ("utility", "regular", True)
    assert found.recipient == inbound.Identity("34600111222", "ES.9f3") and found.errors[0].code == 131049
    assert found.at == datetime(2026, 9, 21, 14, 13, 21) and found.phone_number_id == "300000000000001"


def test_a_status_of_a_group_names_group_and_participant():
    item = status(recipient_type="group", recipient_id="G1", recipient_participant_id="34600111333")
    (found,) = inbound.parse(body(notification(value(statuses=[item])))).statuses
    assert found.group_id == "G1" and found.recipient.wa_id == "34600111333"


def test_a_status_without_pricing_or_recipient_is_still_a_status():
    (found,) = inbound.parse(body(notification(value(statuses=[{"id": "w", "status": "READ"}]))), now=NOW).statuses
    assert found.status == "read" and found.billable is None and found.recipient.key == "" and found.at == NOW


def test_payments_are_no_delivery_statuses():
    found = inbound.parse(
        body(notification(value(statuses=[{**status(), "type": "payment", "status": "captured"}, status()])))
    )
    assert len(found.statuses) == 1 and found.unknown[0].reason == "a payment, not a delivery status"


# -- many in one


def test_every_entry_change_message_and_status_is_looked_at():
    obj = notification(value([message(number=n) for n in range(3)], statuses=[status(number=9)]))
    obj["entry"].append(notification(value([message(number=5)]), waba_id="W2")["entry"][0])
    obj["entry"][0]["changes"].append({"field": "flows", "value": {"event": "x"}})
    obj["entry"].insert(1, "junk")
    obj["entry"][0]["changes"].insert(0, 5)
    obj["entry"][0]["changes"][1]["value"]["messages"].insert(1, [])
    found = inbound.parse(body(obj))
    assert [m.wamid for m in found.messages] == ["wamid.IN0", "wamid.IN1", "wamid.IN2", "wamid.IN5"]
    assert found.messages[-1].waba_id == "W2" and len(found.statuses) == len(found.changes) == 1
    assert [part.path for part in found.unknown] == [
        "entry[0].changes[0]",
        "entry[0].changes[1].value.messages[1]",
        "entry[1]",
    ]


def test_a_thousand_updates_take_well_under_a_tenth_of_a_second():
    obj = notification(value([message(number=n) for n in range(500)], statuses=[status(number=n) for n in range(500)]))
    data = body(obj)
    best = min(_timed(data) for _ in range(5))
    assert best < 0.1, f"{best:.3f} s"


def _timed(data):
    start = time.perf_counter()
    found = inbound.parse(data)
    assert len(found.messages) == len(found.statuses) == 500
    return time.perf_counter() - start


def test_a_decoded_body_gives_the_same():
    obj = notification(value([message()], statuses=[status()]))
    assert inbound.parse_object(json.loads(body(obj)), NOW) == inbound.parse(body(obj), NOW)


@pytest.mark.parametrize(
    "conversation, expected",
    [
        ({"expiration_timestamp": "1790086400", "origin": {"type": "referral_conversion"}}, datetime(2026, 9, 22, 14, 13, 20)),
        ({"expiration_timestamp": 1790086400, "origin": {"type": "utility"}}, None),
        ({"expiration_timestamp": "soon", "origin": {"type": "referral_conversion"}}, None),
        ({"origin": {"type": "referral_conversion"}}, None),
        ({"expiration_timestamp": "1790086400", "origin": "referral_conversion"}, None),
        (None, None),
    ],
)
def test_only_an_ads_conversation_says_until_when_nothing_is_charged(conversation, expected):
    status = {"id": "wamid.1", "status": "sent", "timestamp": "1790000005", "conversation": conversation}
    value = {"metadata": {"phone_number_id": "1"}, "statuses": [status]}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "2", "changes": [{"field": "messages", "value": value}]}]}
    assert inbound.parse_object(body).statuses[0].free_until == expected
