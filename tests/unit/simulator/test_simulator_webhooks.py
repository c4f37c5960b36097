"""Webhooks: signature, shape, batching, repetition, disorder, retries, routing."""

import itertools
import json

import pytest
from simulator_helpers import APP, JOHN, PNID, PNID_2, RAHIM, WABA, error, good_signature, wait


def test_every_post_is_signed_over_its_raw_bytes_with_escapes(hooked):
    hooked.inbound("Zażółć \U0001f600 https://example.com/x")
    _at, body, headers = wait(lambda: hooked.receiver.posts)[0]
    assert good_signature(body, headers["X-Hub-Signature-256"])
    assert body.isascii() and b"\\u017c" in body and b"https:\\/\\/example.com" in body
    assert headers["Content-Type"] == "application/json"
    payload = json.loads(body)
    assert payload["object"] == "whatsapp_business_account" and payload["entry"][0]["id"] == WABA
    value = payload["entry"][0]["changes"][0]["value"]
    assert value["metadata"] == {"display_phone_number": "15550100001", "phone_number_id": PNID}
    assert value["contacts"][0]["wa_id"] == JOHN and value["messages"][0]["from"] == JOHN


def test_statuses_carry_price_and_callback_data_in_order(hooked):
    hooked.inbound()
    wamid = hooked.send(biz_opaque_callback_data="cb").json()["messages"][0]["id"]
    statuses = wait(lambda: len(hooked.receiver.statuses(wamid)) == 3 and hooked.receiver.statuses(wamid))
    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    assert all(status["biz_opaque_callback_data"] == "cb" and status["recipient_id"] == JOHN for status in statuses)
    assert statuses[0]["pricing"]["pricing_model"] == "PMP" and statuses[0]["pricing"]["category"] == "service"
    assert isinstance(statuses[0]["timestamp"], str)


def test_marketing_templates_are_charged(hooked):
    image = {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://a/b.jpg"}}]}
    values = {"type": "body", "parameters": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}
    hooked.send(to=RAHIM, type_="template", content={
        "name": "season_offer", "language": {"code": "en"}, "components": [image, values]})
    pricing = wait(hooked.receiver.statuses)[0]["pricing"]
    assert pricing == {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"}


def test_reactions_get_a_sent_status_only(hooked):
    wamid = hooked.inbound()
    hooked.send(type_="reaction", content={"message_id": wamid, "emoji": "\U0001f44d"})
    wait(hooked.receiver.statuses)
    hooked.send()
    wait(lambda: len(hooked.receiver.statuses()) == 4)
    assert [s["status"] for s in hooked.receiver.statuses()].count("sent") == 2


def test_inbound_of_every_type_has_the_documented_shape(hooked):
    out = hooked.send(type_="template", content={"name": "hello_world", "language": {"code": "en_US"}})
    target = out.json()["messages"][0]["id"]
    contents = {
        "image": {"caption": "c"}, "video": {}, "audio": {"voice": True}, "sticker": {},
        "document": {"filename": "a.pdf", "data": "aGVsbG8="},
        "location": {"latitude": 1.5, "longitude": 2, "name": "n"},
        "contacts": [{"name": {"formatted_name": "Ana"}}],
        "reaction": {"message_id": target, "emoji": "\U0001f44d"},
        "button": {"payload": "p", "text": "Accept"},
        "interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Yes"}},
        "order": {"catalog_id": "5", "product_items": []},
        "system": {"type": "user_changed_number", "body": "x", "wa_id": "123456"},
        "hologram": {"depth": 3},
    }
    for type_, content in contents.items():
        assert "wamid" in hooked.control("inbound", {"from": JOHN, "type": type_, type_: content}), type_
    hooked.control("inbound", {"from": JOHN, "type": "unsupported"})
    hooked.control("inbound", {"from": JOHN, "text": "r", "reply_to": target, "forwarded": True})
    found = wait(lambda: len(hooked.receiver.messages()) == 15 and {m["type"]: m for m in hooked.receiver.messages()})
    for kind in ("image", "video", "audio", "sticker", "document"):
        assert {"id", "mime_type", "sha256", "url"} <= set(found[kind][kind])
    assert found["hologram"]["hologram"] == {"depth": 3}
    assert found["unsupported"]["errors"][0]["code"] == 131051
    assert found["text"]["context"] == {"from": "15550100001", "id": target, "forwarded": True}
    assert found["button"]["button"] == {"payload": "p", "text": "Accept"}


