"""Media, numbers, apps, records, and a control API that explains what is wrong."""

import hashlib
import json

import pytest
from simulator_helpers import APP, JOHN, PNID, PNID_2, RAHIM, WABA, error, wait


def upload(sim, data=b"\xff\xd8jpeg", mime="image/jpeg", name="a.jpg", pnid=PNID):
    return sim.http.post(f"{sim.base}/v25.0/{pnid}/media", data={"messaging_product": "whatsapp", "type": mime},
                         files={"file": (name, data, mime)})


def test_media_go_up_and_come_down_with_the_token_only(sim):
    media_id = upload(sim).json()["id"]
    info = sim.graph("GET", media_id).json()
    assert info["mime_type"] == "image/jpeg" and info["file_size"] == "6"
    assert info["sha256"] == hashlib.sha256(b"\xff\xd8jpeg").hexdigest()
    got = sim.http.get(info["url"])
    assert got.content == b"\xff\xd8jpeg" and got.headers["Content-Type"] == "image/jpeg"
    assert sim.http.get(info["url"], headers={"Authorization": "Bearer nope"}).status_code == 401
    error(sim.graph("GET", f"{media_id}?phone_number_id={PNID_2}"), 100)
    sim.inbound()
    assert sim.send(type_="image", content={"id": media_id}).status_code == 200
    sim.config(media={"url_life_s": 0})
    assert sim.http.get(sim.graph("GET", media_id).json()["url"]).status_code in (200, 404)
    assert sim.graph("DELETE", media_id).json() == {"success": True}
    error(sim.graph("GET", media_id), 100)


def test_a_download_address_dies_and_cannot_be_forged(sim):
    media_id = upload(sim).json()["id"]
    url = sim.graph("GET", media_id).json()["url"]
    assert sim.http.get(url.replace("hash=", "hash=0")).status_code == 404
    media = sim.sim.world.media[media_id]
    from simulator.files import url_hash
    assert sim.http.get(f"{sim.base}/_media/{media_id}?ext=1&hash={url_hash(media, 1)}").status_code == 404


def test_media_types_and_sizes_are_checked(hooked):
    assert "one of the following types" in error(upload(hooked, mime="image/heic"), 100)["message"]
    error(upload(hooked, data=b"x" * (5 * 1024 * 1024 + 1)), 131053)
    error(upload(hooked, data=b""), 131053)
    other = upload(hooked, pnid=PNID_2).json()["id"]
    hooked.inbound()
    error(hooked.send(type_="image", content={"id": other}), 131009)
    text = upload(hooked, b"hello", "text/plain", "a.txt").json()["id"]
    assert hooked.send(type_="image", content={"id": text}).status_code == 200
    [status] = wait(hooked.receiver.statuses)
    assert status["status"] == "failed" and status["errors"][0]["code"] == 131053
    assert hooked.send(type_="document", content={"id": text}).status_code == 200


def test_inbound_media_can_be_fetched_as_the_business_does(hooked):
    hooked.control("inbound", {"from": JOHN, "type": "document", "document": {
        "data": "aGVsbG8=", "filename": "a.txt", "mime_type": "text/plain"}})
    document = wait(hooked.receiver.messages)[0]["document"]
    info = hooked.graph("GET", f"{document['id']}?phone_number_id={PNID}").json()
    assert hooked.http.get(info["url"]).content == b"hello" == hooked.http.get(document["url"]).content


def test_numbers_and_accounts_answer_their_fields(sim):
    node = sim.graph("GET", f"{PNID}?fields=status,throughput,health_status,quality_rating").json()
    assert node["status"] == "CONNECTED" and node["health_status"]["can_send_message"] == "AVAILABLE"
    listed = sim.graph("GET", f"{WABA}/phone_numbers?limit=1").json()
    assert listed["data"][0]["display_phone_number"] == "+1 555-010-0001" and "next" in listed["paging"]
    assert sim.graph("GET", f"{WABA}?fields=name,currency").json() == {
        "name": "Demo Services Ltd", "currency": "USD", "id": WABA}
    error(sim.graph("GET", f"{PNID}?fields=bogus"), 100)
    error(sim.graph("GET", "123456"), 100)
    error(sim.graph("GET", f"{PNID}/bogus"), 100)
    error(sim.http.get(f"{sim.base}/nothing/here"), 2500)


