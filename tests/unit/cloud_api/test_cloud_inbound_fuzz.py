"""Whatever arrives, the parser answers; and what is broken in one place costs nothing elsewhere."""

import copy
import json
from dataclasses import is_dataclass

from cloud_payloads import body, message, notification, status, value
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cloud_api import inbound

ANY_TEXT = st.text(alphabet=st.characters(), max_size=20) | st.sampled_from(["\0", "\ud800", "text", "ES.1", "9" * 400])
LEAF = (
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.integers(min_value=10**30, max_value=10**40)
)
ANY_JSON = st.recursive(
    LEAF,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(ANY_TEXT, children, max_size=4),
    max_leaves=12,
)

KINDS = [
    message("text"),
    message("image", image={"id": "1", "caption": "c"}),
    message("audio", audio={"id": "1", "voice": True}),
    message("location", location={"latitude": 1.5, "longitude": 2}),
    message(
        "order",
        order={
            "catalog_id": "5",
            "product_items": [{"product_retailer_id": "S", "quantity": 1, "item_price": 2.5, "currency": "EUR"}],
        },
    ),
    message("contacts", contacts=[{"name": {"formatted_name": "A"}, "phones": [{"phone": "1", "wa_id": "1"}]}]),
    message("interactive", interactive={"type": "button_reply", "button_reply": {"id": "a", "title": "b"}}),
    message("interactive", interactive={"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}),
    message("reaction", reaction={"message_id": "w", "emoji": "x"}),
    message("button", button={"payload": "p", "text": "t"}),
    message("edit", edit={"original_message_id": "w", "message": {"type": "text", "text": {"body": "x"}}}),
    message("system", system={"type": "user_changed_number", "wa_id": "1"}),
    message("revoke", revoke={"original_message_id": "w"}),
    message("unsupported", errors=[{"code": 1}]),
    message(referral={"source_url": "u"}, context={"id": "w"}, from_user_id="ES.1"),
]


def check(found):
    """Every result can be shown and stored."""
    for item in found.messages:
        assert item.wamid and item.sender.key
        assert "\n" not in item.content.summary() and len(item.content.summary()) <= 120
        for name in (item.type, item.content.summary(), repr(item.content), item.sender.profile_name or "", item.wamid):
            name.encode()
            assert "\0" not in name
        assert is_dataclass(item.content)
    for item in found.messages + found.statuses:
        stored = json.dumps(item.raw, allow_nan=False, ensure_ascii=False)
        stored.encode()
        assert "\\u0000" not in stored
    for item in found.statuses:
        assert item.status in inbound.STATUSES and item.wamid


@given(st.binary(max_size=200))
def test_any_bytes_give_a_notification_or_the_one_error(data):
    try:
        check(inbound.parse(data))
    except inbound.NotJson:
        pass


@given(ANY_JSON)
@settings(max_examples=200)
def test_any_json_gives_a_notification(obj):
    check(inbound.parse(json.dumps(obj)))
    check(inbound.parse_object(obj))


@given(ANY_JSON, ANY_JSON, ANY_JSON)
@settings(max_examples=200)
def test_any_json_in_the_place_of_messages_contacts_and_metadata(one, two, three):
    check(
        inbound.parse(
            json.dumps(notification({"metadata": one, "contacts": [two], "messages": [three], "statuses": [one]}))
        )
    )


def places(obj, path=()):
    """Yield the path of every value inside a JSON value."""
    children = obj.items() if isinstance(obj, dict) else enumerate(obj) if isinstance(obj, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def mutate(obj, data, replacement):
    """Replace or remove one value somewhere inside ``obj``, in place."""
    path = data.draw(st.sampled_from(list(places(obj))))
    for key in path[:-1]:
        obj = obj[key]
    if data.draw(st.booleans()):
        obj[path[-1]] = replacement
    else:
        del obj[path[-1]]


@given(st.sampled_from(KINDS), ANY_JSON, st.data())
@settings(max_examples=500)
def test_neighbours_of_a_broken_message_survive(item, replacement, data):
    item = copy.deepcopy(item)
    mutate(item, data, replacement)
    items = [message(number=101), item, message(number=102)]
    found = inbound.parse(json.dumps(notification(value(items, statuses=[status(number=103)]))))
    check(found)
    assert [m.wamid for m in found.messages if m.wamid in ("wamid.IN101", "wamid.IN102")] == [
        "wamid.IN101",
        "wamid.IN102",
    ]
    assert len(found.statuses) == 1
    assert len(found.messages) + len(found.unknown) == 3


@given(ANY_JSON, st.data())
@settings(max_examples=300)
def test_neighbours_of_a_broken_status_survive(replacement, data):
    item = status("failed", errors=[{"code": 131049, "error_data": {"details": "d"}}])
    mutate(item, data, replacement)
    items = [status(number=101), item, status("read", number=102)]
    found = inbound.parse(json.dumps(notification(value([message()], statuses=items))))
    check(found)
    assert {"wamid.OUT101", "wamid.OUT102"} <= {s.wamid for s in found.statuses}
    assert len(found.messages) == 1 and len(found.statuses) + len(found.unknown) == 3


@given(ANY_JSON, st.data())
@settings(max_examples=300)
def test_neighbours_of_a_broken_change_or_entry_survive(replacement, data):
    broken = notification(value([message()], statuses=[status()]))["entry"][0]
    mutate(broken, data, replacement)
    good = notification(value([message(number=101)]), waba_id="W2")["entry"][0]
    obj = {"object": "whatsapp_business_account", "entry": [broken, replacement, good]}
    found = inbound.parse(json.dumps(obj))
    check(found)
    assert "wamid.IN101" in [m.wamid for m in found.messages]


@given(st.text(alphabet=st.characters(), max_size=50))
@example("\ud83d\ude00\ud83d")
def test_any_text_can_be_stored(text):
    (item,) = inbound.parse(json.dumps(notification(value([message(text={"body": text})])))).messages
    item.content.body.encode()
    assert "\0" not in item.content.body


@given(st.integers(min_value=0, max_value=400), st.data())
@settings(max_examples=100)
def test_a_cut_body_is_the_one_error_and_nothing_else(length, data):
    whole = body(notification(value([message(text={"body": "é"})])))
    cut = whole[: min(length, len(whole) - 1)]
    try:
        inbound.parse(cut)
    except inbound.NotJson:
        return
    raise AssertionError("half a body was accepted")