def test_updates_are_batched_up_to_the_limit_in_every_shape(hooked):
    for shape in ("changes", "value", "entries"):
        hooked.receiver.posts.clear()
        hooked.config(webhook={"batch": 10, "batch_wait_ms": 150, "shape": shape})
        hooked.control("inbound", {"messages": [{"from": f"88017{i:08}", "text": str(i)} for i in range(25)]})
        wait(lambda: len(hooked.receiver.messages()) == 25)
        assert len(hooked.receiver.posts) == 3
        assert [int(m["text"]["body"]) for m in hooked.receiver.messages()] == list(range(25))
        first = json.loads(hooked.receiver.posts[0][1])["entry"]
        sizes = (len(first), len(first[0]["changes"]), len(first[0]["changes"][0]["value"]["messages"]))
        assert sizes == {"changes": (1, 10, 1), "value": (1, 1, 10), "entries": (10, 1, 1)}[shape]


def test_the_same_post_can_come_several_times(hooked):
    hooked.config(webhook={"duplicate": 9})
    hooked.inbound()
    wait(lambda: len(hooked.receiver.posts) == 10)
    assert len({body for _at, body, _headers in hooked.receiver.posts}) == 1


def test_disorder_changes_the_order_and_loses_nothing(hooked):
    hooked.config(webhook={"reorder": True, "reorder_ms": 200})
    hooked.control("inbound", {"messages": [{"from": JOHN, "text": str(i)} for i in range(40)]})
    wait(lambda: len(hooked.receiver.messages()) == 40)
    order = [int(m["text"]["body"]) for m in hooked.receiver.messages()]
    assert sorted(order) == list(range(40)) and order != sorted(order)


def test_a_refusal_is_tried_again_with_growing_pauses(hooked):
    hooked.receiver.answers[:] = [500, 403, 201]
    hooked.inbound()
    wait(lambda: len(hooked.receiver.posts) == 4)
    times = [at for at, _body, _headers in hooked.receiver.posts]
    pauses = [b - a for a, b in itertools.pairwise(times)]
    assert pauses[0] >= 0.025 and pauses[1] >= 0.055 and pauses[2] >= 0.115
    wait(lambda: hooked.control("deliveries")["count"] == 4)
    log = hooked.control("deliveries", bodies=1)
    assert [row["status"] for row in log["deliveries"]] == [500, 403, 201, 200]
    assert [row["attempt"] for row in log["deliveries"]] == [1, 2, 3, 4]
    assert log["waiting"] == 0 and "Hi" in log["deliveries"][0]["body"]


def test_a_timeout_is_tried_again_and_retries_can_be_off(hooked):
    hooked.config(webhook={"timeout_ms": 50})
    hooked.receiver.answers[:] = [0.3]
    hooked.inbound()
    wait(lambda: len(hooked.receiver.posts) == 2)
    wait(lambda: hooked.control("deliveries")["count"] == 2)
    assert hooked.control("deliveries")["deliveries"][0]["error"] == "timeout"
    hooked.config(webhook={"retry": False})
    hooked.receiver.answers[:] = [500]
    hooked.inbound()
    wait(lambda: hooked.control("deliveries", status=500)["count"] == 1)
    assert hooked.control("deliveries")["waiting"] == 0


def test_nothing_is_lost_while_the_receiver_is_down(sim):
    sim.control("webhook_url", {"url": "http://127.0.0.1:9/hook", "verify": False})
    sim.inbound()
    wait(lambda: sim.control("deliveries")["count"] >= 2)
    assert "Error" in sim.control("deliveries")["deliveries"][0]["error"]
    assert sim.control("deliveries")["waiting"] == 1


def test_registration_asks_the_challenge_and_refuses_a_wrong_token(sim):
    answer = sim.control("webhook_url", {"url": sim.hook, "verify_token": "nope"})
    assert answer["error"]["field"] == "url" and "403" in answer["error"]["message"]
    assert sim.receiver.challenges[0]["hub.mode"] == "subscribe"
    assert sim.control("webhook_url", {"url": "http://127.0.0.1:9/", "verify_token": "x"})["error"]["field"] == "url"
    sim.inbound()
    assert sim.receiver.posts == [] and sim.control("stats")["webhooks"]["nowhere"] == 1


