"""Pictures at a size for the screen."""

from typing import cast

import cv2

from mien.vision.types import ImageRGB


def shrink(image_rgb: ImageRGB, longest_side: int) -> ImageRGB:
    """The picture with its longest side at most so many pixels; smaller ones stay as they are.

    Args:
        image_rgb: uint8, shape (height, width, 3).
        longest_side: in pixels.
    """
    height, width = image_rgb.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return image_rgb
    size_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cast("ImageRGB", cv2.resize(image_rgb, size_wh, interpolation=cv2.INTER_AREA))
