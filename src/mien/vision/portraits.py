"""A portrait of a face for people to look at: level, and always in the same place."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.vision.geometry import similarity_transform
from mien.vision.geometry import warp
from mien.vision.types import DecodedImage
from mien.vision.types import DetectedFace
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

    Near the border of the picture it is moved into the picture, and made narrower where even
    that does not do.

    Args:
        image_rgb: the whole picture.
        landmarks: float32, shape (5, 2), in pixels of the picture.
        size_wh: of the portrait.

    Returns:
        uint8, shape (height, width, 3).
    """
    picture_wh = (image_rgb.shape[1], image_rgb.shape[0])
    matrix = portrait_transform(landmarks, picture_wh, size_wh)
    return warp(image_rgb, matrix, size_wh, border=cv2.BORDER_REPLICATE)


def portrait_transform(
    landmarks: FloatArray,
    picture_wh: tuple[int, int],
    size_wh: tuple[int, int] = PORTRAIT_SIZE_WH,
) -> NDArray[np.float64]:
    """Where a portrait lies in its picture.

    Args:
        landmarks: float32, shape (5, 2), in pixels of the picture.
        picture_wh: size of the picture.
        size_wh: of the portrait.

    Returns:
        Shape (2, 3): from points of the picture to points of the portrait.
    """
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
    wanted = similarity_transform(source.astype(np.float32), target)
    return _inside(wanted, picture_wh, size_wh)


def _inside(
    matrix: NDArray[np.float64], picture_wh: tuple[int, int], size_wh: tuple[int, int]
) -> NDArray[np.float64]:
    """The same frame, moved and where need be made smaller so that it lies in the picture."""
    turned = matrix[:, :2]
    frame_middle = np.array(size_wh) / 2
    middle = np.linalg.solve(turned, frame_middle - matrix[:, 2])
    # Half of what the level frame covers of the picture, along the picture's own sides.
    reach = np.abs(np.linalg.inv(turned)) @ frame_middle
    # The middles of the outermost pixels: beyond them nothing is known.
    last = np.maximum(np.array(picture_wh, np.float64) - 1, 1)
    share = min(1.0, float((last / (2 * reach)).min()))
    middle = np.clip(middle, reach * share, last - reach * share)
    turned = turned / share
    return np.hstack([turned, (frame_middle - turned @ middle)[:, None]])


def portrait_of(face: DetectedFace, image: DecodedImage) -> ImageRGB:
    """The portrait of a face whose landmarks are in pixels of the photo."""
    return portrait(image.image_rgb, face.landmarks / np.float32(image.reduction))
