"""The components of a template as something a person can edit, and back.

`read` and `write` are each other's inverse for everything Meta documents; what they do not know is carried along in
``extra``, so that editing a text loses nothing else.

Source: Meta, "Template components", "Authentication templates", "Media card carousel templates", "Limited-time offer
templates".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .values import as_bool, as_dict, as_int, as_list, as_text

__all__ = ["MEDIA", "Button", "Card", "Draft", "Header", "content_key", "names_in", "read", "write"]

MEDIA = ("IMAGE", "VIDEO", "GIF", "DOCUMENT")
_VARIABLE_RE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}")
# field of `Button` -> key of Meta's
_TEXTS = {
    "url": "url", "phone": "phone_number", "flow_id": "flow_id", "flow_name": "flow_name", "flow_action": "flow_action",
    "flow_screen": "navigate_screen", "icon": "icon", "otp_type": "otp_type", "autofill_text": "autofill_text",
}


@dataclass(slots=True)
class Header:
    """What stands on top: ``format`` is "" for nothing. ``handle`` names an uploaded example file."""

    format: str = ""
    text: str = ""
    example: str = ""
    handle: str = ""


@dataclass(slots=True)
class Button:
    """A button. ``example`` is the whole address of a link with a variable, or a coupon code."""

    type: str
    text: str = ""
    url: str = ""
    phone: str = ""
    example: str = ""
    flow_id: str = ""
    flow_name: str = ""
    flow_action: str = ""
    flow_screen: str = ""
    icon: str = ""
    otp_type: str = ""
    autofill_text: str = ""
    apps: list[tuple[str, str]] = field(default_factory=list)  # (package name, signature hash)
    zero_tap_terms: bool = False
    ttl_minutes: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Card:
    """A card of a carousel."""

    header: Header = field(default_factory=Header)
    body: str = ""
    examples: list[str] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """A template in one language. ``examples`` are those of the body's variables, in order of appearance."""

    header: Header = field(default_factory=Header)
    body: str = ""
    examples: list[str] = field(default_factory=list)
    security_advice: bool = False
    footer: str = ""
    code_minutes: int = 0
    offer: str = ""
    offer_expires: bool = False
    buttons: list[Button] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    extra: list[dict[str, Any]] = field(default_factory=list)


def names_in(text: str) -> list[str]:
    """Return the names of the variables in a text, numbers by value, names as they come, each once."""
    names = list(dict.fromkeys(_VARIABLE_RE.findall(text or "")))
    return sorted(names, key=int) if names and all(name.isdigit() for name in names) else names


def content_key(components: Any) -> list[dict[str, Any]]:
    """Return components in a form that is equal for equal contents.

    Meta gives example files another address with every listing; they are left out.
    """
    draft = read(components)
    for part in (draft, *draft.cards):
        part.header.handle = ""
    return write(draft)


# -- Reading ------------------------------------------------------------------------------------------------------


def read(components: Any) -> Draft:
    """Return the components that Meta lists as a draft; never raises."""
    draft = Draft()
    for part in as_list(components):
        kind = _kind(part)
        if kind == "HEADER":
            draft.header = _read_header(part)
        elif kind == "BODY":
            draft.body = as_text(part.get("text")) or ""
            draft.examples = _read_examples(part, "body_text", draft.body)
            draft.security_advice = as_bool(part.get("add_security_recommendation")) or False
        elif kind == "FOOTER":
            draft.footer = as_text(part.get("text")) or ""
            draft.code_minutes = as_int(part.get("code_expiration_minutes")) or 0
        elif kind == "BUTTONS":
            draft.buttons = _read_buttons(part)
        elif kind == "LIMITED_TIME_OFFER":
            offer = as_dict(part.get("limited_time_offer"))
            draft.offer = as_text(offer.get("text")) or ""
            draft.offer_expires = as_bool(offer.get("has_expiration")) or False
        elif kind == "CAROUSEL":
            draft.cards = [_read_card(as_dict(card)) for card in as_list(part.get("cards"))]
        elif isinstance(part, dict):
            draft.extra.append(part)
    return draft


def _read_header(part: dict[str, Any]) -> Header:
    format_ = (as_text(part.get("format")) or "TEXT").strip().upper()
    text = (as_text(part.get("text")) or "") if format_ == "TEXT" else ""
    handles = as_list(as_dict(part.get("example")).get("header_handle"))
    examples = _read_examples(part, "header_text", text)
    return Header(format_, text, examples[0] if examples else "", (as_text(handles[0]) or "") if handles else "")


def _read_examples(part: dict[str, Any], key: str, text: str) -> list[str]:
    given = as_dict(part.get("example"))
    named = {
        as_text(as_dict(item).get("param_name")): as_text(as_dict(item).get("example")) or ""
        for item in as_list(given.get(f"{key}_named_params"))
    }
    names = names_in(text)
    if named:
        return [named.get(name, "") for name in names]
    plain = as_list(given.get(key))
    plain = plain[0] if plain and isinstance(plain[0], list) else plain
    return [as_text(value) or "" for value in plain][: len(names)]


