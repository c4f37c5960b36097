"""Contents from plain values, as they come from a form, a chatbot or another system: ``build("buttons", {...})``.

The table `KINDS` says which values each kind takes. Import `build` and `KINDS` from `outbound`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .outbound_ask import CallButton, CallPermission, ContactRequest, LocationRequest
from .outbound_basic import Card, Contacts, InvalidContent, Location, Media
from .outbound_carousel import Carousel, LinkCard
from .outbound_commerce import Catalog, Product, ProductList, ProductSection
from .outbound_interactive import Button, Buttons, CtaUrl, ListMessage, Row, Section
from .words import _

Values = Mapping[str, Any]


def _text(values: Values, name: str) -> str:
    """Return a text without space around it, empty where there is none."""
    value = values.get(name)
    if value is None or value is False:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InvalidContent(name, _("“%(name)s” must be text."), _("Give a text."), name=name)
    return str(value).strip()


def _items(values: Values, name: str) -> list[Any]:
    value = values.get(name)
    if value is None or value is False:
        return []
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
        raise InvalidContent(name, _("“%(name)s” must be a list."), _("Give a list."), name=name)
    return list(value)


def _objects(values: Values, name: str, allowed: Sequence[str]) -> list[Values]:
    objects = _items(values, name)
    for item in objects:
        if not isinstance(item, Mapping):
            raise InvalidContent(
                name, _("Each of “%(name)s” must be an object."), _("Give objects with %(allowed)s."), name=name,
                allowed=", ".join(allowed))
        _only(item, allowed, name)
    return objects


def _only(values: Values, allowed: Sequence[str], where: str) -> None:
    if unknown := sorted(str(key) for key in set(values) - set(allowed)):
        raise InvalidContent(
            unknown[0], _("“%(where)s” has no value named “%(name)s”."), _("It takes %(allowed)s."), where=where, name=unknown[0],
            allowed=", ".join(allowed))


def _texts(values: Values, name: str) -> list[str]:
    items = _items(values, name)
    if not all(isinstance(item, (str, int)) and not isinstance(item, bool) for item in items):
        raise InvalidContent(name, _("“%(name)s” must be a list of texts."), _("Give texts."), name=name)
    return [text for item in items if (text := str(item).strip())]


def _number(values: Values, name: str, label: str) -> float:
    try:
        number = float(str(values.get(name)).strip().replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidContent(name, _("The %(label)s is no number."), _("Enter a number such as 40.4168."), label=label)
    return number


def _header(values: Values) -> str | Media | None:
    header = values.get("header")
    if not isinstance(header, Mapping):
        return _text(values, "header") or None
    _only(header, ("kind", "media_id", "link", "filename"), "header")
    return Media(_text(header, "kind"), _text(header, "media_id") or None, _text(header, "link") or None,
                 filename=_text(header, "filename") or None)


def _buttons(values: Values) -> Buttons:
    buttons = _objects(values, "buttons", ("id", "title"))
    choices = [Button(_text(item, "id") or _text(item, "title"), _text(item, "title")) for item in buttons]
    return Buttons(_text(values, "body"), choices, _header(values), _text(values, "footer") or None)


def _list(values: Values) -> ListMessage:
    sections = [
        Section(_text(section, "title"), [
            Row(_text(row, "id") or _text(row, "title"), _text(row, "title"), _text(row, "description") or None)
            for row in _objects(section, "rows", ("id", "title", "description"))
        ])
        for section in _objects(values, "sections", ("title", "rows"))
    ]
    return ListMessage(_text(values, "body"), _text(values, "button"), sections, _text(values, "header") or None,
                       _text(values, "footer") or None)


def _link(values: Values) -> CtaUrl:
    return CtaUrl(_text(values, "body"), _text(values, "label"), _text(values, "url"), _header(values),
                  _text(values, "footer") or None)


def _location(values: Values) -> Location:
    return Location(_number(values, "latitude", _("latitude")), _number(values, "longitude", _("longitude")),
                    _text(values, "name") or None, _text(values, "address") or None)


def _contacts(values: Values) -> Contacts:
    fields = ("name", "phones", "emails", "organisation", "title", "website")
    return Contacts([
        Card(_text(card, "name"), _texts(card, "phones"), _texts(card, "emails"), _text(card, "organisation") or None,
             _text(card, "title") or None, _text(card, "website") or None)
        for card in _objects(values, "cards", fields)
    ])


def _call(values: Values) -> CallButton:
    minutes = values.get("ttl_minutes")
    return CallButton(_text(values, "body"), _text(values, "label") or None,
                      int(_number(values, "ttl_minutes", _("time of the button"))) if minutes else None)


def _product(values: Values) -> Product:
    return Product(_text(values, "catalog_id"), _text(values, "retailer_id"), _text(values, "body") or None,
                   _text(values, "footer") or None)


def _products(values: Values) -> ProductList:
    sections = [
        ProductSection(_text(section, "title"), _texts(section, "retailer_ids"))
        for section in _objects(values, "sections", ("title", "retailer_ids"))
    ]
    return ProductList(_text(values, "catalog_id"), _text(values, "header"), _text(values, "body"), sections,
                       _text(values, "footer") or None)


def _carousel(values: Values) -> Carousel:
    cards = [
        LinkCard(Media(_text(card, "kind") or "image", _text(card, "media_id") or None, _text(card, "link") or None),
                 _text(card, "label"), _text(card, "url"), _text(card, "body") or None)
        for card in _objects(values, "cards", ("kind", "media_id", "link", "label", "url", "body"))
    ]
    return Carousel(_text(values, "body"), cards)


Builder = Callable[[Values], Any]
#: kind -> (values that it takes, what makes the content of them)
KINDS: dict[str, tuple[tuple[str, ...], Builder]] = {
    "buttons": (("body", "buttons", "header", "footer"), _buttons),
    "list": (("body", "button", "sections", "header", "footer"), _list),
    "link": (("body", "label", "url", "header", "footer"), _link),
    "location": (("latitude", "longitude", "name", "address"), _location),
    "location_request": (("body",), lambda values: LocationRequest(_text(values, "body"))),
    "contacts": (("cards",), _contacts),
    "contact_request": (("body",), lambda values: ContactRequest(_text(values, "body"))),
    "call": (("body", "label", "ttl_minutes"), _call),
    "call_permission": (("body",), lambda values: CallPermission(_text(values, "body"))),
    "product": (("catalog_id", "retailer_id", "body", "footer"), _product),
    "products": (("catalog_id", "header", "body", "sections", "footer"), _products),
    "catalog": (("body", "footer", "retailer_id"), lambda values: Catalog(
        _text(values, "body"), _text(values, "footer") or None, _text(values, "retailer_id") or None)),
    "carousel": (("body", "cards"), _carousel),
}


def build(kind: str, values: Values) -> Any:
    """Return the content of a kind, checked as far as its shape goes; ``validate()`` checks the rest.

    :raises InvalidContent: no such kind, a value that it does not take, or one of a wrong type
    """
    if not isinstance(kind, str) or kind not in KINDS:
        raise InvalidContent(
            "kind", _("There is no kind of message called “%(kind)s”."), _("Use one of %(kinds)s."), kind=kind,
            kinds=", ".join(KINDS))
    if not isinstance(values, Mapping):
        raise InvalidContent("values", _("The values of a message must be an object."), _("Give names and values."))
    allowed, builder = KINDS[kind]
    _only(values, allowed, kind)
    return builder(values)
