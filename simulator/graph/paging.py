"""Cursors and field selection, as every Graph list has them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence

from ..errors import GraphError

_SPLIT = re.compile(r",(?![^{(]*[})])")


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"cursor:{position}".encode()).decode().rstrip("=")


def _position(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        name, number = text.split(":")
        if name != "cursor":
            raise ValueError
        return int(number)
    except (ValueError, binascii.Error):
        raise GraphError(131059) from None


def page(items: list, query: Mapping[str, str], base_url: str, path: str, default: int = 25,
         maximum: int = 1000) -> dict:
    """One page of ``items`` in Graph's envelope.

    :param query: the request's parameters; ``limit``, ``after`` and ``before`` are read.
    """
    try:
        limit = int(query.get("limit", default))
    except ValueError:
        raise GraphError(100, message="(#100) Param limit must be an integer", messaging=False) from None
    if not 1 <= limit <= maximum:
        raise GraphError(1, message="Please reduce the amount of data you're asking for, then retry your request",
                         status=500, messaging=False)
    start = 0
    if query.get("after"):
        start = _position(query["after"])
    elif query.get("before"):
        start = max(0, _position(query["before"]) - 1 - limit)
    chunk = items[start:start + limit]
    result = {"data": chunk}
    if chunk:
        end = start + len(chunk)
        paging = {"cursors": {"before": _cursor(start + 1), "after": _cursor(end)}}
        extra = "".join(f"&{k}={v}" for k, v in query.items() if k not in ("after", "before", "access_token"))
        if end < len(items):
            paging["next"] = f"{base_url}{path}?after={_cursor(end)}{extra}"
        if start > 0:
            paging["previous"] = f"{base_url}{path}?before={_cursor(start + 1)}{extra}"
        result["paging"] = paging
    return result


def select(node: dict, query: Mapping[str, str], defaults: Sequence[str]) -> dict:
    """The asked fields of a node: ``id`` always; unknown ones are refused as Graph does.

    :param node: dict of everything the node has; None values are left out.
    """
    asked = query.get("fields")
    names = defaults if not asked else [re.split(r"[{.(]", name.strip())[0] for name in _SPLIT.split(asked)]
    result = {}
    for name in names:
        if not name:
            continue
        if name not in node:
            raise GraphError(100, message=f"(#100) Tried accessing nonexisting field ({name})", messaging=False)
        if node[name] is not None:
            result[name] = node[name]
    if node.get("id"):
        result["id"] = node["id"]
    return result
