"""A picture that looks like a QR code. It cannot be scanned: its link leads to WhatsApp, which knows nothing of us."""

from __future__ import annotations

import hashlib
import struct
import zlib

_MODULES, _SCALE, _QUIET = 29, 8, 4
_FINDER = ("1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111")


def _is_dark(row: int, column: int, noise: int) -> bool:
    for top, left in ((0, 0), (0, _MODULES - 7), (_MODULES - 7, 0)):
        if top - 1 <= row <= top + 7 and left - 1 <= column <= left + 7:
            inside = 0 <= row - top < 7 and 0 <= column - left < 7
            return inside and _FINDER[row - top][column - left] == "1"
    return bool(noise >> (row * _MODULES + column) & 1)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(code: str) -> bytes:
    """A PNG, the same each time for a code."""
    noise = int.from_bytes(hashlib.shake_128(code.encode()).digest(_MODULES * _MODULES // 8 + 1), "big")
    side = (_MODULES + 2 * _QUIET) * _SCALE
    lines = []
    for y in range(side):
        row = y // _SCALE - _QUIET
        dark = [
            0 <= row < _MODULES and 0 <= column < _MODULES and _is_dark(row, column, noise)
            for column in range(-_QUIET, _MODULES + _QUIET)
        ]
        lines.append(b"\0" + b"".join((b"\0" if one else b"\xff") * _SCALE for one in dark))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    data = zlib.compress(b"".join(lines))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
