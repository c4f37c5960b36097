"""Voice notes: Opus from a WebM file (what Chromium records) into Ogg (what WhatsApp delivers).

Only the container changes; the sound is not touched. After RFC 8794 (EBML), RFC 7845 (Ogg Opus), RFC 6716 (Opus).
"""

from __future__ import annotations

import struct

_ENTER = {0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE, 0xA0}  # Segment, Cluster, Tracks, TrackEntry, BlockGroup
_CODEC_PRIVATE, _SIMPLE_BLOCK, _BLOCK = 0x63A2, 0xA3, 0xA1
_UNKNOWN = -1
#: Packets put into one page; about a second of sound.
_PACKETS_PER_PAGE = 50


class NotOpus(ValueError):
    """The bytes are not a WebM file with Opus sound."""


def _crc_table() -> list[int]:
    table = []
    for index in range(256):
        value = index << 24
        for _bit in range(8):
            value = (value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1
        table.append(value & 0xFFFFFFFF)
    return table


_CRC = _crc_table()


def _varint(data: bytes, position: int, keep_marker: bool) -> tuple[int, int]:
    """An EBML number: (value, next position). An element size of all ones is unknown."""
    first = data[position]
    if not first:
        raise NotOpus("bad number")
    length = 9 - first.bit_length()
    value = first if keep_marker else first & ((1 << (8 - length)) - 1)
    for byte in data[position + 1:position + length]:
        value = value << 8 | byte
    if not keep_marker and value == (1 << (7 * length)) - 1:
        value = _UNKNOWN
    return value, position + length


def packets(data: bytes) -> tuple[bytes, list[bytes]]:
    """The Opus header and the sound packets of a WebM file.

    :returns: (bytes of OpusHead, list of bytes). :raises NotOpus: when there are none.
    """
    if data[:4] != b"\x1aE\xdf\xa3":
        raise NotOpus("not a WebM file")
    head, found, position = None, [], 0
    try:
        while position < len(data):
            element, position = _varint(data, position, True)
            size, position = _varint(data, position, False)
            if element in _ENTER:
                continue
            if size == _UNKNOWN:
                raise NotOpus("an element of unknown size")
            content = data[position:position + size]
            position += size
            if element == _CODEC_PRIVATE:
                head = content
            elif element in (_SIMPLE_BLOCK, _BLOCK):
                _track, start = _varint(content, 0, False)
                if content[start + 2] & 0x06:
                    raise NotOpus("laced blocks are not supported")
                found.append(content[start + 3:])
    except IndexError:
        pass  # cut off: what came so far is good
    if not head or head[:8] != b"OpusHead" or not found:
        raise NotOpus("no Opus sound")
    return head, found


def samples(packet: bytes) -> int:
    """Samples at 48 kHz in one Opus packet."""
    if not packet:
        return 0
    config = packet[0] >> 3
    if config < 12:
        frame = (480, 960, 1920, 2880)[config % 4]
    elif config < 16:
        frame = (480, 960)[config % 2]
    else:
        frame = (120, 240, 480, 960)[config % 4]
    code = packet[0] & 3
    count = (1, 2, 2)[code] if code < 3 else (packet[1] & 0x3F if len(packet) > 1 else 0)
    return frame * count


def _page(kind: int, granule: int, sequence: int, contents: list[bytes]) -> bytes:
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes((len(packet) % 255,)) for packet in contents)
    head = struct.pack("<4sBBqIII", b"OggS", 0, kind, granule, 0x53494D31, sequence, 0)
    page = bytearray(head + bytes((len(lacing),)) + lacing + b"".join(contents))
    crc = 0
    for byte in page:
        crc = (crc << 8 & 0xFFFFFFFF) ^ _CRC[crc >> 24 ^ byte]
    page[22:26] = struct.pack("<I", crc)
    return bytes(page)


def webm_to_ogg(data: bytes) -> bytes:
    """The same sound in an Ogg file. :raises NotOpus:"""
    head, found = packets(data)
    tags = b"OpusTags" + struct.pack("<I", 9) + b"simulator" + struct.pack("<I", 0)
    result = [_page(2, 0, 0, [head]), _page(0, 0, 1, [tags])]
    granule, sequence, pending, segments = 0, 2, [], 0
    for index, packet in enumerate(found):
        pending.append(packet)
        granule += samples(packet)
        segments += len(packet) // 255 + 1
        last = index == len(found) - 1
        room = last or segments + len(found[index + 1]) // 255 + 1 <= 255
        if last or len(pending) >= _PACKETS_PER_PAGE or not room:
            result.append(_page(4 if last else 0, granule, sequence, pending))
            sequence, pending, segments = sequence + 1, [], 0
    return b"".join(result)
