"""HEIC, by pillow-heif, which is not installed everywhere."""

import io
from typing import Any
from typing import Final

import numpy as np

from mien.errors import UnsupportedImage
from mien.vision.decoding.memory import need_bytes
from mien.vision.decoding.plan import Plan
from mien.vision.decoding.with_pillow import STRIP_PIXELS
from mien.vision.decoding.with_pillow import draw
from mien.vision.types import ImageRGB

# How many numbers a pixel has, and how many of them are colours.
_CHANNELS: Final = {"L": (1, 1), "LA": (2, 1), "RGB": (3, 3), "RGBA": (4, 3)}


def plan_heif(data: bytes) -> Plan:
    """Plan a HEIC picture; libheif turns it by itself.

    Raises:
        UnsupportedImage: the library is not installed.
    """
    try:
        import pillow_heif
    except ImportError as error:
        raise UnsupportedImage("heic") from error
    container = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    width, height = container.size
    return Plan(
        width=width,
        height=height,
        need_bytes=need_bytes("HEIF", container.mode, width * height),
        draw=lambda stored: _draw(container, stored),
    )


def _draw(container: Any, stored: ImageRGB) -> None:
    height, width = stored.shape[:2]
    channels, colours_of = _CHANNELS.get(container.mode, (0, 0))
    if not channels:
        draw(container.to_pillow(), stored)
        return
    rows = np.frombuffer(container.data, np.uint8).reshape(height, container.stride)
    step = max(1, STRIP_PIXELS // width)
    for top in range(0, height, step):
        strip = rows[top : top + step, : width * channels].reshape(-1, width, channels)
        colours = strip[..., :colours_of]
        if channels > colours_of:
            alpha = strip[..., -1:].astype(np.uint16)
            colours = (colours * alpha + 255 * (255 - alpha) + 127) // 255
        stored[top : top + step] = colours
