"""Setting a number up: adding, verification codes, PIN, registration, display name."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from .. import ids
from ..errors import GraphError, missing
from ..state import Number

if TYPE_CHECKING:
    from ..core import Simulator
    from ..state import Waba

#: Calls of register and deregister that a number may have in this many seconds.
REGISTER_CALLS, REGISTER_SECONDS = 10, 72 * 3600
WRONG_PINS = 5
CODE = "123456"  # what "arrives" by SMS or call
REGIONS = ("AE", "AU", "BH", "BR", "CA", "CH", "DE", "GB", "ID", "IN", "JP", "KR", "SG", "ZA")


def checked_pin(body: dict) -> str:
    """A PIN of six digits."""
    pin = str(body.get("pin") or "")
    if not re.fullmatch(r"[0-9]{6}", pin):
        raise GraphError(100, message="(#100) Param pin must be a 6 digit number", messaging=False)
    return pin


def add_number(sim: Simulator, waba: Waba, body: dict) -> dict:
    """POST /{WABA}/phone_numbers: an unverified number, or the one that was added before."""
    code = str(body.get("cc") or body.get("country_code") or "")
    digits = re.sub(r"\D", "", str(body.get("phone_number") or ""))
    if not code.isdigit():
        raise missing("cc")
    if not digits:
        raise missing("phone_number")
    if not str(body.get("verified_name") or "").strip():
        raise missing("verified_name")
    for number in sim.world.numbers.values():
        if number.digits == code + digits:
            if number.waba_id == waba.id and not number.verified:
                return {"id": number.id}
            raise GraphError(100, subcode=2388012, messaging=False, message="(#100) Invalid parameter",
                             user_title="Phone number is already registered",
                             user_msg="This phone number is already in use by a WhatsApp Business Account.")
    number = Number(ids.number_id(), waba.id, f"+{code} {digits}", str(body["verified_name"]), registered=False,
                    verified=False, quality="UNKNOWN", name_status="PENDING_REVIEW")
    sim.world.numbers[number.id] = number
    sim.pages.people_changed()
    return {"id": number.id}


def request_code(sim: Simulator, number: Number, body: dict) -> dict:
    """POST /{PNID}/request_code."""
    if body.get("code_method") not in ("SMS", "VOICE"):
        raise GraphError(100, message="(#100) Param code_method must be one of {SMS, VOICE}", messaging=False)
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", str(body.get("language") or "")):
        raise missing("language")
    if number.verified:
        raise GraphError(136024, messaging=False, message="(#136024) Request code error",
                         user_title="Verification code couldn't be sent",
                         user_msg="The phone number has been verified already.")
    number.code = CODE
    return {"success": True}


def verify_code(sim: Simulator, number: Number, body: dict) -> dict:
    """POST /{PNID}/verify_code."""
    if not body.get("code"):
        raise missing("code")
    if not number.code or str(body["code"]) != number.code:
        raise GraphError(136025, messaging=False, message="(#136025) Verify code error",
                         user_title="Verification code is incorrect",
                         user_msg="The code you entered is incorrect. Request another one or check it.")
    number.verified, number.code = True, ""
    return {"success": True}


def register(sim: Simulator, number: Number, body: dict) -> dict:
    """POST /{PNID}/register."""
    if body.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    pin = checked_pin(body)
    region = body.get("data_localization_region")
    if region and region not in REGIONS:
        raise GraphError(100, messaging=False, message="(#100) Param data_localization_region must be one of "
                         f"{{{', '.join(REGIONS)}}}")
    _count(number)
    if not number.verified:
        raise GraphError(133006)
    if number.pin and number.pin != pin:
        number.wrong_pins += 1
        raise GraphError(133008 if number.wrong_pins > WRONG_PINS else 133005)
    if number.new_name_status == "APPROVED":
        number.name, number.new_name, number.new_name_status = number.new_name, "", "NONE"
    number.pin, number.registered, number.wrong_pins = pin, True, 0
    return {"success": True}


def deregister(sim: Simulator, number: Number, body: dict) -> dict:
    """POST /{PNID}/deregister: not for numbers that are on the phone app, too."""
    _count(number)
    if number.on_biz_app:
        raise GraphError(100, message="(#100) A number in use with the WhatsApp Business app cannot be deregistered",
                         messaging=False)
    number.registered = False
    return {"success": True}


def _count(number: Number) -> None:
    now = time.time()
    number.register_calls = [at for at in number.register_calls if now - at < REGISTER_SECONDS]
    if len(number.register_calls) >= REGISTER_CALLS:
        raise GraphError(133016)
    number.register_calls.append(now)


def set_display_name(sim: Simulator, number: Number, name: object) -> None:
    """A new display name, which waits for review (``POST /_sim/number`` with ``name_decision``)."""
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= 128:
        raise GraphError(100, message="(#100) Param new_display_name must be 1 to 128 characters long",
                         messaging=False)
    number.new_name, number.new_name_status = name.strip(), "PENDING_REVIEW"
