"""Reading of untrusted JSON values.

Everything that comes from the network passes here: what has the wrong type becomes the neutral value, strings
lose what PostgreSQL or UTF-8 cannot hold. No function in this file raises on decoded JSON.
"""

from __future__ import annotations

import json
import math
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

NAME_LENGTH = 255  # longest display name that is kept
MAX_DEPTH = 64  # Meta's payloads stay below 20 levels; deeper parts are cut off
_MAX_INT_DIGITS = 300
# Earlier or later than this is junk, not a time: 2001-09-09 to 2100-01-01.
_MIN_EPOCH, _MAX_EPOCH = 1_000_000_000, 4_102_444_800

_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False)


class NotJson(ValueError):
    """The body is not JSON in UTF-8, or is nested too deeply to be read."""


def _int(text: str) -> int | str:
    # Python refuses to convert very long digit strings; no id or time of Meta's is that long.
    return int(text) if len(text) <= _MAX_INT_DIGITS else text


def _float(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


# NaN, Infinity and overflowing floats become null: neither PostgreSQL nor JSON can store them again.
_DECODER = json.JSONDecoder(parse_int=_int, parse_float=_float, parse_constant=lambda name: None, strict=False)


def decode(body: bytes | str) -> Any:
    """Return the JSON value in ``body`` with clean strings and bounded depth.

    :raises NotJson: not UTF-8, not JSON, or nested beyond what Python can decode
    """
    try:
        text = body if isinstance(body, str) else bytes(body).decode("utf-8-sig")
        value = _DECODER.decode(text)
    except (ValueError, TypeError) as error:
        raise NotJson(f"The body is not JSON in UTF-8 ({type(error).__name__}).") from None
    except (RecursionError, MemoryError):
        raise NotJson("The body is nested too deeply.") from None
    return clean_tree(value) if _needs_cleaning(text, value) else value


def _needs_cleaning(text: str, value: Any) -> bool:
    """Decide cheaply whether the decoded value must be walked: nearly all payloads need no walk."""
    if "\\u0000" in text or "\0" in text or text.count("{") + text.count("[") > MAX_DEPTH:
        return True
    if text.isascii() and "\\ud" not in text and "\\uD" not in text:
        return False
    try:
        _ENCODER.encode(value).encode()
    except UnicodeEncodeError:
        return True
    return False


def clean(text: str) -> str:
    """Return ``text`` without NUL and with lone surrogates replaced, so that it can be stored as UTF-8."""
    if "\0" in text:
        text = text.replace("\0", "")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            # Through UTF-16, so that two halves of one character that came apart are joined again.
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def clean_tree(value: Any) -> Any:
    """Return decoded JSON with every string clean and everything below `MAX_DEPTH` levels replaced by null.

    Works without recursion, so that no depth of input can exhaust the stack.
    """
    root: list[Any] = [value]
    pending: list[tuple[Any, int]] = [(root, 0)]
    while pending:
        container, depth = pending.pop()
        if isinstance(container, dict):
            if not all(isinstance(k, str) and k.isascii() and "\0" not in k for k in container):
                items = [(clean(k) if isinstance(k, str) else str(k), v) for k, v in container.items()]
                container.clear()
                container.update(items)
            pairs: Any = list(container.items())
        else:
            pairs = enumerate(container)
        for key, item in pairs:
            if isinstance(item, str):
                if not item.isascii() or "\0" in item:
                    container[key] = clean(item)
            elif isinstance(item, (dict, list)):
                if depth >= MAX_DEPTH:
                    container[key] = None
                else:
                    pending.append((item, depth + 1))
    return root[0]


def as_dict(value: Any) -> dict[str, Any]:
    """Return ``value`` when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """Return ``value`` when it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Any, limit: int | None = None) -> str | None:
    """Return ``value`` as clean text: strings and numbers as they are, everything else as None.

    :param limit: longest text to return; the rest is cut
    """
    if isinstance(value, str):
        text = clean(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        text = str(value) if isinstance(value, float) or abs(value) < 10**_MAX_INT_DIGITS else ""
    else:
        return None
    return text[:limit] if limit is not None else text


def as_id(value: Any) -> str | None:
    """Return an identifier as text, or None when it is missing, empty or of another type."""
    text = as_text(value)
    return (text.strip() or None) if text else None


def path_id(value: Any) -> str:
    """Return an id of Meta's as one safe part of a path.

    :raises ValueError: there is none
    """
    text = as_id(value)
    if text is None:
        raise ValueError("An id is missing for the call.")
    return quote(text, safe="")


def as_bool(value: Any) -> bool | None:
    """Return a boolean, also when it came as ``"true"`` or ``"false"``; None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return None


def as_int(value: Any) -> int | None:
    """Return a whole number, also when it came as a string or a float; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else None
    if isinstance(value, str):
        text = value.strip()
        if len(text) <= 30 and text.isascii() and text.lstrip("+-").isdigit():
            try:
                return int(text)
            except ValueError:
                return None
    return None


def as_float(value: Any) -> float | None:
    """Return a finite number, also when it came as a string; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def utc_now() -> datetime:
    """Return the present time as naive UTC, as Odoo stores it."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


def as_datetime(value: Any, default: datetime) -> datetime:
    """Return a time of Meta's (epoch seconds or milliseconds, number or string) as naive UTC.

    :param default: what to return when the value is missing or is no time between 2001 and 2100
    """
    seconds = as_int(value)
    if seconds is None:
        number = as_float(value)
        if number is None:
            return default
        seconds = int(number)
    if seconds > 100_000_000_000:
        seconds //= 1000
    if not _MIN_EPOCH <= seconds <= _MAX_EPOCH:
        return default
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)


def one_line(text: str, limit: int = 120) -> str:
    """Return ``text`` as one line of at most ``limit`` characters, for lists and notifications."""
    line = " ".join(text[: limit * 8].split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
