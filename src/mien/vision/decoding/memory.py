"""How much memory a picture takes at the peak of its decoding, as measured.

Measured at 50 million pixels in a process of its own; a test measures each kind anew.
"""

from typing import Final

MOST_REDUCED: Final = 5
"""So many times the accepted pixels a JPEG may have; it is decoded at a part of its size."""

# The array that is handed out, and what the library keeps beside it: one byte for each pixel of
# grey or of a palette, two of deep grey, four of everything else.
_GREY: Final = 4.3
_DEEP_GREY: Final = 5.5
_COLOUR: Final = 7.3
_BY_MODE: Final = {
    "1": _GREY,
    "L": _GREY,
    "P": _GREY,
    "I;16": _DEEP_GREY,
    "I;16B": _DEEP_GREY,
}
# Libraries that unfold the whole picture for themselves before they give it away.
_BY_KIND: Final = {"WEBP": 16.3, "AVIF": 11.8, "HEIF": 11.8}
# Numbers that we read ourselves go into the array a block at a time.
_NUMBERS: Final = 3.3
# Blocks and strips, whatever the picture's size.
_BASE_BYTES: Final = 24 * 1024 * 1024
# Of a file that is put together: its parts, and the whole.
_COPIES: Final = 2
# Room for every kind but WebP at the most pixels that are accepted, and for progressive JPEG whose
# colours have half the lines and columns, as those of cameras have.
_BUDGET: Final = 12


def need_bytes(kind: str, mode: str, pixels: int, *, copied_bytes: int = 0) -> int:
    """What decoding takes at its peak, with the array that is handed out.

    Args:
        kind: Pillow's name of the format.
        mode: Pillow's of the pixels; `numbers` for those that are read without it.
        pixels: of what is decoded.
        copied_bytes: of a file that is put together anew for the decoder.
    """
    each = _BY_KIND.get(kind, _BY_MODE.get(mode, _COLOUR))
    return (
        int(pixels * (_NUMBERS if mode == "numbers" else each))
        + _COPIES * copied_bytes
        + _BASE_BYTES
    )


def budget_bytes(max_pixels: int) -> int:
    """What all pictures that are decoded at a time may take in one process.

    Args:
        max_pixels: the most that one of them may have.
    """
    return _BUDGET * max_pixels + 2 * _BASE_BYTES
