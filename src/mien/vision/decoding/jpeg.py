"""JPEG: read whatever lies around the picture, at a fraction of its size where it is very large."""

import hashlib
from functools import partial
from typing import Final

import numpy as np

from mien.errors import UnreadableImage
from mien.vision.decoding.memory import need_bytes
from mien.vision.decoding.plan import Plan
from mien.vision.decoding.with_pillow import draw
from mien.vision.decoding.with_pillow import open_picture
from mien.vision.formats.jpeg import END
from mien.vision.formats.jpeg import MEDIA_TYPE
from mien.vision.formats.jpeg import JpegFile
from mien.vision.formats.jpeg import read_jpeg
from mien.vision.types import ImageRGB

# A decoder gives these fractions of a side at little more than the cost of reading the file.
_REDUCTIONS: Final = (1, 2, 4, 8)
# Of a number that a decoder keeps for the whole picture.
_COEFFICIENT_BYTES: Final = 2
# Enough for several blocks, whatever they are coded with.
_FILLING_BYTES: Final = 4096


def plan_jpeg(data: bytes, *, max_pixels: int) -> Plan:
    """Plan a JPEG so that no more than `max_pixels` are drawn, if an eighth of a side does it.

    Raises:
        UnreadableImage, UnsupportedImage: see `mien.vision.formats.jpeg`.
    """
    file = read_jpeg(data)
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[file.components]
    pixels = file.width * file.height
    reduction = next(
        (each for each in _REDUCTIONS if _drawn(file, each) <= max_pixels), _REDUCTIONS[-1]
    )
    return Plan(
        width=file.width,
        height=file.height,
        need_bytes=need_bytes("JPEG", mode, _drawn(file, reduction), copied_bytes=len(data))
        + file.coefficients * _COEFFICIENT_BYTES,
        draw=partial(_draw, file, reduction),
        turn=file.turn,
        # Whoever asks for the size of what cannot be drawn is told that of the picture.
        reduction=reduction if pixels > max_pixels else 1,
    )


def _drawn(file: JpegFile, reduction: int) -> int:
    return -(-file.width // reduction) * -(-file.height // reduction)


def _draw(file: JpegFile, reduction: int, stored: ImageRGB) -> None:
    start = file.for_decoder()
    _decode(start + END, file, reduction, stored)
    if not file.is_ended:
        # Where numbers are missing, what is read in their place shows in the picture.
        seen = _digest(stored)
        filling = np.random.default_rng(0).integers(0, 255, _FILLING_BYTES, np.uint8).tobytes()
        _decode(start + filling + END, file, reduction, stored)
        if _digest(stored) != seen:
            raise UnreadableImage("truncated", words={"kind": MEDIA_TYPE})


def _decode(data: bytes, file: JpegFile, reduction: int, stored: ImageRGB) -> None:
    image = open_picture(data, "JPEG", MEDIA_TYPE)
    if reduction > 1:
        image.draft(None, (file.width // reduction, file.height // reduction))
    draw(image, stored)


def _digest(stored: ImageRGB) -> bytes:
    found = hashlib.sha256()
    for row in stored:
        found.update(row.tobytes())
    return found.digest()
