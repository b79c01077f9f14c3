"""A portrait of a face for people to look at: level, and always in the same place."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.vision.geometry import similarity_transform
from mien.vision.geometry import transform_points
from mien.vision.geometry import warp
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

PORTRAIT_SIZE_WH = (320, 400)
# Photographers put the eyes on the upper third; a quarter of the width between them leaves room
# for hair, chin and the start of the shoulders.
_EYE_LINE = 1 / 3
_EYE_DISTANCE = 0.25
# Seen from the side the eyes close up: when the way down to the mouth is longer than this many
# distances between the eyes, which no frontal face has, it sets the scale.
_MOUTH_BELOW_EYES = 1.4


def portrait(
    image_rgb: ImageRGB, landmarks: FloatArray, size_wh: tuple[int, int] = PORTRAIT_SIZE_WH
) -> ImageRGB:
    """Cut out a portrait: roll levelled, eyes on the upper third, the same size for everybody.

    What lies outside the picture is filled by its border, stretched and blurred.

    Args:
        image_rgb: the whole picture.
        landmarks: float32, shape (5, 2), in pixels of the picture.
        size_wh: of the portrait.

    Returns:
        uint8, shape (height, width, 3).
    """
    matrix = _transform(landmarks, size_wh)
    drawn = warp(image_rgb, matrix, size_wh, border=cv2.BORDER_REPLICATE)
    return _soften_outside(drawn, matrix, (image_rgb.shape[1], image_rgb.shape[0]))


def _soften_outside(
    drawn: ImageRGB, matrix: NDArray[np.float64], picture_wh: tuple[int, int]
) -> ImageRGB:
    """Blur what is not the picture, so that its border does not run on in stripes."""
    height, width = drawn.shape[:2]
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float32) * picture_wh
    inside = np.zeros((height, width), dtype=np.uint8)
    cv2.fillConvexPoly(
        inside, transform_points(matrix, corners.astype(np.float32)).astype(int), 255
    )
    if inside.min() > 0:
        return drawn
    sigma = width * _BLUR_SHARE
    blurred = cv2.GaussianBlur(drawn, (0, 0), sigma)
    # The transition lies outside: the picture itself stays as it is.
    share = cv2.GaussianBlur(inside, (0, 0), sigma / 4).astype(np.float32)[..., None] / 255
    share = np.where(inside[..., None] > 0, 1.0, share)
    return np.asarray(drawn * share + blurred * (1 - share) + 0.5, dtype=np.uint8)


_BLUR_SHARE = 1 / 12


def _transform(landmarks: FloatArray, size_wh: tuple[int, int]) -> NDArray[np.float64]:
    width, height = size_wh
    middle = landmarks[:2].mean(axis=0)
    across = landmarks[1] - landmarks[0]
    down = landmarks[3:].mean(axis=0) - middle
    distance = max(float(np.hypot(*across)), float(np.hypot(*down)) / _MOUTH_BELOW_EYES, 1.0)
    length = float(np.hypot(*across))
    direction = across / length if length > 0 else np.array([1.0, 0.0])
    source = np.stack([middle - direction * distance / 2, middle + direction * distance / 2])
    half = _EYE_DISTANCE * width / 2
    line = _EYE_LINE * height
    target = np.array([(width / 2 - half, line), (width / 2 + half, line)], dtype=np.float32)
    return similarity_transform(source.astype(np.float32), target)
