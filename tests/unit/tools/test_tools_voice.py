"""Recordings become voice messages without touching the sound.

`recorded.webm`, beside the addon's tests, is two seconds of Chromium's MediaRecorder.
"""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools import ogg_opus, voice

RECORDED = (Path(__file__).parents[3] / "addons/whatsapp_base/tests/recorded.webm").read_bytes()
HEAD = b"OpusHead\x01\x02" + struct.pack("<HIhB", 312, 48000, 0, 0)


def crc(data):
    """Ogg's checksum, bit by bit, as RFC 3533 has it."""
    value = 0
    for byte in data:
        value ^= byte << 24
        for _bit in range(8):
            value = ((value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
    return value


def read_ogg(data):
    """Return [(flags, granule, sequence)] and the packets of an Ogg file; checks every checksum."""
    pages, packets, part, position = [], [], b"", 0
    while position < len(data):
        magic, _version, flags, granule, _serial, sequence, check = struct.unpack_from("<4sBBqIII", data, position)
        lacing = data[position + 27:position + 27 + data[position + 26]]
        start = position + 27 + len(lacing)
        end = start + sum(lacing)
        page = data[position:end]
        assert magic == b"OggS" and crc(page[:22] + b"\0\0\0\0" + page[26:]) == check
        for size in lacing:
            part += data[start:start + size]
            start += size
            if size < 255:
                packets.append(part)
                part = b""
        pages.append((flags, granule, sequence))
        position = end
    assert not part
    return pages, packets


def size(value):
    return bytes([0x08]) + value.to_bytes(4, "big")  # five bytes


def element(name, content):
    return name + size(len(content)) + content


def webm(packets, head=HEAD, codec=b"A_OPUS", others=()):
    """A WebM file as Chromium writes it while it records: Segment and Cluster without sizes."""
    unknown = b"\x01" + b"\xff" * 7
    track = element(b"\xd7", b"\x01") + element(b"\x86", codec) + element(b"\x63\xa2", head)
    blocks = [element(b"\xa3", b"\x81\0\0\0" + packet) for packet in packets]
    blocks += [element(b"\xa3", b"\x82\0\0\0" + packet) for packet in others]
    return (element(b"\x1a\x45\xdf\xa3", b"\x42\x82\x84webm") + b"\x18\x53\x80\x67" + unknown
            + element(b"\x16\x54\xae\x6b", element(b"\xae", track)) + b"\x1f\x43\xb6\x75" + unknown + b"".join(blocks))


def test_a_browsers_recording_becomes_an_ogg_file_with_one_channel_and_the_same_sound():
    head, sound = ogg_opus._webm(RECORDED)
    made = ogg_opus.to_voice(RECORDED)
    assert ogg_opus.is_voice(made) and not ogg_opus.is_voice(RECORDED)
    pages, packets = read_ogg(made)
    assert packets[0][:10] == b"OpusHead\x01\x01" and packets[0][10:] == head[10:18] + b"\0"
    assert packets[1].startswith(b"OpusTags")
    assert packets[2:] == sound
    assert [flags for flags, _granule, _number in pages] == [2, 0, *[0] * (len(pages) - 3), 4]
    assert [number for _flags, _granule, number in pages] == list(range(len(pages)))
    seconds = pages[-1][1] / 48000
    assert 1.7 < seconds < 2.3


@given(st.lists(st.binary(min_size=1, max_size=1500), min_size=1, max_size=130))
def test_every_packet_survives_whatever_its_size(packets):
    made = ogg_opus.to_voice(webm(packets, others=[b"another track"]))
    pages, found = read_ogg(made)
    assert found[2:] == packets
    assert pages[-1][1] == sum(map(ogg_opus.samples, packets))
    granules = [granule for _flags, granule, _number in pages]
    assert granules == sorted(granules)


@given(st.binary(max_size=400), st.integers(0, 4200))
def test_broken_and_foreign_files_are_refused_and_nothing_else_happens(junk, cut):
    for data in (junk, ogg_opus.EBML + junk, ogg_opus.OGG + junk, RECORDED[:cut], RECORDED[:cut] + junk, HEAD + junk):
        try:
            made = ogg_opus.to_voice(data)
        except ogg_opus.NotOpus:
            continue
        assert made[:4] == b"OggS"


@pytest.mark.parametrize(
    "data",
    [b"", b"ID3\x03 an mp3", webm([b"x"], codec=b"A_VORBIS"), webm([b"x"], head=b"short"), webm([]), webm([b"x" * 70_000]),
     b"OggS" + b"\0" * 24 + b"\x01vorbis" + b"\0" * 40],
)
def test_what_has_no_opus_is_refused(data):
    with pytest.raises(ogg_opus.NotOpus):
        ogg_opus.to_voice(data)


def test_an_ogg_recording_with_two_channels_says_one():
    one = ogg_opus.to_voice(webm([b"\xfc12", b"\xfc34"]))
    two = one[:37] + b"\x02" + one[38:]
    assert not ogg_opus.is_voice(two)
    assert ogg_opus.to_voice(two) == one
    assert ogg_opus.to_voice(one) == one


@pytest.mark.parametrize("packet, expected", [
    (b"", 0), (bytes([31 << 3]), 960), (bytes([3 << 3 | 1]), 5760), (bytes([16 << 3 | 3, 4]), 480), (bytes([3]), 0),
    (bytes([13 << 3]), 960),
])
def test_samples_of_a_packet(packet, expected):
    assert ogg_opus.samples(packet) == expected


@pytest.fixture
def ffmpeg(tmp_path, monkeypatch):
    """Put a program in ffmpeg's place; call it with the lines of a shell script."""
    def put(script):
        program = tmp_path / "ffmpeg"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(voice, "converter", lambda: str(program))
        return tmp_path

    return put


def test_other_sound_goes_through_ffmpeg(ffmpeg, tmp_path):
    good = tmp_path / "good.ogg"
    good.write_bytes(ogg_opus.to_voice(RECORDED))
    ffmpeg(f'echo "$@" > {tmp_path}/arguments; cat {good}')
    assert voice.to_voice(b"ID3 an mp3") == good.read_bytes()
    arguments = (tmp_path / "arguments").read_text()
    assert "-ac 1" in arguments and "libopus" in arguments and "-format_whitelist" in arguments


@pytest.mark.parametrize("script", ["exit 1", "echo no sound", "sleep 5"])
def test_a_converter_that_fails_is_told_not_hidden(ffmpeg, monkeypatch, script):
    monkeypatch.setattr(voice, "TIMEOUT", 0.5)
    ffmpeg(script)
    with pytest.raises(voice.NotConverted):
        voice.to_voice(b"ID3 an mp3")


def test_without_a_converter_browsers_recordings_still_work(monkeypatch):
    monkeypatch.setattr(voice, "converter", lambda: None)
    assert ogg_opus.is_voice(voice.to_voice(RECORDED))
    with pytest.raises(voice.NotConverted):
        voice.to_voice(b"ID3 an mp3")
