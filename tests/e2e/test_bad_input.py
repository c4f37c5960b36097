"""What strangers, mistakes and surprises send to the webhook: never a 500, never a loss of what is valid."""

import hashlib
import hmac
import json
import uuid

import pytest
import requests
from harness import SECRET, wait_until, wait_until_equal
from people import notification, status_value, text_value


def signature(body: bytes, secret: str = SECRET) -> str:
    """Value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(stack, body, headers=None, hook=None):
    """POST to the webhook as it is; headers default to a right signature. Returns the HTTP status."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"X-Hub-Signature-256": signature(body)} if headers is None else headers
    url = stack.webhook_url if hook is None else stack.webhook_url.replace(stack.hook, hook)
    headers = {"Content-Type": "application/json", **headers}
    response = requests.post(url, data=body, headers=headers, timeout=60, proxies={"http": ""})
    return response.status_code


def refusals(stack, reason):
    """How many calls were refused for a reason, as administrators see it."""
    return stack.value("SELECT COALESCE(sum(count), 0)::int FROM whatsapp_webhook_refusal WHERE reason = %s", reason)


GOOD = {"object": "whatsapp_business_account", "entry": []}
RIGHT = signature(json.dumps(GOOD).encode())


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-Hub-Signature-256": "sha256=" + "0" * 64}, id="wrong"),
        pytest.param({"X-Hub-Signature-256": signature(json.dumps(GOOD).encode(), "another")}, id="another secret"),
        pytest.param({}, id="missing"),
        pytest.param({"X-Hub-Signature-256": ""}, id="empty"),
        pytest.param({"X-Hub-Signature-256": RIGHT[7:]}, id="no prefix"),
        pytest.param({"X-Hub-Signature-256": RIGHT.upper()}, id="upper case prefix"),
        pytest.param({"X-Hub-Signature-256": RIGHT[:-1]}, id="too short"),
        pytest.param({"X-Hub-Signature-256": "sha256=žluťoučký".encode()}, id="not ASCII"),
        pytest.param({"X-Hub-Signature": RIGHT.replace("sha256", "sha1")}, id="the old header"),
    ],
)
def test_a_bad_signature_is_refused_counted_and_not_stored(stack, headers):
    journal, counted = stack.journal(), refusals(stack, "signature")
    assert post(stack, GOOD, headers) == 403
    assert stack.journal() == journal
    assert refusals(stack, "signature") == counted + 1


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        pytest.param(b"", 400, "json", id="empty"),
        pytest.param(b"hello", 400, "json", id="no JSON"),
        pytest.param(b'{"entry": [', 400, "json", id="half"),
        pytest.param(b"\xff\xfe{}", 400, "json", id="not UTF-8"),
        pytest.param(b'{"a": "\x00"}', 400, "json", id="NUL byte"),
        pytest.param(b"[" * 100_000, 400, "json", id="deep"),
        pytest.param(b'"text"', 400, "json", id="a string"),
        pytest.param(b"12", 400, "json", id="a number"),
        pytest.param(b"null", 400, "json", id="null"),
        pytest.param(b'{"a": "' + b"x" * 5_000_000 + b'"}', 413, "size", id="5 MB"),
    ],
)
def test_what_is_no_notification_is_refused_and_counted(stack, body, status, reason):
    journal, counted = stack.journal(), refusals(stack, reason)
    assert post(stack, body) == status
    assert stack.journal() == journal
    assert refusals(stack, reason) == counted + 1


def test_an_unknown_address_is_refused_and_counted(stack):
    counted = refusals(stack, "account")
    for hook in ("nobody", uuid.uuid4().hex, "%00", "ü" * 300):
        assert post(stack, GOOD, hook=hook) == 404
    assert refusals(stack, "account") == counted + 4


def test_a_wrong_verify_token_is_refused_and_counted(stack):
    counted = refusals(stack, "verify")
    for query in ({"hub.mode": "subscribe", "hub.verify_token": "wrong", "hub.challenge": "1"}, {}):
        answer = requests.get(stack.webhook_url, params=query, timeout=10)
        assert (answer.status_code, answer.text) == (403, "")
    assert refusals(stack, "verify") == counted + 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        [[]],
        {"object": "page", "entry": [{"id": "1", "messaging": []}]},
        {"entry": "text"},
        {"entry": {"changes": []}},
        {"entry": [None, 1, "x", {"changes": None}, {"changes": [None, {"value": []}, {"field": 5, "value": {}}]}]},
        notification({"messages": "x", "statuses": 5, "contacts": {}, "metadata": []}),
        notification({"messages": [None, {}, {"id": None}], "statuses": [None, {}, {"id": [], "status": {}}]}),
        notification({"messaging_product": "whatsapp", "metadata": {"phone_number_id": {"a": 1}}, "messages": [{"id": 5}]}),
    ],
    ids=str,
)  # fmt: skip
def test_json_of_another_shape_is_taken_and_harms_nobody(stack, body):
    assert post(stack, body) == 200
    bob = stack.customer("Bob")
    bob.writes("I came after it")
    wait_until(bob.messages, "the next customer's message")
    event = stack.rows("SELECT * FROM whatsapp_webhook_event ORDER BY id")[-2]
    assert json.loads(event["body"]) == body, "the journal keeps it as it came"
    assert (event["state"], bool(event["note"])) == ("done", True), "an administrator must see what became of it"


