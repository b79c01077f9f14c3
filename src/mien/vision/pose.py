"""How a head is held, from five landmarks."""

import math

import numpy as np

from mien.vision.types import FloatArray
from mien.vision.types import Pose


def estimate_pose(landmarks: FloatArray) -> Pose:
    """Estimate roll and yaw.

    Roll is the direction common to the eyes, the mouth and the line from one to the other, which
    stays firm where the eyes fall together in profile. Yaw is how far the nose lies off the middle
    line of eyes and mouth, in halves of the distance between the eyes.

    Args:
        landmarks: float32, shape (5, 2), in the order of `DetectedFace.landmarks`.
    """
    points = landmarks.astype(np.float64)
    eyes, nose, mouth = points[:2].mean(axis=0), points[2], points[3:].mean(axis=0)
    down = mouth - eyes
    across = (points[1] - points[0]) + (points[4] - points[3]) + np.array([down[1], -down[0]])
    angle = math.atan2(across[1], across[0])
    axis = np.array([math.cos(angle), math.sin(angle)])
    half = max(float((points[1] - points[0]) @ axis) / 2, _LEAST_HALF * math.hypot(*down), 1e-6)
    offset = float((nose - (eyes + mouth) / 2) @ axis)
    return Pose(
        roll_degrees=_half_open(math.degrees(angle)),
        yaw=min(max(offset / half, -1.0), 1.0),
    )


# In profile the eyes coincide; a tenth of the way to the mouth keeps the quotient finite.
_LEAST_HALF = 0.1


def _half_open(degrees: float) -> float:
    return 180.0 if degrees <= -180.0 else degrees  # noqa: PLR2004  # half a turn
