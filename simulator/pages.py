"""The phone pages that are open: who looks at what, and what they must be told.

Each page holds one websocket (``/_sim/phone/events``). It says who it is and which chat is open; it is told about
people, messages, statuses and typing. While a page is open as a person, that person reads by looking, not by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from . import changes, inbound, rendering
from .errors import BadInput, GraphError
from .files import add_media
from .keys import SIM
from .opus import NotOpus, webm_to_ogg

if TYPE_CHECKING:
    from .core import Simulator
    from .state import Message, Person

_logger = logging.getLogger(__name__)
#: People listed on the page, the most recently active first.
PEOPLE_LIMIT = 200
_NO_BUBBLE = ("reaction", *changes.TYPES)
_VISIBLE = ("sent", "delivered", "read", "played")


class Page:
    """One open phone page."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.me = None  # person key
        self.pnid = None  # number of the open chat
        self.focused = True
        self.queue = asyncio.Queue(maxsize=5000)

    def tell(self, event: str, **data) -> None:
        """Queue an event; a page that does not read is cut off."""
        try:
            self.queue.put_nowait({"ev": event, **data})
        except asyncio.QueueFull:
            asyncio.get_running_loop().create_task(self.socket.close())

    async def pump(self) -> None:
        while True:
            await self.socket.send_str(json.dumps(await self.queue.get()))


