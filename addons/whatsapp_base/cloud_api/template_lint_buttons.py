"""Lint rules for the buttons of a template.

Source: Meta, "Template components", "Buttons", and "Authentication templates".
"""

from __future__ import annotations

import itertools
import re
from typing import Any
from urllib.parse import urlsplit

from .template_findings import Report, is_whole, upper
from .template_lint_text import EMOJI_RE, VARIABLE_RE
from .values import as_list
from .words import _

MAX_BUTTONS, MAX_LABEL, MAX_URL, MAX_PHONE, MAX_CODE, MAX_APPS = 10, 25, 2000, 20, 20, 5
#: type of button -> how many one template may have
BUTTONS = {
    "QUICK_REPLY": 10,
    "URL": 2,
    "PHONE_NUMBER": 1,
    "COPY_CODE": 1,
    "FLOW": 1,
    "CATALOG": 1,
    "MPM": 1,
    "SPM": 1,
    "OTP": 1,
    "VOICE_CALL": 1,
    "CALL_PERMISSION_REQUEST": 1,
    "REQUEST_CONTACT_INFO": 1,
    "APP": 1,
}
#: how people call them
TITLES = {
    "QUICK_REPLY": _("quick reply"),
    "URL": _("link"),
    "PHONE_NUMBER": _("phone number"),
    "COPY_CODE": _("coupon code"),
    "FLOW": _("form"),
    "CATALOG": _("catalog"),
    "MPM": _("list of products"),
    "SPM": _("product"),
    "OTP": _("login code"),
    "VOICE_CALL": _("call on WhatsApp"),
    "CALL_PERMISSION_REQUEST": _("permission to call"),
    "REQUEST_CONTACT_INFO": _("ask for the phone number"),
    "APP": _("app"),
}
# Meta writes the labels of these itself, or has one when none is given.
_OWN_LABEL = ("OTP", "CATALOG", "MPM", "SPM", "COPY_CODE")
_MARKETING_ONLY = ("CATALOG", "MPM", "SPM")
_CARD_BUTTONS = ("QUICK_REPLY", "URL", "PHONE_NUMBER", "SPM")
_SHORTENERS = ("bit.ly", "tinyurl.com", "t.co", "goo.gl", "is.gd", "ow.ly", "cutt.ly", "rebrand.ly")
_PHONE_RE = re.compile(r"\+?[0-9][0-9 ()./-]*")
_PACKAGE_RE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")
_HASH_RE = re.compile(r"[A-Za-z0-9+/=]{11}")


def buttons(report: Report, part: dict[str, Any], path: str = "buttons", largest: int = MAX_BUTTONS) -> None:
    """Check a BUTTONS component, of a template or of a card (where at most ``largest`` are allowed)."""
    given = part.get("buttons")
    if not isinstance(given, list) or not given:
        report.error(path, _("There is no button."), _("Add a button, or remove the buttons."))
        return
    if len(given) > largest:
        report.error(
            path,
            _("There are %(count)s buttons; WhatsApp allows %(largest)s."),
            _("Remove some."),
            count=len(given),
            largest=largest,
        )
    kinds = [upper(button.get("type")) if isinstance(button, dict) else "" for button in given]
    for index, (button, kind) in enumerate(zip(given, kinds)):
        if kind not in BUTTONS:
            report.error(
                f"{path}.{index}.type",
                _("WhatsApp knows no button of the kind “%(kind)s”."),
                _("Choose another kind."),
                kind=kind,
            )
        else:
            _button(report, button, kind, f"{path}.{index}")
            if path != "buttons" and kind not in _CARD_BUTTONS:
                report.error(
                    f"{path}.{index}.type",
                    _("A card cannot have a button of the kind “%(label)s”."),
                    _("Use a quick reply, a link or a phone number."),
                    label=TITLES[kind],
                )
    for kind in dict.fromkeys(kinds):
        if kind in BUTTONS and kinds.count(kind) > BUTTONS[kind]:
            report.error(
                path,
                _("There are %(count)s buttons of the kind “%(label)s”; WhatsApp allows %(limit)s."),
                _("Remove some."),
                count=kinds.count(kind),
                label=TITLES[kind],
                limit=BUTTONS[kind],
            )
    if path == "buttons" and sum(a != b for a, b in itertools.pairwise(kind == "QUICK_REPLY" for kind in kinds)) > 1:
        report.error(
            path,
            _("Quick replies are mixed with other buttons."),
            _("Put all quick replies side by side, before or after the others."),
        )
    labels = [
        button.get("text").strip().casefold()
        for button in given
        if isinstance(button, dict) and isinstance(button.get("text"), str) and button["text"].strip()
    ]
    if len(set(labels)) < len(labels):
        report.error(path, _("Two buttons have the same label."), _("Give each button a label of its own."))


