"""What is refused by its measures alone, before anything is decoded."""

from typing import Final

from mien.errors import TooManyPixels
from mien.errors import UnsupportedImage

MOST_RATIO: Final = 100
"""So many times its short side a picture's long side may be; a panorama has some twenty."""


def check_pixels(width: int, height: int, max_pixels: int) -> None:
    """Refuse what has too many pixels.

    Raises:
        TooManyPixels: it has.
    """
    if width * height > max_pixels:
        raise TooManyPixels(
            "size",
            words={"pixels": width * height},
            width=width,
            height=height,
            max_pixels=max_pixels,
        )


def check_sides(width: int, height: int) -> None:
    """Refuse what is a line rather than a picture.

    Raises:
        UnsupportedImage: a side is far longer than the other.
    """
    if max(width, height) > MOST_RATIO * min(width, height):
        raise UnsupportedImage(
            "narrow", words={"width": width, "height": height, "ratio": MOST_RATIO}
        )
