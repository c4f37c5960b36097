"""Message templates: what Meta has approved, what must be filled in, how it will look.

Source: Meta, "Message templates" (components, parameter formats, status) and "Send messages", "Template messages".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from .outbound_basic import InvalidContent, Location, Media
from .outbound_template import (
    BodyValues,
    ButtonValue,
    HeaderValue,
    Template,
    template_components,
    template_text,
)
from .values import NAME_LENGTH, as_bool, as_dict, as_id, as_int, as_list, as_text, utc_now
from .words import _

__all__ = [
    "MEDIA_HEADERS", "Preview", "SENDABLE", "TemplateDefinition", "Variable", "check_values", "fill", "parse",
    "render_preview", "variables",
]

# States in which Meta sends a template; any state that is not known here is not sendable.
SENDABLE = ("APPROVED", "FLAGGED", "REINSTATED", "LOCKED")
MEDIA_HEADERS = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document", "GIF": "gif"}
MAX_BODY, MAX_HEADER = 1024, 60

_VARIABLE_RE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}")
# Buttons whose value the sender must give; the others have none or an optional one.
_REQUIRED_BUTTONS = {"COPY_CODE": "copy_code", "OTP": "url", "MPM": "mpm"}
_OPTIONAL_BUTTONS = {"QUICK_REPLY": "quick_reply", "FLOW": "flow", "CATALOG": "catalog"}
MAX_CODE = 15  # login codes


@dataclass(frozen=True, slots=True)
class Variable:
    """Something to fill in.

    ``component`` is ``header``, ``body`` or ``button``; ``name`` is the name or the number as in the text; ``kind``
    is ``text``, ``image``, ``video``, ``document``, ``gif``, ``location``, ``product``, or for buttons the sub type
    (``url``, ``quick_reply``, ``copy_code``, ``flow``, ...); ``index`` is the button's position from 0.
    """

    component: str
    name: str
    kind: str = "text"
    example: str = ""
    index: int | None = None
    label: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class TemplateDefinition:
    """One template in one language, as Meta lists it. Unknown values are kept as text."""

    id: str
    name: str
    language: str
    status: str
    category: str
    components: list[dict[str, Any]] = field(default_factory=list)
    named: bool = False
    quality: str = "UNKNOWN"
    rejected_reason: str | None = None
    ttl_seconds: int | None = None
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def sendable(self) -> bool:
        """Tell whether Meta sends it at present."""
        return self.status in SENDABLE

    def component(self, kind: str) -> dict[str, Any]:
        """Return the first component of a type (``HEADER``, ``BODY``, ``FOOTER``, ``BUTTONS``), or {}."""
        return _component(self.components, kind)

    def variables(self) -> list[Variable]:
        """Return everything to fill in, in order; what cards need is in `cards`."""
        return variables(self.components)

    def cards(self) -> list[TemplateDefinition]:
        """Return the cards of a carousel, each as a definition with its own variables."""
        given = as_list(self.component("CAROUSEL").get("cards"))
        return [
            replace(self, components=[part for part in as_list(as_dict(card).get("components")) if isinstance(part, dict)])
            for card in given
        ]

    @property
    def has_expiring_offer(self) -> bool:
        """Tell whether a send must say when the offer ends."""
        offer = as_dict(self.component("LIMITED_TIME_OFFER").get("limited_time_offer"))
        return as_bool(offer.get("has_expiration")) is True


@dataclass(frozen=True, slots=True)
class Preview:
    """A template as the customer will see it. ``header`` is the text, or the kind of a file in brackets."""

    header: str
    body: str
    footer: str
    buttons: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return header, body and footer as one text in WhatsApp's formatting."""
        header = f"*{self.header}*" if self.header and not self.header.startswith("[") else self.header
        return "\n".join(part for part in (header, self.body, f"_{self.footer}_" if self.footer else "") if part)


def parse(obj: Any) -> TemplateDefinition | None:
    """Read one element of ``GET /{WABA}/message_templates``; None when it names no template."""
    raw = as_dict(obj)
    name, template_id = as_id(raw.get("name")), as_id(raw.get("id"))
    if name is None or template_id is None:
        return None
    components = [item for item in as_list(raw.get("components")) if isinstance(item, dict)]
    score = raw.get("quality_score")
    quality = as_text(score.get("score") if isinstance(score, dict) else score, NAME_LENGTH)
    reason = as_text(raw.get("rejected_reason"), NAME_LENGTH)
    parameter_format = _upper(raw.get("parameter_format"))
    if not parameter_format and any(not v.name.isdigit() for v in variables(components) if v.kind == "text"):
        parameter_format = "NAMED"
    return TemplateDefinition(
        id=template_id,
        name=name,
        # Some places write en-US, others en_US.
        language=(as_id(raw.get("language")) or "").replace("-", "_"),
        status=_upper(raw.get("status")) or "UNKNOWN",
        category=_upper(raw.get("category")),
        components=components,
        named=parameter_format == "NAMED",
        quality=(quality or "UNKNOWN").upper(),
        rejected_reason=None if reason in (None, "", "NONE") else reason,
        ttl_seconds=as_int(raw.get("message_send_ttl_seconds")),
        raw=raw,
    )


