"""What Meta refuses is refused with Meta's code; what it accepts is accepted."""

import pytest
from simulator_helpers import JOHN, PNID, PNID_2, RAHIM, error, wait

BUTTON = {"type": "reply", "reply": {"id": "a", "title": "Yes"}}


def test_a_text_in_the_window_is_accepted_with_meta_s_answer(sim):
    sim.inbound()
    answer = sim.send(to="+880 1700-000001", biz_opaque_callback_data="m1").json()
    assert answer["messaging_product"] == "whatsapp"
    assert answer["contacts"][0]["input"] == "+880 1700-000001"
    assert answer["contacts"][0]["wa_id"] == JOHN
    assert answer["messages"][0]["id"].startswith("wamid.")
    sent = sim.control("sent", callback_data="m1")
    assert sent["count"] == 1 and sent["messages"][0]["content"] == {"body": "Hello"}


def test_every_free_form_type_passes(sim):
    wamid = sim.inbound()
    contents = {
        "text": {"body": "x", "preview_url": True},
        "image": {"link": "https://cdn.example.com/a.jpg", "caption": "c"},
        "video": {"link": "https://cdn.example.com/a.mp4"},
        "audio": {"link": "https://cdn.example.com/a.ogg", "voice": True},
        "document": {"link": "https://cdn.example.com/a.pdf", "filename": "a.pdf"},
        "sticker": {"link": "https://cdn.example.com/a.webp"},
        "location": {"latitude": 23.8, "longitude": 90.4, "name": "Shop", "address": "Dhaka"},
        "contacts": [{"name": {"formatted_name": "Ana Ruiz", "first_name": "Ana"}, "phones": [{"phone": "+34600"}]}],
        "reaction": {"message_id": wamid, "emoji": "\U0001f44d"},
        "interactive": {"type": "button", "body": {"text": "?"}, "action": {"buttons": [BUTTON]}},
    }
    for type_, content in contents.items():
        assert sim.send(type_=type_, content=content).status_code == 200, type_


@pytest.mark.parametrize("interactive", [
    {"type": "list", "body": {"text": "b"}, "action": {"button": "Pick", "sections": [
        {"title": "t", "rows": [{"id": "1", "title": "one", "description": "d"}]}]}},
    {"type": "cta_url", "body": {"text": "b"},
     "action": {"name": "cta_url", "parameters": {"display_text": "Go", "url": "https://example.com"}}},
    {"type": "product", "action": {"catalog_id": "5", "product_retailer_id": "S"}},
    {"type": "location_request_message", "body": {"text": "where"}, "action": {"name": "send_location"}},
    {"type": "flow", "body": {"text": "b"}, "action": {"name": "flow", "parameters": {
        "flow_message_version": "3", "flow_id": "8", "flow_cta": "Book", "flow_token": "t"}}},
    {"type": "button", "header": {"type": "text", "text": "h"}, "body": {"text": "b"}, "footer": {"text": "f"},
     "action": {"buttons": [BUTTON]}},
    {"type": "catalog_message", "body": {"text": "b"}, "action": {"name": "catalog_message"}},
    {"type": "request_contact_info", "body": {"text": "b"}, "action": {"name": "request_contact_info"}},
    {"type": "call_permission_request", "body": {"text": "b"}, "action": {"name": "call_permission_request"}},
])
def test_interactive_messages_pass(sim, interactive):
    sim.inbound()
    response = sim.send(type_="interactive", content=interactive)
    assert response.status_code == 200, response.text


def _buttons(*titles):
    return {"type": "button", "body": {"text": "b"}, "action": {"buttons": [
        {"type": "reply", "reply": {"id": str(i), "title": title}} for i, title in enumerate(titles)]}}


