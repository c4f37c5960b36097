"""What customers filled in, as rows for people. No Odoo import."""

import re

_SCREEN_RE = re.compile(r"^screen_\d+_(.+?)_\d+$")  # names that Meta's form builder makes: screen_0_Full_name_2
_OPTION_RE = re.compile(r"^\d+_(?=.)")  # its options: 0_Yes,_please
MAX_ROWS = 100
MAX_VALUE = 2000


def label(key: str) -> str:
    """Return the name of a form's field as people would write it: ``delivery_date`` is "Delivery date"."""
    match = _SCREEN_RE.match(key)
    words = (match[1] if match else key).replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else key


def rows(response: dict) -> list[dict[str, str]]:
    """Return a submitted form as ``{"label", "value"}``, in its order; parts within parts become rows of their own.

    :param response: ``FlowReply.response``; the token is left out, for it is ours and secret
    """
    found: list[dict[str, str]] = []
    _collect(response, "", found, 0)
    return found[:MAX_ROWS]


def _collect(values: dict, prefix: str, found: list, depth: int) -> None:
    for key, value in values.items():
        if key == "flow_token" or len(found) >= MAX_ROWS:
            continue
        name = prefix + label(str(key))
        if isinstance(value, dict) and depth < 3:
            _collect(value, "" if key in ("values", "data") else f"{name}: ", found, depth + 1)
        elif (text := _text(value)) != "":
            found.append({"label": name, "value": text})


def _text(value) -> str:
    if value is None or isinstance(value, dict):
        return "" if not value else "…"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value[:MAX_ROWS])))[:MAX_VALUE]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return (_OPTION_RE.sub("", text).replace("_", " ") if _OPTION_RE.match(text) else text)[:MAX_VALUE]
