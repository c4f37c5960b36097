"""A person changes or deletes an own message: the webhook that Meta sends, and what the phone shows."""

import pytest
from simulator_helpers import JOHN, wait
from test_simulator_phone import talk


def webhook(sim, kind):
    """The first message of a type that the business was sent."""
    return wait(lambda: next((m for m in sim.receiver.messages() if m["type"] == kind), None))


def test_an_edit_tells_the_business_and_changes_the_bubble(hooked):
    wamid = hooked.control("inbound", {"from": JOHN, "text": "Blue"})["wamid"]
    new = {"type": "text", "text": {"body": "Red"}}
    hooked.control("inbound", {"from": JOHN, "type": "edit", "edit": {"original_message_id": wamid, "message": new}})
    entry = webhook(hooked, "edit")
    assert entry["edit"] == {"original_message_id": wamid, "message": new} and entry["id"] != wamid

    async def script(page):
        await page.tell("be", key=JOHN)
        await page.tell("open", pnid="300000000000001")
        [bubble] = (await page.event("thread"))["messages"]
        assert (bubble["text"], bubble["edited"]) == ("Red", True)
        await page.tell("change", wamid=wamid, text="Green")
        assert (await page.event("message"))["message"]["text"] == "Green"
        await page.tell("change", wamid=wamid, text=" ")
        assert "new text" in (await page.event("error"))["message"]
        await page.tell("change", wamid=wamid)
        assert (await page.event("message"))["message"]["type"] == "deleted"
    talk(hooked, script)
    assert webhook(hooked, "revoke")["revoke"] == {"original_message_id": wamid}


def test_nobody_changes_what_somebody_else_wrote(hooked):
    wamid = hooked.control("inbound", {"from": "8801711111111", "text": "Mine"})["wamid"]
    hooked.control("inbound", {"from": JOHN, "type": "revoke", "revoke": {"original_message_id": wamid}})
    assert webhook(hooked, "revoke")  # Meta would not send it; the business must cope

    async def script(page):
        await page.tell("be", key="8801711111111")
        await page.tell("open", pnid="300000000000001")
        assert [m["text"] for m in (await page.event("thread"))["messages"]] == ["Mine"]
        await page.tell("be", key=JOHN)
        await page.tell("change", wamid=wamid)
        assert "this person" in (await page.event("error"))["message"]
    talk(hooked, script)


@pytest.mark.parametrize("body", [
    {"type": "edit", "edit": {"message": {"type": "text", "text": {"body": "x"}}}},
    {"type": "edit", "edit": {"original_message_id": "wamid.1"}},
    {"type": "edit", "edit": {"original_message_id": "wamid.1", "message": {"type": "location", "location": {}}}},
    {"type": "revoke", "revoke": {}},
])
def test_what_is_missing_is_named(sim, body):
    answer = sim.control("inbound", {"from": JOHN, **body})
    assert body["type"] in str(answer["error"])
