"""What customers find at a number: QR codes, ice breakers and commands, username."""

from __future__ import annotations

import random
import re
import string
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import GraphError, missing, unknown_object
from .paging import page

if TYPE_CHECKING:
    from ..core import Simulator
    from ..state import Number

MAX_CODES, MAX_TEXT = 2000, 140
_USERNAME = re.compile(r"(?!www)(?=.*[a-z])[a-z0-9_]+(\.[a-z0-9_]+)*")
_DOMAIN = re.compile(r"\.(com|org|net|in|io|co)$")


# -- QR codes ---------------------------------------------------------------------------------------------------------
def qr_codes(sim: Simulator, number: Number, method: str, code: str, values: Mapping, path: str) -> dict:
    """Everything under /{PNID}/message_qrdls."""
    if method == "POST" and not code:
        return _save_qr(sim, number, values)
    if code and code not in number.qr_codes:
        raise unknown_object(code, method.lower())
    if method == "GET":
        codes = [code] if code else list(number.qr_codes)
        return page([_qr(number, one) for one in codes], values, sim.base_url, path)
    if method == "DELETE" and code:
        del number.qr_codes[code]
        return {"success": True}
    raise unknown_object(f"{number.id}/message_qrdls", method.lower())


def _qr(number: Number, code: str) -> dict:
    return {"code": code, "prefilled_message": number.qr_codes[code],
            "deep_link_url": f"https://wa.me/message/{code}"}


def _save_qr(sim: Simulator, number: Number, values: Mapping) -> dict:
    text = values.get("prefilled_message")
    if not isinstance(text, str) or not text.strip():
        raise missing("prefilled_message")
    if len(text) > MAX_TEXT:
        raise GraphError(100, messaging=False,
                         message=f"(#100) Param prefilled_message must be at most {MAX_TEXT} characters long.")
    picture = values.get("generate_qr_image")
    if picture not in (None, "PNG", "SVG"):
        raise GraphError(100, message="(#100) Param generate_qr_image must be one of {SVG, PNG}", messaging=False)
    code = values.get("code")
    if code and code not in number.qr_codes:
        raise unknown_object(str(code), "post")
    if not code:
        if len(number.qr_codes) >= MAX_CODES:
            raise GraphError(100, message=f"(#100) A number has at most {MAX_CODES} QR codes", messaging=False)
        code = "".join(random.choices(string.ascii_uppercase + string.digits, k=14))
    number.qr_codes[code] = text
    result = _qr(number, code)
    if picture:
        result["qr_image_url"] = f"{sim.base_url}/_sim/qr/{code}.png"
    return result


# -- ice breakers and commands ----------------------------------------------------------------------------------------
def automation(sim: Simulator, number: Number, body: dict) -> dict:
    """POST /{PNID}/conversational_automation."""
    prompts, commands = body.get("prompts") or [], body.get("commands") or []
    if not isinstance(prompts, list) or len(prompts) > 4 or any(not _is_text(prompt, 80) for prompt in prompts):
        raise _refused("prompts takes at most 4 texts of 80 characters, without emoji")
    if not isinstance(commands, list) or len(commands) > 30:
        raise _refused("commands takes at most 30 commands")
    for command in commands:
        if not isinstance(command, dict) or not _is_text(command.get("command_name"), 32) or not _is_text(
                command.get("command_description"), 256):
            raise _refused("commands takes a command_name of 32 and a command_description of 256 characters, "
                           "without emoji")
    welcome = body.get("enable_welcome_message", False)
    if not isinstance(welcome, bool):
        raise _refused("enable_welcome_message must be a boolean")
    number.automation = {"id": number.id, "enable_welcome_message": welcome, "prompts": prompts, "commands": commands}
    return {"success": True}


def _is_text(value: object, limit: int) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) and len(value) <= limit and not any(
        unicodedata.category(char) == "So" for char in value)


def _refused(text: str) -> GraphError:
    return GraphError(100, message=f"(#100) Param {text}", messaging=False)


# -- username ---------------------------------------------------------------------------------------------------------
def username(sim: Simulator, number: Number, method: str, body: Mapping) -> dict:
    """GET, POST and DELETE /{PNID}/username."""
    if method == "GET":
        return {"username": number.username, "status": "approved"} if number.username else {}
    if method == "DELETE":
        _tell_username(sim, number, "deleted")
        number.username = ""
        return {"success": True}
    name = body.get("username")
    if not isinstance(name, str) or not 3 <= len(name) <= 35 or not _USERNAME.fullmatch(name) or _DOMAIN.search(name):
        raise GraphError(100, message="(#100) Param username has an invalid format", messaging=False)
    action = body.get("transfer_action", "none")
    if action not in ("none", "force_transfer"):
        raise _refused("transfer_action must be one of {none, force_transfer}")
    owner = next((other for other in sim.world.numbers.values() if other.username == name and other is not number), None)
    if owner:
        if owner.waba_id != number.waba_id:
            raise GraphError(147001, messaging=False)
        if action == "none":
            raise GraphError(147005, messaging=False)
        owner.username = ""
    number.username = name
    _tell_username(sim, number, "approved")
    return {"success": True}


def _tell_username(sim: Simulator, number: Number, status: str) -> None:
    value = {"display_phone_number": number.digits, "username": number.username, "status": status}
    sim.hub.push(number.waba_id, "business_username_update", value, number.id)
