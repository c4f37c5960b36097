"""What has to be done to a file before Meta takes it, by name: the lanes do it in their threads. No Odoo import."""

from __future__ import annotations

from . import pictures, voice
from .voice import NotConverted

__all__ = ["NotConverted", "PHOTO", "STICKER", "VOICE", "apply", "instead"]

PHOTO, STICKER, VOICE = "photo", "sticker", "voice"


def apply(recipe: str | None, data: bytes, mimetype: str, filename: str) -> tuple[bytes, str, str]:
    """Return (bytes, MIME type, file name) as Meta takes them.

    :raises NotConverted: it cannot be done here; see :func:`instead`
    """
    if recipe == VOICE:
        return voice.to_voice(data), "audio/ogg", _renamed(filename, ".ogg")
    if recipe == PHOTO:
        converted, kind = pictures.to_photo(data)
        return converted, kind, _renamed(filename, ".png" if kind == "image/png" else ".jpg")
    if recipe == STICKER:
        converted, kind = pictures.to_sticker(data)
        return converted, kind, _renamed(filename, ".webp")
    return data, mimetype, filename


def instead(content: dict, filename: str) -> dict:
    """Return the content to send where a file could not be converted: the file as a document, which nothing can refuse."""
    kind = content.get("type")
    media = content.get(kind) if isinstance(kind, str) else None
    if kind not in ("image", "audio", "sticker") or not isinstance(media, dict):
        return content
    document = {key: value for key, value in media.items() if key in ("id", "link", "caption")}
    return {"type": "document", "document": {**document, "filename": filename}}


def _renamed(filename: str, extension: str) -> str:
    return (filename.rpartition(".")[0] or filename or "file") + extension
