import pytest
from simulator_helpers import APP, PNID, PNID_2, WABA, error, wait

PRODUCT = {"messaging_product": "whatsapp"}


def _add(sim, **values):
    body = {"cc": "34", "phone_number": "910 000 001", "verified_name": "Acme", **values}
    return sim.graph("POST", f"{WABA}/phone_numbers", body)


def _node(sim, fields, pnid=PNID):
    return sim.graph("GET", f"{pnid}?fields={fields}").json()


# -- a new number


def test_a_number_is_added_verified_and_registered(sim):
    pnid = _add(sim).json()["id"]
    assert _add(sim).json() == {"id": pnid}, "adding it again continues"
    assert _node(sim, "status,code_verification_status", pnid) == {
        "id": pnid, "status": "UNVERIFIED", "code_verification_status": "NOT_VERIFIED"}
    error(sim.graph("POST", f"{pnid}/register", {**PRODUCT, "pin": "123456"}), 133006)
    error(sim.graph("POST", f"{pnid}/request_code", {"code_method": "PIGEON", "language": "en"}), 100)
    error(sim.graph("POST", f"{pnid}/request_code", {"code_method": "SMS"}), 100)
    error(sim.graph("POST", f"{pnid}/verify_code", {"code": "123456"}), 136025)
    assert sim.graph("POST", f"{pnid}/request_code", {"code_method": "SMS", "language": "en_US"}).json()["success"]
    error(sim.graph("POST", f"{pnid}/verify_code", {"code": "000000"}), 136025)
    assert sim.graph("POST", f"{pnid}/verify_code", {"code": "123456"}).json()["success"]
    error(sim.graph("POST", f"{pnid}/request_code", {"code_method": "SMS", "language": "en"}), 136024)
    assert sim.graph("POST", f"{pnid}/register", {**PRODUCT, "pin": "123456", "data_localization_region": "DE"}).json()
    assert _node(sim, "status,is_pin_enabled", pnid) == {"id": pnid, "status": "CONNECTED", "is_pin_enabled": True}


@pytest.mark.parametrize("values", [{"cc": "x"}, {"phone_number": ""}, {"verified_name": " "}])
def test_what_a_new_number_needs(sim, values):
    error(_add(sim, **values), 100)


def test_a_number_in_use_cannot_be_added(sim):
    refused = error(_add(sim, cc="1", phone_number="5550100001"), 100)
    assert refused["error_subcode"] == 2388012 and "in use" in refused["error_user_msg"]


def test_registration_has_limits(sim):
    register = lambda pin: sim.graph("POST", f"{PNID}/register", {**PRODUCT, "pin": pin})  # noqa: E731
    error(sim.graph("POST", f"{PNID}/register", {**PRODUCT, "pin": "123456", "data_localization_region": "XX"}), 100)
    assert register("123456").json()["success"]
    codes = [register("999999").json()["error"]["code"] for _try in range(10)]
    assert codes == [133005] * 5 + [133008] * 4 + [133016]


def test_a_number_on_the_phone_app_cannot_be_deregistered(sim):
    sim.control("number", {"phone_number_id": PNID, "on_biz_app": True})
    error(sim.graph("POST", f"{PNID}/deregister", PRODUCT), 100)


def test_a_display_name_waits_for_review_and_for_registration(hooked):
    error(hooked.graph("POST", PNID, {"new_display_name": ""}), 100)
    hooked.graph("POST", PNID, {"new_display_name": "Acme Iberia"})
    assert _node(hooked, "verified_name,new_name_status")["new_name_status"] == "PENDING_REVIEW"
    hooked.control("number", {"phone_number_id": PNID, "name_decision": "APPROVED"})
    [value] = wait(lambda: hooked.receiver.values("phone_number_name_update"))
    assert (value["decision"], value["requested_verified_name"]) == ("APPROVED", "Acme Iberia")
    assert _node(hooked, "verified_name")["verified_name"] == "Demo Services"
    hooked.graph("POST", f"{PNID}/register", {**PRODUCT, "pin": "123456"})
    assert _node(hooked, "verified_name")["verified_name"] == "Acme Iberia"


# -- what customers find


def test_qr_codes(sim):
    path = f"{PNID}/message_qrdls"
    for body in ({}, {"prefilled_message": "x" * 141}, {"prefilled_message": "x", "generate_qr_image": "BMP"},
                 {"prefilled_message": "x", "code": "NOPE"}):
        error(sim.graph("POST", path, body), 100)
    made = sim.graph("POST", path, {"prefilled_message": "Offer?", "generate_qr_image": "PNG"}).json()
    assert made["deep_link_url"] == f"https://wa.me/message/{made['code']}"
    picture = sim.http.get(made["qr_image_url"]).content
    assert picture.startswith(b"\x89PNG") and len(picture) > 500
    changed = sim.graph("POST", path, {"prefilled_message": "Better offer?", "code": made["code"]}).json()
    assert (changed["code"], changed["prefilled_message"]) == (made["code"], "Better offer?")
    assert [qr["code"] for qr in sim.graph("GET", path).json()["data"]] == [made["code"]]
    assert sim.graph("GET", f"{PNID_2}/message_qrdls").json()["data"] == []
    assert sim.graph("DELETE", f"{path}/{made['code']}").json() == {"success": True}
    error(sim.graph("DELETE", f"{path}/{made['code']}"), 100)


