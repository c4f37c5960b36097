"""Interactive messages: buttons, lists, links, products, flows, carousels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import GraphError
from .common import mapping, required, sequence, text, url
from .media import check_media

if TYPE_CHECKING:
    from ..state import Number, World
    from ..validation.media import Late

HEADERS = {
    "button": ("text", "image", "video", "document"),
    "list": ("text",),
    "cta_url": ("text", "image", "video", "document"),
    "flow": ("text", "image", "video", "document"),
    "product_list": ("text",),
    "order_details": ("text", "image", "video", "document"),
}
TYPES = ("address_message", "button", "call_permission_request", "carousel", "catalog_message", "contact_request", "cta_url",
         "flow", "list", "location_request_message", "order_details", "order_status", "product", "product_list",
         "request_contact_info", "voice_call")


def check(world: World, number: Number, value: Any) -> Late:
    """Check an ``interactive`` object. Returns and raises like :func:`simulator.validation.content.check`."""
    value = mapping(value, "interactive")
    type_ = required(value.get("type"), "interactive['type']")
    if type_ not in TYPES:
        raise GraphError(131009, f"Parameter 'interactive['type']' must be one of {', '.join(TYPES)}")
    late = _header(world, number, type_, value.get("header"))
    if type_ != "product" or value.get("body") is not None:
        body = mapping(value.get("body"), "interactive['body']")
        text(body.get("text"), "interactive['body']['text']", 4096 if type_ == "list" else 1024)
    if value.get("footer") is not None:
        if type_ == "carousel":
            raise GraphError(131009, "Parameter 'interactive['footer']' is not allowed for carousel")
        footer = mapping(value["footer"], "interactive['footer']")
        text(footer.get("text"), "interactive['footer']['text']", 60)
    action = mapping(value.get("action"), "interactive['action']")
    handler = _ACTIONS.get(type_)
    if handler:
        handler(world, number, value, action)
    return late


def _header(world: World, number: Number, type_: str, header: Any) -> Late:
    if header is None:
        if type_ == "product_list":
            raise GraphError(131008, "Parameter 'interactive['header']' is mandatory for product_list")
        return None
    header = mapping(header, "interactive['header']")
    allowed = HEADERS.get(type_, ())
    kind = header.get("type")
    if kind not in allowed:
        raise GraphError(131009, f"Parameter 'interactive['header']['type']' of {type_} must be one of "
                                 f"{', '.join(allowed) or '(no header allowed)'}")
    if kind == "text":
        text(header.get("text"), "interactive['header']['text']", 60)
        return None
    return check_media(world, number, kind, header.get(kind), f"interactive['header']['{kind}']")


def _unique(values: list, path: str) -> None:
    if len(set(values)) != len(values):
        raise GraphError(131009, f"Parameter '{path}' has duplicates")


def _button(world: World, number: Number, value: Any, action: dict) -> None:
    buttons = sequence(action.get("buttons"), "interactive['action']['buttons']", 1, 3)
    replies = []
    for index, button in enumerate(buttons):
        path = f"interactive['action']['buttons'][{index}]"
        if mapping(button, path).get("type") != "reply":
            raise GraphError(131009, f"Parameter '{path}['type']' must be reply")
        reply = mapping(button.get("reply"), f"{path}['reply']")
        text(reply.get("id"), f"{path}['reply']['id']", 256)
        text(reply.get("title"), f"{path}['reply']['title']", 20)
        replies.append(reply)
    _unique([reply["id"] for reply in replies], "interactive['action']['buttons'] ids")
    _unique([reply["title"] for reply in replies], "interactive['action']['buttons'] titles")


def _list(world: World, number: Number, value: Any, action: dict) -> None:
    text(action.get("button"), "interactive['action']['button']", 20)
    sections = sequence(action.get("sections"), "interactive['action']['sections']", 1, 10)
    row_ids = []
    for index, section in enumerate(sections):
        path = f"interactive['action']['sections'][{index}]"
        mapping(section, path)
        text(section.get("title"), f"{path}['title']", 24, optional=len(sections) == 1)
        for position, row in enumerate(sequence(section.get("rows"), f"{path}['rows']", 1, 10)):
            row_path = f"{path}['rows'][{position}]"
            mapping(row, row_path)
            row_ids.append(text(row.get("id"), f"{row_path}['id']", 200))
            text(row.get("title"), f"{row_path}['title']", 24)
            text(row.get("description"), f"{row_path}['description']", 72, optional=True)
    if len(row_ids) > 10:
        raise GraphError(131009, f"Total row count exceeds the maximum of 10: {len(row_ids)}")
    _unique(row_ids, "interactive['action']['sections'] row ids")


def _parameters(action: dict, name: str) -> dict:
    if action.get("name") != name:
        raise GraphError(131009, f"Parameter 'interactive['action']['name']' must be {name}")
    return mapping(action.get("parameters"), "interactive['action']['parameters']")


def _cta_url(world: World, number: Number, value: Any, action: dict) -> None:
    parameters = _parameters(action, "cta_url")
    text(parameters.get("display_text"), "interactive['action']['parameters']['display_text']", 20)
    url(parameters.get("url"), "interactive['action']['parameters']['url']")


def _product(world: World, number: Number, value: Any, action: dict) -> None:
    if value.get("header") is not None:
        raise GraphError(131009, "Parameter 'interactive['header']' is not allowed for product")
    text(str(action.get("catalog_id") or ""), "interactive['action']['catalog_id']", 100)
    text(action.get("product_retailer_id"), "interactive['action']['product_retailer_id']", 100)


def _product_list(world: World, number: Number, value: Any, action: dict) -> None:
    text(str(action.get("catalog_id") or ""), "interactive['action']['catalog_id']", 100)
    sections = sequence(action.get("sections"), "interactive['action']['sections']", 1, 10)
    total = 0
    for index, section in enumerate(sections):
        path = f"interactive['action']['sections'][{index}]"
        text(mapping(section, path).get("title"), f"{path}['title']", 24, optional=len(sections) == 1)
        for item in sequence(section.get("product_items"), f"{path}['product_items']", 1, 30):
            text(mapping(item, path).get("product_retailer_id"), f"{path}['product_retailer_id']", 100)
            total += 1
    if total > 30:
        raise GraphError(131009, f"Total product count exceeds the maximum of 30: {total}")


def _flow(world: World, number: Number, value: Any, action: dict) -> None:
    parameters = _parameters(action, "flow")
    if not parameters.get("flow_id") and not parameters.get("flow_name"):
        raise GraphError(131008, "Parameter 'flow_id' or 'flow_name' is mandatory")
    text(str(parameters.get("flow_message_version") or ""), "flow_message_version", 10)
    text(parameters.get("flow_cta"), "flow_cta", 30)
    if parameters.get("mode", "published") not in ("draft", "published"):
        raise GraphError(131009, "Parameter 'mode' must be draft or published")
    if parameters.get("flow_action", "navigate") not in ("navigate", "data_exchange"):
        raise GraphError(131009, "Parameter 'flow_action' must be navigate or data_exchange")


def _carousel(world: World, number: Number, value: Any, action: dict) -> None:
    cards = sequence(action.get("cards"), "interactive['action']['cards']", 2, 10)
    kinds = set()
    for index, card in enumerate(cards):
        path = f"interactive['action']['cards'][{index}]"
        if mapping(card, path).get("card_index") != index:
            raise GraphError(131009, f"Parameter '{path}['card_index']' must be {index}")
        header = card.get("header") or {}
        kinds.add((card.get("type"), header.get("type") if isinstance(header, dict) else None))
        if card.get("type") == "cta_url":
            if header.get("type") not in ("image", "video"):
                raise GraphError(131009, f"Parameter '{path}['header']' must be an image or a video")
            check_media(world, number, header["type"], header.get(header["type"]), f"{path}['header']")
        if card.get("body") is not None:
            body = text(mapping(card["body"], path).get("text"), f"{path}['body']['text']", 160)
            if body.count("\n") > 2:
                raise GraphError(131009, f"Parameter '{path}['body']['text']' has more than two line breaks")
        mapping(card.get("action"), f"{path}['action']")
    if len(kinds) > 1:
        raise GraphError(131009, "All cards must have the same type and header")


def _voice_call(world: World, number: Number, value: Any, action: dict) -> None:
    parameters = action.get("parameters") or {}
    text(parameters.get("display_text"), "display_text", 20, optional=True)
    ttl = parameters.get("ttl_minutes", 10080)
    if isinstance(ttl, bool) or not isinstance(ttl, int) or not 1 <= ttl <= 43200:
        raise GraphError(131009, "Parameter 'ttl_minutes' must be from 1 to 43200")


def _named(name: str):
    """A check that the action is called ``name``."""
    def check_name(world: World, number: Number, value: Any, action: dict) -> None:
        if action.get("name") != name:
            raise GraphError(131009, f"Parameter 'interactive['action']['name']' must be {name}")
    return check_name


def _catalog(world: World, number: Number, value: Any, action: dict) -> None:
    _named("catalog_message")(world, number, value, action)
    parameters = mapping(action.get("parameters") or {}, "interactive['action']['parameters']")
    text(parameters.get("thumbnail_product_retailer_id"), "thumbnail_product_retailer_id", 100, optional=True)


_ACTIONS = {
    "button": _button, "list": _list, "cta_url": _cta_url, "product": _product, "product_list": _product_list,
    "catalog_message": _catalog, "flow": _flow, "location_request_message": _named("send_location"), "carousel": _carousel,
    "voice_call": _voice_call, "contact_request": _named("request_contact_info"),
    "request_contact_info": _named("request_contact_info"), "call_permission_request": _named("call_permission_request"),
}