def variables(components: Sequence[dict[str, Any]]) -> list[Variable]:
    """Return what must or may be filled in, in the order header, body, buttons."""
    found: list[Variable] = []
    header = _component(components, "HEADER")
    header_format = _upper(header.get("format")) or ("TEXT" if header else "")
    if header_format == "TEXT":
        found += _text_variables("header", header, "header_text")
    elif header_format in MEDIA_HEADERS:
        found.append(Variable("header", "1", MEDIA_HEADERS[header_format]))
    elif header_format in ("LOCATION", "PRODUCT"):
        found.append(Variable("header", "1", header_format.lower()))
    body = _component(components, "BODY")
    found += _text_variables("body", body, "body_text")
    if not found and body.get("add_security_recommendation") is not None and "text" not in body:
        found.append(Variable("body", "1"))  # login codes: Meta's fixed text around one code
    for index, button in enumerate(_buttons(components)):
        variable = _button_variable(index, button)
        if variable:
            found.append(variable)
    return found


def _button_variable(index: int, button: dict[str, Any]) -> Variable | None:
    kind, label = _upper(button.get("type")), as_text(button.get("text"), NAME_LENGTH) or ""
    if kind == "URL":
        match = _VARIABLE_RE.search(as_text(button.get("url")) or "")
        example = as_text(next(iter(as_list(button.get("example"))), None)) or ""
        return Variable("button", match.group(1), "url", example, index, label) if match else None
    if kind in _REQUIRED_BUTTONS:
        example = button.get("example")
        example = as_text(example[0] if isinstance(example, list) and example else example) or ""
        return Variable("button", "1", _REQUIRED_BUTTONS[kind], example, index, label)
    if kind in _OPTIONAL_BUTTONS:
        return Variable("button", "1", _OPTIONAL_BUTTONS[kind], "", index, label, required=False)
    return None


def check_values(
    definition: TemplateDefinition,
    header: HeaderValue = None,
    body: BodyValues = (),
    buttons: Sequence[ButtonValue] = (),
    cards: Sequence[Mapping[str, Any]] = (),
    offer_ends: datetime | None = None,
) -> None:
    """Raise `InvalidContent` when these values do not fill in this template, naming what is missing or too much.

    The values have the shapes of ``outbound.template_components``; a card is a mapping with ``header``, ``body`` and
    ``buttons``; ``offer_ends`` is naive UTC.
    """
    if not definition.sendable:
        state = definition.status.lower()
        raise InvalidContent(
            "template", _("The template %(name)s is %(state)s at Meta, so it cannot be sent."),
            _("Choose an approved template."), name=definition.name, state=state)
    slots = definition.variables()
    _check_header([v for v in slots if v.component == "header"], header)
    _check_body(definition, [v for v in slots if v.component == "body"], body)
    _check_buttons(definition, [v for v in slots if v.component == "button"], buttons)
    _check_offer(definition, offer_ends)
    found = definition.cards()
    if len(cards) != len(found):
        raise InvalidContent(
            "cards", _("The template has %(wanted)s cards; values for %(given)s were given."),
            _("Give values for each card, empty ones for cards without variables."), wanted=len(found), given=len(cards))
    for card, values in zip(found, cards):
        check_values(card, *_card_values(values))


