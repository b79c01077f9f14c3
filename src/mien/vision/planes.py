"""From the pixels of pictures to the numbers that a network takes."""

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB


def empty_planes(images_rgb: Sequence[ImageRGB] | NDArray[np.uint8], count: int) -> FloatArray:
    """Room for so many of these pictures, which are of one size; see `to_planes`."""
    height, width = images_rgb[0].shape[:2]
    return np.empty((count, 3, height, width), dtype=np.float32)


def to_planes(
    images_rgb: Sequence[ImageRGB] | NDArray[np.uint8],
    *,
    color: Literal["rgb", "bgr"],
    mean: Sequence[float] = (0.0, 0.0, 0.0),
    scale: Sequence[float] = (1.0, 1.0, 1.0),
    out: FloatArray | None = None,
) -> FloatArray:
    """Pictures channel by channel; every number is read once as a byte and written once.

    OpenCV takes channels apart much quicker than NumPy reads every third byte.

    Args:
        images_rgb: uint8, of one size, each of shape (height, width, 3); at least one.
        color: order of the channels in the result.
        mean: subtracted from each channel, in that order.
        scale: divides each channel after that.
        out: what is filled, of the shape of the result; None for an array of its own. New memory
            takes longer to come by than to fill.

    Returns:
        float32, shape (pictures, 3, height, width).
    """
    batch = empty_planes(images_rgb, len(images_rgb)) if out is None else out
    order = (0, 1, 2) if color == "rgb" else (2, 1, 0)
    for image_rgb, planes in zip(images_rgb, batch, strict=True):
        channels = cv2.split(image_rgb)
        for place, channel in enumerate(order):
            planes[place] = channels[channel]
    for place in range(3):
        if mean[place]:
            batch[:, place] -= np.float32(mean[place])
        if scale[place] != 1:
            batch[:, place] /= np.float32(scale[place])
    return batch