def test_the_profile_is_kept(sim):
    path = f"{PNID}/whatsapp_business_profile"
    assert sim.graph("POST", path, {"messaging_product": "whatsapp", "about": "New", "vertical": "RETAIL"}).json()
    assert sim.graph("GET", f"{path}?fields=about,vertical").json()["data"] == [
        {"about": "New", "vertical": "RETAIL", "messaging_product": "whatsapp"}]
    error(sim.graph("POST", path, {"messaging_product": "whatsapp", "about": "x" * 140}), 100)
    error(sim.graph("POST", path, {"messaging_product": "whatsapp", "vertical": "X"}), 100)


def test_tokens_can_be_examined(sim):
    data = sim.graph("GET", "debug_token?input_token=demo-access-token").json()["data"]
    assert data["is_valid"] and data["app_id"] == APP and "whatsapp_business_messaging" in data["scopes"]
    assert sim.graph("GET", "debug_token?input_token=x").json()["data"]["is_valid"] is False
    answer = sim.graph("GET", f"oauth/access_token?client_id={APP}&client_secret=demo-app-secret").json()
    assert answer["access_token"] == f"{APP}|demo-app-secret"
    error(sim.graph("GET", f"oauth/access_token?client_id={APP}&client_secret=no"), 1)


def test_a_blocked_user_is_not_heard_and_not_reached(hooked):
    path, body = f"{PNID}/block_users", {"messaging_product": "whatsapp", "block_users": [{"user": JOHN}]}
    error(hooked.graph("POST", path, body), 139100)
    hooked.inbound()
    wait(hooked.receiver.messages)
    assert hooked.graph("POST", path, body).json()["block_users"]["added_users"] == [{"input": JOHN, "wa_id": JOHN}]
    assert hooked.graph("GET", path).json()["data"] == [{"messaging_product": "whatsapp", "wa_id": JOHN}]
    hooked.inbound("unheard")
    hooked.send()
    [status] = wait(hooked.receiver.statuses)
    assert status["status"] == "failed" and len(hooked.receiver.messages()) == 1
    assert hooked.graph("DELETE", path, body).json()["block_users"]["removed_users"]


def test_requests_are_recorded_in_order_and_can_be_asked(sim):
    sim.inbound()
    for index in range(3):
        sim.send(biz_opaque_callback_data=str(index))
    sim.send(to="bad")
    sim.graph("GET", PNID)
    found = sim.control("requests", path="/messages", to=JOHN)
    assert [r["body"]["biz_opaque_callback_data"] for r in found["requests"]] == ["0", "1", "2"]
    assert found["requests"][0]["status"] == 200 and found["requests"][0]["ms"] is not None
    later = sim.control("requests", since=found["requests"][-1]["seq"])
    assert [(r["status"], r["code"]) for r in later["requests"]] == [(400, 131009), (200, None)]
    sim.config(record={"requests": 2})
    assert sim.control("requests")["count"] == 2
    sim.config(record={"bodies": False})
    sim.send()
    assert sim.control("requests", limit=1)["requests"][0]["body"] is None


def test_reset_forgets_everything_but_the_urls(hooked):
    hooked.config(latency_ms=1)
    hooked.inbound()
    hooked.send()
    hooked.control("reset", {})
    assert hooked.control("stats")["requests"] == 0 == hooked.control("sent")["count"]
    assert hooked.control("config")["latency_ms"] == 0
    hooked.receiver.posts.clear()
    hooked.inbound()
    assert wait(hooked.receiver.messages)


