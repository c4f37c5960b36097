"""Stored files: keeping them, and download addresses that expire."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from . import ids
from .state import Media

if TYPE_CHECKING:
    from .core import Simulator


def add_media(sim: Simulator, pnid: str, data: bytes, mime: str, filename: str | None = None) -> Media:
    """Store a file and return its Media; the oldest files go above the configured number."""
    media = Media(ids.number_id(), pnid, mime, data, hashlib.sha256(data).hexdigest(), filename, time.time())
    sim.world.media[media.id] = media
    while len(sim.world.media) > sim.config.media.max_stored:
        sim.world.media.pop(next(iter(sim.world.media)))
    return media


def url_hash(media: Media, expires: int) -> str:
    """The hash that a genuine download address carries."""
    return hashlib.sha256(f"{media.id}:{expires}:{media.sha256}".encode()).hexdigest()[:32]


def media_url(sim: Simulator, media: Media) -> str:
    """A download address with its end of life in it."""
    expires = int(time.time() + sim.config.media.url_life_s)
    return f"{sim.base_url}/_media/{media.id}?ext={expires}&hash={url_hash(media, expires)}"