class Pages:
    """Open phone pages. Cheap when there are none: callers check ``watching`` first."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.open = set()
        self._dirty = set()

    @property
    def watching(self) -> bool:
        return bool(self.open)

    # -- questions from the core ----------------------------------------------------------------------------------
    def reads(self, key: str, pnid: str, status: str) -> bool:
        """May this planned read (or played) status happen? Only by looking, while a page is open as the person."""
        pages = [page for page in self.open if page.me == key]
        if not pages:
            return True
        return status == "read" and any(page.pnid == pnid and page.focused for page in pages)

    # -- news for the pages ---------------------------------------------------------------------------------------
    def _of(self, key: str) -> list[Page]:
        return [page for page in self.open if page.me == key]

    def message(self, message: Message) -> None:
        """A message was accepted or received. Outbound ones show up with their first status."""
        if not message.outbound or not self.sim.config.webhook.statuses:
            self._show(message)

    def _show(self, message: Message) -> None:
        if message.type not in _NO_BUBBLE:
            for page in self._of(message.person.key):
                page.tell("message", message=rendering.view(self.sim, message))
        self._person_changed(message.person)

    def status(self, message: Message) -> None:
        """A status, reaction or error of a message changed."""
        if not self.open:
            return
        if message.outbound and message.status in ("sent", "failed") and not message.reactions:
            self._show(message)
            return
        for page in self._of(message.person.key):
            page.tell("status", pnid=message.pnid, wamid=message.wamid, status=message.status,
                      reactions=message.reactions)
        self._person_changed(message.person)

    def changed(self, message: Message) -> None:
        """A person changed or deleted an own message."""
        for page in self._of(message.person.key):
            page.tell("message", message=rendering.view(self.sim, message))
        self._person_changed(message.person)

    def typing(self, pnid: str, person: Person) -> None:
        """The business is writing."""
        for page in self._of(person.key):
            page.tell("typing", pnid=pnid)

    def _person_changed(self, person: Person) -> None:
        """Refresh a line of the people list, at most five times a second."""
        if not self._dirty:
            self.sim.timeline.after(0.2, self._flush)
        self._dirty.add(person.key)

    def _flush(self) -> None:
        keys, self._dirty = self._dirty, set()
        known = [self.sim.world.people[key] for key in keys if key in self.sim.world.people]
        views = [self.person_view(person) for person in known[:PEOPLE_LIMIT]]
        for page in self.open:
            page.tell("persons", persons=views)
            if page.me in keys:
                page.tell("chats", chats=self.chats(page.me))

    def people_changed(self) -> None:
        """Somebody or some number was added."""
        for page in self.open:
            page.tell("people", people=self.people(), numbers=self.numbers())

    def reset(self) -> None:
        """Everything was forgotten: pages start over."""
        self._dirty.clear()
        for page in self.open:
            page.tell("reset")

    async def close(self) -> None:
        for page in list(self.open):
            await page.socket.close()

    # -- views ----------------------------------------------------------------------------------------------------
    def numbers(self) -> list[dict]:
        return [{"pnid": number.id, "name": number.name, "display": number.display,
                 "about": number.profile.get("about", "")} for number in self.sim.world.numbers.values()]

    def people(self) -> list[dict]:
        views = [self.person_view(person) for person in self.sim.world.people.values() if person.shown]
        views.sort(key=lambda view: -(view["last"] or {}).get("at", 0))
        return views[:PEOPLE_LIMIT]

    def person_view(self, person: Person) -> dict:
        """A line of the people list."""
        chats = self.chats(person.key)
        last = max((chat["last"] for chat in chats if chat["last"]), key=lambda last: last["at"], default=None)
        return {"key": person.key, "name": person.name, "phone": person.phone, "user_id": person.user_id,
                "username": person.username, "hide_phone": person.hide_phone, "about": person.about,
                "on_whatsapp": person.on_whatsapp, "last": last, "unread": sum(chat["unread"] for chat in chats)}

    def _visible(self, message: Message) -> bool:
        if message.type in _NO_BUBBLE:
            return False
        if not message.outbound or message.status in _VISIBLE or message.status == "failed":
            return True
        return not self.sim.config.webhook.statuses

    def chats(self, key: str) -> list[dict]:
        """The chats of a person: one for each number, with last message and unread count."""
        result = []
        for pnid in self.sim.world.numbers:
            last, unread = None, 0
            for message in reversed(self.sim.world.threads.get((pnid, key), ())):
                if not self._visible(message) or message.status == "failed":
                    continue
                if last is None:
                    last = {"text": rendering.preview(self.sim, message), "at": message.at,
                            "mine": not message.outbound, "status": message.status}
                if message.outbound and message.status in ("sent", "delivered"):
                    unread += 1
            result.append({"pnid": pnid, "last": last, "unread": unread})
        return result

    def thread(self, key: str, pnid: str) -> list[dict]:
        """Everything of one chat that a phone shows."""
        messages = self.sim.world.threads.get((pnid, key), ())
        return [rendering.view(self.sim, message) for message in messages if self._visible(message)]

    def mark_read(self, person: Person, pnid: str) -> int:
        """Set everything delivered in the thread to read; returns how many."""
        count = 0
        for message in list(self.sim.world.threads.get((pnid, person.key), ())):
            if message.outbound and message.status in ("sent", "delivered") and message.type != "reaction":
                self.sim.set_status(message, "read")
                count += 1
        return count

    # -- commands from the page -----------------------------------------------------------------------------------
    def command(self, page: Page, data: dict) -> None:
        """Do what a page asks. :raises BadInput: shown on the page."""
        name = data.get("do")
        handler = _COMMANDS.get(name)
        if handler is None:
            raise BadInput("do", f"{name!r} is not a command", f"Use one of: {', '.join(_COMMANDS)}.")
        handler(self, page, data)

    def _be(self, page: Page, data: dict) -> None:
        person = self.sim.world.people.get(str(data.get("key")))
        if person is None:
            person = inbound.find_person(self.sim, {"phone": data.get("key")})
            self.people_changed()
        page.me, page.pnid = person.key, None
        page.tell("me", me=self.person_view(person), chats=self.chats(person.key))

    def _add(self, page: Page, data: dict) -> None:
        given = {name: data.get(name) for name in ("name", "phone", "username", "hide_phone") if data.get(name)}
        if isinstance(given.get("username"), str):
            given["username"] = given["username"].lstrip("@")
        person = inbound.find_person(self.sim, given)
        person.shown = True
        person.about = person.about or ("Phone hidden" if not person.shows_phone else "")
        self.people_changed()
        self._be(page, {"key": person.key})

    def _open(self, page: Page, data: dict) -> None:
        number = inbound.find_number(self.sim, data.get("pnid"))
        person = self._me(page)
        page.pnid, page.focused = number.id, True
        page.tell("thread", pnid=number.id, messages=self.thread(person.key, number.id))
        self.mark_read(person, number.id)

    def _close(self, page: Page, data: dict) -> None:
        page.pnid = None

    def _focus(self, page: Page, data: dict) -> None:
        page.focused = bool(data.get("on"))
        if page.focused and page.pnid and page.me:
            self.mark_read(self._me(page), page.pnid)

    def _me(self, page: Page) -> Person:
        person = self.sim.world.people.get(page.me)
        if person is None:
            raise BadInput("me", "nobody is chosen", "Choose a person first.")
        return person

    def _receive(self, page: Page, pnid: Any, type_: str, content: Any, reply_to: str | None = None) -> None:
        person = self._me(page)
        data = {"phone_number_id": pnid, "type": type_, type_: content, "reply_to": reply_to,
                "user_id": person.user_id}
        if person.phone:
            data["from"] = person.phone
        inbound.receive(self.sim, data)

    def _send(self, page: Page, data: dict) -> None:
        self._receive(page, data.get("pnid"), data.get("type") or "text", data.get("content"), data.get("reply_to"))

    def _change(self, page: Page, data: dict) -> None:
        """An own message gets another text, or is deleted for everyone."""
        message = self.sim.world.messages.get(str(data.get("wamid")))
        if message is None or message.outbound or message.person.key != page.me:
            raise BadInput("wamid", "is no message of this person", "Open the chat again.")
        text = data.get("text")
        self._receive(page, message.pnid, *changes.command(message, None if text is None else str(text)))

    def _press(self, page: Page, data: dict) -> None:
        """A button of a business message was pressed."""
        message = self.sim.world.messages.get(str(data.get("wamid")))
        if message is None or not message.outbound or message.person.key != page.me:
            raise BadInput("wamid", "no such message", "Open the chat again.")
        type_, content = rendering.reply(self.sim, message, data)
        self._receive(page, message.pnid, type_, content, message.wamid)
        self.status(message)

    def _played(self, page: Page, data: dict) -> None:
        message = self.sim.world.messages.get(str(data.get("wamid")))
        if message is not None and message.outbound and message.person.key == page.me and message.type == "audio":
            self.sim.set_status(message, "played")


_COMMANDS = {"be": Pages._be, "add": Pages._add, "open": Pages._open, "close": Pages._close, "focus": Pages._focus,
             "send": Pages._send, "change": Pages._change, "press": Pages._press, "played": Pages._played}


async def events(request: web.Request) -> web.WebSocketResponse:
    """GET /_sim/phone/events: the websocket of a page."""
    sim = request.app[SIM]
    socket = web.WebSocketResponse(heartbeat=30, max_msg_size=1024 * 1024)
    await socket.prepare(request)
    page = Page(socket)
    sim.pages.open.add(page)
    page.tell("hello", people=sim.pages.people(), numbers=sim.pages.numbers(), now=time.time())
    pump = asyncio.get_running_loop().create_task(page.pump())
    try:
        async for frame in socket:
            if frame.type != WSMsgType.TEXT:
                continue
            try:
                data = json.loads(frame.data)
                if not isinstance(data, dict):
                    raise BadInput("(frame)", "is not a JSON object", "Send an object with do.")
                sim.pages.command(page, data)
            except BadInput as error:
                page.tell("error", message=f"{error}. {error.remedy}")
            except (ValueError, TypeError, KeyError, AttributeError, GraphError, RecursionError) as error:
                _logger.warning("phone page sent what cannot be understood: %s", error)
                page.tell("error", message="That could not be understood.")
    finally:
        sim.pages.open.discard(page)
        pump.cancel()
    return socket


async def upload(request: web.Request) -> dict:
    """POST /_sim/phone/upload?filename=..: raw bytes of a file that the person sends; answers its id."""
    sim = request.app[SIM]
    data = await request.read()
    if not data:
        raise BadInput("(body)", "is empty", "Send the bytes of the file.")
    number = inbound.find_number(sim, request.query.get("pnid"))
    mime = request.headers.get("Content-Type", "application/octet-stream")
    if "webm" in mime:
        with contextlib.suppress(NotOpus):
            data, mime = webm_to_ogg(data), "audio/ogg; codecs=opus"
    media = add_media(sim, number.id, data, mime, request.query.get("filename") or None)
    return {"id": media.id, "mime_type": mime}


async def file(request: web.Request) -> web.Response:
    """GET /_sim/file/{id}: a stored file for the page, without token."""
    media = request.app[SIM].world.media.get(request.match_info["media_id"])
    if media is None:
        return web.Response(status=404, text="No such file")
    headers = {"Content-Type": media.mime, "X-Content-Type-Options": "nosniff",
               "Content-Security-Policy": "sandbox", "Cache-Control": "private, max-age=3600"}
    return web.Response(body=media.data, headers=headers)
