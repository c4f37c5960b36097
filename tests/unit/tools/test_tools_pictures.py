"""Pictures become what WhatsApp takes, or it is said that they cannot."""

import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tools import pictures
from tools.voice import NotConverted


def picture(kind="PNG", size=(64, 48), mode="RGB", color="red", frames=1, noise=False, **options):
    image = Image.new(mode, size, color)
    if noise:
        image.frombytes(random.Random(1).randbytes(size[0] * size[1] * len(mode)))
    more = [Image.new(mode, size, (0, 0, 60 * number, 255)[: len(mode)]) for number in range(1, frames)]
    buffer = io.BytesIO()
    image.save(buffer, kind, **({"save_all": True, "append_images": more} if more else {}), **options)
    return buffer.getvalue()


def opened(data):
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["WEBP", "BMP", "GIF", "PNG"])
def test_any_still_picture_becomes_a_jpeg(kind):
    data, mimetype = pictures.to_photo(picture(kind))
    assert (mimetype, opened(data).format, opened(data).size) == ("image/jpeg", "JPEG", (64, 48))


def test_a_transparent_one_stays_transparent_as_png():
    data, mimetype = pictures.to_photo(picture("WEBP", mode="RGBA", color=(255, 0, 0, 90)))
    assert (mimetype, opened(data).format) == ("image/png", "PNG")


def test_a_large_one_is_made_smaller():
    large = picture("PNG", size=(2400, 2400), noise=True)
    assert len(large) > pictures.MAX_PHOTO
    data, mimetype = pictures.to_photo(large)
    assert mimetype == "image/jpeg" and len(data) <= pictures.MAX_PHOTO


def test_a_large_transparent_one_gets_a_white_ground():
    large = picture("PNG", size=(1600, 1600), mode="RGBA", noise=True)
    assert len(large) > pictures.MAX_PHOTO
    data, mimetype = pictures.to_photo(large)
    assert mimetype == "image/jpeg" and len(data) <= pictures.MAX_PHOTO


def test_pictures_are_turned_as_the_camera_was():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(pictures.to_photo(picture("JPEG", exif=exif))[0]).size == (48, 64)


@pytest.mark.parametrize("data", [b"", b"no picture", picture("GIF", frames=3), picture("PNG")[:60]])
def test_what_cannot_be_a_photo_is_refused(data):
    with pytest.raises(NotConverted):
        pictures.to_photo(data)


def test_a_sticker_has_its_shape_and_its_edges_are_transparent():
    data, mimetype = pictures.to_sticker(picture("PNG", size=(900, 300), noise=True))
    image = opened(data)
    assert mimetype == "image/webp" and (image.format, image.size) == ("WEBP", (512, 512))
    assert len(data) <= pictures.MAX_STICKER and pictures.is_sticker(data)
    assert image.convert("RGBA").getpixel((256, 2))[3] == 0


def test_a_sticker_stays_as_it_is_moving_ones_too():
    still = picture("WEBP", size=(512, 512), mode="RGBA", color=(255, 0, 0, 255))
    moving = picture("WEBP", size=(512, 512), mode="RGBA", color=(255, 0, 0, 255), frames=4)
    assert pictures.shape(moving).animated and not pictures.shape(still).animated
    for data in (still, moving):
        assert pictures.to_sticker(data) == (data, "image/webp")


def test_a_moving_picture_of_another_shape_is_no_sticker():
    with pytest.raises(NotConverted, match="moves"):
        pictures.to_sticker(picture("WEBP", size=(100, 100), mode="RGBA", color=(1, 2, 3, 255), frames=3))


def test_a_bomb_is_not_opened(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_PIXELS", 100)
    assert pictures.shape(picture()) is None


@given(st.binary(max_size=200))
def test_junk_is_refused_and_nothing_else_happens(junk):
    for data in (junk, b"RIFF\x10\0\0\0WEBP" + junk, b"\x89PNG\r\n\x1a\n" + junk, b"GIF89a" + junk):
        for convert in (pictures.to_photo, pictures.to_sticker):
            with pytest.raises(NotConverted):
                convert(data)
