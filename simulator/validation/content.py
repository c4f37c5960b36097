"""Content of every message type but interactive and template ("Messages", Cloud API reference)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import GraphError
from . import interactive, template
from .common import mapping, required, sequence, text
from .media import MEDIA_LIMITS, check_media

if TYPE_CHECKING:
    from ..state import Number, World
    from ..validation.media import Late

TYPES = ("audio", "contacts", "document", "image", "interactive", "location", "reaction", "sticker", "template",
         "text", "video")


def _text(world: World, number: Number, value: Any) -> None:
    value = mapping(value, "text")
    text(value.get("body"), "text['body']", 4096)
    if not isinstance(value.get("preview_url", False), bool):
        raise GraphError(131009, "Parameter 'text['preview_url']' must be a boolean")


def _location(world: World, number: Number, value: Any) -> None:
    value = mapping(value, "location")
    for name, limit in (("latitude", 90), ("longitude", 180)):
        number_ = value.get(name)
        if isinstance(number_, str):
            try:
                number_ = float(number_)
            except ValueError:
                pass
        required(number_, f"location['{name}']")
        if isinstance(number_, bool) or not isinstance(number_, (int, float)) or not abs(number_) <= limit:
            raise GraphError(131009, f"Parameter 'location['{name}']' must be from -{limit} to {limit}")
    text(value.get("name"), "location['name']", 1000, optional=True)
    text(value.get("address"), "location['address']", 1000, optional=True)


def _contacts(world: World, number: Number, value: Any) -> None:
    for index, card in enumerate(sequence(value, "contacts", 1, 257)):
        path = f"contacts[{index}]"
        name = mapping(mapping(card, path).get("name"), f"{path}['name']")
        text(name.get("formatted_name"), f"{path}['name']['formatted_name']", 1024)
        parts = ("first_name", "last_name", "middle_name", "suffix", "prefix")
        if not any(name.get(part) for part in parts):
            raise GraphError(131009, f"Parameter '{path}['name']' needs at least one of {', '.join(parts)}")
        for field in ("phones", "emails", "urls", "addresses"):
            if card.get(field) is not None and not isinstance(card[field], list):
                raise GraphError(131009, f"Parameter '{path}['{field}']' must be an array")


def _reaction(world: World, number: Number, value: Any) -> Late:
    value = mapping(value, "reaction")
    target_id = text(value.get("message_id"), "reaction['message_id']", 2000)
    if not isinstance(value.get("emoji"), str) or len(value["emoji"]) > 32:
        raise GraphError(131009, "Parameter 'reaction['emoji']' must be one emoji or an empty string")
    target = world.messages.get(target_id)
    if target is None or target.type == "reaction":
        return 131009, "The message reacted to does not exist, is too old or is a reaction"
    return None


def _interactive(world: World, number: Number, value: Any) -> Late:
    return interactive.check(world, number, value)


def _template(world: World, number: Number, value: Any) -> Late:
    return template.check(world, number, value)


_CHECKS = {"text": _text, "location": _location, "contacts": _contacts, "reaction": _reaction,
           "interactive": _interactive, "template": _template}


def check(world: World, number: Number, type_: Any, body: dict) -> Late:
    """Check the content of a message.

    :returns: None, or (code, details) of a failure that Meta reports by webhook only.
    :raises GraphError: what Meta refuses at once.
    """
    if not isinstance(type_, str) or type_ not in TYPES:
        names = ", ".join(name.upper() for name in TYPES)
        raise GraphError(100, message=f'(#100) Param type must be one of {{{names}}} - got "{type_}".',
                         messaging=False)
    value = body.get(type_)
    if value is None:
        raise GraphError(131008, f"Parameter '{type_}' is mandatory for type '{type_}'")
    if type_ in MEDIA_LIMITS:
        return check_media(world, number, type_, value, type_)
    return _CHECKS[type_](world, number, value)
