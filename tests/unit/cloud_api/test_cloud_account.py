import json
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meta_server import TOKEN, Reply

from cloud_api import account_events as events
from cloud_api import business
from cloud_api.client import CloudClient
from cloud_api.outbound import InvalidContent

SECRET, PIN = "s3cret", "271828"


@pytest.fixture
def server(server):
    server.reply = Reply(body={"success": True})
    return server


@pytest.fixture
def client(server):
    found = CloudClient(server.url, "v25.0", TOKEN, app_secret=SECRET, prove=False)
    yield found
    found.close()


# -- calls


@pytest.mark.parametrize(
    "name, args, method, path, body",
    [
        ("register", ("300", PIN), "POST", "300/register", {"messaging_product": "whatsapp", "pin": PIN}),
        ("register", ("300", PIN, "DE"), "POST", "300/register",
         {"messaging_product": "whatsapp", "pin": PIN, "data_localization_region": "DE"}),
        ("deregister", ("300",), "POST", "300/deregister", {"messaging_product": "whatsapp"}),
        ("set_pin", ("300", PIN), "POST", "300", {"pin": PIN}),
        ("set_display_name", ("300", "Acme"), "POST", "300", {"new_display_name": "Acme"}),
        ("request_code", ("300", "SMS", "es"), "POST", "300/request_code", {"code_method": "SMS", "language": "es"}),
        ("verify_code", ("300", "123456"), "POST", "300/verify_code", {"code": "123456"}),
        ("set_business_profile", ("300", {"about": "Hi"}), "POST", "300/whatsapp_business_profile",
         {"messaging_product": "whatsapp", "about": "Hi"}),
        ("set_username", ("300", "acme"), "POST", "300/username", {"username": "acme", "transfer_action": "none"}),
        ("set_username", ("300", "acme", True), "POST", "300/username",
         {"username": "acme", "transfer_action": "force_transfer"}),
        ("delete_username", ("300",), "DELETE", "300/username", None),
        ("set_conversational_automation", ("300", {"prompts": []}), "POST", "300/conversational_automation",
         {"prompts": []}),
        ("set_number_settings", ("300", {"a": {}}), "POST", "300/settings", {"a": {}}),
        ("delete_qr_code", ("300", "QX7"), "DELETE", "300/message_qrdls/QX7", None),
        ("subscribe_app", ("200",), "POST", "200/subscribed_apps", None),
    ],
)
def test_what_each_call_asks(server, client, name, args, method, path, body):
    assert getattr(client, name)(*args) is True
    (seen,) = server.seen
    assert (seen.method, seen.path) == (method, f"/v25.0/{path}")
    assert (json.loads(seen.body) if seen.body else None) == body
    server.reply = Reply(body={})
    assert getattr(client, name)(*args) is False


def test_a_pin_stands_in_the_body_only(server, client):
    client.register("300", PIN)
    client.set_pin("300", PIN)
    assert all(PIN not in seen.path and PIN not in str(seen.headers) for seen in server.seen)


def test_calls_in_the_name_of_the_app(server, client):
    server.reply = Reply(body={"data": [{"object": "whatsapp_business_account", "fields": []}]})
    assert client.app_subscriptions("100") == [{"object": "whatsapp_business_account", "fields": []}]
    server.reply = Reply(body={"success": True})
    assert client.subscribe_fields("100", "https://x.test/hook", "vt", ["messages", "security"])
    assert {seen.headers["Authorization"] for seen in server.seen} == {f"Bearer 100|{SECRET}"}
    assert json.loads(server.seen[1].body) == {
        "object": "whatsapp_business_account", "callback_url": "https://x.test/hook", "verify_token": "vt",
        "fields": "messages,security",
    }
    with pytest.raises(ValueError, match="app secret"):
        CloudClient(server.url, "v25.0", TOKEN).app_subscriptions("100")


def test_the_proof_is_an_option(server):
    for prove in (True, False):
        CloudClient(server.url, "v25.0", TOKEN, app_secret=SECRET, prove=prove).waba("200")
    first, second = (parse_qs(urlsplit(seen.path).query) for seen in server.seen)
    assert "appsecret_proof" in first and "appsecret_proof" not in second


def test_the_app_secret_is_scrubbed_from_errors_with_and_without_proof(server, client):
    server.reply = Reply(400, {"error": {"code": 100, "message": f"Bad {SECRET} for {TOKEN}"}})
    with pytest.raises(Exception, match="Bad") as caught:
        client.waba("200")
    assert SECRET not in str(caught.value) and TOKEN not in str(caught.value)


def test_reading(server, client):
    server.reply = Reply(body={"id": "300", "health_status": {"can_send_message": "LIMITED"}})
    assert client.health("300") == {"can_send_message": "LIMITED"}
    server.reply = Reply(body={"id": "300", "conversational_automation": {"prompts": ["Hours"]}})
    assert client.conversational_automation("300") == {"prompts": ["Hours"]}
    server.reply = Reply(body={"data": [{"username": "acme", "status": "approved"}]})
    assert client.username("300") == {"username": "acme", "status": "approved"}
    server.reply = Reply(body={"username": "acme"})
    assert client.username("300") == {"username": "acme"}
    server.reply = Reply(body={"id": 77})
    assert client.add_number("200", "34", "910000000", "Acme") == "77"


# -- what may be set


@pytest.mark.parametrize("pin", ["12345", "1234567", "12345a", "", None, "１２３４５６", "123456\n"])
def test_a_pin_is_six_digits(pin):
    with pytest.raises(InvalidContent):
        business.check_pin(pin)


