"""What the head of a file tells: whether it is a voice message, and the shape of a sticker."""

from __future__ import annotations

STICKER_SIDE = 512
STILL, MOVING = 100 * 1024, 500 * 1024


def voice_problem(data: bytes) -> str | None:
    """Why Meta would not play a file as a voice message, or None."""
    if data[:4] != b"OggS" or data[28:36] != b"OpusHead":
        return "Voice messages must be audio/ogg with the OPUS codec"
    if len(data) < 38 or data[37] != 1:
        return "Voice messages must have one channel"
    return None


def sticker_problem(data: bytes) -> str | None:
    """Why Meta would not show a file as a sticker, or None."""
    shape = webp_shape(data)
    if shape is None:
        return "Stickers must be image/webp"
    width, height, moving = shape
    if (width, height) != (STICKER_SIDE, STICKER_SIDE):
        return f"Stickers must be {STICKER_SIDE} by {STICKER_SIDE} pixels, this one is {width} by {height}"
    limit = MOVING if moving else STILL
    if len(data) > limit:
        return f"The sticker has {len(data)} bytes, the maximum is {limit}"
    return None


def webp_shape(data: bytes) -> tuple[int, int, bool] | None:
    """(width, height, whether it moves) of a WebP file, or None. After Google's WebP container specification."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
        return width, height, bool(data[20] & 0x02)
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF, False
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1, False
    return None