def test_a_second_business_with_its_own_app_and_token(sim):
    sim.control("apps", {"id": "77", "secret": "s2", "token": "t2"})
    sim.control("wabas", {"id": "88", "name": "Second", "app": "77"})
    sim.control("numbers", {"id": "99", "waba": "88", "display": "+1 555 020 0001", "name": "Second shop"})
    sim.control("tokens", {"token": "t2", "app": "77", "wabas": ["88"]})
    sim.http.headers["Authorization"] = "Bearer t2"
    try:
        assert sim.graph("GET", "99").json()["verified_name"] == "Second shop"
        error(sim.graph("GET", PNID), 100)
        error(sim.send(), 100)
    finally:
        sim.http.headers["Authorization"] = "Bearer demo-access-token"
    answer = sim.control("webhook_url", {"waba": "88", "app": "77", "url": sim.hook,
                                         "verify_token": "demo-verify-token"})
    assert answer["ok"]
    sim.control("inbound", {"phone_number_id": "99", "from": RAHIM, "text": "Hi"})
    from simulator_helpers import good_signature
    _at, body, headers = wait(lambda: sim.receiver.posts)[0]
    assert good_signature(body, headers["X-Hub-Signature-256"], "s2")


@pytest.mark.parametrize("name, data, field", [
    ("inbound", {}, "text"), ("inbound", {"text": "x"}, "from"), ("inbound", {"from": "1", "text": "x"}, "from"),
    ("inbound", {"from": JOHN, "phone_number_id": "1", "text": "x"}, "phone_number_id"),
    ("inbound", {"from": JOHN, "type": 3}, "type"), ("inbound", {"from": JOHN, "type": "image", "image": {"id": "1"}},
                                                      "image.id"),
    ("inbound", {"from": JOHN, "type": "image", "image": {"data": "%"}}, "image.data"),
    ("inbound", {"from": JOHN, "type": "location", "location": {"latitude": "x"}}, "location.latitude"),
    ("inbound", {"from": JOHN, "text": "x", "timestamp": "soon"}, "timestamp"),
    ("inbound", {"user_id": "x", "text": "x"}, "user_id"), ("inbound", {"messages": 1}, "messages"),
    ("inbound", {"messages": [1]}, "(body)"),
    ("config", {"latency_ms": "x"}, "latency_ms"), ("config", {"bogus": 1}, "bogus"),
    ("config", {"webhook": {"batch": 0}}, "webhook.batch"), ("config", {"webhook": {"bogus": 0}}, "webhook.bogus"),
    ("config", {"webhook": 1}, "webhook"), ("config", {"window": "maybe"}, "window"),
    ("config", {"webhook": {"statuses": ["x"]}}, "webhook.statuses"), ("config", {"failures": 1}, "failures"),
    ("webhook", {}, "payload"), ("webhook", {"payload": 1}, "url"), ("webhook_url", {"url": 5}, "url"),
    ("webhook_url", {"url": "http://127.0.0.1:9/", "verify": False, "waba": "1"}, "waba"),
    ("status", {}, "wamid"), ("status", {"wamid": "x"}, "wamid"), ("window", {}, "from"),
    ("window", {"from": JOHN, "hours_ago": "x"}, "hours_ago"), ("people", {}, "from"), ("tokens", {}, "token"),
    ("templates", {"name": "x", "components": 1}, "components"), ("numbers", {"waba": "x"}, "waba"),
    ("reset", {"keep_urls": 1}, "keep_urls"), ("read", {"phone": []}, "from"),
])
def test_wrong_control_input_names_field_and_remedy(sim, name, data, field):
    response = sim.http.post(f"{sim.base}/_sim/{name}", json=data)
    assert response.status_code == 400
    problem = response.json()["error"]
    assert problem["field"] == field and problem["message"] and problem["remedy"]


def test_nothing_makes_the_control_api_break(sim):
    bodies = [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000,
              json.dumps({"text": {}, "from": {}}).encode(),
              b'{"url": {}, "waba": [], "raw": 1, "wamid": [], "messages": {}, "kind": [], "match": 5}']
    for name in ("reset", "config", "fail", "inbound", "webhook", "webhook_url", "status", "read", "window", "people",
                 "tokens", "apps", "wabas", "numbers", "templates"):
        for body in bodies:
            status = sim.http.post(f"{sim.base}/_sim/{name}", data=body).status_code
            assert status in (200, 400), (name, body, status)
    for name in ("requests", "sent", "deliveries"):
        assert sim.http.get(f"{sim.base}/_sim/{name}?since=x&limit=x").status_code in (200, 400)
