"""What a browser's camera shows in a test: pictures one after the other, in a file of their own."""

from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from mien.vision.fake import draw_face
from mien.vision.images import encode_jpeg
from mien.vision.types import ImageRGB

SIZE_WH = (640, 480)
_FACE_PX = 120
_GREY = 150
_SWAY = 120


def write_film(path: Path, pictures: Iterable[ImageRGB]) -> Path:
    """Write the pictures as a film that Chromium's camera plays over and over, 30 a second.

    Args:
        path: of the file, whose name ends in `.mjpeg`.
        pictures: uint8, all of one size.
    """
    path.write_bytes(b"".join(encode_jpeg(each) for each in pictures))
    return path


def drawn_film(still: str, moving: str, *, count: int = 60) -> Iterator[ImageRGB]:
    """One drawn face on the right, and one that sways back and forth on the left."""
    for number in range(count):
        picture = np.full((SIZE_WH[1], SIZE_WH[0], 3), _GREY, dtype=np.uint8)
        shift = round(_SWAY * (1 - abs(2 * number / count - 1)))
        for person, left, top in ((moving, 40 + shift, 60), (still, 440, 240)):
            picture[top : top + _FACE_PX, left : left + _FACE_PX] = draw_face(person, _FACE_PX)
        yield picture


def portrait_film(photo_rgb: ImageRGB, *, count: int = 30) -> Iterator[ImageRGB]:
    """A photo of one face before a grey wall, swaying a little."""
    height, width = photo_rgb.shape[:2]
    scale = 0.8 * SIZE_WH[1] / height
    small = cv2.resize(
        photo_rgb, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA
    )
    for number in range(count):
        picture = np.full((SIZE_WH[1], SIZE_WH[0], 3), _GREY, dtype=np.uint8)
        shift = round(_SWAY / 2 * (1 - abs(2 * number / count - 1)))
        shown = small[:, : SIZE_WH[0] - shift - 60]
        picture[SIZE_WH[1] - small.shape[0] :, 60 + shift : 60 + shift + shown.shape[1]] = shown
        yield picture
