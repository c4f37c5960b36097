"""POST /{phone-number-id}/messages: send, mark as read, show typing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ids
from ..errors import GraphError, missing
from ..validation import content as content_checks
from ..validation import template as template_checks

if TYPE_CHECKING:
    from ..core import Simulator
    from ..failures import Rule
    from ..state import Number, Person

_PHONE_CHARS = str.maketrans("", "", "+-() .\u00a0")


def send(sim: Simulator, number: Number, body: Any, rule: Rule | None = None, delay: float = 0.0) -> dict:
    """Handle the body of a POST to ``/messages``.

    :param rule: a failure rule that changes what happens after acceptance (kinds failed_status, silent).
    :param delay: seconds until the answer leaves; statuses follow it.
    :returns: the JSON to answer.
    :raises GraphError: what Meta refuses.
    """
    if not isinstance(body, dict):
        raise GraphError(100, message="(#100) Invalid parameter: the body must be a JSON object", messaging=False)
    product = body.get("messaging_product")
    if product is None:
        raise missing("messaging_product")
    if product != "whatsapp":
        raise GraphError(100, message=f'(#100) Param messaging_product must be one of {{WHATSAPP}} - got "{product}".',
                         messaging=False)
    if "status" in body:
        return _mark_read(sim, number, body)
    if not number.registered:
        raise GraphError(133010)
    type_ = body.get("type", "text")
    person, digits, by_user_id, reachable = _recipient(sim, number, body)
    late = content_checks.check(sim.world, number, type_, body)
    callback = body.get("biz_opaque_callback_data")
    if callback is not None and (not isinstance(callback, str) or len(callback) > 512):
        raise GraphError(131009, "Parameter 'biz_opaque_callback_data' must be a string of at most 512 characters")
    context = body.get("context")
    if context is not None and (not isinstance(context, dict) or not isinstance(context.get("message_id"), str)):
        raise GraphError(131009, "Parameter 'context' must be an object with 'message_id'")
    template = None
    if type_ == "template":
        template = template_checks.find(sim.world, number, body["template"])
        if by_user_id and template.category == "AUTHENTICATION":
            raise GraphError(131062)
    elif sim.config.window != "off" and reachable and not sim.world.window_open(number.id, person):
        if sim.config.window == "sync":
            raise GraphError(131047)
        late = late or (131047, None)
    _rates(sim, number, person)
    if person.key in number.blocked or not person.on_whatsapp:
        late = (131026, None)
    silent = not reachable
    if rule is not None and rule.kind == "failed_status":
        late = (rule.code, rule.details)
    elif rule is not None and rule.kind == "silent":
        silent = True
    content = body[type_]
    message = sim.new_outbound(number, person, ids.wamid(digits or ""), type_, content, body, by_user_id)
    if type_ == "reaction":
        _react(sim, content)
    sim.accept(message, failed=late, silent=silent, delay=delay)
    contact = {"input": str(body.get("to") or body.get("recipient"))}
    if not by_user_id:
        contact["wa_id"] = digits or contact["input"]
    if by_user_id or sim.config.show_bsuid and reachable:
        contact["user_id"] = person.user_id
    sent = {"id": message.wamid}
    if template is not None:
        sent["message_status"] = "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}


def _recipient(sim: Simulator, number: Number, body: dict) -> tuple[Person, str | None, bool, bool]:
    """:returns: (person, digits or None, addressed by business-scoped id, can ever be delivered)."""
    recipient_type = body.get("recipient_type", "individual")
    if recipient_type == "group":
        raise GraphError(131041)
    if recipient_type != "individual":
        raise GraphError(131009, "Parameter 'recipient_type' must be individual or group")
    to = body.get("to")
    if to is not None and to != "":
        if not isinstance(to, (str, int)) or isinstance(to, bool):
            raise GraphError(131009, "Parameter 'to' must be a string")
        to = str(to)
        digits = to.translate(_PHONE_CHARS)
        if digits.isascii() and digits.isdigit() and 5 <= len(digits) <= 20:
            if digits == number.digits:
                raise GraphError(131021)
            return sim.world.person(digits), digits, False, True
        if ids.BSUID.match(to):  # accepted by Meta, and never delivered
            return sim.world.person(None, user_id=to), None, False, False
        raise GraphError(131009, f"Parameter 'to' is not a valid phone number: {to[:40]!r}")
    recipient = body.get("recipient")
    if recipient is None or recipient == "":
        raise missing("to")
    if not isinstance(recipient, str) or not ids.BSUID.match(recipient):
        raise GraphError(131009, "Parameter 'recipient' is not a business-scoped user id")
    person = sim.world.person(user_id=recipient)
    return person, None, True, True


def _rates(sim: Simulator, number: Number, person: Person) -> None:
    if not sim.limits.throughput(number.id, sim.config.throughput_of(number)):
        raise GraphError(130429)
    if sim.config.pair_limit and not sim.limits.pair(number.id, person.key):
        raise GraphError(131056)


def _react(sim: Simulator, content: dict) -> None:
    target = sim.world.messages.get(content["message_id"])
    if target is not None:
        if content["emoji"]:
            target.reactions["business"] = content["emoji"]
        else:
            target.reactions.pop("business", None)
        sim.pages.status(target)


def _mark_read(sim: Simulator, number: Number, body: dict) -> dict:
    if body.get("status") != "read":
        raise GraphError(131009, "Parameter 'status' must be read")
    message_id = body.get("message_id")
    if not isinstance(message_id, str) or not message_id:
        raise missing("message_id")
    message = sim.world.messages.get(message_id)
    if message is None or message.outbound or message.pnid != number.id:
        raise GraphError(131009, "Parameter 'message_id' is not an inbound message of this number")
    for earlier in sim.world.threads.get((number.id, message.person.key), ()):
        if not earlier.outbound and earlier.at <= message.at and earlier.status != "read":
            earlier.status = "read"
            sim.pages.status(earlier)
    typing = body.get("typing_indicator")
    if typing is not None:
        if not isinstance(typing, dict) or typing.get("type") != "text":
            raise GraphError(131009, "Parameter 'typing_indicator['type']' must be text")
        sim.pages.typing(number.id, message.person)
    return {"success": True}