def fill(
    definition: TemplateDefinition,
    header: HeaderValue = None,
    body: BodyValues = (),
    buttons: Sequence[ButtonValue] = (),
    cards: Sequence[Mapping[str, Any]] = (),
    offer_ends: datetime | None = None,
) -> Template:
    """Check the values and return the message.

    Plain text for a button becomes what this template's button needs: a payload, the end of an address, a code.
    A header whose variable is named, and a body given in order for a template with named variables, get their names.

    The button of a login code gets the code of the text.

    :raises InvalidContent: see `check_values`
    """
    buttons = _with_code(definition, body, buttons)
    check_values(definition, header, body, buttons, cards, offer_ends)
    parts = _fill_part(definition, header, body, buttons)
    if definition.has_expiring_offer and offer_ends:
        milliseconds = int(offer_ends.replace(tzinfo=timezone.utc).timestamp() * 1000)
        offer = {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": milliseconds}}
        parts.append({"type": "limited_time_offer", "parameters": [offer]})
    filled = [_fill_part(card, *_card_values(values)) for card, values in zip(definition.cards(), cards)]
    if filled:
        listed = [{"card_index": index, "components": part} for index, part in enumerate(filled)]
        parts.append({"type": "carousel", "cards": listed})
    return Template(definition.name, definition.language, tuple(parts))


def _card_values(values: Mapping[str, Any]) -> tuple[HeaderValue, BodyValues, Sequence[ButtonValue]]:
    return values.get("header"), values.get("body") or (), values.get("buttons") or ()


def _with_code(definition: TemplateDefinition, body: BodyValues, buttons: Sequence[ButtonValue]) -> Sequence[ButtonValue]:
    kinds = [_upper(button.get("type")) for button in _buttons(definition.components)]
    if "OTP" not in kinds or any(buttons) or not body:
        return buttons
    code = template_text(next(iter(body.values() if isinstance(body, Mapping) else body)))
    if len(code) > MAX_CODE:
        raise InvalidContent("body", _("The login code has %(count)s characters; WhatsApp allows %(limit)s."),
                             _("Use a shorter code."), count=len(code), limit=MAX_CODE)
    return [code if kind == "OTP" else None for kind in kinds]


def _check_offer(definition: TemplateDefinition, offer_ends: datetime | None) -> None:
    if definition.has_expiring_offer and offer_ends is None:
        raise InvalidContent("offer_ends", _("It is not said when the offer ends."), _("Give the time of its end."))
    if offer_ends is not None and not definition.has_expiring_offer:
        raise InvalidContent("offer_ends", _("The template has no offer that ends."), _("Leave the end out."))
    if offer_ends is not None and offer_ends <= utc_now():
        raise InvalidContent("offer_ends", _("The offer has ended already."), _("Give a time that is to come."))


def _fill_part(
    definition: TemplateDefinition, header: HeaderValue, body: BodyValues, buttons: Sequence[ButtonValue]
) -> list[dict[str, Any]]:
    """Return the components that fill in a template or a card, without checks."""
    slots = definition.variables()
    kinds = {v.index: v.kind for v in slots if v.component == "button"}
    filled: list[ButtonValue] = [
        (kinds.get(index, "quick_reply"), value) if isinstance(value, str) else value
        for index, value in enumerate(buttons)
    ]
    if definition.named:
        names = [v.name for v in slots if v.component == "body"]
        if not isinstance(body, Mapping):
            body = dict(zip(names, body))
        heads = [v for v in slots if v.component == "header" and v.kind == "text"]
        if heads and isinstance(header, str):
            header = {"type": "text", "parameter_name": heads[0].name, "text": template_text(header)}
    elif isinstance(body, Mapping):
        values = {str(key): value for key, value in body.items()}
        body = [values[v.name] for v in slots if v.component == "body"]
    return list(template_components(header, body, filled))


def render_preview(components: Sequence[dict[str, Any]], values: Mapping[str, Any] | None = None) -> Preview:
    """Show a template with values filled in; what is not given stays as ``{{name}}``.

    :param values: ``{"header": text, "body": sequence or mapping}``
    """
    values = values or {}
    header = _component(components, "HEADER")
    header_format = _upper(header.get("format")) or "TEXT"
    if header_format == "TEXT":
        head = values.get("header")
        shown = _substitute(as_text(header.get("text")) or "", [head] if isinstance(head, (str, int, float)) else ())
    else:
        shown = f"[{header_format.capitalize()}]"
    body = _component(components, "BODY")
    text = as_text(body.get("text"))
    if text is None and body.get("add_security_recommendation") is not None:
        text = "*{{1}}* is your verification code."
    minutes = as_int(_component(components, "FOOTER").get("code_expiration_minutes"))
    footer = as_text(_component(components, "FOOTER").get("text")) or (
        f"This code expires in {minutes} minutes." if minutes else "")
    labels = (as_text(b.get("text"), NAME_LENGTH) or _upper(b.get("type")).replace("_", " ").capitalize()
              for b in _buttons(components))
    return Preview(shown, _substitute(text or "", values.get("body") or ()), footer, tuple(labels))


def _check_header(slots: list[Variable], header: HeaderValue) -> None:
    given = header is not None and header != ""
    if not slots:
        if given:
            raise InvalidContent(
                "header", _("The template's header has nothing to fill in."), _("Leave the header out."))
        return
    kind = slots[0].kind
    if not given:
        raise InvalidContent(
            "header", _("The template's header needs a value (%(kind)s)."), _("Fill in the header."), kind=kind)
    actual = header.kind if isinstance(header, Media) else "location" if isinstance(header, Location) else (
        as_text(header.get("type")) if isinstance(header, dict) else "text")
    if actual != kind and not (kind == "gif" and actual == "video"):
        raise InvalidContent(
            "header", _("The template's header needs %(kind)s, not %(actual)s."),
            _("Give a header of kind %(kind)s."), kind=kind, actual=actual)


def _check_body(definition: TemplateDefinition, slots: list[Variable], body: BodyValues) -> None:
    names = [v.name for v in slots]
    if isinstance(body, Mapping):
        given = {str(key): value for key, value in body.items()}
        missing, extra = [n for n in names if n not in given], [n for n in given if n not in names]
        if missing or extra:
            wrong = (("missing", missing), ("not in the template", extra))
            text = "; ".join(f"{label}: {', '.join(found)}" for label, found in wrong if found)
            raise InvalidContent(
                "body", _("The values do not match the template's variables (%(text)s)."),
                _("Fill in exactly the variables of the template."), text=text)
        values = given
    else:
        if len(body) != len(names):
            raise InvalidContent(
                "body", _("The template's text has %(count)s variables; %(count2)s values were given."),
                _("Give one value for each variable."), count=len(names), count2=len(body))
        values = dict(zip(names, body))
    for name in names:
        if not isinstance(values[name], dict) and not template_text(values[name]):
            raise InvalidContent(
                f"body.{name}", _("The value of {{%(name)s}} is empty."), _("Fill in every variable."), name=name)
    text = as_text(_component(definition.components, "BODY").get("text")) or ""
    length = len(_substitute(text, values))
    if length > MAX_BODY:
        raise InvalidContent(
            "body", _("With its values the text has %(length)s characters; WhatsApp allows %(limit)s."),
            _("Shorten the values."), length=length, limit=MAX_BODY)


def _check_buttons(definition: TemplateDefinition, slots: list[Variable], buttons: Sequence[ButtonValue]) -> None:
    by_index = {v.index: v for v in slots}
    for index, value in enumerate(buttons):
        if value is not None and index not in by_index:
            raise InvalidContent(
                "buttons", _("Button %(index)s of the template has nothing to fill in."), _("Leave its value out."),
                index=index + 1)
        if isinstance(value, tuple) and value[0] != by_index[index].kind:
            raise InvalidContent(
                "buttons", _("Button %(index)s of the template is of type %(kind)s, not %(value)s."),
                _("Give the value that this button needs."), index=index + 1, kind=by_index[index].kind,
                value=value[0])
    for slot in slots:
        value = buttons[slot.index] if slot.index is not None and slot.index < len(buttons) else None
        if slot.required and (value is None or value == ""):
            raise InvalidContent(
                "buttons", _("The button “%(button)s” needs a value."), _("Fill in the button's value."),
                button=slot.label or (slot.index or 0) + 1)


def _text_variables(name: str, component: dict[str, Any], example_key: str) -> list[Variable]:
    text = as_text(component.get("text")) or ""
    names = list(dict.fromkeys(_VARIABLE_RE.findall(text)))
    if names and all(n.isdigit() for n in names):
        names.sort(key=int)  # numbered values are given in the order of their numbers, wherever they stand
    example = as_dict(component.get("example"))
    plain = as_list(example.get(example_key))
    if plain and isinstance(plain[0], list):
        plain = plain[0]
    examples = {str(number): as_text(value) or "" for number, value in enumerate(plain, start=1)}
    for item in as_list(example.get(f"{example_key}_named_params")):
        examples[as_text(as_dict(item).get("param_name")) or ""] = as_text(as_dict(item).get("example")) or ""
    return [Variable(name, n, "text", examples.get(n, "")) for n in names]


def _substitute(text: str, values: Sequence[Any] | Mapping[str, Any]) -> str:
    if isinstance(values, Mapping):
        known = {str(key): value for key, value in values.items()}
    else:
        known = {str(number): value for number, value in enumerate(values, start=1)}
        # Values in order also serve named variables.
        names = dict.fromkeys(_VARIABLE_RE.findall(text))
        if any(not n.isdigit() for n in names):
            known = dict(zip(names, values))
    return _VARIABLE_RE.sub(lambda m: _shown(known[m[1]]) if m[1] in known else m[0], text)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        inner = as_dict(value.get(as_text(value.get("type")) or ""))
        return as_text(value.get("text")) or as_text(inner.get("fallback_value")) or ""
    return template_text(value)


def _component(components: Sequence[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next((c for c in components if isinstance(c, dict) and _upper(c.get("type")) == kind), {})


def _buttons(components: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [b for b in as_list(_component(components, "BUTTONS").get("buttons")) if isinstance(b, dict)]


def _upper(value: Any) -> str:
    return (as_text(value, NAME_LENGTH) or "").strip().upper()