def _button(report: Report, button: dict[str, Any], kind: str, path: str) -> None:
    _label(report, button, kind, path)
    if kind in _MARKETING_ONLY and report.category != "MARKETING":
        report.error(
            f"{path}.type",
            _("A button of the kind “%(label)s” is for marketing templates only."),
            _("Change the category to Marketing, or choose another button."),
            label=TITLES[kind],
        )
    if (kind == "OTP") != (report.category == "AUTHENTICATION"):
        report.error(
            f"{path}.type",
            _("Templates of this category cannot have a button of the kind “%(label)s”."),
            _("Login codes have a button for the code and no other; other templates have none for codes."),
            label=TITLES[kind],
        )
    check = _CHECKS.get(kind)
    if check:
        check(report, button, path)


def _label(report: Report, button: dict[str, Any], kind: str, path: str) -> None:
    label = button.get("text")
    if label is None and kind in _OWN_LABEL:
        return
    if not isinstance(label, str) or not label.strip():
        if kind not in _OWN_LABEL or label is not None and not isinstance(label, str):
            report.error(f"{path}.text", _("The button has no label."), _("Write a label."))
        return
    if len(label) > MAX_LABEL:
        report.error(
            f"{path}.text",
            _("The label “%(label)s” has %(count)s characters; WhatsApp allows %(limit)s."),
            _("Shorten it."),
            label=label,
            count=len(label),
            limit=MAX_LABEL,
        )
    if "{{" in label or "}}" in label:
        report.error(
            f"{path}.text", _("The label of a button has a variable."), _("Labels are fixed: write plain words.")
        )
    if "\n" in label or "\r" in label:
        report.error(f"{path}.text", _("The label of a button has a line break."), _("Write it in one line."))
    if EMOJI_RE.search(label) or re.search(r"[*~`]", label):
        report.error(
            f"{path}.text", _("The label of a button has an emoji or formatting marks."), _("Write plain words.")
        )


def _url(report: Report, button: dict[str, Any], path: str) -> None:
    url = button.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        report.error(
            f"{path}.url", _("The link does not begin with https:// (or http://)."), _("Write the full address.")
        )
        return
    if len(url) > MAX_URL:
        report.error(
            f"{path}.url",
            _("The link has %(count)s characters; WhatsApp allows %(limit)s."),
            _("Use a shorter one."),
            count=len(url),
            limit=MAX_URL,
        )
    host = _host(url)
    if not host or re.search(r"\s", VARIABLE_RE.sub("", url)):
        report.error(
            f"{path}.url",
            _("The link is not an address that can be opened."),
            _("Write it as in a browser, without spaces."),
        )
    elif host.removeprefix("www.") in ("wa.me", "whatsapp.com", "api.whatsapp.com", "chat.whatsapp.com"):
        report.warn(
            f"{path}.url", _("The link leads to WhatsApp itself, which Meta refuses."), _("Use a quick reply instead.")
        )
    elif host.removeprefix("www.") in _SHORTENERS:
        report.warn(
            f"{path}.url", _("The link is a shortened one, which Meta often refuses."), _("Use the real address.")
        )
    rest = VARIABLE_RE.sub("", url)
    found = VARIABLE_RE.findall(url)
    if "{{" in rest or "}}" in rest:
        report.error(
            f"{path}.url",
            _("The variable of the link is not written as Meta expects."),
            _("Write it as {{1}}, at the end."),
        )
    if not found:
        return
    if len(found) > 1 or not url.endswith("}}"):
        report.error(
            f"{path}.url",
            _("A link takes one variable, at its end."),
            _("Move it to the end, as in https://example.com/{{1}}."),
        )
    elif found != ["1"]:
        report.warn(
            f"{path}.url",
            _("The variable of a link is called {{1}}, also where other variables have names."),
            _("Write {{1}}."),
        )
    given = button.get("example")
    values = given if isinstance(given, list) else [given]
    if not values or not isinstance(values[0], str) or not values[0].strip():
        report.error(
            f"{path}.example", _("The link has a variable, but no example."), _("Give a whole address as example.")
        )


def _host(url: str) -> str:
    try:
        return urlsplit(VARIABLE_RE.sub("x", url)).hostname or ""
    except ValueError:
        return ""


