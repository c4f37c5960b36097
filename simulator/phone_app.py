"""Numbers that are also on the WhatsApp Business app: what is done on the phone, and what Meta hands over of it once.

Also calls and changes of a person's identity, which reach businesses as webhooks of their own.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from . import ids, inbound
from .errors import BadInput, GraphError, missing
from .state import Message

if TYPE_CHECKING:
    from .core import Simulator
    from .state import Number, Person

#: Seconds after onboarding in which contacts and history can be asked for.
SYNC_SECONDS = 24 * 3600
SYNC_TYPES = ("smb_app_state_sync", "history")


def app_number(sim: Simulator, data: dict) -> Number:
    """The number of a control request, which must be on the phone app."""
    number = inbound.find_number(sim, data.get("phone_number_id"))
    if not number.on_biz_app:
        raise BadInput("phone_number_id", f"{number.id} is not on the WhatsApp Business app",
                       'POST /_sim/number {"on_biz_app": true} first.')
    return number


def value_of(sim: Simulator, number: Number, **parts: Any) -> dict:
    """A webhook's value with the metadata of a number."""
    return {"messaging_product": "whatsapp", "metadata": sim.metadata(number), **parts}


def echo(sim: Simulator, number: Number, person: Person, data: dict) -> str:
    """The owner writes to a person on the phone: no window opens, nothing is charged. :returns: the wamid."""
    type_ = data.get("type") or "text"
    content = inbound.content_of(sim, number, type_, data)
    message = Message(ids.wamid(person.phone or ""), number.id, person, True, type_, content, time.time())
    message.status = "delivered"
    sim.world.add(message)
    entry = {"from": number.digits, "id": message.wamid, "timestamp": str(int(message.at)), "type": type_, type_: content}
    if person.shows_phone:
        entry["to"] = person.phone
    if sim.config.show_bsuid or not person.shows_phone:
        entry["to_user_id"] = person.user_id
    sim.hub.push(number.waba_id, "smb_message_echoes", value_of(sim, number, message_echoes=[entry]), number.id)
    if sim.pages.watching:
        sim.pages.message(message)
    return message.wamid


def sync(sim: Simulator, number: Number, body: dict) -> dict:
    """POST /{PNID}/smb_app_data: once for each kind, in a day after onboarding."""
    kind = body.get("sync_type")
    if kind is None:
        raise missing("sync_type")
    if kind not in SYNC_TYPES:
        raise GraphError(100, message=f"(#100) Param sync_type must be one of {{{', '.join(SYNC_TYPES)}}}", messaging=False)
    if not number.on_biz_app:
        raise GraphError(100, "The phone number is not onboarded from the WhatsApp Business app.")
    if kind in number.app_synced:
        raise GraphError(2593107)
    if time.time() - number.app_since > SYNC_SECONDS:
        raise GraphError(2593108)
    number.app_synced.add(kind)
    if kind == "history":
        tell_history(sim, number)
    else:
        tell_contacts(sim, number, [{"action": "add", **contact} for contact in number.app_contacts])
    return {"messaging_product": "whatsapp", "request_id": ids.number_id()}


