"""Media in messages: what may be sent as what, and how large ("Supported media types")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import GraphError
from .common import mapping, text, url
from .shapes import sticker_problem, voice_problem

if TYPE_CHECKING:
    from ..state import Number, World

#: A failure that Meta reports by webhook only: None, or (code, details).
Late = tuple[int, str | None] | None
MEGABYTE = 1024 * 1024
#: kind -> (accepted mime types, None for any; maximum bytes)
MEDIA_LIMITS = {
    "image": ({"image/jpeg", "image/png"}, 5 * MEGABYTE),
    "video": ({"video/mp4", "video/3gpp"}, 16 * MEGABYTE),
    "audio": ({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}, 16 * MEGABYTE),
    "document": (None, 100 * MEGABYTE),
    "sticker": ({"image/webp"}, 500 * 1024),
}


def plain_mime(mime: str | None) -> str:
    """The mime type without parameters, lower case."""
    return (mime or "").split(";")[0].strip().lower()


def check_media(world: World, number: Number, kind: str, value: Any, path: str) -> Late:
    """A media object in a message.

    :returns: None, or (code, details) of a failure that Meta reports by webhook only.
    """
    value = mapping(value, path)
    media_id, link = value.get("id"), value.get("link")
    if media_id is None and link is None:
        raise GraphError(131008, f"Parameter '{path}' needs 'id' or 'link'")
    if media_id is not None and link is not None:
        raise GraphError(131009, f"Parameter '{path}' must have either 'id' or 'link', not both")
    if kind in ("image", "video", "document"):
        text(value.get("caption"), f"{path}['caption']", 1024, optional=True)
    elif value.get("caption") is not None:
        raise GraphError(131009, f"Unexpected parameter '{path}['caption']' for {kind} messages")
    if value.get("filename") is not None:
        text(value["filename"], f"{path}['filename']", 1024)
    if link is not None:
        url(link, f"{path}['link']", 4000)
        return None
    media = world.media.get(str(media_id))
    if media is None or media.pnid != number.id:
        raise GraphError(131009, f"Param {path}['id'] is not a valid whatsapp business account media attachment ID")
    allowed, limit = MEDIA_LIMITS[kind]
    mime = plain_mime(media.mime)
    if allowed is not None and mime not in allowed:
        return 131053, f"{kind.capitalize()} messages cannot carry {mime}: use one of {', '.join(sorted(allowed))}"
    if len(media.data) > limit:
        return 131053, f"The file has {len(media.data)} bytes, the maximum for {kind} is {limit}"
    problem = None
    if kind == "audio" and value.get("voice"):
        problem = voice_problem(media.data) if mime == "audio/ogg" else "Voice messages must be audio/ogg with the OPUS codec"
    elif kind == "sticker":
        problem = sticker_problem(media.data)
    return (131053, problem) if problem else None
