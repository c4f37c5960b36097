"""The phone page: its events and what it sends. The page in a real browser: tests/e2e/test_phone_page.py."""

import asyncio
import json
import struct

import aiohttp
import pytest
from simulator_helpers import JOHN, PNID, PNID_2, RAHIM, wait

from simulator import opus

QUESTION = {"type": "button", "body": {"text": "Well?"}, "action": {"buttons": [
    {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}, {"type": "reply", "reply": {"id": "no", "title": "No"}}]}}


def talk(sim, script):
    """Run ``await script(page)`` with a connected page: ``page.tell(...)``, ``await page.event(name)``."""
    class Page:
        def __init__(self, socket):
            self.socket = socket

        async def tell(self, do, **data):
            await self.socket.send_str(json.dumps({"do": do, **data}))

        async def event(self, name):
            while True:
                found = json.loads((await self.socket.receive(timeout=5)).data)
                if found["ev"] == name:
                    return found

    async def run():
        url = sim.base.replace("http", "ws") + "/_sim/phone/events"
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            return await script(Page(socket))
    return asyncio.run(run())


async def call(function, *args, **kwargs):
    """A blocking shortcut of the test, beside the page."""
    return await asyncio.get_running_loop().run_in_executor(None, lambda: function(*args, **kwargs))


def test_a_page_sees_people_and_becomes_one(sim):
    async def script(page):
        hello = await page.event("hello")
        assert {p["name"] for p in hello["people"]} == {"John Doe", "Rahim Uddin", "Karim Ahmed", "Nila"}
        assert [n["pnid"] for n in hello["numbers"]] == [PNID, PNID_2]
        await page.tell("be", key="8801711111111")
        assert (await page.event("me"))["me"]["phone"] == "8801711111111"
        await page.tell("add", name="Lily", username="@lily.k")
        me = (await page.event("me"))["me"]
        assert me["phone"] is None and me["username"] == "lily.k" and me["user_id"]
        await page.tell("add")
        assert "from" in (await page.event("error"))["message"]
        await page.tell("bogus")
        assert "not a command" in (await page.event("error"))["message"]
        await page.socket.send_str("no json")
        assert await page.event("error")
    talk(sim, script)


def test_what_a_person_writes_reaches_the_business_and_the_ticks_come_back(hooked):
    async def script(page):
        await page.tell("be", key=JOHN)
        await page.tell("open", pnid=PNID)
        await page.tell("send", pnid=PNID, type="text", content={"body": "Hi"})
        message = (await page.event("message"))["message"]
        assert message["mine"] and message["text"] == "Hi" and message["status"] == "sent"
        assert (await page.event("status"))["status"] == "delivered"
        read = {"messaging_product": "whatsapp", "status": "read", "message_id": message["wamid"],
                "typing_indicator": {"type": "text"}}
        await call(hooked.graph, "POST", f"{PNID}/messages", read)
        assert (await page.event("status"))["status"] == "read"
        assert (await page.event("typing"))["pnid"] == PNID
    talk(hooked, script)
    assert hooked.receiver.messages()[0]["text"] == {"body": "Hi"}


def test_reading_is_up_to_the_page_while_it_is_open(hooked):
    hooked.inbound()

    async def script(page):
        await page.tell("be", key=JOHN)
        await page.event("me")
        wamid = (await call(hooked.send)).json()["messages"][0]["id"]
        await call(wait, lambda: len(hooked.receiver.statuses(wamid)) == 2)
        chats = (await page.event("chats"))["chats"]
        assert chats[0]["unread"] == 1 and chats[0]["last"]["text"] == "Hello"
        await asyncio.sleep(0.1)
        assert [s["status"] for s in hooked.receiver.statuses(wamid)] == ["sent", "delivered"]
        await page.tell("open", pnid=PNID)
        assert [m["text"] for m in (await page.event("thread"))["messages"]] == ["Hi", "Hello"]
        await call(wait, lambda: hooked.receiver.statuses(wamid)[-1]["status"] == "read")
        await page.tell("focus", on=False)
        await page.tell("bogus")
        await page.event("error")  # so the one before was handled
        second = (await call(hooked.send)).json()["messages"][0]["id"]
        await call(wait, lambda: len(hooked.receiver.statuses(second)) == 2)
        await page.tell("focus", on=True)
        await call(wait, lambda: hooked.receiver.statuses(second)[-1]["status"] == "read")
    talk(hooked, script)


