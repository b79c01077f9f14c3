"""Measure how good a face is: its size, sharpness, light, and how much of it the photo shows."""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.vision.geometry import inverse_of
from mien.vision.geometry import similarity_transform
from mien.vision.geometry import transform_points
from mien.vision.geometry import visible_share
from mien.vision.geometry import warp
from mien.vision.halvings import Halvings
from mien.vision.quality_limits import LEAST_BRIGHTNESS
from mien.vision.quality_limits import LEAST_CONFIDENCE
from mien.vision.quality_limits import LEAST_SHARPNESS
from mien.vision.quality_limits import LEAST_SIZE_PX
from mien.vision.quality_limits import LEAST_VISIBLE
from mien.vision.quality_limits import MOST_BRIGHTNESS
from mien.vision.quality_limits import MOST_YAW
from mien.vision.quality_limits import even_sharpness
from mien.vision.types import Box
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB
from mien.vision.types import Pose
from mien.vision.types import Quality

# The usual five-point template of 112 by 112 crops, so that figures do not depend on the pack.
_CROP_SIZE = 112
_TEMPLATE = np.array(
    [
        (38.2946, 51.6963),
        (73.5318, 51.5014),
        (56.0252, 71.7366),
        (41.5493, 92.3655),
        (70.7299, 92.2041),
    ],
    dtype=np.float32,
)
# Brow to chin and ear to ear in that crop, sampled every few pixels.
_FACE_POINTS = (
    np.stack(np.meshgrid(np.arange(22, 92, 4), np.arange(30, 108, 4)), axis=-1)
    .reshape(-1, 2)
    .astype(np.float32)
)
_FACE_CORNERS = np.array(
    [(x, y) for x in _FACE_POINTS[[0, -1], 0] for y in _FACE_POINTS[[0, -1], 1]], dtype=np.float32
)
# From here on more does not make a better example.
_GOOD_SIZE_PX = 112.0
_GOOD_SHARPNESS = 300.0
_NOT_A_FACE = "not_a_face"


def assess(
    picture: ImageRGB | Halvings,
    box: Box,
    landmarks: FloatArray,
    pose: Pose,
    *,
    score: float,
    confidence: float = 1.0,
) -> Quality:
    """Judge one face.

    Args:
        picture: the whole one.
        box: of the face, may reach beyond the picture.
        landmarks: float32, shape (5, 2), in pixels of the picture.
        pose: of the head.
        score: the detector's, in [0, 1].
        confidence: that it is a human face, in [0, 1]; see `Quality`.
    """
    image_rgb = picture.image_rgb if isinstance(picture, Halvings) else picture
    size_wh = (image_rgb.shape[1], image_rgb.shape[0])
    matrix = similarity_transform(landmarks, _TEMPLATE)
    crop = warp(picture, matrix, (_CROP_SIZE, _CROP_SIZE), border=cv2.BORDER_CONSTANT)
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    size_px = min(box.width, box.height)
    # In whole numbers of 16 bits the second derivative is exact, and quicker than in floats.
    sharpness = float(cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))[1][0, 0]) ** 2
    brightness = float(cv2.mean(grey)[0])
    # Detectors pull box and landmarks back into the picture; the shape of a face does not give way.
    visible = min(visible_share(box, size_wh), _inside_share(matrix, size_wh))
    dark, bright = brightness < LEAST_BRIGHTNESS, brightness > MOST_BRIGHTNESS
    checks = (
        (_NOT_A_FACE, confidence < LEAST_CONFIDENCE),
        ("too_small", size_px < LEAST_SIZE_PX),
        # Without light there is no contrast to be sharp, and blur cannot be told.
        (
            "blurred",
            even_sharpness(sharpness, brightness) < LEAST_SHARPNESS and not dark and not bright,
        ),
        ("too_dark", dark),
        ("too_bright", bright),
        ("turned_away", abs(pose.yaw) > MOST_YAW),
        ("cut_off", visible < LEAST_VISIBLE),
    )
    reasons = tuple(name for name, failed in checks if failed)
    parts = (
        min(size_px / _GOOD_SIZE_PX, 1.0),
        min(sharpness / _GOOD_SHARPNESS, 1.0) ** 0.5,
        min(brightness, 255.0 - brightness, 64.0) / 64.0,
        1.0 - abs(pose.yaw),
        visible,
        score,
    )
    return Quality(
        acceptable=not reasons,
        reasons=reasons,
        score=math.prod(min(max(part, 0.0), 1.0) for part in parts) ** (1 / len(parts)),
        size_px=size_px,
        sharpness=sharpness,
        brightness=brightness,
        visible=visible,
        confidence=confidence,
    )


def with_confidence(quality: Quality, confidence: float) -> Quality:
    """The same face judged by another confidence that it is one; see `Quality.confidence`."""
    others = tuple(reason for reason in quality.reasons if reason != _NOT_A_FACE)
    reasons = (_NOT_A_FACE, *others) if confidence < LEAST_CONFIDENCE else others
    return replace(quality, acceptable=not reasons, reasons=reasons, confidence=confidence)


def _inside_share(matrix: NDArray[np.float64], size_wh: tuple[int, int]) -> float:
    """How much of the face that the landmarks span lies in the picture."""
    inverse = inverse_of(matrix)
    if inverse is None:
        return 0.0
    if _inside(transform_points(inverse, _FACE_CORNERS), size_wh).all():
        return 1.0
    return float(_inside(transform_points(inverse, _FACE_POINTS), size_wh).mean())


def _inside(points: FloatArray, size_wh: tuple[int, int]) -> NDArray[np.bool_]:
    within: NDArray[np.bool_] = (points >= 0) & (points <= np.array(size_wh))
    return within[:, 0] & within[:, 1]