def test_graph_registers_overrides_after_the_challenge(sim):
    path = f"{WABA}/subscribed_apps"
    error(sim.graph("POST", path, {"override_callback_uri": sim.hook, "verify_token": "nope"}), 2200)
    ok = sim.graph("POST", path, {"override_callback_uri": f"{sim.hook}?who=waba", "verify_token": "demo-verify-token"})
    assert ok.json() == {"success": True}
    assert sim.graph("GET", path).json()["data"][0]["override_callback_uri"].endswith("who=waba")
    configuration = {"override_callback_uri": f"{sim.hook}?who=phone", "verify_token": "demo-verify-token"}
    sim.graph("POST", PNID_2, {"webhook_configuration": configuration})
    app = {"object": "whatsapp_business_account", "callback_url": f"{sim.hook}?who=app",
           "verify_token": "demo-verify-token", "fields": "messages,message_template_status_update"}
    error(sim.graph("POST", f"{APP}/subscriptions", app), 15)
    app_token = {"Authorization": f"Bearer {APP}|demo-app-secret"}
    assert sim.graph("POST", f"{APP}/subscriptions", app, headers=app_token).json() == {"success": True}
    sim.inbound()
    sim.inbound(phone_number_id=PNID_2)
    sim.control("templates", {"name": "hello_world", "language": "en_US", "status": "PAUSED"})
    rows = wait(lambda: sim.control("deliveries")["count"] == 3 and sim.control("deliveries")["deliveries"])
    assert sorted((row["field"], row["url"].split("=")[1]) for row in rows) == [
        ("message_template_status_update", "app"), ("messages", "phone"), ("messages", "waba")]
    assert sim.graph("DELETE", path).json() == {"success": True}
    sim.inbound()
    assert sim.control("stats")["webhooks"]["nowhere"] == 1


@pytest.mark.parametrize("signature", [None, "sha256=00", ""])
def test_any_payload_can_be_delivered_with_any_signature(hooked, signature):
    data = {"raw": "not json \u00e9", "copies": 2}
    if signature is not None:
        data["signature"] = signature
    answer = hooked.control("webhook", data)
    assert answer == {"deliveries": 2, "statuses": [200, 200]}
    _at, body, headers = hooked.receiver.posts[0]
    assert body == "not json \u00e9".encode()
    assert good_signature(body, headers["X-Hub-Signature-256"]) is (signature is None)


def test_a_status_can_be_forced_out_of_order(hooked):
    hooked.config(webhook={"statuses": []})
    hooked.inbound()
    wamid = hooked.send().json()["messages"][0]["id"]
    for status in ("read", "sent", "sent"):
        hooked.control("status", {"wamid": wamid, "status": status, "force": True})
    hooked.control("status", {"wamid": wamid, "status": "failed", "code": 131049})
    wait(lambda: len(hooked.receiver.statuses(wamid)) == 4)
    assert sorted(s["status"] for s in hooked.receiver.statuses(wamid)) == ["failed", "read", "sent", "sent"]


def test_a_status_never_goes_backwards_by_itself(hooked):
    hooked.inbound()
    wamid = hooked.send().json()["messages"][0]["id"]
    wait(lambda: len(hooked.receiver.statuses(wamid)) == 3)
    hooked.control("status", {"wamid": wamid, "status": "delivered"})
    assert hooked.control("sent")["messages"][0]["status"] == "read"
    hooked.inbound("flush")
    wait(lambda: len(hooked.receiver.messages()) == 2)
    assert len(hooked.receiver.statuses(wamid)) == 3


def test_linked_media_are_fetched_when_told_so(hooked):
    hooked.config(media={"fetch_links": True})
    hooked.inbound()
    good = hooked.send(type_="image", content={"link": f"{hooked.base}/static/icon.svg"}).json()["messages"][0]["id"]
    bad = hooked.send(type_="image", content={"link": f"{hooked.base}/static/none.png"}).json()["messages"][0]["id"]
    wait(lambda: len(hooked.receiver.statuses(good)) == 3)
    [status] = wait(lambda: hooked.receiver.statuses(bad))
    assert status["errors"][0]["code"] == 131053 and "404" in status["errors"][0]["error_data"]["details"]
