"""The business's own phone: echoes, past chats, address book; calls and changes of identity."""

from simulator_helpers import JOHN, PNID, error, wait

OTHER = "8801700009999"


def control(sim, name, **body):
    answer = sim.http.post(f"{sim.base}/_sim/{name}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def values(sim, field, count=1):
    wait(lambda: len(sim.receiver.values(field)) >= count)
    return sim.receiver.values(field)


def sync(sim, kind):
    return sim.graph("POST", f"{PNID}/smb_app_data", {"messaging_product": "whatsapp", "sync_type": kind})


def test_what_is_written_on_the_phone_is_echoed_and_opens_no_window(hooked):
    refused = hooked.http.post(f"{hooked.base}/_sim/echo", json={"to": JOHN, "text": "Hi"})
    assert refused.status_code == 400 and "on_biz_app" in refused.text
    control(hooked, "app")
    wamid = control(hooked, "echo", to=JOHN, text="From the phone")["wamid"]
    (value,) = values(hooked, "smb_message_echoes")
    (entry,) = value["message_echoes"]
    assert (entry["id"], entry["to"], entry["text"]["body"]) == (wamid, JOHN, "From the phone")
    assert entry["from"] == value["metadata"]["display_phone_number"]
    assert not hooked.sim.world.window_open(PNID, hooked.sim.world.person(JOHN))


def test_past_chats_are_handed_over_once_youngest_first(hooked):
    lines = [{"text": "old", "days_ago": 120}, {"text": "young", "days_ago": 0, "own": True, "status": "DELIVERED"}]
    control(hooked, "app", chats=[{"phone": JOHN, "messages": lines}])
    assert sync(hooked, "history").json()["request_id"]
    parts = [part for value in values(hooked, "history", 2) for part in value["history"]]
    assert [(part["metadata"]["phase"], part["metadata"]["progress"]) for part in parts] == [(0, 50), (2, 100)]
    young = parts[0]["threads"][0]["messages"][0]
    assert young["history_context"] == {"status": "DELIVERED"} and young["from"] != JOHN
    error(sync(hooked, "history"), 2593107)


def test_a_sync_has_its_time_and_its_number(hooked):
    error(sync(hooked, "history"), 100)
    control(hooked, "app", hours_ago=25)
    error(sync(hooked, "smb_app_state_sync"), 2593108)
    error(sync(hooked, "everything"), 100)


def test_an_owner_may_decline(hooked):
    control(hooked, "app", declines=True)
    sync(hooked, "history")
    assert values(hooked, "history")[0]["history"][0]["errors"][0]["code"] == 2593109


def test_the_address_book_is_told(hooked):
    control(hooked, "app", contacts=[{"phone": JOHN, "name": "John from Dhaka"}])
    sync(hooked, "smb_app_state_sync")
    (item,) = values(hooked, "smb_app_state_sync")[0]["state_sync"]
    assert (item["action"], item["contact"]["full_name"]) == ("add", "John from Dhaka")
    control(hooked, "app_contacts", contacts=[{"phone": JOHN, "action": "remove"}])
    assert values(hooked, "smb_app_state_sync", 2)[1]["state_sync"][0]["action"] == "remove"


def test_a_missed_call_is_a_start_and_an_end(hooked):
    call_id = control(hooked, "call", **{"from": JOHN})["id"]
    told = [call for value in values(hooked, "calls", 2) for call in value["calls"]]
    assert [(call["id"], call["event"]) for call in told] == [(call_id, "connect"), (call_id, "terminate")]
    assert told[1]["status"] == "FAILED"
    assert hooked.sim.world.window_open(PNID, hooked.sim.world.person(JOHN))


def test_a_person_moves_to_another_number(hooked):
    hooked.inbound()
    told = control(hooked, "identity", **{"from": JOHN, "new_phone": OTHER})
    system = [m for value in values(hooked, "messages", 2) for m in value["messages"] if m["type"] == "system"][0]
    assert (system["from"], system["system"]["wa_id"]) == (JOHN, OTHER)
    change = values(hooked, "user_id_update")[0]["user_id_update"][0]["user_id"]
    assert change == {"previous": told["previous_user_id"], "current": told["user_id"]}
    assert hooked.sim.world.person(OTHER, create=False) and not hooked.sim.world.person(JOHN, create=False)
    taken = hooked.http.post(f"{hooked.base}/_sim/identity", json={"from": "8801700001111", "new_phone": OTHER})
    assert taken.status_code == 400
