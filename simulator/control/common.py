"""Reading control requests: what is wrong is named, with a remedy."""

from __future__ import annotations

import json

from aiohttp import web

from ..errors import BadInput


async def read(request: web.Request) -> dict:
    """The JSON object of a request ({} when the body is empty). :raises BadInput:"""
    raw = await request.read()
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadInput("(body)", "is not JSON", "Send a JSON object.") from None
    if not isinstance(value, dict):
        raise BadInput("(body)", "is not a JSON object", "Send a JSON object.")
    return value


def text(data: dict, name: str, default: str | None = None) -> str:
    """A string field; without default it is required."""
    value = data.get(name, default)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value and default is None:
        raise BadInput(name, "is missing" if value in (None, "") else f"{value!r} is not a string", "Send a string.")
    return value


def query_number(request: web.Request, name: str, default: float | None = None) -> float | None:
    value = request.query.get(name)
    if value in (None, ""):
        return default
    try:
        return float(value)
    except ValueError:
        raise BadInput(name, f"{value!r} is not a number", "Send a number.") from None


def flag(data: dict, name: str, default: bool) -> bool:
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise BadInput(name, f"{value!r} is not true or false", "Send a JSON boolean.")
    return value