def test_buttons_lists_and_template_replies_send_what_whatsapp_sends(hooked):
    hooked.inbound()
    question = hooked.send(type_="interactive", content=QUESTION).json()["messages"][0]["id"]
    rows = hooked.send(type_="interactive", content={"type": "list", "body": {"text": "When?"}, "action": {
        "button": "Slots", "sections": [{"title": "Today", "rows": [
            {"id": "r1", "title": "10:00", "description": "Free"}]}]}}).json()["messages"][0]["id"]
    values = {"type": "body", "parameters": [{"type": "text", "text": t} for t in ("Ra", "ORD-1", "Jo", "NID", "5")]}
    payload = {"type": "button", "sub_type": "quick_reply", "index": "1",
               "parameters": [{"type": "payload", "payload": "order:reject:7"}]}
    template = hooked.send(type_="template", content={
        "name": "order_new_seller", "language": {"code": "en"}, "components": [values, payload],
    }).json()["messages"][0]["id"]
    wait(lambda: len(hooked.receiver.statuses()) == 9)

    async def script(page):
        await page.tell("be", key=JOHN)
        await page.tell("open", pnid=PNID)
        thread = (await page.event("thread"))["messages"]
        shown = thread[-1]
        assert shown["header"] == {"text": "New order"} and "*Order:* ORD-1" in shown["text"]
        assert [b["title"] for b in shown["buttons"]] == ["Accept", "Reject"]
        await page.tell("press", wamid=question, index=1)
        await page.tell("press", wamid=rows, row="r1")
        await page.tell("press", wamid=template, index=0)
        await page.tell("press", wamid=template, index=1)
        await page.tell("press", wamid=template, index=2)
        assert "no button" in (await page.event("error"))["message"]
        await page.tell("press", wamid=rows, row="nope")
        assert "not a row" in (await page.event("error"))["message"]
    talk(hooked, script)
    messages = wait(lambda: len(hooked.receiver.messages()) == 5 and hooked.receiver.messages())[1:]
    assert messages[0]["interactive"] == {"type": "button_reply", "button_reply": {"id": "no", "title": "No"}}
    assert messages[0]["context"] == {"from": "15550100001", "id": question}
    assert messages[1]["interactive"]["list_reply"] == {"id": "r1", "title": "10:00", "description": "Free"}
    assert messages[2]["button"] == {"payload": "Accept", "text": "Accept"}
    assert messages[3]["button"] == {"payload": "order:reject:7", "text": "Reject"}


def test_a_person_without_phone_presses_and_reacts_without_phone(hooked):
    hooked.control("inbound", {"user_id": "BD.9f3KqLm2", "text": "Hi"})
    wamid = hooked.send(to=None, recipient="BD.9f3KqLm2", type_="interactive", content=QUESTION).json()["messages"][0]["id"]
    wait(lambda: len(hooked.receiver.statuses()) == 3)

    async def script(page):
        await page.tell("be", key="BD.9f3KqLm2")
        await page.tell("open", pnid=PNID)
        await page.tell("press", wamid=wamid, index=0)
        await page.tell("send", pnid=PNID, type="reaction", content={"message_id": wamid, "emoji": "\u2764\ufe0f"})
        assert (await page.event("status"))["wamid"] == wamid
        while not (found := await page.event("status"))["reactions"]:
            pass
        assert found["reactions"] == {"person": "\u2764\ufe0f"}
    talk(hooked, script)
    messages = wait(lambda: len(hooked.receiver.messages()) == 3 and hooked.receiver.messages())
    assert all("from" not in m and m["from_user_id"] == "BD.9f3KqLm2" for m in messages)


def test_a_refused_message_is_shown_as_not_arrived_and_never_as_a_message(hooked):
    async def script(page):
        await page.tell("be", key=RAHIM)
        await page.tell("open", pnid=PNID)
        await call(hooked.send, to=RAHIM)
        message = (await page.event("message"))["message"]
        assert message["status"] == "failed" and message["error"]["code"] == 131047
    talk(hooked, script)


def test_uploads_of_a_person_become_media(hooked):
    answer = hooked.http.post(f"{hooked.base}/_sim/phone/upload?pnid={PNID}&filename=a.png", data=b"png",
                              headers={"Content-Type": "image/png"}).json()
    got = hooked.http.get(f"{hooked.base}/_sim/file/{answer['id']}")
    assert got.content == b"png" and got.headers["X-Content-Type-Options"] == "nosniff"
    empty = hooked.http.post(f"{hooked.base}/_sim/phone/upload", data=b"")
    assert empty.status_code == 400 and empty.json()["error"]["remedy"]


def _webm(sound):
    def element(name, content, size=None):
        return name + (size or struct.pack(">Q", len(content) | 1 << 56)) + content
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)
    track = element(b"\x16\x54\xae\x6b", element(b"\xae", element(b"\x63\xa2", head)))
    blocks = b"".join(element(b"\xa3", b"\x81\x00\x00\x80" + packet) for packet in sound)
    unknown = b"\x01" + b"\xff" * 7
    return element(b"\x1a\x45\xdf\xa3", b"") + element(
        b"\x18\x53\x80\x67", track + element(b"\x1f\x43\xb6\x75", blocks, unknown), unknown)


def test_voice_from_webm_is_put_into_ogg_unchanged():
    sound = [bytes((0xFC,)) + bytes((i % 256,)) * (i % 700) for i in range(130)]
    ogg = opus.webm_to_ogg(_webm(sound))
    pages, position = [], 0
    while position < len(ogg):
        magic, _version, kind, granule, _serial, sequence, _crc, count = struct.unpack_from("<4sBBqIIIB", ogg, position)
        assert magic == b"OggS" and sequence == len(pages)
        lacing = ogg[position + 27:position + 27 + count]
        start = position + 27 + count
        pages.append((kind, granule, lacing, ogg[start:start + sum(lacing)]))
        position = start + sum(lacing)
    assert pages[0][0] == 2 and pages[-1][0] == 4 and pages[1][3].startswith(b"OpusTags")
    assert pages[-1][1] == 130 * 960
    assert b"".join(page[3] for page in pages[2:]) == b"".join(sound)
    with pytest.raises(opus.NotOpus):
        opus.webm_to_ogg(b"RIFF")
    with pytest.raises(opus.NotOpus):
        opus.webm_to_ogg(_webm([]))
