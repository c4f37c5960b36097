"""Template definitions: what Meta checks when one is created or edited ("Templates", components)."""

from __future__ import annotations

import itertools
import re
from typing import Any

from ..errors import GraphError, missing
from . import definition_parts as special
from .definition_parts import MARKETING_BUTTONS, refuse
from .template import VARIABLE, variables

CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
FORMATS = ("TEXT", "IMAGE", "VIDEO", "GIF", "DOCUMENT", "LOCATION", "PRODUCT")
LANGUAGES = frozenset((
    "af", "sq", "ar", "ar_EG", "ar_AE", "ar_LB", "ar_MA", "ar_QA", "az", "be_BY", "bn", "bn_IN", "bg", "ca", "zh_CN",
    "zh_HK", "zh_TW", "hr", "cs", "da", "prs_AF", "nl", "nl_BE", "en", "en_GB", "en_US", "en_AE", "en_AU", "en_CA",
    "en_GH", "en_IE", "en_IN", "en_JM", "en_MY", "en_NZ", "en_QA", "en_SG", "en_UG", "en_ZA", "et", "fil", "fi",
    "fr", "fr_BE", "fr_CA", "fr_CH", "fr_CI", "fr_MA", "ka", "de", "de_AT", "de_CH", "el", "gu", "ha", "he", "hi",
    "hu", "id", "ga", "it", "ja", "kn", "kk", "rw_RW", "ko", "ky_KG", "lo", "lv", "lt", "mk", "ms", "ml", "mr", "nb",
    "ps_AF", "fa", "pl", "pt_BR", "pt_PT", "pa", "ro", "ru", "sr", "si_LK", "sk", "sl", "es", "es_AR", "es_CL",
    "es_CO", "es_CR", "es_DO", "es_EC", "es_HN", "es_MX", "es_PA", "es_PE", "es_ES", "es_UY", "sw", "sv", "ta", "te",
    "th", "tr", "uk", "ur", "uz", "vi", "zu",
))
#: button type -> how many one template may have
BUTTONS = {"QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "FLOW": 1, "CATALOG": 1, "MPM": 1,
           "SPM": 1, "OTP": 1, "VOICE_CALL": 1, "CALL_PERMISSION_REQUEST": 1, "REQUEST_CONTACT_INFO": 1, "APP": 1}


def check(body: Any, handles: set[str] | None = None) -> tuple[str, str, str, str, list]:
    """Check the body of a create call.

    :param handles: the handles of uploaded examples; None checks them not.
    :returns: (name, language, category, parameter format, components).
    :raises GraphError: code 100 with ``error_user_msg``, as template calls answer.
    """
    if not isinstance(body, dict):
        raise GraphError(100, message="(#100) Invalid parameter: the body must be a JSON object", messaging=False)
    for name in ("name", "language", "category"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise missing(name)
    if not re.fullmatch(r"[a-z0-9_]{1,512}", body["name"]):
        raise refuse(2388001, "Invalid template name",
                      "The name may have lowercase letters, digits and underscores, at most 512.")
    if body["language"] not in LANGUAGES:
        raise GraphError(100, message=f"(#100) Param language must be one of {{{', '.join(sorted(LANGUAGES))}}} - got "
                                      f"\"{body['language']}\".", messaging=False)
    category = body["category"].upper()
    if category not in CATEGORIES:
        raise GraphError(100, message=f"(#100) Param category must be one of {{{', '.join(CATEGORIES)}}} - got "
                                      f"\"{body['category']}\".", messaging=False)
    format_ = str(body.get("parameter_format") or "POSITIONAL").upper()
    if format_ not in ("POSITIONAL", "NAMED"):
        raise GraphError(100, message="(#100) Param parameter_format must be one of {NAMED, POSITIONAL}",
                         messaging=False)
    components = body.get("components")
    if not isinstance(components, list) or not components:
        raise missing("components")
    seen: dict[str, dict] = {}
    for part in components:
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            raise GraphError(100, message="(#100) Param components must be an array of objects with a type",
                             messaging=False)
        type_ = part["type"].upper()
        if type_ in seen:
            raise refuse(2388042, "Duplicate component", f"There is more than one {type_}.")
        seen[type_] = part
        if type_ in _COMPONENTS:
            _COMPONENTS[type_](part, category, format_)
        elif type_ not in ("LIMITED_TIME_OFFER", "CAROUSEL", "CALL_PERMISSION_REQUEST"):
            raise GraphError(100, message=f"(#100) Unknown component type {type_}", messaging=False)
    if "BODY" not in seen:
        raise refuse(2388072, "Body is missing", "A template needs a BODY component.")
    if category == "AUTHENTICATION":
        special.authentication(seen)
    if "LIMITED_TIME_OFFER" in seen:
        special.offer(seen, category)
    if "CAROUSEL" in seen:
        special.carousel(seen, category, format_, _COMPONENTS)
    if handles is not None:
        special.check_handles(seen, handles)
    _time_to_live(body.get("message_send_ttl_seconds"), category)
    return body["name"], body["language"], category, format_, components


def _time_to_live(seconds: Any, category: str) -> None:
    low, high = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43_200), "MARKETING": (43_200, 2_592_000)}[category]
    if seconds is None or seconds == -1 and category != "MARKETING":
        return
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not low <= seconds <= high:
        raise refuse(2388042, "Invalid time to live", f"message_send_ttl_seconds must be {low} to {high}.")


