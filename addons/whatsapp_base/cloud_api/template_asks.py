"""What a template needs when it is sent beyond its texts: a place, products, the values of a carousel's cards, an end.

Each value has a key, under which a person or a program gives it as text: ``header.latitude``, ``header.product``,
``button.2`` (products, separated by commas), ``card.0.1`` or ``card.0.name`` (a variable of a card's text),
``card.0.button.1``, ``card.0.product``, ``offer_ends`` (UTC, ``2027-01-31 20:00:00``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .outbound_basic import InvalidContent, Location
from .templates import TemplateDefinition, Variable
from .words import _

__all__ = ["Ask", "asks", "card_file_kind", "given"]

_PLACE = ("latitude", "longitude", "name", "address")
_TEXTS = ("text", "url", "copy_code")
_FILES = ("image", "video", "document", "gif")


@dataclass(frozen=True, slots=True)
class Ask:
    """A value to give. ``what`` is latitude, longitude, name, address, product, products, end, text, url or copy_code;

    ``card`` is the number of the card (from 0), ``label`` the button's, ``name`` that of the variable.
    """

    key: str
    what: str
    example: str = ""
    label: str = ""
    name: str = ""
    card: int | None = None


def asks(definition: TemplateDefinition) -> list[Ask]:
    """Return what has to be given, in the order in which the message shows it; texts of its own part are not among it."""
    found = list(_part_asks(definition.variables(), "", None))
    if definition.has_expiring_offer:
        found.append(Ask("offer_ends", "end"))
    for index, card in enumerate(definition.cards()):
        found += _part_asks(card.variables(), f"card.{index}.", index)
    return found


def _part_asks(slots: list[Variable], prefix: str, card: int | None) -> Iterator[Ask]:
    for slot in slots:
        if slot.component == "header" and slot.kind == "location":
            for what in _PLACE:
                yield Ask(f"{prefix}header.{what}", what, card=card)
        elif slot.component == "header" and slot.kind == "product":
            yield Ask(f"{prefix}header.product", "product", card=card)
        elif slot.kind == "mpm":
            yield Ask(f"{prefix}button.{slot.index}", "products", label=slot.label, card=card)
        elif card is not None and slot.required and slot.kind in _TEXTS:
            key = f"button.{slot.index}" if slot.component == "button" else slot.name
            yield Ask(prefix + key, slot.kind, slot.example, slot.label, slot.name, card)


def card_file_kind(definition: TemplateDefinition) -> str | None:
    """Return which file stands on top of each card: image, video, or None."""
    kinds = [slot.kind for card in definition.cards()[:1] for slot in card.variables() if slot.component == "header"]
    return next(("video" if kind == "gif" else kind for kind in kinds if kind in _FILES), None)


def given(definition: TemplateDefinition, values: Mapping[str, Any], catalog_id: str = "") -> dict[str, Any]:
    """Return what ``templates.fill`` takes: ``header``, ``buttons`` (by index), ``cards`` and ``offer_ends``.

    Only what the template has and what was given is in it: what is missing is found by ``templates.fill``.

    :param catalog_id: of the products
    :raises InvalidContent: a value is no number, no time
    """
    slots = definition.variables()
    found: dict[str, Any] = {}
    header = _header(slots, values, "", catalog_id)
    if header is not None:
        found["header"] = header
    products = {slot.index: _text(values, f"button.{slot.index}") for slot in slots if slot.kind == "mpm"}
    found["buttons"] = {index: text for index, text in products.items() if text}
    if definition.has_expiring_offer and _text(values, "offer_ends"):
        found["offer_ends"] = _time(_text(values, "offer_ends"))
    cards = definition.cards()
    if cards:
        found["cards"] = [_card(card, values, index, catalog_id) for index, card in enumerate(cards)]
    return found


def _card(card: TemplateDefinition, values: Mapping[str, Any], index: int, catalog_id: str) -> dict[str, Any]:
    prefix, slots = f"card.{index}.", card.variables()
    body = {slot.name: _text(values, prefix + slot.name) for slot in slots if slot.component == "body"}
    buttons = {
        slot.index: _text(values, f"{prefix}button.{slot.index}")
        for slot in slots if slot.component == "button" and slot.index is not None and slot.required
    }
    line = [buttons.get(number) or None for number in range(max(buttons) + 1)] if buttons else []
    return {"header": _header(slots, values, prefix, catalog_id), "body": body, "buttons": line}


def _header(slots: list[Variable], values: Mapping[str, Any], prefix: str, catalog_id: str) -> Any:
    kind = next((slot.kind for slot in slots if slot.component == "header"), None)
    if kind == "product" and (product := _text(values, f"{prefix}header.product")):
        return {"type": "product", "product": {"product_retailer_id": product, "catalog_id": catalog_id}}
    if kind == "location":
        place = {what: _text(values, f"{prefix}header.{what}") for what in _PLACE}
        if all(place.values()):
            location = Location(
                _degrees("latitude", place["latitude"]), _degrees("longitude", place["longitude"]), place["name"], place["address"]
            )
            location.validate()
            return location
    return None


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return str(value).strip() if isinstance(value, (str, int, float, datetime)) else ""


def _degrees(field: str, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise InvalidContent(
            field, _("“%(text)s” is no number of degrees."), _("Write it like 40.4168."), text=text
        ) from None


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise InvalidContent(
            "offer_ends", _("“%(text)s” is no time."), _("Write it as 2027-01-31 20:00:00, in UTC."), text=text
        ) from None
