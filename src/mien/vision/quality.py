"""Whether a face is good enough to store, and why not."""

import cv2
import numpy as np

from mien.vision.geometry import align
from mien.vision.geometry import visible_share
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
LEAST_SIZE_PX = 40.0
LEAST_SHARPNESS = 40.0
LEAST_BRIGHTNESS = 40.0
MOST_BRIGHTNESS = 215.0
MOST_YAW = 0.75
LEAST_VISIBLE = 0.85
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
    grey = cv2.cvtColor(align(image_rgb, landmarks, _TEMPLATE, _CROP_SIZE), cv2.COLOR_RGB2GRAY)
    size_px = min(box.width, box.height)
    sharpness = float(cv2.Laplacian(grey, cv2.CV_32F).var())
    brightness = float(grey.mean())
    visible = visible_share(box, size_wh)
    outside = bool((landmarks < 0).any() or (landmarks > np.array(size_wh)).any())
    checks = (
        ("too_small", size_px < LEAST_SIZE_PX),
        ("blurred", sharpness < LEAST_SHARPNESS),
        ("too_dark", brightness < LEAST_BRIGHTNESS),
        ("too_bright", brightness > MOST_BRIGHTNESS),
        ("turned_away", abs(pose.yaw) > MOST_YAW),
        ("cut_off", visible < LEAST_VISIBLE or outside),
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
