"""What is known of a picture before it is decoded."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from typing import TypeAlias

from mien.vision.formats.exif import UPRIGHT
from mien.vision.types import ImageRGB

Draw: TypeAlias = Callable[[ImageRGB], None]
"""Fills an array of the picture's stored size, uint8, shape (height, width, 3)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a picture will be decoded.

    Attributes:
        width: pixels, as stored.
        height: pixels, as stored.
        need_bytes: memory that decoding takes at its peak, with the array that is handed out.
        draw: decodes it; called once.
        turn: EXIF's number of the turn to be made, 1 to 8.
        reduction: so many pixels of a side become one.
    """

    width: int
    height: int
    need_bytes: int
    draw: Draw = field(repr=False)
    turn: int = UPRIGHT
    reduction: int = 1

    @property
    def drawn_wh(self) -> tuple[int, int]:
        """Width and height of what is drawn, as stored, in pixels."""
        return -(-self.width // self.reduction), -(-self.height // self.reduction)