def _phone(report: Report, button: dict[str, Any], path: str) -> None:
    phone = button.get("phone_number")
    phone = str(phone) if isinstance(phone, (str, int)) and not isinstance(phone, bool) else ""
    if not 1 <= len(phone) <= MAX_PHONE:
        report.error(
            f"{path}.phone_number",
            _("The phone number is missing, or has more than %(limit)s characters."),
            _("Write it with the country code, such as +34 600 900 111."),
            limit=MAX_PHONE,
        )
    elif not _PHONE_RE.fullmatch(phone):
        report.error(
            f"{path}.phone_number",
            _("The phone number has letters or other signs."),
            _("Write digits, with the country code."),
        )
    elif not phone.startswith("+"):
        report.warn(
            f"{path}.phone_number",
            _("The phone number does not begin with +."),
            _("Write it with the country code, so that it can be called from abroad."),
        )


def _code(report: Report, button: dict[str, Any], path: str) -> None:
    given = button.get("example")
    given = given[0] if isinstance(given, list) and given else given
    if not isinstance(given, str) or not given.strip():
        report.error(f"{path}.example", _("The coupon code has no example."), _("Give a code such as SAVE20."))
    elif len(given) > MAX_CODE:
        report.error(
            f"{path}.example",
            _("The example of the coupon code has %(count)s characters; WhatsApp allows %(limit)s."),
            _("Shorten it."),
            count=len(given),
            limit=MAX_CODE,
        )


def _flow(report: Report, button: dict[str, Any], path: str) -> None:
    named = [key for key in ("flow_id", "flow_name", "flow_json") if button.get(key)]
    if len(named) != 1:
        report.error(f"{path}.flow_id", _("The button names no form, or more than one."), _("Choose one form (flow)."))
    action = button.get("flow_action")
    if action is not None and upper(action) not in ("NAVIGATE", "DATA_EXCHANGE"):
        report.error(f"{path}.flow_action", _("The form's first step is unknown."), _("Use navigate or data_exchange."))
    if button.get("icon") is not None and upper(button["icon"]) not in ("DOCUMENT", "PROMOTION", "REVIEW"):
        report.error(
            f"{path}.icon", _("WhatsApp does not know the button's icon."), _("Use DOCUMENT, PROMOTION or REVIEW.")
        )


def _otp(report: Report, button: dict[str, Any], path: str) -> None:
    kind = upper(button.get("otp_type"))
    if kind not in ("COPY_CODE", "ONE_TAP", "ZERO_TAP"):
        report.error(
            f"{path}.otp_type",
            _("It is not said how the code gets into the app."),
            _("Choose copy code, one tap or zero tap."),
        )
    elif kind != "COPY_CODE":
        apps = as_list(button.get("supported_apps"))
        if not 1 <= len(apps) <= MAX_APPS:
            report.error(
                f"{path}.supported_apps",
                _("One tap and zero tap need 1 to 5 apps."),
                _("Enter your app's package and signature."),
            )
        for app in apps:
            app = app if isinstance(app, dict) else {}
            if not _PACKAGE_RE.fullmatch(str(app.get("package_name") or "")):
                report.error(
                    f"{path}.supported_apps",
                    _("The name of an app's package is not one."),
                    _("Write it as com.example.app."),
                )
            if not _HASH_RE.fullmatch(str(app.get("signature_hash") or "")):
                report.error(
                    f"{path}.supported_apps",
                    _("An app's signature has not 11 characters."),
                    _("Copy the signing key hash of your app."),
                )
        if kind == "ZERO_TAP" and button.get("zero_tap_terms_accepted") is not True:
            report.error(
                f"{path}.zero_tap_terms_accepted",
                _("The terms of zero tap are not accepted."),
                _("Accept them, or choose one tap."),
            )
    autofill = button.get("autofill_text")
    if autofill is not None and (not isinstance(autofill, str) or len(autofill) > MAX_LABEL):
        report.error(
            f"{path}.autofill_text",
            _("The label for filling in the code has more than %(limit)s characters."),
            _("Shorten it."),
            limit=MAX_LABEL,
        )


def _call(report: Report, button: dict[str, Any], path: str) -> None:
    minutes = button.get("ttl_minutes")
    if minutes is not None and (not is_whole(minutes) or not 1 <= minutes <= 43200):
        report.error(
            f"{path}.ttl_minutes",
            _("The time in which the call button works is no number of minutes up to 30 days."),
            _("Enter 1 to 43200."),
        )


_CHECKS = {"URL": _url, "PHONE_NUMBER": _phone, "COPY_CODE": _code, "FLOW": _flow, "OTP": _otp, "VOICE_CALL": _call}
