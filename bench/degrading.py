"""Photos made worse in one way, by a known strength, for measuring what that does to answers."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from mien.vision.types import DetectedFace
from mien.vision.types import ImageRGB

# How far apart the eyes are in an aligned crop of 112 pixels; blur is told in its pixels.
_EYES_APART = 35.2
_Worse = Callable[[ImageRGB, DetectedFace, float], ImageRGB]


@dataclass(frozen=True, slots=True)
class Degradation:
    """One way and one strength.

    Attributes:
        kind: what is done.
        strength: how much, in the unit that the kind's function names.
    """

    kind: str
    strength: float

    def __str__(self) -> str:
        return f"{self.kind} {self.strength:g}"


def degrade(image_rgb: ImageRGB, face: DetectedFace, how: Degradation) -> ImageRGB:
    """The photo made worse.

    Args:
        image_rgb: uint8, shape (height, width, 3).
        face: the one that is meant, found in this photo.
        how: in which way and how much.
    """
    return np.ascontiguousarray(_KINDS[how.kind](image_rgb, face, how.strength))


def _small(image_rgb: ImageRGB, face: DetectedFace, face_px: float) -> ImageRGB:
    """The whole photo smaller, so that the face is so many pixels wide."""
    scale = face_px / min(face.box.width, face.box.height)
    if scale >= 1:
        return image_rgb
    size = [max(round(side * scale), 1) for side in image_rgb.shape[1::-1]]
    return _as_picture(cv2.resize(image_rgb, size, interpolation=cv2.INTER_AREA))


def _blurred(image_rgb: ImageRGB, face: DetectedFace, pixels: float) -> ImageRGB:
    """Blurred by a Gaussian of so many pixels of the aligned crop."""
    sigma = pixels * _eye_distance(face) / _EYES_APART
    return _as_picture(cv2.GaussianBlur(image_rgb, (0, 0), sigma))


def _lit(image_rgb: ImageRGB, _face: DetectedFace, factor: float) -> ImageRGB:
    """With so much of the light; beyond 1 it is overexposed."""
    return _as_picture(np.clip(image_rgb.astype(np.float32) * factor, 0, 255).round())


def _turned(image_rgb: ImageRGB, face: DetectedFace, degrees: float) -> ImageRGB:
    """Turned clockwise in its plane, about the face, on a canvas that holds all of it."""
    height, width = image_rgb.shape[:2]
    middle = ((face.box.left + face.box.right) / 2, (face.box.top + face.box.bottom) / 2)
    side = int(np.hypot(width, height))
    matrix = cv2.getRotationMatrix2D(middle, -degrees, 1.0)
    matrix[:, 2] += np.array([side / 2 - middle[0], side / 2 - middle[1]])
    return _as_picture(
        cv2.warpAffine(image_rgb, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    )


def _cut_eyes(image_rgb: ImageRGB, face: DetectedFace, distances: float) -> ImageRGB:
    """Cut off at the top, so many distances of the eyes above them; below them when negative."""
    eyes = float(face.landmarks[:2, 1].mean())
    top = round(eyes - distances * _eye_distance(face))
    return image_rgb[min(max(top, 0), image_rgb.shape[0] - 1) :]


def _cut_side(image_rgb: ImageRGB, face: DetectedFace, share: float) -> ImageRGB:
    """Cut off at the left, so that this share of the face's width is gone."""
    left = round(face.box.left + share * face.box.width)
    return image_rgb[:, min(max(left, 0), image_rgb.shape[1] - 1) :]


def _cut_chin(image_rgb: ImageRGB, face: DetectedFace, share: float) -> ImageRGB:
    """Cut off at the bottom, so that this share of the face's height is gone."""
    bottom = round(face.box.bottom - share * face.box.height)
    return image_rgb[: min(max(bottom, 1), image_rgb.shape[0])]


def _eye_distance(face: DetectedFace) -> float:
    left, right = face.landmarks[0], face.landmarks[1]
    # In profile the eyes fall together; the face's width says how large it is all the same.
    return max(float(np.hypot(*(right - left))), 0.25 * face.box.width)


def _as_picture(values: object) -> ImageRGB:
    return np.asarray(values).astype(np.uint8)


_KINDS: dict[str, _Worse] = {
    "small": _small,
    "blurred": _blurred,
    "dark": _lit,
    "bright": _lit,
    "turned": _turned,
    "eyes cut": _cut_eyes,
    "side cut": _cut_side,
    "chin cut": _cut_chin,
}

STEPS: dict[str, tuple[float, ...]] = {
    "small": (60, 40, 30, 24, 20, 16),
    "blurred": (1.5, 2, 3, 4, 6),
    "dark": (0.5, 0.25, 0.12, 0.06),
    "bright": (2, 3, 5),
    "turned": (15, 30, 45, 60, 90),
    "eyes cut": (0.6, 0.3, 0.1, -0.1, -0.3),
    "side cut": (0.2, 0.35, 0.5),
    "chin cut": (0.2, 0.35, 0.5),
}
"""Each kind with strengths from harmless to hopeless."""

DEGRADATIONS = tuple(Degradation(kind, step) for kind, steps in STEPS.items() for step in steps)
"""All of them."""