def test_what_is_valid_beside_garbage_is_not_lost(stack):
    ana, ben = stack.customer("Ana"), stack.customer("Ben")
    value = text_value(ana, [("wamid.beside" + ana.phone, "Valid")])
    value["messages"] = [None, {"id": 7}, "x", *value["messages"], {"type": "text"}]
    value["contacts"] = [{}, 5, *value["contacts"]]
    value["statuses"] = [{"id": "x"}, None]
    body = notification({"nonsense": True}, value, text_value(ben, [("wamid.beside" + ben.phone, "Valid too")]))
    body["entry"].insert(0, None)
    assert post(stack, body) == 200
    wait_until_equal(ana.inbound_texts, ["Valid"], "the first valid message")
    wait_until_equal(ben.inbound_texts, ["Valid too"], "the second valid message")


def test_messages_for_an_unknown_number_wait_in_sight_until_it_is_added(stack):
    ana = stack.customer("Ana")
    value = text_value(ana, [("wamid.number" + ana.phone, "Hello new number")])
    number = f"4{stack.value('SELECT count(*) FROM whatsapp_channel'):014d}"
    value["metadata"]["phone_number_id"] = number
    assert post(stack, notification(value)) == 200
    wait_until(lambda: stack.journal("parked"), "the notification to be parked")
    [event] = stack.rows("SELECT * FROM whatsapp_webhook_event WHERE state = 'parked'")
    assert number in event["error"]
    assert ana.messages() == []
    stack.admin.call(
        "whatsapp.channel", "create", [{"name": "New", "phone_number_id": number, "account_id": stack.account_id}]
    )
    stack.admin.call("whatsapp.webhook.event", "action_replay", [event["id"]])
    wait_until_equal(ana.discuss_texts, ["Hello new number"], "the message after the replay")
    assert stack.journal("parked") == 0


def test_unknown_fields_and_types_are_kept_and_shown(stack):
    ana = stack.customer("Ana")
    value = text_value(ana, [("wamid.type" + ana.phone, "ignored")])
    value["messages"][0] |= {"type": "hologram", "hologram": {"depth": 3}, "later": [1]}
    body = notification(value)
    body["entry"][0]["changes"].append({"field": "weather", "value": {"rain": True}})
    assert post(stack, body) == 200
    wait_until(ana.messages, "the message")
    [row] = ana.messages()
    assert row["type"] == "unsupported"
    assert json.loads(row["payload"])["hologram"] == {"depth": 3}
    assert len(ana.discuss_texts()) == 1, "agents must see that something came"
    event = stack.rows("SELECT * FROM whatsapp_webhook_event ORDER BY id DESC LIMIT 1")[0]
    assert event["state"] == "done" and "weather" in event["note"]


def test_1000_updates_in_one_notification_are_all_handled(stack):
    customers = [stack.customer() for _ in range(50)]
    known = stack.acquaintance("Ana")
    stack.sim.config(webhook={"statuses": []})
    sent = stack.admin.writes_to(known, "Hello")
    wamid = stack.wait_for_state(sent, "accepted")["wamid"]
    values = [
        text_value(who, [(f"wamid.{who.phone}.{turn}", f"{turn}") for turn in range(19)]) for who in customers
    ] + [status_value(known, wamid, status) for status in ("sent", "delivered") * 25]
    assert sum(len(value.get("messages", value.get("statuses"))) for value in values) == 1000
    assert post(stack, notification(*values)) == 200
    stack.wait_until_quiet(60)
    expected = [f"{turn}" for turn in range(19)]
    for who in customers:
        assert who.inbound_texts() == expected
        assert len(who.discuss_texts()) == 19
    assert stack.message(sent)["state"] == "delivered"


LONG = 64 * 1024


@pytest.mark.parametrize(
    ("name", "text", "seen"),
    [
        pytest.param("Ana\x00Nul", "be\x00fore and after", "before and after", id="NUL"),
        pytest.param("👩‍👩‍👧‍👦 Família", "🎉👍🏽 🇧🇩", "🎉👍🏽 🇧🇩", id="emoji"),
        pytest.param("مُحَمَّد", "مرحبا، كيف الحال؟ \u202eabc", "مرحبا، كيف الحال؟ \u202eabc", id="right to left"),
        pytest.param("N" * LONG, "T" * LONG, "T" * LONG, id="64 KB"),
        pytest.param("\ud83d", "half \ud83d a pair", None, id="half of a surrogate pair"),
        pytest.param("<script>alert(1)</script>", "<b>&amp;</b>", "<b>&amp;</b>", id="HTML"),
        pytest.param("", "no name", "no name", id="no name"),
        pytest.param("%s %(x)s {0}", "100% {name} \\ ' \" ;--", "100% {name} \\ ' \" ;--", id="special signs"),
    ],
)
def test_strange_texts_and_names_arrive(stack, name, text, seen):
    ana = stack.customer("Ana")
    ana.name = name
    assert post(stack, notification(text_value(ana, [("wamid.text" + ana.phone, text)]))) == 200
    wait_until(ana.messages, "the message")
    [row] = ana.messages()
    assert seen is None or row["body"] == seen
    assert len(ana.discuss_texts()) == 1
    assert seen is None or ana.discuss_texts() == [seen]
    stack.wait_until_quiet()
    assert stack.journal("parked") == 0