def _header(part: dict, category: str, format_: str) -> None:
    kind = str(part.get("format") or "TEXT").upper()
    if kind not in FORMATS:
        raise refuse(2388047, "Invalid header", f"The header format must be one of {', '.join(FORMATS)}.")
    if kind == "TEXT":
        text = part.get("text")
        if not isinstance(text, str) or not text or len(text) > 60:
            raise refuse(2388047, "Invalid header", "A text header has 1 to 60 characters.")
        names = variables(text)
        if len(names) > 1:
            raise refuse(2388047, "Invalid header", "A header takes at most one variable.")
        if names:
            key = "header_text_named_params" if format_ == "NAMED" else "header_text"
            _example(part, key, names, "header")
    elif kind in ("IMAGE", "VIDEO", "GIF", "DOCUMENT"):
        if not (part.get("example") or {}).get("header_handle"):
            raise refuse(2388084, "Sample is missing", "A media header needs an example with header_handle.")


def _body(part: dict, category: str, format_: str) -> None:
    text = part.get("text")
    if category == "AUTHENTICATION" and text is None:
        return
    if not isinstance(text, str) or not text.strip():
        raise refuse(2388072, "Invalid body", "The body needs a text.")
    if len(text) > 1024:
        raise refuse(2388040, "Body too long", f"The body has {len(text)} characters, the maximum is 1024.")
    names = variables(text)
    if not names or category == "AUTHENTICATION":
        return
    if format_ == "POSITIONAL":
        if names != [str(i) for i in range(1, len(names) + 1)]:
            raise refuse(2388072, "Invalid variables", "Variables must be {{1}}, {{2}} and so on, in order.")
    elif any(not re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names):
        raise refuse(2388072, "Invalid variables", "Names of variables have lowercase letters, digits, underscores.")
    stripped = text.strip()
    matches = list(VARIABLE.finditer(stripped))
    if matches[0].start() == 0 or matches[-1].end() == len(stripped):
        raise refuse(2388299, "Leading or trailing variable", "Variables can't be at the start or end of the body.")
    if any(not stripped[a.end():b.start()].strip() for a, b in itertools.pairwise(matches)):
        raise refuse(2388072, "Adjacent variables", "There must be words between two variables.")
    words = len(VARIABLE.sub(" ", stripped).split())
    if words < 2 * len(matches) - 1:
        raise refuse(2388293, "Too many variables", "There are too many variables for the length of the body.")
    _example(part, "body_text_named_params" if format_ == "NAMED" else "body_text", names, "body")


def _example(part: dict, key: str, names: list[str], where: str) -> None:
    example = (part.get("example") or {}).get(key)
    if isinstance(example, list) and example and isinstance(example[0], list):
        example = example[0]
    if not isinstance(example, list) or len(example) < len(names):
        raise refuse(2388043, "Sample is missing", f"The {where} needs an example for each variable, in {key}.")


def _footer(part: dict, category: str, format_: str) -> None:
    text = part.get("text")
    if category == "AUTHENTICATION" and text is None:
        return
    if not isinstance(text, str) or not text or len(text) > 60 or variables(text):
        raise refuse(2388073, "Invalid footer", "The footer has 1 to 60 characters and no variables.")


def _buttons(part: dict, category: str, format_: str) -> None:
    buttons = part.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 10:
        raise refuse(2388044, "Invalid buttons", "There must be 1 to 10 buttons.")
    counts, kinds = {}, []
    for button in buttons:
        kind = str(button.get("type", "")).upper() if isinstance(button, dict) else ""
        if kind not in BUTTONS:
            raise refuse(2388044, "Invalid buttons", f"The button type must be one of {', '.join(BUTTONS)}.")
        counts[kind] = counts.get(kind, 0) + 1
        kinds.append(kind == "QUICK_REPLY")
        if counts[kind] > BUTTONS[kind]:
            raise refuse(2388044, "Too many buttons", f"There may be {BUTTONS[kind]} of {kind}.")
        text = button.get("text")
        if kind not in ("OTP", "CATALOG", "MPM", "SPM", "COPY_CODE") and (not isinstance(text, str) or not text):
            raise refuse(2388044, "Invalid buttons", "Every button needs a text.")
        if isinstance(text, str) and len(text) > 25:
            raise refuse(2388044, "Button text too long", f"{text!r} is longer than 25 characters.")
        if kind == "URL":
            _url_button(button)
        elif kind == "FLOW":
            special.flow_button(button)
        elif kind == "COPY_CODE":
            special.code_button(button)
        elif kind in MARKETING_BUTTONS and category != "MARKETING":
            raise refuse(2388044, "Invalid buttons", f"{kind} buttons are for marketing templates.")
        elif kind == "OTP" and category != "AUTHENTICATION":
            raise refuse(2388044, "Invalid buttons", "OTP buttons are for authentication templates.")
        elif kind == "PHONE_NUMBER" and not 1 <= len(str(button.get("phone_number") or "")) <= 20:
            raise refuse(2388044, "Invalid buttons", "A phone button needs a phone_number of at most 20 characters.")
    if sum(a != b for a, b in itertools.pairwise(kinds)) > 1:
        raise refuse(2388044, "Mixed buttons", "Quick replies must be grouped together.")


def _url_button(button: dict) -> None:
    url = button.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")) or len(url) > 2000:
        raise refuse(2388044, "Invalid URL", "A URL button needs an http(s) address of at most 2000 characters.")
    names = variables(url)
    if names and (len(names) > 1 or not url.endswith("}}")):
        raise refuse(2388044, "Invalid URL", "A URL takes one variable, at its end.")
    if names and not button.get("example"):
        raise refuse(2388043, "Sample is missing", "A URL with a variable needs an example.")


_COMPONENTS = {"HEADER": _header, "BODY": _body, "FOOTER": _footer, "BUTTONS": _buttons}
