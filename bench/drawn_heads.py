"""Cartoon heads, drawn: no photo of anybody, and yet much like a face to a network."""

import cv2
import numpy as np
from numpy.random import Generator

from mien.vision.types import ImageRGB

_SIDE = 400
_SKINS = ((255, 204, 77), (236, 188, 150), (150, 96, 62), (140, 205, 140))
_HAIRS = ((92, 60, 40), (30, 30, 34), (214, 150, 40), (150, 60, 40))


def draw_head(random: Generator) -> ImageRGB:
    """One head on a plain ground: skin, hair, eyes, brows, a nose and a mouth.

    Args:
        random: decides colours and proportions.

    Returns:
        uint8, shape (400, 400, 3).
    """
    canvas = np.full((_SIDE, _SIDE, 3), random.integers(150, 246), dtype=np.uint8)
    skin = _SKINS[int(random.integers(len(_SKINS)))]
    hair = _HAIRS[int(random.integers(len(_HAIRS)))]
    shade = tuple(int(0.7 * value) for value in skin)
    wide, high = int(random.uniform(72, 92)), int(random.uniform(95, 115))
    x, y = _SIDE // 2, _SIDE // 2 + 15

    def fill(at: tuple[int, int], axes: tuple[int, int], colour: tuple[int, ...]) -> None:
        cv2.ellipse(canvas, at, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)

    fill((x, y - 28), (wide + 20, high + 10), hair)
    fill((x, y), (wide, high), skin)
    apart, level = int(random.uniform(0.36, 0.44) * wide), y - int(0.12 * high)
    size = int(random.uniform(9, 15))
    for side in (-1, 1):
        eye = (x + side * apart, level)
        fill(eye, (int(1.5 * size), size), (250, 250, 250))
        fill(eye, (int(0.75 * size), int(0.85 * size)), (50, 40, 35))
        brow = (x + side * apart, level - int(1.6 * size))
        cv2.ellipse(canvas, brow, (int(1.7 * size), size // 2), 0, 180, 360, hair, 5, cv2.LINE_AA)
    nose = y + int(0.24 * high)
    cv2.ellipse(canvas, (x, nose), (12, 8), 0, 0, 180, shade, 4, cv2.LINE_AA)
    mouth = y + int(0.5 * high)
    cv2.ellipse(
        canvas, (x, mouth), (int(0.36 * wide), 12), 0, 0, 180, (170, 50, 60), 7, cv2.LINE_AA
    )
    return canvas
