"""Pictures into what WhatsApp takes: JPEG or PNG of up to 5 MB, stickers of 512 by 512 in WebP. No Odoo import."""

from __future__ import annotations

import io
from dataclasses import dataclass

# WebP by name: Odoo lets PIL load no more than a few formats by itself
from PIL import Image, ImageOps, WebPImagePlugin  # noqa: F401

from .voice import NotConverted

MAX_PHOTO = 5 * 1024 * 1024
MAX_SOURCE = 40 * 1024 * 1024
MAX_PIXELS = 60_000_000
MAX_SIDE = 4096
STICKER_SIDE = 512
MAX_STICKER, MAX_ANIMATED = 100 * 1024, 500 * 1024
QUALITIES = (88, 75, 60, 45, 30, 15)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the head of a picture tells."""

    format: str
    width: int
    height: int
    animated: bool


def shape(data: bytes) -> Shape | None:
    """Return the shape of a picture that can be converted here, or None."""
    if len(data) > MAX_SOURCE:
        return None
    try:
        with Image.open(io.BytesIO(data)) as image:
            found = Shape(image.format or "", image.width, image.height, getattr(image, "n_frames", 1) > 1)
    except Exception:  # noqa: BLE001 - a broken picture may raise nearly anything
        return None
    return found if found.width * found.height <= MAX_PIXELS else None


def is_sticker(data: bytes, found: Shape | None = None) -> bool:
    """Tell whether a file can go out as a sticker as it is."""
    found = found or shape(data)
    if not found or found.format != "WEBP" or (found.width, found.height) != (STICKER_SIDE, STICKER_SIDE):
        return False
    return len(data) <= (MAX_ANIMATED if found.animated else MAX_STICKER)


def to_photo(data: bytes) -> tuple[bytes, str]:
    """Return a picture as JPEG, or PNG where it is transparent, with its MIME type; made smaller until it fits.

    :raises NotConverted: no picture that can be read, or one that moves
    """
    image = _open(data)
    if _is_transparent(image):
        png = _save(_fit(image.convert("RGBA"), MAX_SIDE), "PNG", optimize=True)
        if len(png) <= MAX_PHOTO:
            return png, "image/png"
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    image = image.convert("RGB")
    side = MAX_SIDE
    while side >= 512:
        for quality in QUALITIES[:4]:
            jpeg = _save(_fit(image, side), "JPEG", quality=quality, optimize=True)
            if len(jpeg) <= MAX_PHOTO:
                return jpeg, "image/jpeg"
        side //= 2
    raise NotConverted("the picture stays too large")


def to_sticker(data: bytes) -> tuple[bytes, str]:
    """Return a still picture as a sticker: WebP of 512 by 512 with transparent edges, at most 100 KB.

    :raises NotConverted: no picture that can be read, or one that moves and has not the shape of a sticker
    """
    if is_sticker(data):
        return data, "image/webp"
    image = ImageOps.contain(_open(data).convert("RGBA"), (STICKER_SIDE, STICKER_SIDE))
    canvas = Image.new("RGBA", (STICKER_SIDE, STICKER_SIDE), (0, 0, 0, 0))
    canvas.paste(image, ((STICKER_SIDE - image.width) // 2, (STICKER_SIDE - image.height) // 2))
    for quality in QUALITIES:
        webp = _save(canvas, "WEBP", quality=quality, method=4)
        if len(webp) <= MAX_STICKER:
            return webp, "image/webp"
    raise NotConverted("the sticker stays too large")


def _open(data: bytes) -> Image.Image:
    found = shape(data)
    if not found or found.animated:
        raise NotConverted("a picture that moves" if found else "no picture that can be read")
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
        return ImageOps.exif_transpose(image)
    except Exception as error:  # noqa: BLE001 - a broken picture may raise nearly anything
        raise NotConverted(f"the picture cannot be read: {type(error).__name__}") from None


def _is_transparent(image: Image.Image) -> bool:
    if image.mode == "P" and "transparency" in image.info:
        return True
    return "A" in image.getbands() and image.getchannel("A").getextrema()[0] < 255


def _fit(image: Image.Image, side: int) -> Image.Image:
    return image if max(image.size) <= side else ImageOps.contain(image, (side, side))


def _save(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
