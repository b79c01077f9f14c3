"""Small videos for tests, and whether they can be made here."""

import io
from collections.abc import Iterable
from typing import Any

import pytest

from mien.vision.types import ImageRGB


def video_library() -> Any:
    """The module `av`; where it is not installed, the test is skipped by that name."""
    return pytest.importorskip("av", reason="videos need the package av: pip install 'mien[video]'")


def make_video(
    pictures: Iterable[ImageRGB],
    *,
    rate: int = 10,
    format_name: str = "mp4",
    codec: str = "mpeg4",
) -> bytes:
    """The bytes of a video of these pictures.

    Args:
        pictures: uint8, all of one size, both sides even.
        rate: so many a second.
        format_name: FFmpeg's, of the file.
        codec: FFmpeg's, of the pictures.
    """
    av = video_library()
    held = io.BytesIO()
    with av.open(held, "w", format=format_name) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
                stream.bit_rate = 4_000_000
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return held.getvalue()


_AS_IT_IS = bytes.fromhex(f"00010000{'00' * 12}00010000{'00' * 12}40000000")
_CLOCKWISE = bytes.fromhex(f"0000000000010000{'00' * 4}ffff0000{'00' * 16}40000000")


def turned_clockwise(video: bytes) -> bytes:
    """The same MP4, of which its header says that it is to be shown turned, as phones write it."""
    place = video.index(_AS_IT_IS, video.index(b"tkhd"))
    return video[:place] + _CLOCKWISE + video[place + len(_AS_IT_IS) :]