def _read_card(card: dict[str, Any]) -> Card:
    inner = read(card.get("components"))
    return Card(inner.header, inner.body, inner.examples, inner.buttons)


def _read_buttons(part: dict[str, Any]) -> list[Button]:
    return [_read_button(button) for button in as_list(part.get("buttons")) if isinstance(button, dict)]


def _read_button(value: dict[str, Any]) -> Button:
    rest = dict(value)
    button = Button((as_text(rest.pop("type", None)) or "").strip().upper(), as_text(rest.pop("text", None)) or "")
    for name, key in _TEXTS.items():
        if (text := as_text(rest.get(key))) is not None:
            setattr(button, name, text)
            rest.pop(key)
    example = rest.pop("example", None)
    button.example = as_text(example[0] if isinstance(example, list) and example else example) or ""
    for app in as_list(rest.pop("supported_apps", None)):
        app = as_dict(app)
        button.apps.append((as_text(app.get("package_name")) or "", as_text(app.get("signature_hash")) or ""))
    button.zero_tap_terms = as_bool(rest.pop("zero_tap_terms_accepted", None)) or False
    button.ttl_minutes = as_int(rest.pop("ttl_minutes", None)) or 0
    button.extra = rest
    return button


# -- Writing ------------------------------------------------------------------------------------------------------


def write(draft: Draft, named: bool = False) -> list[dict[str, Any]]:
    """Return the components for Meta.

    :param named: whether the variables have names (parameter format NAMED)
    """
    parts: list[dict[str, Any]] = []
    if draft.header.format:
        parts.append(_write_header(draft.header, named))
    body: dict[str, Any] = {"type": "BODY"}
    if draft.body:
        body.update(_write_text(draft.body, draft.examples, "body_text", named))
    if draft.security_advice:
        body["add_security_recommendation"] = True
    parts.append(body)
    if draft.footer or draft.code_minutes:
        footer: dict[str, Any] = {"type": "FOOTER"}
        footer.update({"code_expiration_minutes": draft.code_minutes} if draft.code_minutes else {"text": draft.footer})
        parts.append(footer)
    if draft.offer:
        offer = {"text": draft.offer, "has_expiration": draft.offer_expires}
        parts.append({"type": "LIMITED_TIME_OFFER", "limited_time_offer": offer})
    if draft.buttons:
        parts.append({"type": "BUTTONS", "buttons": [_write_button(button) for button in draft.buttons]})
    if draft.cards:
        parts.append({"type": "CAROUSEL", "cards": [{"components": _write_card(card, named)} for card in draft.cards]})
    return parts + draft.extra


def _write_header(header: Header, named: bool) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "HEADER", "format": header.format}
    if header.format == "TEXT":
        part.update(_write_text(header.text, [header.example], "header_text", named))
    elif header.format in MEDIA and header.handle:
        part["example"] = {"header_handle": [header.handle]}
    return part


def _write_text(text: str, examples: Sequence[str], key: str, named: bool) -> dict[str, Any]:
    values = dict(zip(names_in(text), examples))
    values = {name: example for name, example in values.items() if example}
    part: dict[str, Any] = {"text": text}
    if not values:
        return part
    if named:
        pairs = [{"param_name": name, "example": example} for name, example in values.items()]
        part["example"] = {f"{key}_named_params": pairs}
    else:
        listed = list(values.values())
        part["example"] = {key: [listed] if key == "body_text" else listed}
    return part


def _write_card(card: Card, named: bool) -> list[dict[str, Any]]:
    parts = [_write_header(card.header, named)]
    if card.body:
        parts.append({"type": "BODY", **_write_text(card.body, card.examples, "body_text", named)})
    if card.buttons:
        parts.append({"type": "BUTTONS", "buttons": [_write_button(button) for button in card.buttons]})
    return parts


def _write_button(button: Button) -> dict[str, Any]:
    value: dict[str, Any] = {"type": button.type}
    if button.text:
        value["text"] = button.text
    value.update({key: getattr(button, name) for name, key in _TEXTS.items() if getattr(button, name)})
    if button.example:
        value["example"] = [button.example] if button.type == "URL" else button.example
    if button.apps:
        value["supported_apps"] = [{"package_name": package, "signature_hash": hash_} for package, hash_ in button.apps]
    if button.zero_tap_terms:
        value["zero_tap_terms_accepted"] = True
    if button.ttl_minutes:
        value["ttl_minutes"] = button.ttl_minutes
    return {**value, **button.extra}


def _kind(part: Any) -> str:
    return (as_text(part.get("type")) or "").strip().upper() if isinstance(part, dict) else ""
