"""The array of an upright picture, seen the way the picture is stored."""

import numpy as np

from mien.vision.types import ImageRGB

_ON_ITS_SIDE = {5, 6, 7, 8}
_FLIPPED_ACROSS = {2, 3, 6, 7}
_FLIPPED_DOWN = {3, 4, 7, 8}


def is_on_its_side(turn: int) -> bool:
    """Whether a turn, by EXIF's number, makes the width the height."""
    return turn in _ON_ITS_SIDE


def canvas(width: int, height: int, turn: int) -> tuple[ImageRGB, ImageRGB]:
    """An empty upright picture, and the same memory as it is stored in the file.

    What is drawn into the second is seen upright in the first, so that no turned copy is needed.

    Args:
        width: as stored, in pixels.
        height: as stored, in pixels.
        turn: EXIF's number, 1 to 8.
    """
    shape = (width, height, 3) if is_on_its_side(turn) else (height, width, 3)
    upright: ImageRGB = np.empty(shape, np.uint8)
    stored = upright
    if turn in _FLIPPED_DOWN:
        stored = stored[::-1]
    if turn in _FLIPPED_ACROSS:
        stored = stored[:, ::-1]
    if is_on_its_side(turn):
        stored = stored.swapaxes(0, 1)
    return upright, stored
