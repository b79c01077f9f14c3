"""A picture at a half, a quarter, an eighth … of its size, as far as that is looked at."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.vision.types import ImageRGB

# What is halved at once, in pixels of the result: few enough that little is made which nobody
# looks at.
_BLOCK: Final = 128
_LEAST_SIDE: Final = 4


class Halvings:
    """A picture and its halvings, which are made where and when somebody asks for them, once.

    Halving by whole pixels takes a fifteenth of the time of any other reduction that skips no
    pixel, and all crops of a face share one. All that can be made takes a third of the picture's
    memory. For the thread that looks at the picture.

    Args:
        image_rgb: uint8, shape (height, width, 3).
    """

    def __init__(self, image_rgb: ImageRGB) -> None:
        self.image_rgb = image_rgb
        self._levels = [_Level(image_rgb, np.ones((1, 1), dtype=bool))]

    @property
    def size_wh(self) -> tuple[int, int]:
        """Of the picture, in pixels."""
        return self.image_rgb.shape[1], self.image_rgb.shape[0]

    def most(self, wanted: int) -> int:
        """How often the picture can be halved, at most as often as wanted."""
        times, side = 0, min(self.size_wh) // 2
        while times < wanted and side >= _LEAST_SIDE:
            times, side = times + 1, side // 2
        return times

    def at(self, times: int, region: tuple[int, int, int, int] | None = None) -> ImageRGB:
        """The picture halved so often.

        A pixel of it is the mean of two by two before; an odd last row or column is left out.

        Args:
            times: from 0, at most what `most` says.
            region: left, top, right, bottom, in pixels of the result: outside it anything may
                stand there. None for all of it. What of it lies outside the picture is the
                nearest of its border.
        """
        while len(self._levels) <= times:
            self._levels.append(_halved_once(self._levels[-1]))
        level = self._levels[times]
        high, wide = level.image_rgb.shape[:2]
        left, top, right, bottom = region or (0, 0, wide, high)
        self._make(
            times,
            (_within(left, wide), _within(right - 1, wide)),
            (_within(top, high), _within(bottom - 1, high)),
        )
        return level.image_rgb

    def _make(self, times: int, columns: tuple[int, int], rows: tuple[int, int]) -> None:
        """Make what is missing from the first to the last of these columns and rows."""
        level = self._levels[times]
        first_x, last_x = (at // _BLOCK for at in columns)
        first_y, last_y = (at // _BLOCK for at in rows)
        if times == 0 or level.made[first_y : last_y + 1, first_x : last_x + 1].all():
            return
        high, wide = level.image_rgb.shape[:2]
        for y in range(first_y, last_y + 1):
            for x in range(first_x, last_x + 1):
                if level.made[y, x]:
                    continue
                left, right = _BLOCK * x, min(_BLOCK * (x + 1), wide)
                top, bottom = _BLOCK * y, min(_BLOCK * (y + 1), high)
                self._make(times - 1, (2 * left, 2 * right - 1), (2 * top, 2 * bottom - 1))
                source = self._levels[times - 1].image_rgb
                level.image_rgb[top:bottom, left:right] = cv2.resize(
                    source[2 * top : 2 * bottom, 2 * left : 2 * right],
                    (right - left, bottom - top),
                    interpolation=cv2.INTER_AREA,
                )
                level.made[y, x] = True


class _Level:
    """One of the sizes, and which of its blocks are made.

    Args:
        image_rgb: uint8, shape (height, width, 3).
        made: shape (rows of blocks, columns of blocks).
    """

    def __init__(self, image_rgb: ImageRGB, made: NDArray[np.bool_]) -> None:
        self.image_rgb = image_rgb
        self.made = made


def _halved_once(level: _Level) -> _Level:
    high, wide = (side // 2 for side in level.image_rgb.shape[:2])
    blocks = (-(-high // _BLOCK), -(-wide // _BLOCK))
    return _Level(np.empty((high, wide, 3), dtype=np.uint8), np.zeros(blocks, dtype=bool))


def _within(at: int, side: int) -> int:
    return min(max(at, 0), side - 1)