@pytest.mark.parametrize("type_, content, code", [
    ("text", {"body": ""}, 131008),
    ("text", {"body": "   "}, 131008),
    ("text", {"body": "x" * 4097}, 131009),
    ("text", "x", 131009),
    ("image", {}, 131008),
    ("image", {"id": "1", "link": "https://a"}, 131009),
    ("image", {"link": "ftp://a"}, 131009),
    ("image", {"id": "404"}, 131009),
    ("image", {"link": "https://a", "caption": "x" * 1025}, 131009),
    ("audio", {"link": "https://a", "caption": "x"}, 131009),
    ("location", {"longitude": 1}, 131008),
    ("location", {"latitude": 91, "longitude": 1}, 131009),
    ("contacts", [], 131009),
    ("contacts", [{"name": {"formatted_name": "A"}}], 131009),
    ("reaction", {"emoji": "x"}, 131008),
    ("interactive", {"type": "bogus"}, 131009),
    ("interactive", {"type": "catalog_message", "body": {"text": "b"}, "action": {"name": "catalog"}}, 131009),
    ("interactive", {"type": "request_contact_info", "body": {"text": "b"}, "action": {"name": "send"}}, 131009),
    ("interactive", {"type": "voice_call", "body": {"text": "b"}, "action": {"parameters": {"ttl_minutes": True}}}, 131009),
    ("interactive", _buttons("a", "b", "c", "d"), 131009),
    ("interactive", _buttons("a", "a"), 131009),
    ("interactive", _buttons("x" * 21), 131009),
    ("interactive", {"type": "button", "body": {"text": "x" * 1025}, "action": {"buttons": [BUTTON]}}, 131009),
    ("interactive", {"type": "button", "action": {"buttons": [BUTTON]}}, 131008),
    ("interactive", {"type": "list", "body": {"text": "b"}, "action": {"button": "p", "sections": [
        {"title": "a", "rows": [{"id": str(i), "title": "t"} for i in range(6)]},
        {"title": "b", "rows": [{"id": f"b{i}", "title": "t"} for i in range(6)]}]}}, 131009),
    ("bogus", {}, 100),
])
def test_bad_content_is_refused(sim, type_, content, code):
    sim.inbound()
    error(sim.send(type_=type_, content=content), code)
    assert sim.control("sent")["count"] == 0


def test_what_is_missing_is_named(sim):
    path = f"{PNID}/messages"
    body = {"messaging_product": "whatsapp", "to": JOHN, "type": "text", "text": {"body": "x"}}
    assert "messaging_product" in error(sim.graph("POST", path, {"to": JOHN}), 100)["message"]
    assert "to is required" in error(sim.graph("POST", path, {**body, "to": None}), 100)["message"]
    assert "'text'" in error(sim.graph("POST", path, {**body, "text": None}), 131008)["error_data"]["details"]
    error(sim.graph("POST", path, {**body, "to": "not a phone"}), 131009)
    error(sim.graph("POST", path, {**body, "to": "15550100001"}), 131021)
    error(sim.graph("POST", path, {**body, "biz_opaque_callback_data": "x" * 513}), 131009)
    error(sim.http.post(f"{sim.base}/v25.0/{path}", data="{", headers={"Content-Type": "application/json"}), 100)
    error(sim.http.post(f"{sim.base}/v25.0/{path}", data="[]", headers={"Content-Type": "application/json"}), 100)


def test_token_and_number_are_checked(sim):
    sim.http.headers["Authorization"] = "Bearer wrong"
    try:
        error(sim.send(), 190, 401)
        del sim.http.headers["Authorization"]
        error(sim.send(), 190, 401)
    finally:
        sim.http.headers["Authorization"] = "Bearer demo-access-token"
    envelope = error(sim.send(pnid="999"), 100)
    assert envelope["error_subcode"] == 33 and "Object with ID '999'" in envelope["message"]
    sim.control("tokens", {"token": "demo-access-token", "expires_in": -1})
    assert error(sim.send(), 190, 401)["error_subcode"] == 463


def test_outside_the_window_free_form_fails_by_webhook_and_templates_leave(hooked):
    response = hooked.send(to=RAHIM)
    assert response.status_code == 200
    wamid = response.json()["messages"][0]["id"]
    [status] = wait(lambda: hooked.receiver.statuses(wamid))
    assert status["status"] == "failed" and status["errors"][0]["code"] == 131047
    response = hooked.send(to=RAHIM, type_="template", content={"name": "hello_world", "language": {"code": "en_US"}})
    assert response.json()["messages"][0]["message_status"] == "accepted"


def test_the_window_can_refuse_at_once_and_is_per_number(sim):
    sim.config(window="sync")
    error(sim.send(), 131047)
    sim.inbound()
    assert sim.send().status_code == 200
    error(sim.send(pnid=PNID_2), 131047)
    sim.control("window", {"from": JOHN, "hours_ago": 24.01})
    error(sim.send(), 131047)
    sim.config(window="off")
    assert sim.send().status_code == 200