def tell_history(sim: Simulator, number: Number) -> int:
    """Send the past chats that the phone has, youngest phase first; returns how many messages."""
    if number.app_declines:
        error = {"code": 2593109, "title": "History sync is turned off by the business from the WhatsApp Business App",
                 "message": "History sharing is turned off by the business"}
        sim.hub.push(number.waba_id, "history", value_of(sim, number, history=[{"errors": [error]}]), number.id)
        return 0
    phases: tuple[list, list, list] = ([], [], [])
    now, total = time.time(), 0
    for chat in number.app_chats:
        for line in chat["messages"]:
            days = line["days_ago"]
            phases[0 if days <= 1 else 1 if days <= 90 else 2].append((chat["phone"], line))
    sent = [phase for phase in enumerate(phases) if phase[1]] or [(2, [])]
    for count, (phase, lines) in enumerate(sent, 1):
        threads: dict[str, list] = {}
        for phone, line in lines:
            threads.setdefault(phone, []).append({
                "from": number.digits if line.get("own") else phone, "id": ids.wamid(phone),
                "timestamp": str(int(now - line["days_ago"] * 86400)), "type": "text", "text": {"body": line["text"]},
                "history_context": {"status": line.get("status", "READ")}})
            total += 1
        part = {"metadata": {"phase": phase, "chunk_order": 1, "progress": 100 * count // len(sent)},
                "threads": [{"id": phone, "messages": messages} for phone, messages in threads.items()]}
        sim.hub.push(number.waba_id, "history", value_of(sim, number, history=[part]), number.id)
    return total


def tell_contacts(sim: Simulator, number: Number, contacts: list[dict]) -> None:
    """Tell what changed in the phone's address book."""
    now = str(int(time.time()))
    items = [{
        "type": "contact", "action": contact["action"], "metadata": {"timestamp": now},
        "contact": {"full_name": contact.get("name", ""), "first_name": contact.get("name", "").split(" ")[0],
                    "phone_number": contact["phone"]},
    } for contact in contacts]
    sim.hub.push(number.waba_id, "smb_app_state_sync", value_of(sim, number, state_sync=items), number.id)


def call(sim: Simulator, number: Number, person: Person, event: str, data: dict) -> str:
    """A person calls: ``connect``, ``terminate`` or ``missed`` (both, unanswered). :returns: the id of the call."""
    call_id = str(data.get("id") or f"wacid.{ids.number_id()}")
    now = int(time.time())
    contact: dict[str, Any] = {"profile": sim.profile(person)}
    entry = {"id": call_id, "to": number.digits, "direction": "USER_INITIATED", "timestamp": str(now)}
    if person.shows_phone:
        entry["from"] = contact["wa_id"] = person.phone
    entry["from_user_id"] = contact["user_id"] = person.user_id
    sim.world.last_inbound[number.id, person.key] = time.time()
    steps = ("connect", "terminate") if event == "missed" else (event,)
    for step in steps:
        told = {**entry, "event": step}
        if step == "terminate":
            seconds = 0 if event == "missed" else int(data.get("duration", 0))
            told.update(status="COMPLETED" if seconds else "FAILED", start_time=str(now - seconds), end_time=str(now),
                        duration=seconds)
        value = value_of(sim, number, contacts=[contact], calls=[told])
        sim.hub.push(number.waba_id, "calls", value, number.id)
    return call_id


def change_identity(sim: Simulator, number: Number, person: Person, phone: str | None, user_id: str | None) -> dict:
    """A person moves to another number, or gets another user id; told as Meta tells it."""
    old_phone, old_user_id = person.phone, person.user_id
    old_key, shows = person.key, person.shows_phone
    user_id = user_id or ids.bsuid(phone or old_phone or old_user_id, old_user_id)
    entry: dict[str, Any] = {"id": ids.wamid(old_phone or ""), "timestamp": str(int(time.time())), "type": "system",
                             "from_user_id": old_user_id}
    if shows:
        entry["from"] = old_phone
    if phone:
        entry["system"] = {"type": "user_changed_number", "body": f"{person.name} changed their phone number",
                           "wa_id": phone, "user_id": user_id}
        sim.world.people.pop(old_key, None)
        person.phone = person.key = phone
        sim.world.people[phone] = person
        for known in (sim.world.threads, sim.world.last_inbound):
            for pnid, key in [place for place in known if place[1] == old_key]:
                known[pnid, phone] = known.pop((pnid, key))
    else:
        entry["system"] = {"type": "user_changed_user_id", "body": f"{person.name} has a new user id", "user_id": user_id}
    sim.world.by_user_id.pop(old_user_id, None)
    person.user_id = user_id
    sim.world.by_user_id[user_id] = person
    sim.hub.push(number.waba_id, "messages", value_of(sim, number, messages=[entry]), number.id)
    update = {"detail": "The user id of this person was updated.", "timestamp": int(time.time()),
              "user_id": {"previous": old_user_id, "current": user_id}}
    if shows:
        update["wa_id"] = person.phone
    sim.hub.push(number.waba_id, "user_id_update", value_of(sim, number, user_id_update=[update]))
    sim.pages.people_changed()
    return {"user_id": user_id, "phone": person.phone, "previous_user_id": old_user_id}
