"""Small checks shared by the content validators. Each raises GraphError with Meta's code."""

from __future__ import annotations

from typing import Any

from ..errors import GraphError


def required(value: Any, path: str) -> Any:
    """131008 when a parameter is missing, empty or blank."""
    if value is None or value == "" or value == [] or value == {} or isinstance(value, str) and not value.strip():
        raise GraphError(131008, f"Parameter '{path}' is mandatory and must not be empty")
    return value


def text(value: Any, path: str, limit: int, optional: bool = False) -> str | None:
    """A string of at most ``limit`` characters."""
    if value is None and optional:
        return None
    required(value, path)
    if not isinstance(value, str):
        raise GraphError(131009, f"Parameter '{path}' must be a string")
    if len(value) > limit:
        raise GraphError(131009, f"Parameter '{path}' is too long: {len(value)} characters, the maximum is {limit}")
    return value


def mapping(value: Any, path: str) -> dict:
    """A JSON object that is present."""
    if value is None:
        raise GraphError(131008, f"Parameter '{path}' is mandatory")
    if not isinstance(value, dict):
        raise GraphError(131009, f"Parameter '{path}' must be an object")
    return value


def sequence(value: Any, path: str, low: int, high: int) -> list:
    """A JSON list with low to high elements."""
    if value is None:
        raise GraphError(131008, f"Parameter '{path}' is mandatory")
    if not isinstance(value, list):
        raise GraphError(131009, f"Parameter '{path}' must be an array")
    if not low <= len(value) <= high:
        raise GraphError(131009, f"Parameter '{path}' must have {low} to {high} elements, it has {len(value)}")
    return value


def url(value: Any, path: str, limit: int = 2000) -> str:
    """An http(s) address."""
    text(value, path, limit)
    if not value.lower().startswith(("https://", "http://")):
        raise GraphError(131009, f"Parameter '{path}' is not a valid URI")
    return value