def test_a_user_id_in_to_is_accepted_and_never_delivered(hooked):
    response = hooked.send(to="BD.9f3KqLm2")
    assert response.status_code == 200
    hooked.inbound()
    other = hooked.send().json()["messages"][0]["id"]
    wait(lambda: len(hooked.receiver.statuses(other)) == 3)
    assert hooked.receiver.statuses(response.json()["messages"][0]["id"]) == []


def test_a_user_id_in_recipient_is_delivered_without_a_phone(hooked):
    hooked.control("inbound", {"user_id": "BD.9f3KqLm2", "text": "Hi"})
    message = wait(hooked.receiver.messages)[0]
    assert "from" not in message and message["from_user_id"] == "BD.9f3KqLm2"
    assert "wa_id" not in hooked.receiver.values()[0]["contacts"][0]
    answer = hooked.send(to=None, recipient="BD.9f3KqLm2").json()
    assert answer["contacts"] == [{"input": "BD.9f3KqLm2", "user_id": "BD.9f3KqLm2"}]
    statuses = wait(lambda: len(hooked.receiver.statuses()) == 3 and hooked.receiver.statuses())
    assert all(s["recipient_user_id"] == "BD.9f3KqLm2" and "recipient_id" not in s for s in statuses)
    login = {"name": "login_code", "language": {"code": "en"}, "components": [
        {"type": "body", "parameters": [{"type": "text", "text": "123456"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "123456"}]}]}
    error(hooked.send(to=None, recipient="BD.9f3KqLm2", type_="template", content=login), 131062)
    assert hooked.send(type_="template", content=login).status_code == 200


def test_somebody_not_on_whatsapp_fails_by_webhook(hooked):
    hooked.control("people", {"phone": "8801999999999", "name": "Nobody", "on_whatsapp": False})
    hooked.send(to="8801999999999", type_="template", content={"name": "hello_world", "language": {"code": "en_US"}})
    [status] = wait(hooked.receiver.statuses)
    assert status["errors"][0]["code"] == 131026


def test_the_pair_limit_lets_a_burst_through_and_then_refuses(sim):
    sim.inbound()
    codes = [sim.send().status_code for _ in range(46)]
    assert codes[:45] == [200] * 45 and codes[45] == 400
    error(sim.send(), 131056)
    sim.inbound(from_=RAHIM)
    assert sim.send(to=RAHIM).status_code == 200
    sim.config(pair_limit=False)
    assert sim.send().status_code == 200


def test_throughput_of_a_number_is_limited(sim):
    sim.config(throughput={PNID: 5}, window="off", pair_limit=False)
    answers = [sim.send(to=f"88017{i:08}") for i in range(12)]
    assert [a.status_code for a in answers[:5]] == [200] * 5
    error(next(a for a in answers if a.status_code != 200), 130429)
    assert sum(a.status_code == 200 for a in answers) == 5
    assert sim.send(pnid=PNID_2).status_code == 200


def test_mark_as_read_and_typing(sim):
    wamid = sim.inbound()
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    assert sim.graph("POST", f"{PNID}/messages", read).json() == {"success": True}
    typing = {**read, "typing_indicator": {"type": "text"}}
    assert sim.graph("POST", f"{PNID}/messages", typing).json() == {"success": True}
    error(sim.graph("POST", f"{PNID}/messages", {**read, "message_id": "wamid.none"}), 131009)
    error(sim.graph("POST", f"{PNID_2}/messages", read), 131009)


def test_a_deregistered_number_cannot_send(sim):
    sim.inbound()
    assert sim.graph("POST", f"{PNID}/deregister", {"messaging_product": "whatsapp"}).json() == {"success": True}
    error(sim.send(), 133010)
    error(sim.graph("POST", f"{PNID}/register", {"messaging_product": "whatsapp", "pin": "12"}), 100)
    ok = sim.graph("POST", f"{PNID}/register", {"messaging_product": "whatsapp", "pin": "123456"})
    assert ok.json() == {"success": True}
    error(sim.graph("POST", f"{PNID}/register", {"messaging_product": "whatsapp", "pin": "654321"}), 133005)
    assert sim.send().status_code == 200


def test_a_message_sent_twice_is_counted(sim):
    sim.inbound()
    for callback in ("a", "b", "a"):
        sim.send(biz_opaque_callback_data=callback)
    stats = sim.control("stats")
    assert stats["duplicates"] == 1 and stats["duplicated_callbacks"] == ["a"] and stats["accepted"] == 3
    assert sim.control("sent", callback_data="a")["messages"][0]["accepted_times"] == 2
