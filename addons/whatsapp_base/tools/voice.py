"""Sound files into voice messages, with ffmpeg where the server has it. No Odoo import."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile

from . import ogg_opus

TIMEOUT = 30  # seconds
BITRATE = "24k"
# what may be read: ffmpeg's playlist formats would open other files and addresses
FORMATS = "mp3,mov,mp4,m4a,aac,amr,ogg,matroska,webm,wav,flac"


class NotConverted(Exception):
    """The file could not be made what was asked for; the text is for the log."""


@functools.cache
def converter() -> str | None:
    """Return the path of ffmpeg, or None where the server has none."""
    return shutil.which("ffmpeg")


def to_voice(data: bytes) -> bytes:
    """Return an Ogg file with Opus of one channel. Takes time: never inside a transaction.

    :raises NotConverted: no converter, or it did not like the file
    """
    try:
        return ogg_opus.to_voice(data)
    except ogg_opus.NotOpus:
        return _convert(data)


def _convert(data: bytes) -> bytes:
    program = converter()
    if not program:
        raise NotConverted("ffmpeg is not installed")
    with tempfile.TemporaryDirectory(prefix="whatsapp-voice-") as folder:
        source = os.path.join(folder, "source")  # a file, since some formats have their index at the end
        with open(source, "wb") as file:
            file.write(data)
        command = [
            program, "-nostdin", "-v", "error", "-format_whitelist", FORMATS, "-protocol_whitelist", "file", "-i", source,
            "-vn", "-ac", "1", "-ar", "48000", "-c:a", "libopus", "-b:a", BITRATE, "-application", "voip", "-map_metadata", "-1",
            "-protocol_whitelist", "pipe", "-f", "ogg", "pipe:1",
        ]  # fmt: skip
        try:
            result = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotConverted(type(error).__name__) from None
    if result.returncode or not ogg_opus.is_voice(result.stdout):
        raise NotConverted(f"ffmpeg ended with {result.returncode}: {result.stderr[-300:].decode(errors='replace')}")
    return result.stdout
