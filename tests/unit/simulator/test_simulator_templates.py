"""Templates: values against the approved template, review, editing, paging."""

import pytest
from simulator_helpers import APP, RAHIM, WABA, error, wait

PATH = f"{WABA}/message_templates"
NEW = {"name": "promo_x", "language": "en", "category": "MARKETING", "components": [
    {"type": "BODY", "text": "Hi {{1}}, this is the offer of today.", "example": {"body_text": [["Ana"]]}}]}


def send(sim, name, components=(), code="en"):
    return sim.send(to=RAHIM, type_="template",
                    content={"name": name, "language": {"code": code}, "components": list(components)})


def body(*values, names=()):
    parameters = [{"type": "text", "text": value} for value in values]
    for parameter, name in zip(parameters, names, strict=False):
        parameter["parameter_name"] = name
    return {"type": "body", "parameters": parameters}


def test_the_seller_template_of_the_demo_takes_five_values_and_two_payloads(sim):
    buttons = [{"type": "button", "sub_type": "quick_reply", "index": str(i),
                "parameters": [{"type": "payload", "payload": f"p{i}"}]} for i in (0, 1)]
    assert send(sim, "order_new_seller", [body("a", "b", "c", "d", "e"), *buttons]).status_code == 200
    assert send(sim, "order_new_seller", [body("a", "b", "c", "d", "e")]).status_code == 200


@pytest.mark.parametrize("name, components, code", [
    ("order_new_seller", [body("a")], 132000),
    ("hello_world_x", [], 132001),
    ("order_new_seller", [body("a", "b", "c", "d", "e\nf")], 132018),
    ("order_new_seller", [body("a", "b", "c", "d", "     e")], 132018),
    ("order_new_seller", [body("a", "b", "c", "d", "")], 131008),
    ("order_new_seller", [body("a", "b", "c", "d", "e" * 1000)], 132005),
    ("order_new_seller", [{"type": "body", "parameters": [{"type": "image", "image": {}}] * 5}], 132012),
    ("order_new_seller", [body(*"abcde"), {"type": "button", "sub_type": "url", "index": 0, "parameters": []}], 132012),
    ("order_new_seller", [body(*"abcde"), {"type": "button", "sub_type": "quick_reply", "index": 7}], 132012),
    ("order_new_seller", [body(*"abcde"), {"type": "header", "parameters": [{"type": "text", "text": "x"}]}], 132000),
    ("appointment_reminder", [body("a", "b", "c")], 132012),
    ("appointment_reminder", [body("a", "b", "c", names=("customer", "day", "nope"))], 132012),
    ("season_offer", [body("a", "b")], 132012),
    ("season_offer", [body("a", "b"), {"type": "header", "parameters": [{"type": "text", "text": "x"}]}], 132012),
    ("invoice_ready", [body("a", "b"), {"type": "header", "parameters": [
        {"type": "document", "document": {"link": "https://a/b.pdf"}}]}], 132000),
])
def test_values_must_fit_the_template(sim, name, components, code):
    error(send(sim, name, components), code, 404 if code == 132001 else 400)


def test_named_values_media_headers_and_url_buttons_pass(sim):
    named = body("a", "b", "c", names=("day", "customer", "time"))
    assert send(sim, "appointment_reminder", [named]).status_code == 200
    image = {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://a/b.jpg"}}]}
    assert send(sim, "season_offer", [image, body("a", "b")]).status_code == 200
    document = {"type": "header", "parameters": [{"type": "document", "document": {"link": "https://a/b.pdf"}}]}
    url = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "77"}]}
    assert send(sim, "invoice_ready", [document, body("a", "b"), url]).status_code == 200


def test_the_language_must_be_exact_and_the_template_usable(sim):
    error(send(sim, "hello_world", code="en"), 132001, 404)
    assert send(sim, "hello_world", code="en_US").status_code == 200
    for status, code in (("PAUSED", 132015), ("DISABLED", 132016), ("PENDING", 132001)):
        sim.control("templates", {"name": "hello_world", "language": "en_US", "status": status})
        error(send(sim, "hello_world", code="en_US"), code, 404 if code == 132001 else 400)


def test_a_new_template_is_reviewed_and_told(hooked):
    hooked.config(template_approval_ms=50)
    created = hooked.graph("POST", PATH, NEW).json()
    assert created["status"] == "PENDING" and created["category"] == "MARKETING"
    error(send(hooked, "promo_x", [body("Ana")]), 132001, 404)
    [value] = wait(lambda: hooked.receiver.values("message_template_status_update"))
    assert value["event"] == "APPROVED" and value["message_template_id"] == int(created["id"])
    assert value["message_template_name"] == "promo_x" and value["reason"] == "NONE"
    assert send(hooked, "promo_x", [body("Ana")]).status_code == 200
    node = hooked.graph("GET", f"{created['id']}?fields=status,components,quality_score").json()
    assert node["status"] == "APPROVED" and node["components"] == NEW["components"]


