"""Template sends: carousels, offers, places, products and buttons that act ("Template messages")."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ..errors import GraphError
from .common import mapping, sequence, text


def offer(definition: dict, given: dict | None) -> None:
    """The end of a limited-time offer: given where the template has one, and only there."""
    expires = bool((definition.get("limited_time_offer") or {}).get("has_expiration"))
    if not expires:
        if given is not None:
            raise GraphError(132000, "limited_time_offer: the template has no offer that ends")
        return
    parameters = (given or {}).get("parameters")
    first = parameters[0] if isinstance(parameters, list) and parameters and isinstance(parameters[0], dict) else {}
    value = first.get("limited_time_offer")
    at = value.get("expiration_time_ms") if isinstance(value, dict) else None
    if first.get("type") != "limited_time_offer" or isinstance(at, bool) or not isinstance(at, int):
        raise GraphError(132012, "limited_time_offer: expiration_time_ms is missing")
    if at < time.time() * 1000:
        raise GraphError(131009, "limited_time_offer: expiration_time_ms is in the past (milliseconds are expected)")


def carousel(definition: list, given: dict | None, check: Callable[[list, list], Any]) -> Any:
    """The values of each card; returns what ``check`` found to be late."""
    if not definition:
        if given is not None:
            raise GraphError(132000, "carousel: the template has no cards")
        return None
    cards = (given or {}).get("cards")
    if not isinstance(cards, list) or len(cards) != len(definition):
        raise GraphError(132000, f"carousel: expected {len(definition)} cards")
    late = None
    for index, (card, own) in enumerate(zip(cards, definition, strict=True)):
        parts = card.get("components") if isinstance(card, dict) else None
        if not isinstance(parts, list) or any(not isinstance(part, dict) for part in parts):
            raise GraphError(131009, f"carousel: card {index} must have an array of components")
        if card.get("card_index") != index:
            raise GraphError(132012, f"carousel: card_index must be {index}")
        late = check(own.get("components") or [], parts) or late
    return late


def location(value: Any) -> None:
    """A place in the header."""
    value = mapping(value, "template['components']['header']['location']")
    for name in ("latitude", "longitude"):
        try:
            float(value.get(name))
        except (TypeError, ValueError):
            raise GraphError(132012, f"header: location needs {name}") from None
    for name in ("name", "address"):
        text(value.get(name), f"template['components']['header']['location']['{name}']", 1000)


def product(value: Any) -> None:
    """A product in the header."""
    value = mapping(value, "template['components']['header']['product']")
    for name in ("product_retailer_id", "catalog_id"):
        text(value.get(name), f"template['components']['header']['product']['{name}']", 256)


def action_button(index: int, kind: str, parameter: dict) -> None:
    """A form, a catalogue or a list of products."""
    if parameter.get("type") != "action" or not isinstance(parameter.get("action"), dict):
        raise GraphError(132012, f"buttons: button {index} takes an action parameter")
    action = parameter["action"]
    if kind == "FLOW":
        if "flow_token" in action:
            text(action["flow_token"], f"buttons[{index}]['action']['flow_token']", 1000)
        if not isinstance(action.get("flow_action_data", {}), dict):
            raise GraphError(132012, f"buttons: flow_action_data of button {index} must be an object")
        return
    if kind == "MPM" or action:
        text(action.get("thumbnail_product_retailer_id"), f"buttons[{index}]['action']['thumbnail_product_retailer_id']", 256)
    if kind == "MPM":
        sections = sequence(action.get("sections"), f"buttons[{index}]['action']['sections']", 1, 10)
        for section in sections:
            section = mapping(section, f"buttons[{index}]['action']['sections']")
            if len(sections) > 1 or "title" in section:
                text(section.get("title"), f"buttons[{index}]['action']['sections']['title']", 24)
            for item in sequence(section.get("product_items"), f"buttons[{index}]['action']['product_items']", 1, 30):
                text(mapping(item, "product_items").get("product_retailer_id"), "product_retailer_id", 256)
