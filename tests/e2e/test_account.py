"""The account and its numbers over HTTP: set-up, presence, health, raw calls, and what Meta tells about them."""

import base64
import secrets

import pytest
import requests
from harness import APP, TOKEN, WABA, wait_until, wait_until_equal
from passlib.hash import pbkdf2_sha512
from simulator_client import PNID

PIN = "314159"
CHANNEL, ACCOUNT = "whatsapp.channel", "whatsapp.business.account"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="


@pytest.fixture
def admin(stack):
    return stack.admin


def read(stack, *names, model=CHANNEL, record=None):
    """Values of the number (or of another record) as the administrator sees them."""
    [values] = stack.admin.call(model, "read", [record or stack.channel_id], list(names))
    return tuple(values[name] for name in names)


def press(stack, name, model=CHANNEL, record=None, **context):
    """Press a button; returns its action."""
    return stack.admin.call(model, name, [record or stack.channel_id], **({"context": context} if context else {}))


def graph(stack, method, path, **options):
    """Ask the simulator as another program would."""
    return requests.request(
        method, f"{stack.sim.url}/v25.0/{path}", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20, **options
    ).json()


def test_a_new_number_is_added_verified_registered_and_has_its_pin(stack, admin):
    [country] = admin.call("res.country", "search", [("code", "=", "ES")])
    wizard = admin.call("whatsapp.number.setup", "create", [{
        "account_id": stack.account_id, "country_id": country, "phone_number": "+34 910 00 00 77", "display_name_wanted": "Acme"}])[0]
    press(stack, "action_add", "whatsapp.number.setup", wizard)
    [channel, _name] = read(stack, "channel_id", model="whatsapp.number.setup", record=wizard)[0]
    assert read(stack, "status", record=channel) == ("UNVERIFIED",)
    press(stack, "action_request_code", "whatsapp.number.setup", wizard)
    press(stack, "action_verify", "whatsapp.number.setup", wizard, whatsapp_code="123-456")
    press(stack, "action_register", "whatsapp.number.setup", wizard, whatsapp_pin=PIN)
    assert read(stack, "status", "is_pin_enabled", "verification_status", record=channel) == ("CONNECTED", True, "VERIFIED")
    number = read(stack, "phone_number_id", record=channel)[0]
    refused = graph(stack, "POST", f"{number}/register", json={"messaging_product": "whatsapp", "pin": "999999"})
    assert refused["error"]["code"] == 133005, "the PIN that was given is the number's"
    for table in ("whatsapp_number_setup", "mail_message", "whatsapp_channel", "whatsapp_health_log"):
        assert not stack.value(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", f"%{PIN}%")
    assert PIN not in stack.odoo.log.read_text(encoding="utf-8", errors="replace")
    admin.call(CHANNEL, "write", [channel], {"active": False})


def test_the_profile_with_a_picture(stack, admin):
    wizard = press(stack, "action_open_profile")["res_id"]
    assert read(stack, "about", "vertical", model="whatsapp.channel.profile", record=wizard) == (
        "Paperwork made easy", "PROF_SERVICES")
    admin.call("whatsapp.channel.profile", "write", [wizard], {"about": "Open again", "picture": PNG, "username": "demo.services"})
    press(stack, "action_save", "whatsapp.channel.profile", wizard)
    profile = graph(stack, "GET", f"{PNID}/whatsapp_business_profile")["data"][0]
    assert profile["about"] == "Open again"
    assert requests.get(profile["profile_picture_url"], timeout=20).content == base64.b64decode(PNG)
    wizard = press(stack, "action_open_profile")["res_id"]
    assert read(stack, "picture", "username", model="whatsapp.channel.profile", record=wizard) == (PNG, "demo.services")


def test_qr_codes_ice_breakers_and_commands(stack, admin):
    [code] = admin.call("whatsapp.qr.code", "create", [{"channel_id": stack.channel_id, "prefilled_message": "Table 7"}])
    link, image = read(stack, "deep_link_url", "image", model="whatsapp.qr.code", record=code)
    assert link.startswith("https://wa.me/message/") and image
    graph(stack, "POST", f"{PNID}/message_qrdls", json={"prefilled_message": "Made elsewhere"})
    press(stack, "action_sync_qr_codes")
    found = admin.call("whatsapp.qr.code", "search_read", [("channel_id", "=", stack.channel_id)], ["prefilled_message"])
    assert {row["prefilled_message"] for row in found} == {"Table 7", "Made elsewhere"}
    admin.call("whatsapp.qr.code", "unlink", [row["id"] for row in found])
    assert graph(stack, "GET", f"{PNID}/message_qrdls")["data"] == []
    admin.call(CHANNEL, "write", [stack.channel_id], {
        "prompt_ids": [(5,), (0, 0, {"text": "When are you open?"})], "command_ids": [(5,), (0, 0, {"name": "status", "hint": "Order"})]})
    press(stack, "action_publish_automation")
    there = graph(stack, "GET", f"{PNID}?fields=conversational_automation")["conversational_automation"]
    assert (there["prompts"], there["commands"][0]["command_name"]) == (["When are you open?"], "status")


def test_why_a_number_cannot_send(stack, admin):
    stack.sim.post("number", phone_number_id=PNID, quality="YELLOW", health=[{
        "entity_type": "WABA", "id": WABA, "can_send_message": "BLOCKED",
        "errors": [{"error_code": 141006, "error_description": "x", "possible_solution": "Visit billing"}]}])
    press(stack, "action_check_health")
    state, quality, why = read(stack, "health_state", "quality_rating", "health_html")
    assert (state, quality) == ("BLOCKED", "YELLOW") and "Visit billing" in why
    stack.sim.reset()
    press(stack, "action_check_health")
    assert read(stack, "health_state", "quality_rating") == ("AVAILABLE", "GREEN")


def test_webhooks_are_checked_and_set_up(stack, admin):
    stack.sim.post("webhook_url", url="")
    press(stack, "action_check_webhooks", ACCOUNT, stack.account_id)
    assert read(stack, "webhook_state", model=ACCOUNT, record=stack.account_id)[0] in ("missing", "none")
    press(stack, "action_set_up_webhooks", ACCOUNT, stack.account_id)
    assert read(stack, "webhook_state", "token_state", model=ACCOUNT, record=stack.account_id) == ("ok", "ok")
    there = requests.get(
        f"{stack.sim.url}/v25.0/{APP}/subscriptions", headers={"Authorization": f"Bearer {APP}|demo-app-secret"}, timeout=20
    ).json()["data"][0]
    assert there["callback_url"].endswith(stack.hook)
    assert {"messages", "security", "account_update"} <= {field["name"] for field in there["fields"]}


def test_what_meta_tells_about_the_account_has_its_effect(stack, admin):
    press(stack, "action_set_up_webhooks", ACCOUNT, stack.account_id)
    stack.sim.post("number", phone_number_id=PNID, limit_tier="TIER_2K", throughput=1000)
    wait_until_equal(lambda: read(stack, "messaging_limit", "throughput_level"), (2000, "HIGH"), "limit and throughput")
    stack.sim.post("account", event="DISABLED_UPDATE", value={"ban_info": {"waba_ban_state": "DISABLE"}})
    wait_until(lambda: read(stack, "is_paused")[0], "the ban to stop the number")
    customer = stack.acquaintance()
    message = admin.writes_to(customer, "Waits")
    assert stack.message(message)["state"] == "queued"
    stack.sim.post("account", event="DISABLED_UPDATE", value={"ban_info": {"waba_ban_state": "REINSTATE"}})
    stack.wait_for_state(message, "read")
    kinds = admin.call("whatsapp.health.log", "search_read", [("account_id", "=", stack.account_id)], ["kind", "new_value"])
    assert {"limit", "throughput", "event"} <= {row["kind"] for row in kinds}
    stack.execute("UPDATE whatsapp_channel SET throughput_level = 'STANDARD', send_rate = 80")


def test_an_accounts_limit_rests_all_its_numbers_and_a_spam_restriction_only_campaigns(stack, admin):
    customer = stack.acquaintance()
    stack.sim.fail("error", code=80007, to=customer.phone)
    message = admin.writes_to(customer, "Hello")
    wait_until(lambda: stack.message(message)["error_code"] == 80007, "the refusal")
    paused = "SELECT count(*) FROM whatsapp_channel WHERE active AND paused_until > now() AT TIME ZONE 'utc'"
    assert stack.value(paused) == stack.value("SELECT count(*) FROM whatsapp_channel WHERE active AND account_id = %s", stack.account_id)
    stack.next_try_is_due(message)
    stack.wait_for_state(message, "read")
    stack.sim.fail("error", code=131048, to=customer.phone)
    message = admin.writes_to(customer, "Again")
    wait_until(lambda: stack.message(message)["error_code"] == 131048, "the refusal")
    assert read(stack, "is_paused", "is_bulk_paused") == (False, True)
    other = stack.acquaintance()
    stack.wait_for_state(admin.writes_to(other, "Replies go on"), "read")
    press(stack, "action_resume")
    stack.next_try_is_due(message)
    stack.wait_for_state(message, "read")


def api_key(stack, user: int) -> str:
    """A key of a user's, as the preferences make one (their dialog asks for the password, which is not the point)."""
    key = secrets.token_hex(20)
    stack.execute(
        "INSERT INTO res_users_apikeys (name, user_id, scope, key, index) VALUES ('e2e', %s, 'rpc', %s, %s)",
        user, pbkdf2_sha512.using(rounds=6000).hash(key), key[:8],
    )  # fmt: skip
    return key


def test_raw_calls_over_json_2(stack, admin):
    url = f"http://127.0.0.1:{stack.odoo_port}/json/2/{ACCOUNT}/graph_call"

    def call(key, **body):
        return requests.post(url, json={"ids": [stack.account_id], **body}, headers={"Authorization": f"bearer {key}"}, timeout=30)

    [boss] = admin.call("res.users", "search", [("login", "=", admin.login)])
    key = api_key(stack, boss)
    answer = call(key, method="GET", path=f"{WABA}/phone_numbers", params={"fields": "id"})
    assert answer.status_code == 200 and {"id": PNID} in answer.json()["data"]
    for refused in (
        call(key, method="GET", path="me"), call(key, method="GET", path=f"{PNID}", params={"fields": "moon"}),
        call(key, method="POST", path=f"{PNID}/messages", json={}),
    ):
        assert refused.status_code == 422 and "UserError" in refused.text
        assert TOKEN not in refused.text and "demo-app-secret" not in refused.text
    assert call("nonsense", method="GET", path=WABA).status_code == 401
    agents = admin.call("res.groups", "search", [("full_name", "like", "WhatsApp / Agent")])
    [agent] = admin.call("res.users", "create", [{"name": "Raw", "login": "raw_agent", "group_ids": [(4, agents[0])]}])
    assert call(api_key(stack, agent), method="GET", path=WABA).status_code == 403
