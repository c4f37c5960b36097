"""What a person does: writes, presses, reacts, reads. Used by the control API and by the phone page."""

from __future__ import annotations

import base64
import binascii
import functools
import mimetypes
import time
from typing import TYPE_CHECKING, Any

from . import changes, ids
from .errors import BadInput
from .files import add_media, media_url
from .state import Message

if TYPE_CHECKING:
    from .core import Simulator
    from .state import Number, Person

MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")
_DEFAULT_MIME = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/ogg; codecs=opus",
                 "document": "application/pdf", "sticker": "image/webp"}
#: A picture of one pixel, for tests that do not care what is in it.
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def find_number(sim: Simulator, pnid: Any) -> Number:
    """The number with that id (the first one when None), or BadInput."""
    numbers = sim.world.numbers
    if pnid is None and numbers:
        return next(iter(numbers.values()))
    number = numbers.get(str(pnid))
    if number is None:
        raise BadInput("phone_number_id", f"{pnid!r} is not a number of this simulator",
                       f"Use one of: {', '.join(numbers) or '(none yet, POST /_sim/numbers)'}.")
    return number


def find_person(sim: Simulator, data: dict) -> Person:
    """The person a control request speaks for, created or updated when needed."""
    phone = data.get("from", data.get("phone"))
    if phone is not None:
        phone = "".join(c for c in str(phone) if c.isdigit())
        if not 5 <= len(phone) <= 20:
            raise BadInput("from", f"{data.get('from', data.get('phone'))!r} is not a phone number",
                           "Send digits with country code, for example 8801700000001.")
    user_id = data.get("user_id")
    if user_id is not None and (not isinstance(user_id, str) or not ids.BSUID.match(user_id)):
        raise BadInput("user_id", f"{user_id!r} is not a business-scoped user id", "Send for example BD.9f3KqLm2.")
    for name in ("profile_name", "name", "username"):
        if data.get(name) is not None and not isinstance(data[name], str):
            raise BadInput(name, "is not a string", "Send text.")
    if not phone and not user_id and not data.get("username"):
        raise BadInput("from", "nobody is named", "Send from (digits), user_id or username.")
    hide = data.get("hide_phone")
    if hide is not None and not isinstance(hide, bool):
        raise BadInput("hide_phone", f"{hide!r} is not true or false", "Send a JSON boolean.")
    username = data.get("username")
    if username and not phone and not user_id:
        for person in sim.world.people.values():
            if person.username == username:
                user_id = person.user_id
    return sim.world.person(phone, user_id, data.get("profile_name", data.get("name")), username, hide)


def receive(sim: Simulator, data: Any) -> Message:
    """A person sends something to a business number.

    :param data: {phone_number_id, from | user_id | username, profile_name, hide_phone, type, <content by type>,
        reply_to, forwarded, referral, timestamp, wamid}
    :returns: the Message.
    :raises BadInput: with field and remedy.
    """
    if not isinstance(data, dict):
        raise BadInput("(body)", "is not a JSON object", 'Send for example {"from": "8801700000001", "text": "Hi"}.')
    number = find_number(sim, data.get("phone_number_id"))
    type_ = data.get("type") or "text"
    if not isinstance(type_, str):
        raise BadInput("type", f"{type_!r} is not a string", "Send a type such as text.")
    content = content_of(sim, number, type_, data)
    person = find_person(sim, data)
    timestamp = data.get("timestamp")
    if timestamp is not None and not str(timestamp).isdigit():
        raise BadInput("timestamp", f"{timestamp!r} is not a time", "Send seconds since 1970.")
    now = time.time()
    message = Message(
        str(data.get("wamid") or ids.wamid(person.phone or "")), number.id, person, False, type_, content,
        float(timestamp) if timestamp else now, context_id=data.get("reply_to"),
        forwarded=bool(data.get("forwarded")),
    )
    message.status = "sent"
    if person.key not in number.blocked:
        deliver(sim, number, message, data.get("referral"), data.get("referred_product"))
    return message


def deliver(sim: Simulator, number: Number, message: Message, referral: dict | None = None,
            referred_product: dict | None = None) -> None:
    """Keep an inbound message, open the window and send its webhook."""
    person, key = message.person, (number.id, message.person.key)
    person.shown = True
    sim.world.add(message)
    sim.world.last_inbound[key] = max(message.at, sim.world.last_inbound.get(key, 0))
    sim.recorder.counters["inbound"] += 1
    if message.type == "reaction":
        target = sim.world.messages.get(message.content.get("message_id"))
        if target is not None:
            emoji = message.content.get("emoji")
            target.reactions["person"] = emoji
            if not emoji:
                target.reactions.pop("person", None)
            sim.pages.status(target)
    if message.type in changes.TYPES:
        changes.apply(sim, message)
    entry, contact = {}, {"profile": sim.profile(person)}
    if person.shows_phone:
        entry["from"] = contact["wa_id"] = person.phone
    if sim.config.show_bsuid or not person.shows_phone:
        entry["from_user_id"] = contact["user_id"] = person.user_id
    entry.update(id=message.wamid, timestamp=str(int(message.at)), type=message.type)
    if message.type not in ("unsupported", "unknown") or message.content:
        entry[message.type] = webhook_content(sim, message)
    if message.type == "unsupported":
        entry["errors"] = [{"code": 131051, "title": "Message type unknown", "message": "Message type unknown",
                            "error_data": {"details": "Message type is currently not supported."}}]
    context = {}
    if message.context_id:
        context = {"from": number.digits, "id": message.context_id}
        quoted = sim.world.messages.get(message.context_id)
        if quoted is not None and not quoted.outbound and person.shows_phone:
            context["from"] = person.phone
    if message.forwarded:
        context["forwarded"] = True
    if referred_product:
        context["referred_product"] = referred_product
    if context:
        entry["context"] = context
    if referral:
        entry["referral"] = referral
    value = {"messaging_product": "whatsapp", "metadata": sim.metadata(number)}
    if message.type != "system":
        value["contacts"] = [contact]
    value["messages"] = [entry]
    sim.hub.push(number.waba_id, "messages", value, number.id, functools.partial(_heard, sim, message))
    if sim.pages.watching:
        sim.pages.message(message)


