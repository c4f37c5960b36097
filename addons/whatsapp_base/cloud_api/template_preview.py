"""A template as a phone shows it, as plain data that a page can draw.

Source: Meta, "Template components", "Authentication templates", and how WhatsApp shows them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from . import markup, templates
from .languages import is_right_to_left
from .outbound_template import template_text
from .values import NAME_LENGTH, as_dict, as_int, as_list, as_text

__all__ = ["phone"]

_VARIABLE_RE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}")
# Around the name of a variable that has no value; in no text of WhatsApp's, so that formatting leaves them alone.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKED_RE = re.compile(f"{_OPEN}([A-Za-z0-9_]{{1,64}}){_CLOSE}")
_FILES = {"IMAGE": "image", "VIDEO": "video", "GIF": "gif", "DOCUMENT": "document"}
_OWN_LABELS = {"OTP": "Copy code", "COPY_CODE": "Copy offer code", "CATALOG": "View catalog", "MPM": "View items", "SPM": "View",
               "CALL_PERMISSION_REQUEST": "Choose preference", "REQUEST_CONTACT_INFO": "Share contact info", "VOICE_CALL": "Call now"}


def phone(
    components: Sequence[dict[str, Any]],
    values: Mapping[str, Any] | None = None,
    *,
    language: str = "",
    business: str = "",
    files: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """Return what a phone shows. Variables without a value show their example, else their name, marked.

    :param components: as Meta has them
    :param values: ``{"header": text, "body": list or mapping, "buttons": list}``; missing ones are fine
    :param files: ``{"header": {"url", "filename"}, "carousel.0.header": ...}``, pictures that can be shown
    :returns: business, rtl, header, body (safe HTML), footer, offer, buttons, cards
    """
    values, files = values or {}, files or {}
    parts = _parts(components)
    shown = _part(components, parts, values, files.get("header") or {})
    offer = as_dict(parts.get("LIMITED_TIME_OFFER", {}).get("limited_time_offer"))
    cards = []
    for index, card in enumerate(as_list(parts.get("CAROUSEL", {}).get("cards"))):
        inner = [part for part in as_list(as_dict(card).get("components")) if isinstance(part, dict)]
        given = as_list(values.get("cards"))
        cards.append(_part(inner, _parts(inner), given[index] if index < len(given) else {}, files.get(f"carousel.{index}.header") or {}))
    return {
        "business": business,
        "rtl": is_right_to_left(language),
        **shown,
        "offer": {
            "title": as_text(offer.get("text"), NAME_LENGTH) or "",
            "expires": bool(offer.get("has_expiration")),
            "code": next((button["value"] for button in shown["buttons"] if button["kind"] == "COPY_CODE"), ""),
        } if offer else None,
        "cards": cards,
    }


def _part(components: Sequence[dict[str, Any]], parts: Mapping[str, dict[str, Any]], values: Mapping[str, Any],
          file: Mapping[str, str]) -> dict[str, Any]:
    """Return header, body, footer and buttons of a template or of a card."""
    found = templates.variables(components)
    examples = {kind: {v.name: v.example for v in found if v.component == kind} for kind in ("header", "body")}
    body = as_text(parts.get("BODY", {}).get("text"))
    recommends = bool(parts.get("BODY", {}).get("add_security_recommendation"))
    if body is None:
        is_login_code = "add_security_recommendation" in parts.get("BODY", {})
        body = ("*{{1}}* is your verification code." if is_login_code else "") + (
            " For your security, do not share this code." if recommends else "")
    minutes = as_int(parts.get("FOOTER", {}).get("code_expiration_minutes"))
    footer = as_text(parts.get("FOOTER", {}).get("text")) or (f"This code expires in {minutes} minutes." if minutes else "")
    return {
        "header": _header(parts.get("HEADER"), values.get("header"), examples["header"], file),
        "body": _html(_filled(body, _named(body, values.get("body")), examples["body"])),
        "footer": footer,
        "buttons": _buttons(parts.get("BUTTONS", {}), values.get("buttons")),
    }


def _header(part: dict[str, Any] | None, value: Any, examples: Mapping[str, str], file: Mapping[str, str]) -> dict[str, Any] | None:
    if not part:
        return None
    kind = (as_text(part.get("format")) or "TEXT").upper()
    if kind in _FILES:
        return {"kind": _FILES[kind], "url": file.get("url") or "", "filename": file.get("filename") or ""}
    if kind != "TEXT":
        return {"kind": kind.lower()}
    text = as_text(part.get("text")) or ""
    given = dict.fromkeys(_names(text), value) if isinstance(value, (str, int, float)) and value != "" else {}
    return {"kind": "text", "html": _mark(escape(_filled(text, given, examples)))} if text else None


def _names(text: str) -> list[str]:
    """Return the names of the variables in a text, each once; numbered ones in the order of their numbers."""
    names = list(dict.fromkeys(_VARIABLE_RE.findall(text)))
    return sorted(names, key=int) if names and all(name.isdecimal() for name in names) else names


def _named(text: str, values: Any) -> dict[str, Any]:
    if isinstance(values, Mapping):
        return {str(key): value for key, value in values.items()}
    return dict(zip(_names(text), values)) if isinstance(values, (list, tuple)) else {}


def _filled(text: str, values: Mapping[str, Any], examples: Mapping[str, str]) -> str:
    text = text.replace(_OPEN, "").replace(_CLOSE, "")

    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        return template_text(values.get(name)) or template_text(examples.get(name)) or f"{_OPEN}{name}{_CLOSE}"

    return _VARIABLE_RE.sub(value_of, text)


def _html(text: str) -> str:
    return _mark(markup.to_html(text))


def _mark(html: str) -> str:
    return _MARKED_RE.sub(r'<span class="o-whatsapp-Phone-variable">\1</span>', html)


def _buttons(part: Mapping[str, Any], values: Any) -> list[dict[str, Any]]:
    given = values if isinstance(values, (list, tuple)) else []
    shown = []
    for index, button in enumerate(as_list(part.get("buttons"))):
        button = as_dict(button)
        kind = (as_text(button.get("type"), NAME_LENGTH) or "").upper()
        value = given[index] if index < len(given) else None
        value = value[1] if isinstance(value, (list, tuple)) and len(value) == 2 else value
        example = button.get("example")
        example = example[0] if isinstance(example, list) and example else example
        text = template_text(value) if isinstance(value, (str, int, float)) else ""
        url = as_text(button.get("url")) or ""
        if kind == "URL" and (text or not example or not _VARIABLE_RE.search(url)):
            detail = _VARIABLE_RE.sub(lambda match, text=text: text or match[0], url)
        else:
            detail = text or as_text(button.get("phone_number")) or as_text(example) or ""
        label = as_text(button.get("text"), NAME_LENGTH) or _OWN_LABELS.get(kind) or kind.replace("_", " ").capitalize()
        shown.append({"kind": kind, "label": label, "value": detail})
    return shown


def _parts(components: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for part in components:
        if isinstance(part, dict):
            found.setdefault((as_text(part.get("type")) or "").upper(), part)
    return found