def test_a_template_can_be_rejected_edited_once_a_day_and_deleted(hooked):
    hooked.config(template_approval_ms=0, template_outcome="REJECTED")
    template_id = hooked.graph("POST", PATH, NEW).json()["id"]
    [value] = wait(lambda: hooked.receiver.values("message_template_status_update"))
    assert value["event"] == "REJECTED" and value["rejection_info"]["reason"]
    hooked.config(template_outcome="APPROVED")
    assert hooked.graph("POST", template_id, {"components": NEW["components"]}).json()["success"]
    wait(lambda: len(hooked.receiver.values("message_template_status_update")) == 2)
    assert hooked.graph("POST", template_id, {"components": NEW["components"]}).json()["success"]
    wait(lambda: len(hooked.receiver.values("message_template_status_update")) == 3)
    error(hooked.graph("POST", template_id, {"components": NEW["components"]}), 100)
    assert hooked.graph("DELETE", f"{PATH}?name=promo_x").json() == {"success": True}
    error(hooked.graph("GET", template_id), 100)
    assert "4 weeks" in error(hooked.graph("POST", PATH, NEW), 100)["error_user_msg"]


@pytest.mark.parametrize("change, subcode", [
    ({"name": "Bad Name"}, 2388001),
    ({"language": "xx"}, None),
    ({"category": "OTHER"}, None),
    ({"components": [{"type": "FOOTER", "text": "x"}]}, 2388072),
    ({"components": [{"type": "BODY", "text": "{{1}} is first", "example": {"body_text": [["a"]]}}]}, 2388299),
    ({"components": [{"type": "BODY", "text": "hello {{2}} you there"}]}, 2388072),
    ({"components": [{"type": "BODY", "text": "hello {{1}} you there"}]}, 2388043),
    ({"components": [{"type": "BODY", "text": "x" * 1025}]}, 2388040),
    ({"components": [{"type": "BODY", "text": "x"}, {"type": "FOOTER", "text": "x" * 61}]}, 2388073),
    ({"components": [{"type": "BODY", "text": "x"}, {"type": "HEADER", "format": "IMAGE"}]}, 2388084),
    ({"components": [{"type": "BODY", "text": "x"}, {"type": "BUTTONS", "buttons": [
        {"type": "QUICK_REPLY", "text": "a"}, {"type": "PHONE_NUMBER", "text": "b", "phone_number": "1"},
        {"type": "QUICK_REPLY", "text": "c"}]}]}, 2388044),
])
def test_definitions_are_checked(sim, change, subcode):
    envelope = error(sim.graph("POST", PATH, {**NEW, **change}), 100)
    assert envelope.get("error_subcode") == subcode
    assert subcode is None or envelope["error_user_msg"]


def test_the_list_is_paged_filtered_and_selected(sim):
    for index in range(30):
        sim.control("templates", {"name": f"many_{index:02}", "components": [{"type": "BODY", "text": "x"}],
                                  "notify": False})
    seen, url, pages = [], f"{sim.base}/v25.0/{PATH}?fields=name,status&limit=10", 0
    while url:
        answer = sim.http.get(url).json()
        seen += [template["name"] for template in answer["data"]]
        assert set(answer["data"][0]) == {"id", "name", "status"}
        url, pages = answer["paging"].get("next"), pages + 1
    assert len(seen) == len(set(seen)) == 38 and pages == 4
    assert len(sim.graph("GET", PATH).json()["data"]) == 25
    only = sim.graph("GET", f"{PATH}?name=order_&category=UTILITY&status=APPROVED").json()["data"]
    assert {t["name"] for t in only} == {"order_new_seller", "order_confirmation", "order_accepted"}
    error(sim.graph("GET", f"{PATH}?after=bogus"), 131059)
    error(sim.graph("GET", f"{PATH}?fields=bogus"), 100)
    assert sim.graph("GET", f"{PATH}?name=no_such").json() == {"data": []}


def test_resumable_uploads_give_a_handle(sim):
    started = sim.graph("POST", f"{APP}/uploads?file_name=a.pdf&file_length=6&file_type=application/pdf").json()["id"]
    url = f"{sim.base}/v25.0/{started}"
    half = sim.http.post(url, data=b"abc", headers={"file_offset": "0"})
    assert half.status_code == 200
    assert sim.http.get(url).json()["file_offset"] == 3
    assert sim.http.post(url, data=b"def", headers={"file_offset": "3"}).json()["h"].startswith("4::")
