"""Whether a face is good enough to store, and why not."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.vision.geometry import similarity_transform
from mien.vision.geometry import transform_points
from mien.vision.geometry import visible_share
from mien.vision.geometry import warp
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
# The limits are where an example of the figure has twice the misses of a good one, at a threshold
# that one of 10,000 strangers reaches; measured by `bench/gate.py` on press photos made worse in
# one way at a time. Together they object to 2 % of those photos as they are, for being turned away.
LEAST_SIZE_PX = 40.0
# A Gaussian blur of two pixels in the crop brings nearly every photo below it.
LEAST_SHARPNESS = 20.0
# Photos lie between 45 and 190. Scaled down, they lose little above 20; real darkness adds noise.
LEAST_BRIGHTNESS = 25.0
MOST_BRIGHTNESS = 190.0
# Beyond this one eye is hidden behind the nose.
MOST_YAW = 0.75
# Passes 95 % of the faces cropped exactly to their box, and objects to 95 % of those that lack a
# third of their width, or the mouth.
LEAST_VISIBLE = 0.8
# Beyond these one of the packs misses a face more often than not, and takes poor faces of two people
# for one ten times as often as good ones: whom such a face is most like says little.
LEGIBLE_SIZE_PX = 20.0
LEGIBLE_SHARPNESS = 10.0
LEGIBLE_BRIGHTNESS = (12.0, 210.0)
LEGIBLE_VISIBLE = 0.7
# The brightness of an ordinary photo, at which sharpness is compared.
_USUAL_BRIGHTNESS = 113.0
# From here on more does not make a better example.
_GOOD_SIZE_PX = 112.0
_GOOD_SHARPNESS = 300.0


def assess(
    image_rgb: ImageRGB, box: Box, landmarks: FloatArray, pose: Pose, *, score: float
) -> Quality:
    """Judge one face.

    Args:
        image_rgb: the whole picture.
        box: of the face, may reach beyond the picture.
        landmarks: float32, shape (5, 2), in pixels of the picture.
        pose: of the head.
        score: the detector's, in [0, 1].
    """
    size_wh = (image_rgb.shape[1], image_rgb.shape[0])
    matrix = similarity_transform(landmarks, _TEMPLATE)
    crop = warp(image_rgb, matrix, (_CROP_SIZE, _CROP_SIZE), border=cv2.BORDER_CONSTANT)
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    size_px = min(box.width, box.height)
    sharpness = float(cv2.Laplacian(grey, cv2.CV_32F).var())
    brightness = float(grey.mean())
    # Detectors pull box and landmarks back into the picture; the shape of a face does not give way.
    visible = min(visible_share(box, size_wh), _inside_share(matrix, size_wh))
    dark, bright = brightness < LEAST_BRIGHTNESS, brightness > MOST_BRIGHTNESS
    checks = (
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
        score=float(np.prod([min(max(part, 0.0), 1.0) for part in parts]) ** (1 / len(parts))),
        size_px=size_px,
        sharpness=sharpness,
        brightness=brightness,
        visible=visible,
    )


def is_legible(quality: Quality) -> bool:
    """Whether a face shows enough to say who it is, or that it is nobody."""
    darkest, brightest = LEGIBLE_BRIGHTNESS
    return (
        quality.size_px >= LEGIBLE_SIZE_PX
        and even_sharpness(quality.sharpness, quality.brightness) >= LEGIBLE_SHARPNESS
        and darkest <= quality.brightness <= brightest
        and quality.visible >= LEGIBLE_VISIBLE
    )


def even_sharpness(sharpness: float, brightness: float) -> float:
    """Sharpness as it would be at ordinary brightness.

    Contrast grows with the light, and its variance with the square: without this a dark photo, or
    dark skin, would pass for a blurred one.

    Args:
        sharpness: see `Quality.sharpness`.
        brightness: see `Quality.brightness`.
    """
    return sharpness * (_USUAL_BRIGHTNESS / max(brightness, 1.0)) ** 2


def _inside_share(matrix: NDArray[np.float64], size_wh: tuple[int, int]) -> float:
    """How much of the face that the landmarks span lies in the picture."""
    if abs(np.linalg.det(matrix[:, :2])) < _LEAST_AREA_RATIO:
        return 0.0
    inverse = np.linalg.inv(np.vstack([matrix, (0.0, 0.0, 1.0)]))[:2]
    points = transform_points(inverse, _FACE_POINTS)
    return float(((points >= 0) & (points <= np.array(size_wh))).all(axis=1).mean())


# A transform below this shrinks a whole picture to a point and has no usable inverse.
_LEAST_AREA_RATIO = 1e-12
