"""Voice messages and stickers that Meta would not show are known by their first bytes."""

import io
from pathlib import Path

import pytest
from PIL import Image

from simulator import opus
from simulator.validation.shapes import sticker_problem, voice_problem, webp_shape

RECORDED = (Path(__file__).parents[3] / "addons/whatsapp_base/tests/recorded.webm").read_bytes()


def webp(size=(512, 512), frames=1, mode="RGBA", **options):
    images = [Image.new(mode, size, (70 * number, 0, 0, 200)[: len(mode)]) for number in range(1, frames + 1)]
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if frames > 1 else {}
    images[0].save(buffer, "WEBP", **more, **options)
    return buffer.getvalue()


def test_a_voice_message_is_ogg_with_opus_of_one_channel():
    ogg = opus.webm_to_ogg(RECORDED)
    assert voice_problem(ogg) is None
    assert "one channel" in voice_problem(ogg[:37] + b"\x02" + ogg[38:])
    for data in (RECORDED, b"ID3 mp3", b"", b"OggS" + b"\0" * 24 + b"\x01vorbis"):
        assert "OPUS" in voice_problem(data)


@pytest.mark.parametrize("options, moving", [({}, False), ({"lossless": True}, False), ({"mode": "RGB"}, False), ({"frames": 3}, True)])
def test_the_shape_of_every_kind_of_webp(options, moving):
    assert webp_shape(webp(size=(300, 200), **options)) == (300, 200, moving)
    assert sticker_problem(webp(**options)) is None


def test_a_sticker_of_another_shape_or_size_is_refused():
    assert "300 by 200" in sticker_problem(webp(size=(300, 200)))
    assert "bytes" in sticker_problem(webp() + b"\0" * 110_000)
    assert "image/webp" in sticker_problem(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
