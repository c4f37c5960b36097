"""Opus recordings into the one shape that WhatsApp takes as a voice message: Ogg, one channel. No Odoo import.

Browsers record Opus in WebM (Chromium, Safari) or Ogg (Firefox); only the container changes here, never the sound.
After RFC 8794 (EBML), RFC 9559 (Matroska), RFC 3533 (Ogg), RFC 7845 (Ogg Opus) and RFC 6716 (Opus).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

EBML, OGG = b"\x1aE\xdf\xa3", b"OggS"
VENDOR = b"Odoo"
SERIAL = 1
PAGE_PACKETS = 50  # about a second of speech
MAX_SEGMENTS = 255  # of one page
UNKNOWN = -1

# Matroska elements that hold others: Segment, Cluster, Tracks, TrackEntry, Audio, BlockGroup
_MASTERS = {0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE, 0xE1, 0xA0}
_TRACK_ENTRY, _TRACK_NUMBER, _CODEC_ID, _CODEC_PRIVATE = 0xAE, 0xD7, 0x86, 0x63A2
_SIMPLE_BLOCK, _BLOCK = 0xA3, 0xA1
_LACING = 0x06
_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


class NotOpus(ValueError):
    """The bytes are no recording with Opus sound in WebM or Ogg."""


def to_voice(data: bytes) -> bytes:
    """Return an Ogg file with one channel for a recording of a browser.

    :raises NotOpus: something else, which only a converter could turn into a voice message
    """
    if data[:4] == EBML:
        head, packets = _webm(data)
        return _ogg(head, packets)
    if data[:4] == OGG:
        return _one_channel(data)
    raise NotOpus("neither WebM nor Ogg")


def is_voice(data: bytes) -> bool:
    """Tell whether a file is what WhatsApp takes as a voice message: Ogg with Opus of one channel."""
    return data[:4] == OGG and data[28:36] == b"OpusHead" and len(data) > 37 and data[37] == 1


def samples(packet: bytes) -> int:
    """Return how many samples (48,000 a second) an Opus packet has (RFC 6716, section 3)."""
    if not packet:
        return 0
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        frame = (480, 960, 1920, 2880)[config % 4]
    elif config < 16:
        frame = (480, 960)[config % 2]
    else:
        frame = (120, 240, 480, 960)[config % 4]
    if code == 3:
        return frame * (packet[1] & 0x3F) if len(packet) > 1 else 0
    return frame * (2 if code else 1)


# -- WebM --------------------------------------------------------------------------------------------------------------


def _number(data: bytes, position: int, keep_marker: bool) -> tuple[int, int]:
    """Return an EBML number and the position behind it; a size of all ones is unknown."""
    first = data[position]
    if not first:
        raise NotOpus("a broken element")
    length = 9 - first.bit_length()
    end = position + length
    if end > len(data):
        raise IndexError
    value = int.from_bytes(data[position:end], "big")
    if keep_marker:
        return value, end
    value &= (1 << (7 * length)) - 1
    return (UNKNOWN if value == (1 << (7 * length)) - 1 else value), end


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (element, its bytes), going into masters; what is cut off at the end is left out."""
    position = 0
    try:
        while position < len(data):
            element, position = _number(data, position, True)
            size, position = _number(data, position, False)
            if element in _MASTERS:
                yield element, b""
                continue
            if size == UNKNOWN:
                raise NotOpus("an element without size")
            if position + size > len(data):
                return
            yield element, data[position:position + size]
            position += size
    except IndexError:
        return


def _webm(data: bytes) -> tuple[bytes, list[bytes]]:
    """Return OpusHead and the packets of the first track with Opus."""
    tracks: list[dict[int, bytes]] = []
    packets: list[bytes] = []
    head, number = b"", None
    for element, content in _elements(data):
        if element == _TRACK_ENTRY:
            tracks.append({})
        elif element in (_TRACK_NUMBER, _CODEC_ID, _CODEC_PRIVATE) and tracks:
            tracks[-1][element] = content
        elif element in (_SIMPLE_BLOCK, _BLOCK) and len(content) > 4:
            if number is None:
                head, number = _opus_track(tracks)
            track, start = _number(content, 0, False)
            if track != number:
                continue
            if content[start + 2] & _LACING:
                raise NotOpus("laced blocks")
            if packet := content[start + 3:]:
                packets.append(packet)
    if not packets:
        raise NotOpus("no sound")
    return head, packets


def _opus_track(tracks: list[dict[int, bytes]]) -> tuple[bytes, int]:
    for track in tracks:
        head = track.get(_CODEC_PRIVATE, b"")
        if track.get(_CODEC_ID, b"").rstrip(b"\0") == b"A_OPUS" and head[:8] == b"OpusHead" and len(head) >= 19:
            return head, int.from_bytes(track.get(_TRACK_NUMBER, b"\1"), "big")
    raise NotOpus("no track with Opus")


# -- Ogg ---------------------------------------------------------------------------------------------------------------


def _crc(data: bytes) -> int:
    """Return Ogg's checksum: zlib's CRC-32 with every bit order turned round, begun at zero, not inverted."""
    value = zlib.crc32(data.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{value:032b}"[::-1], 2)


def _page(flags: int, granule: int, sequence: int, packets: list[bytes]) -> bytes:
    lacing = bytearray()
    for packet in packets:
        full, rest = divmod(len(packet), 255)
        lacing += b"\xff" * full + bytes([rest])
    head = struct.pack("<4sBBqIII", OGG, 0, flags, granule, SERIAL, sequence, 0) + bytes([len(lacing)]) + bytes(lacing)
    return _with_crc(head + b"".join(packets))


def _with_crc(page: bytes) -> bytes:
    page = page[:22] + b"\0\0\0\0" + page[26:]
    return page[:22] + struct.pack("<I", _crc(page)) + page[26:]


def _ogg(head: bytes, packets: list[bytes]) -> bytes:
    """Return an Ogg file of one channel; a decoder mixes packets with two down (RFC 7845, section 5.1.1)."""
    pre_skip, rate, gain = struct.unpack_from("<HIh", head, 10)
    mono = b"OpusHead\x01\x01" + struct.pack("<HIhB", pre_skip, rate, gain, 0)
    tags = b"OpusTags" + struct.pack("<I", len(VENDOR)) + VENDOR + struct.pack("<I", 0)
    pages = [_page(2, 0, 0, [mono]), _page(0, 0, 1, [tags])]
    waiting: list[bytes] = []
    granule = segments = 0
    last = len(packets) - 1
    for index, packet in enumerate(packets):
        needed = len(packet) // 255 + 1
        if needed > MAX_SEGMENTS:
            raise NotOpus("a packet that is too large")
        if waiting and (len(waiting) >= PAGE_PACKETS or segments + needed > MAX_SEGMENTS):
            pages.append(_page(0, granule, len(pages), waiting))
            waiting, segments = [], 0
        waiting.append(packet)
        segments += needed
        granule += samples(packet)
        if index == last:
            pages.append(_page(4, granule, len(pages), waiting))
    return b"".join(pages)


def _one_channel(data: bytes) -> bytes:
    """Return an Ogg Opus file whose head says one channel; its sound is not touched."""
    if len(data) < 47 or data[28:36] != b"OpusHead":
        raise NotOpus("Ogg without Opus")
    if data[37] == 1:
        return data
    if data[46] != 0:
        raise NotOpus("more than two channels")
    end = 27 + data[26] + sum(data[27:27 + data[26]])
    return _with_crc(data[:37] + b"\1" + data[38:end]) + data[end:]
