"""Outgoing template messages.

Source: Meta, "Send messages", "Template messages" (components object). Import these from `outbound`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .outbound_basic import InvalidContent, Location, Media
from .values import one_line
from .words import _

MAX_NAME = 512
MAX_PARAMETER = 1024
MAX_QUICK_REPLY = 256
MAX_BUTTONS = 10
_NAME_RE = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE_RE = re.compile(r"[a-zA-Z]{2,3}([_-][a-zA-Z0-9]{2,8})*")

# A header is text, a file, a place or Meta's own parameter.
HeaderValue = str | Media | Location | dict[str, Any] | None
# Numbered values in order, or named values.
BodyValues = Sequence[Any] | Mapping[str, Any]
# By position: None (nothing to fill in), text (payload of a quick reply), (sub_type, value), Meta's own component.
ButtonValue = None | str | tuple[str, Any] | dict[str, Any]

_BUTTON_PARAMETERS = {
    "quick_reply": "payload",
    "url": "text",
    "copy_code": "coupon_code",
    "flow": "action",
    "catalog": "action",
    "mpm": "action",
}


def template_text(value: Any) -> str:
    """Return a value as Meta accepts it in templates: no line breaks, no tabs, no runs of spaces."""
    return " ".join(str("" if value is None else value).split())


def template_components(
    header: HeaderValue = None, body: BodyValues = (), buttons: Sequence[ButtonValue] = ()
) -> tuple[dict[str, Any], ...]:
    """Return the ``components`` that fill in a template.

    :param header: text for the header's variable, a `Media`, a `Location`, or Meta's own parameter object
    :param body: values in order, or a mapping for templates with named variables
    :param buttons: one entry for each button of the template, in order: None when there is nothing to fill in,
        text as payload of a quick reply, ``(sub_type, value)`` such as ``("url", "S00077")``, or Meta's own component
    """
    components: list[dict[str, Any]] = []
    if header is not None and header != "":
        components.append({"type": "header", "parameters": [_header_parameter(header)]})
    if body:
        pairs = body.items() if isinstance(body, Mapping) else ((None, value) for value in body)
        parameters = [_text_parameter(name, value) for name, value in pairs]
        components.append({"type": "body", "parameters": parameters})
    for index, button in enumerate(buttons):
        if button is not None:
            components.append(_button_component(index, button))
    return tuple(components)


def _header_parameter(header: HeaderValue) -> dict[str, Any]:
    if isinstance(header, Media):
        data = header.body()
        data.pop("caption", None)
        return {"type": header.kind, header.kind: data}
    if isinstance(header, Location):
        return {"type": "location", "location": header.body()}
    if isinstance(header, dict):
        return header
    return {"type": "text", "text": template_text(header)}


def _text_parameter(name: str | None, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value if name is None else {**value, "parameter_name": name}
    parameter = {"type": "text", "text": template_text(value)}
    return parameter if name is None else {"type": "text", "parameter_name": name, "text": parameter["text"]}


def _button_component(index: int, button: ButtonValue) -> dict[str, Any]:
    if isinstance(button, dict):
        return {"type": "button", "index": str(index), **button}
    sub_type, value = ("quick_reply", button) if isinstance(button, str) else button or ("quick_reply", "")
    key = _BUTTON_PARAMETERS.get(sub_type)
    if key is None:
        raise InvalidContent(
            "buttons", _("A button of type %(sub_type)r takes no value."), _("Leave its value out."),
            sub_type=sub_type)
    if key == "action":
        parameter = {"type": "action", "action": value if isinstance(value, dict) else _action(sub_type, str(value))}
    else:
        parameter = {"type": key, key: str(value)}
    return {"type": "button", "sub_type": sub_type, "index": str(index), "parameters": [parameter]}


def _action(sub_type: str, text: str) -> dict[str, Any]:
    """Return what a button does: a form's token, the product on a catalogue's picture, or a list of products.

    Products are retailer IDs, separated by commas; the first is on the picture.
    """
    if sub_type == "flow":
        return {"flow_token": text}
    skus = [sku.strip() for sku in text.split(",") if sku.strip()]
    action: dict[str, Any] = {"thumbnail_product_retailer_id": skus[0] if skus else ""}
    if sub_type == "mpm":
        items = [{"product_retailer_id": sku} for sku in skus]
        action["sections"] = [{"product_items": items}]
    return action


@dataclass(frozen=True, slots=True)
class Template:
    """An approved template in one language, filled in with ``components`` (see `template_components`)."""

    name: str
    language: str
    components: Sequence[dict[str, Any]] = ()

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message whatever the template is.

        Whether the values fit this template is checked by ``templates.check_values``.
        """
        if not isinstance(self.name, str) or not _NAME_RE.fullmatch(self.name):
            raise InvalidContent(
                "name", _("%(name)r is no template name."),
                _("Use lowercase letters, digits and underscores, as in WhatsApp Manager."), name=self.name)
        if not isinstance(self.language, str) or not _LANGUAGE_RE.fullmatch(self.language):
            raise InvalidContent(
                "language", _("%(language)r is no language code."), _("Use a code such as en or es_MX."),
                language=self.language)
        for component in self.components:
            _check_component(component)

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        template: dict[str, Any] = {"name": self.name, "language": {"code": self.language}}
        if self.components:
            template["components"] = list(self.components)
        return {"type": "template", "template": template}

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line(f"📋 Template: {self.name.replace('_', ' ')}")


def _check_component(component: dict[str, Any]) -> None:
    kind = str(component.get("type", "")).lower()
    for position, parameter in enumerate(component.get("parameters", ()), start=1):
        _check_parameter(kind, position, parameter)
    for card in component.get("cards", ()):
        for inner in card.get("components", ()):
            _check_component(inner)


def _check_parameter(kind: str, position: int, parameter: dict[str, Any]) -> None:
    field = f"{kind}.{parameter.get('parameter_name') or position}"
    key = parameter.get("type")
    if key not in ("text", "payload", "coupon_code"):
        return
    value = str(parameter.get(key) or "")
    if not value.strip():
        raise InvalidContent(
            field, _("Value %(position)s of the template's %(kind)s is empty."), _("Fill in every variable."),
            position=position, kind=kind)
    if key == "text" and (any(c in value for c in "\n\r\t") or " " * 5 in value):
        raise InvalidContent(
            field, _("Value %(position)s of the template's %(kind)s has line breaks, tabs or long spaces."),
            _("Write it in one line."), position=position, kind=kind)
    limit = {"text": MAX_PARAMETER, "payload": MAX_QUICK_REPLY, "coupon_code": 20}[key]
    if len(value) > limit:
        raise InvalidContent(
            field,
            _("Value %(position)s of the template's %(kind)s has %(count)s characters; WhatsApp allows %(limit)s."),
            _("Shorten it."), position=position, kind=kind, count=len(value), limit=limit)