@pytest.mark.parametrize(
    "body",
    [
        {"prompts": ["x"] * 5}, {"prompts": ["x" * 81]}, {"prompts": ["Hi 😀"]}, {"commands": [{}]},
        {"commands": [{"command_name": "x" * 33, "command_description": "x"}]}, {"enable_welcome_message": "yes"},
    ],
)
def test_automation_is_checked(sim, body):
    error(sim.graph("POST", f"{PNID}/conversational_automation", body), 100)


def test_automation(sim):
    body = {"enable_welcome_message": True, "prompts": ["Hours?"],
            "commands": [{"command_name": "status", "command_description": "Order status"}]}
    assert sim.graph("POST", f"{PNID}/conversational_automation", body).json() == {"success": True}
    assert _node(sim, "conversational_automation")["conversational_automation"] == {"id": PNID, **body}


def test_usernames(hooked):
    for name in ("ab", "www.acme", "acme.com", "123", "a..b"):
        error(hooked.graph("POST", f"{PNID}/username", {"username": name}), 100)
    assert hooked.graph("POST", f"{PNID}/username", {"username": "acme.shop"}).json() == {"success": True}
    [value] = wait(lambda: hooked.receiver.values("business_username_update"))
    assert (value["username"], value["status"]) == ("acme.shop", "approved")
    error(hooked.graph("POST", f"{PNID_2}/username", {"username": "acme.shop"}), 147005)
    transfer = {"username": "acme.shop", "transfer_action": "force_transfer"}
    assert hooked.graph("POST", f"{PNID_2}/username", transfer).json() == {"success": True}
    assert hooked.graph("GET", f"{PNID}/username").json() == {}
    assert hooked.graph("DELETE", f"{PNID_2}/username").json() == {"success": True}


# -- what Meta thinks


def test_health_can_be_anything(sim):
    assert _node(sim, "health_status")["health_status"]["can_send_message"] == "AVAILABLE"
    entity = {"entity_type": "WABA", "id": WABA, "can_send_message": "BLOCKED", "errors": [
        {"error_code": 141006, "error_description": "No payment method", "possible_solution": "Add one"}]}
    sim.control("number", {"phone_number_id": PNID, "health": [entity]})
    assert _node(sim, "health_status")["health_status"] == {"can_send_message": "BLOCKED", "entities": [entity]}
    assert "error" in sim.control("number", {"phone_number_id": PNID, "health": ["bad"]})


def test_limits_and_bans_are_told(hooked):
    hooked.control("number", {"phone_number_id": PNID, "limit_tier": "TIER_2K", "throughput": 1000})
    hooked.control("account", {"event": "DISABLED_UPDATE", "value": {"ban_info": {"waba_ban_state": "DISABLE"}}})
    hooked.control("account", {"review_status": "REJECTED"})
    hooked.control("notify", {"field": "security", "value": {"event": "PIN_CHANGED"}})
    value = lambda field: wait(lambda: hooked.receiver.values(field))[0]  # noqa: E731
    assert value("business_capability_update")["max_daily_conversations_per_business"] == "TIER_2K"
    assert value("phone_number_quality_update")["event"] == "THROUGHPUT_UPGRADE"
    assert value("account_update")["ban_info"] == {"waba_ban_state": "DISABLE"}
    assert value("account_review_update") == {"decision": "REJECTED"}
    assert value("security") == {"event": "PIN_CHANGED"}
    for body in ({"field": "x"}, {"value": {}}, {"field": "x", "value": {}, "waba": "1"}):
        assert "error" in hooked.control("notify", body)


def test_the_picture_of_a_profile(sim):
    upload = sim.graph("POST", f"{APP}/uploads?file_length=3&file_type=image/png").json()["id"]
    headers = {"Authorization": "OAuth demo-access-token", "file_offset": "0"}
    handle = sim.http.post(f"{sim.base}/v25.0/{upload}", data=b"png", headers=headers).json()["h"]
    ok = sim.graph("POST", f"{PNID}/whatsapp_business_profile", {**PRODUCT, "profile_picture_handle": handle})
    assert ok.json() == {"success": True}
    url = sim.graph("GET", f"{PNID}/whatsapp_business_profile").json()["data"][0]["profile_picture_url"]
    assert sim.http.get(url).content == b"png"