def test_a_code_may_be_written_as_it_came():
    assert business.check_code("123-456") == business.check_code(" 123 456") == "123456"
    with pytest.raises(InvalidContent):
        business.check_code("12345")


def test_a_profile():
    body = business.check_profile("Open", "Main St", "Shop", "a@b.test", ["https://a.test", " "], "RETAIL", "4::x")
    assert body == {
        "about": "Open", "address": "Main St", "description": "Shop", "email": "a@b.test",
        "websites": ["https://a.test"], "vertical": "RETAIL", "profile_picture_handle": "4::x",
    }
    assert business.check_profile("Open") == {
        "about": "Open", "address": "", "description": "", "email": "", "websites": []}


@pytest.mark.parametrize(
    "field, values",
    [
        ("about", {"about": ""}), ("about", {"about": "x" * 140}), ("address", {"address": "x" * 257}),
        ("description", {"description": "x" * 513}), ("email", {"email": "x" * 129}), ("email", {"email": "no"}),
        ("websites", {"websites": ["a.test"]}), ("websites", {"websites": ["https://a.test"] * 3}),
        ("websites", {"websites": ["https://a.test/" + "x" * 250]}), ("websites", {"websites": ["javascript:1"]}),
        ("vertical", {"vertical": "UNDEFINED"}),
    ],
)
def test_what_a_profile_may_not_hold(field, values):
    with pytest.raises(InvalidContent) as caught:
        business.check_profile(**{"about": "Hi", **values})
    assert caught.value.field == field and caught.value.remedy


def test_automation():
    assert business.check_automation(True, ["Hours?"], [("status", "Order status")]) == {
        "enable_welcome_message": True, "prompts": ["Hours?"],
        "commands": [{"command_name": "status", "command_description": "Order status"}],
    }


@pytest.mark.parametrize(
    "prompts, commands",
    [
        (["a", "b", "c", "d", "e"], []), (["x" * 81], []), ([" "], []), (["Hi 😀"], []), (["a", "a"], []),
        ([], [(f"c{i}", "x") for i in range(31)]), ([], [("x" * 33, "x")]), ([], [("a", "x" * 257)]),
        ([], [("a", "☎ us")]), ([], [("two words", "x")]), ([], [("/a", "x")]), ([], [("a", "x"), ("a", "y")]),
    ],
)
def test_what_automation_may_not_hold(prompts, commands):
    with pytest.raises(InvalidContent):
        business.check_automation(False, prompts, commands)


@pytest.mark.parametrize("name", ["acme", "Acme.Shop", "@acme_1", "a.b.c"])
def test_usernames(name):
    assert business.check_username(name) == name.lower().lstrip("@")


@pytest.mark.parametrize("name", ["ab", "x" * 36, ".acme", "acme.", "a..b", "www.acme", "acme.com", "123", "ác", "", None])
def test_no_usernames(name):
    with pytest.raises(InvalidContent):
        business.check_username(name)


def test_qr_texts_have_140_characters():
    assert business.check_qr_text(" I want it ") == "I want it"
    with pytest.raises(InvalidContent):
        business.check_qr_text("x" * 141)


# -- what Meta tells


@pytest.mark.parametrize(
    "value, limit",
    [
        ("TIER_250", 250), ("TIER_2K", 2000), ("TIER_100K", 100_000), ("TIER_UNLIMITED", -1), ("UNLIMITED", -1),
        (-1, -1), ("-1", -1), (-7, -1), (2000, 2000), ("2000", 2000), ("tier_1k", 1000), (0, 0),
        (None, None), ("TIER_NOT_SET", None), ({}, None), (True, None), ("", None),
    ],
)
def test_every_form_of_the_limit(value, limit):
    assert events.read_limit(value) == limit


@given(st.integers(-5, 10**7))
def test_a_limit_survives_its_name(limit):
    assert events.read_limit(events.tier_name(limit)) == (limit if limit >= 0 else -1)


def test_restrictions():
    found = events.read_restrictions({"restriction_info": [
        {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1790000000, "remediation": "Wait"},
        {"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"}, "junk", {"restriction_type": 5},
    ]})
    assert [(r.stops_bulk, r.stops_replies) for r in found] == [(True, False), (False, True), (False, False)]
    assert found[0].until == datetime(2026, 9, 21, 14, 13, 20) and found[1].until is None


def test_health():
    state, obstacles = events.read_health({"can_send_message": "BLOCKED", "entities": [
        {"entity_type": "PHONE_NUMBER", "can_send_message": "LIMITED", "additional_info": ["Name not approved"]},
        {"entity_type": "WABA", "can_send_message": "BLOCKED", "errors": [
            {"error_code": 141006, "error_description": "No payment method", "possible_solution": "Add one"}]},
        {"entity_type": "APP", "can_send_message": "AVAILABLE"},
    ]})
    assert state == "BLOCKED"
    assert obstacles == [
        events.Obstacle("PHONE_NUMBER", "LIMITED", None, "Name not approved", ""),
        events.Obstacle("WABA", "BLOCKED", 141006, "No payment method", "Add one"),
    ]


_junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["entities", "errors", "can_send_message", "restriction_info", "expiration", "additional_info"]),
        inner, max_size=4),
)


@given(_junk)
def test_junk_is_read_as_nothing_and_never_raises(value):
    events.read_health(value)
    events.read_restrictions(value)
    events.read_limit(value)