def _heard(sim: Simulator, message: Message) -> None:
    """The business has the message: the person's second tick."""
    if message.status == "sent":
        message.status = "delivered"
        sim.pages.status(message)


def webhook_content(sim: Simulator, message: Message) -> Any:
    """The part of the webhook named like the type; media get a fresh download address."""
    content = message.content
    if message.type in MEDIA_TYPES and content.get("id") in sim.world.media:
        return dict(content, url=media_url(sim, sim.world.media[content["id"]]))
    if message.type == "reaction" and not content.get("emoji"):
        return {"message_id": content.get("message_id")}
    return content


def content_of(sim: Simulator, number: Number, type_: str, data: dict) -> Any:
    """Check and complete the content of an inbound message."""
    content = data.get(type_)
    if type_ == "text":
        body = content.get("body") if isinstance(content, dict) else content
        body = data.get("body") if body is None else body
        if not isinstance(body, str) or not body:
            raise BadInput("text", "has no body", 'Send "text": "Hi" or "text": {"body": "Hi"}.')
        return {"body": body}
    if type_ in MEDIA_TYPES:
        return _media(sim, number, type_, content, data)
    if type_ == "contacts":
        if not isinstance(content, list) or not content:
            raise BadInput("contacts", "is not a list of cards", 'Send [{"name": {"formatted_name": "Ana"}}].')
        return content
    if content is None and type_ in ("unsupported", "unknown", "request_welcome"):
        return {}
    if not isinstance(content, dict):
        raise BadInput(type_, "is not a JSON object", f'Send the content under "{type_}", as in the webhook.')
    if type_ == "location":
        for name, limit in (("latitude", 90), ("longitude", 180)):
            value = content.get(name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > limit:
                raise BadInput(f"location.{name}", f"{value!r} is not a coordinate", f"Send -{limit} to {limit}.")
    elif type_ == "reaction" and not isinstance(content.get("message_id"), str):
        raise BadInput("reaction.message_id", "is missing", "Send the wamid of the message reacted to.")
    elif type_ in changes.TYPES:
        changes.check(type_, content)
    elif type_ == "button" and not isinstance(content.get("text"), str):
        raise BadInput("button.text", "is missing", 'Send {"payload": "..", "text": "Accept"}.')
    elif type_ == "interactive" and not isinstance(content.get(content.get("type") or ""), dict):
        raise BadInput("interactive.type", "does not name a reply that is present",
                       'Send {"type": "button_reply", "button_reply": {"id": "..", "title": ".."}}.')
    return content


def _media(sim: Simulator, number: Number, type_: str, content: Any, data: dict) -> dict:
    content = dict(content) if isinstance(content, dict) else {}
    media = sim.world.media.get(str(content.get("id"))) if content.get("id") else None
    if content.get("id") and media is None:
        raise BadInput(f"{type_}.id", f"{content['id']!r} is not a stored file", "Leave it out, or send data (base64).")
    if media is None:
        raw = content.pop("data", data.get("data"))
        if raw is None:
            blob = _PIXEL if type_ in ("image", "sticker") else f"simulated {type_}".encode()
            mime = content.get("mime_type") or ("image/png" if type_ == "image" else _DEFAULT_MIME[type_])
        else:
            try:
                blob = base64.b64decode(raw, validate=True)
            except (binascii.Error, ValueError, TypeError):
                raise BadInput(f"{type_}.data", "is not base64", "Send the file as base64 text.") from None
            guessed = mimetypes.guess_type(content.get("filename") or "")[0]
            mime = content.get("mime_type") or guessed or _DEFAULT_MIME[type_]
        if not isinstance(mime, str):
            raise BadInput(f"{type_}.mime_type", "is not a string", "Send for example image/png.")
        media = add_media(sim, number.id, blob, mime, content.get("filename"))
    digest = base64.b64encode(bytes.fromhex(media.sha256)).decode()
    result = {"id": media.id, "mime_type": media.mime, "sha256": digest}
    for name in ("caption", "filename"):
        value = content.get(name, media.filename if name == "filename" and type_ == "document" else None)
        if value is not None:
            if not isinstance(value, str):
                raise BadInput(f"{type_}.{name}", "is not a string", "Send text.")
            result[name] = value
    if type_ == "audio":
        result["voice"] = bool(content.get("voice", False))
    if type_ == "sticker":
        result["animated"] = bool(content.get("animated", False))
    return result
