"""Template sends: the values against the approved template ("Template messages")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import GraphError
from . import template_parts as special
from .common import mapping, required
from .media import MEDIA_LIMITS, check_media

if TYPE_CHECKING:
    from ..state import Number, Template, World
    from ..validation.media import Late

VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_BAD_VALUE = re.compile(r"[\n\r\t]| {5,}")
_UNSENDABLE = {"PAUSED": 132015, "DISABLED": 132016}
#: A FLAGGED or LOCKED template still leaves; every other status does not.
SENDABLE = ("APPROVED", "REINSTATED", "FLAGGED", "LOCKED")
_MEDIA_HEADERS = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document", "GIF": "gif"}


def variables(text: str | None) -> list[str]:
    """Names of the variables in a template text, in order, each once."""
    return list(dict.fromkeys(VARIABLE.findall(text or "")))


def component(components: list, type_: str) -> dict:
    """The component of that type in a template definition, or {}."""
    for part in components:
        if isinstance(part, dict) and str(part.get("type", "")).upper() == type_:
            return part
    return {}


def find(world: World, number: Number, value: Any) -> Template:
    """The template that a send names. :raises GraphError: 132001, 132015, 132016."""
    value = mapping(value, "template")
    name = required(value.get("name"), "template['name']")
    code = required(mapping(value.get("language"), "template['language']").get("code"), "template['language']['code']")
    template = world.template(number.waba_id, str(name), str(code))
    if template is None or template.status in ("PENDING", "REJECTED", "IN_APPEAL", "DELETED", "PENDING_DELETION",
                                               "ARCHIVED", "LIMIT_EXCEEDED"):
        raise GraphError(132001, f"template name ({name}) does not exist in {code}")
    if template.status not in SENDABLE:
        raise GraphError(_UNSENDABLE.get(template.status, 132001))
    return template


def check(world: World, number: Number, value: Any) -> Late:
    """Check a ``template`` object. Returns and raises like :func:`simulator.validation.content.check`."""
    template = find(world, number, value)
    given = value.get("components") or []
    if not isinstance(given, list) or any(not isinstance(part, dict) for part in given):
        raise GraphError(131009, "Parameter 'template['components']' must be an array of objects")
    by_type = {}
    for part in given:
        type_ = str(part.get("type", "")).lower()
        if type_ == "button":
            continue
        by_type[type_] = part
    named = template.parameter_format == "NAMED"
    late = _header(world, number, component(template.components, "HEADER"), by_type.get("header"), named)
    body = component(template.components, "BODY")
    body_text = body.get("text") or ("{{1}}" if template.category == "AUTHENTICATION" else "")
    filled = _texts("body", variables(body_text), _parameters(by_type.get("body")), named)
    hydrated = VARIABLE.sub(lambda match: filled.get(match.group(1), ""), body_text)
    if len(hydrated) > 1024:
        raise GraphError(132005, f"The body has {len(hydrated)} characters with its values, the maximum is 1024")
    if template.category == "AUTHENTICATION" and any(len(value) > 15 for value in filled.values()):
        raise GraphError(132012, "body: a login code has at most 15 characters")
    buttons = component(template.components, "BUTTONS").get("buttons") or []
    _buttons(buttons, [p for p in given if str(p.get("type", "")).lower() == "button"])
    special.offer(component(template.components, "LIMITED_TIME_OFFER"), by_type.get("limited_time_offer"))
    cards = component(template.components, "CAROUSEL").get("cards") or []
    return special.carousel(cards, by_type.get("carousel"), lambda card, parts: _card(world, number, card, parts, named)) or late


def _card(world: World, number: Number, components: list, given: list, named: bool) -> Late:
    """Check the values of one card."""
    by_type = {str(part.get("type", "")).lower(): part for part in given}
    late = _header(world, number, component(components, "HEADER"), by_type.get("header"), named)
    _texts("body", variables(component(components, "BODY").get("text")), _parameters(by_type.get("body")), named)
    buttons = component(components, "BUTTONS").get("buttons") or []
    _buttons(buttons, [part for part in given if str(part.get("type", "")).lower() == "button"])
    return late


def _parameters(part: dict | None) -> list:
    parameters = (part or {}).get("parameters") or []
    if not isinstance(parameters, list) or any(not isinstance(p, dict) for p in parameters):
        raise GraphError(131009, "Parameter 'parameters' must be an array of objects")
    return parameters


def _texts(where: str, expected: list[str], parameters: list, named: bool) -> dict[str, str]:
    """Check text parameters; returns {variable: value}."""
    if len(parameters) != len(expected):
        raise GraphError(132000, f"{where}: number of localizable_params ({len(parameters)}) does not match the "
                                 f"expected number of params ({len(expected)})")
    filled = {}
    for index, parameter in enumerate(parameters):
        kind = parameter.get("type")
        if kind not in ("text", "currency", "date_time"):
            raise GraphError(132012, f"{where}: expected a text parameter at position {index}, got {kind}")
        value = parameter.get("text") if kind == "text" else (parameter.get(kind) or {}).get("fallback_value")
        name = parameter.get("parameter_name")
        if named:
            if name is None or name not in expected:
                raise GraphError(132012, f"{where}: parameter_name must be one of {', '.join(expected)}, got {name}")
        else:
            name = expected[index]
        if not isinstance(value, str) or not value.strip():
            raise GraphError(131008, f"{where}: parameter {name} must not be empty")
        if where != "header" and _BAD_VALUE.search(value):
            raise GraphError(132018, f"{where}: Param text cannot have new-line/tab characters or more than 4 "
                                     "consecutive spaces")
        filled[name] = value
    if len(filled) != len(expected):
        raise GraphError(132012, f"{where}: parameters must be given once each")
    return filled


def _header(world: World, number: Number, header: dict, part: dict | None, named: bool) -> Late:
    format_ = str(header.get("format", "TEXT")).upper() if header else None
    parameters = _parameters(part)
    if format_ in (None, "TEXT"):
        _texts("header", variables(header.get("text")) if header else [], parameters, named)
        return None
    if len(parameters) != 1:
        raise GraphError(132012, f"header: Format mismatch, expected {format_}, received UNKNOWN"
                         if not parameters else "header: exactly one parameter is expected")
    kind = parameters[0].get("type")
    expected = _MEDIA_HEADERS.get(format_, format_.lower())
    if kind != expected:
        raise GraphError(132012, f"header: Format mismatch, expected {format_}, received {str(kind).upper()}")
    if expected in MEDIA_LIMITS:
        return check_media(world, number, expected, parameters[0].get(expected),
                                          f"template['components']['header']['{expected}']")
    if expected == "location":
        special.location(parameters[0].get("location"))
    elif expected == "product":
        special.product(parameters[0].get("product"))
    return None


def _buttons(definition: list, given: list) -> None:
    seen = set()
    for part in given:
        try:
            index = int(part.get("index", -1))
        except (TypeError, ValueError):
            index = -1
        if not 0 <= index < len(definition):
            raise GraphError(132012, f"buttons: there is no button at index {part.get('index')}")
        button, sub_type = definition[index], str(part.get("sub_type", "")).lower()
        kind = str(button.get("type", "")).upper()
        expected = {"OTP": "url", "PHONE_NUMBER": "phone_number"}.get(kind, kind.lower())
        if sub_type != expected:
            raise GraphError(132012, f"buttons: button {index} is {expected}, received {sub_type}")
        seen.add(index)
        _button(index, button, kind, _parameters(part))
    for index, button in enumerate(definition):
        if index not in seen and _needs_value(button):
            raise GraphError(132000, f"buttons: button {index} needs a parameter")


def _needs_value(button: dict) -> bool:
    kind = str(button.get("type", "")).upper()
    return kind in ("OTP", "COPY_CODE", "MPM") or kind == "URL" and bool(variables(button.get("url")))


def _button(index: int, button: dict, kind: str, parameters: list) -> None:
    first = parameters[0] if parameters else {}
    if kind == "URL" or kind == "OTP":
        wanted = 1 if _needs_value(button) else 0
        if len(parameters) != wanted:
            raise GraphError(132000, f"buttons: button {index} takes {wanted} parameters, received {len(parameters)}")
        if wanted and (first.get("type") != "text" or not isinstance(first.get("text"), str) or not first["text"]):
            raise GraphError(132012, f"buttons: button {index} takes a text parameter")
    elif kind == "QUICK_REPLY" and parameters:
        payload = first.get("payload")
        if first.get("type") != "payload" or not isinstance(payload, str):
            raise GraphError(132012, f"buttons: button {index} takes a payload parameter")
        if len(payload) > 256:
            raise GraphError(131009, f"buttons: the payload of button {index} is longer than 256")
    elif kind == "COPY_CODE":
        code = first.get("coupon_code")
        if first.get("type") != "coupon_code" or not isinstance(code, str) or not 1 <= len(code) <= 20:
            raise GraphError(132012, f"buttons: button {index} takes a coupon_code of at most 20 characters")
    elif kind in ("FLOW", "CATALOG", "MPM") and (parameters or kind == "MPM"):
        special.action_button(index, kind, first)
