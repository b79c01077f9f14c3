"""A hash that is nearly the same for pictures that look the same.

The difference hash of Neal Krawetz ("Kind of Like That", The Hacker Factor Blog, 2013): whether
each of 8 by 8 patches of a small grey picture is darker than its neighbour to the right. Light,
size and compression change few of its 64 bits.
"""

import cv2

from mien.vision.types import ImageRGB

_PATCHES = 8


def perceptual_hash(crop_rgb: ImageRGB) -> str:
    """The hash of a picture, as 16 hexadecimal digits.

    Args:
        crop_rgb: uint8, shape (height, width, 3); a portrait, so that faces lie alike.
    """
    grey = cv2.cvtColor(crop_rgb, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_PATCHES + 1, _PATCHES), interpolation=cv2.INTER_AREA)
    bits = (small[:, 1:] > small[:, :-1]).reshape(-1)
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def hash_distance(one: str, other: str) -> int:
    """How many of the 64 bits of two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
