"""Driving what happens on phones: the business's own app, calls, changes of numbers and user ids."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aiohttp import web

from .. import ids, inbound, phone_app
from ..errors import BadInput
from .common import flag, read, text

if TYPE_CHECKING:
    from ..core import Simulator

EVENTS = ("connect", "terminate", "missed")
ACTIONS = ("add", "remove")


async def set_app(sim: Simulator, request: web.Request) -> dict:
    """Put a number on the phone app, with what its phone holds: {phone_number_id, contacts, chats, declines, hours_ago}."""
    data = await read(request)
    number = inbound.find_number(sim, data.get("phone_number_id"))
    number.on_biz_app = True
    hours = data.get("hours_ago", 0)
    if isinstance(hours, bool) or not isinstance(hours, (int, float)) or hours < 0:
        raise BadInput("hours_ago", f"{hours!r} is not a number", "Send hours since the number was connected.")
    number.app_since, number.app_synced = time.time() - hours * 3600, set()
    number.app_declines = flag(data, "declines", False)
    number.app_contacts = [{"phone": _phone(item), "name": text(item, "name", "")} for item in _list(data, "contacts")]
    number.app_chats = [{"phone": _phone(item), "messages": [_line(line) for line in _list(item, "messages")]}
                        for item in _list(data, "chats")]
    return {"id": number.id, "contacts": len(number.app_contacts), "chats": len(number.app_chats)}


async def post_echo(sim: Simulator, request: web.Request) -> dict:
    """The owner writes on the phone: {phone_number_id, to | user_id, type, <content as for inbound>}."""
    data = await read(request)
    number = phone_app.app_number(sim, data)
    person = inbound.find_person(sim, {"from": data.get("to"), "user_id": data.get("user_id")})
    return {"wamid": phone_app.echo(sim, number, person, data)}


async def post_contacts(sim: Simulator, request: web.Request) -> dict:
    """The address book of the phone changes: {phone_number_id, contacts: [{phone, name, action}]}."""
    data = await read(request)
    number = phone_app.app_number(sim, data)
    contacts = []
    for item in _list(data, "contacts"):
        action = text(item, "action", "add")
        if action not in ACTIONS:
            raise BadInput("contacts.action", f"{action!r} is not known", f"Use one of {', '.join(ACTIONS)}.")
        contacts.append({"phone": _phone(item), "name": text(item, "name", ""), "action": action})
    phone_app.tell_contacts(sim, number, contacts)
    return {"contacts": len(contacts)}


async def post_call(sim: Simulator, request: web.Request) -> dict:
    """A person calls: {phone_number_id, from | user_id, event: connect, terminate or missed, id, duration}."""
    data = await read(request)
    number = inbound.find_number(sim, data.get("phone_number_id"))
    person = inbound.find_person(sim, data)
    event = text(data, "event", "missed")
    if event not in EVENTS:
        raise BadInput("event", f"{event!r} is not known", f"Use one of {', '.join(EVENTS)}.")
    duration = data.get("duration", 0)
    if isinstance(duration, bool) or not isinstance(duration, int) or duration < 0:
        raise BadInput("duration", f"{duration!r} is not a number of seconds", "Send a whole number.")
    return {"id": phone_app.call(sim, number, person, event, data)}


async def post_identity(sim: Simulator, request: web.Request) -> dict:
    """A person gets another number or user id: {phone_number_id, from | user_id, new_phone, new_user_id}."""
    data = await read(request)
    number = inbound.find_number(sim, data.get("phone_number_id"))
    person = inbound.find_person(sim, data)
    phone = _phone(data, "new_phone") if data.get("new_phone") is not None else None
    user_id = data.get("new_user_id")
    if user_id is not None and (not isinstance(user_id, str) or not ids.BSUID.match(user_id)):
        raise BadInput("new_user_id", f"{user_id!r} is not a business-scoped user id", "Send for example BD.9f3KqLm2.")
    if phone and phone in sim.world.people:
        raise BadInput("new_phone", f"{phone} belongs to somebody", "Choose a number that nobody has.")
    return phone_app.change_identity(sim, number, person, phone, user_id)


def _list(data: dict, name: str) -> list[dict]:
    value = data.get(name, [])
    if not isinstance(value, list) or any(not isinstance(item, dict) for item in value):
        raise BadInput(name, "is not a list of objects", f'Send "{name}": [{{...}}].')
    return value


def _phone(item: dict, name: str = "phone") -> str:
    digits = "".join(c for c in text(item, name) if c.isdigit())
    if not 5 <= len(digits) <= 20:
        raise BadInput(name, f"{item.get(name)!r} is not a phone number", "Send digits with country code.")
    return digits


def _line(item: dict) -> dict:
    days = item.get("days_ago", 1)
    if isinstance(days, bool) or not isinstance(days, (int, float)) or days < 0:
        raise BadInput("days_ago", f"{days!r} is not a number", "Send days before now.")
    return {"text": text(item, "text"), "days_ago": days, "own": flag(item, "own", False),
            "status": text(item, "status", "READ")}
