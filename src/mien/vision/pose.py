"""How a head is held, from five landmarks."""

import math

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
    # Plain numbers: for so few of them arrays take ten times as long.
    (ax, ay), (bx, by), (nose_x, nose_y), (cx, cy), (dx, dy) = landmarks.tolist()
    eyes_x, eyes_y, mouth_x, mouth_y = (ax + bx) / 2, (ay + by) / 2, (cx + dx) / 2, (cy + dy) / 2
    down_x, down_y = mouth_x - eyes_x, mouth_y - eyes_y
    angle = math.atan2((by - ay) + (dy - cy) - down_x, (bx - ax) + (dx - cx) + down_y)
    along_x, along_y = math.cos(angle), math.sin(angle)
    half = max(
        ((bx - ax) * along_x + (by - ay) * along_y) / 2,
        _LEAST_HALF * math.hypot(down_x, down_y),
        1e-6,
    )
    offset = (nose_x - (eyes_x + mouth_x) / 2) * along_x
    offset += (nose_y - (eyes_y + mouth_y) / 2) * along_y
    return Pose(
        roll_degrees=_half_open(math.degrees(angle)),
        yaw=min(max(offset / half, -1.0), 1.0),
    )


# In profile the eyes coincide; a tenth of the way to the mouth keeps the quotient finite.
_LEAST_HALF = 0.1


def _half_open(degrees: float) -> float:
    return 180.0 if degrees <= -180.0 else degrees  # noqa: PLR2004  # half a turn
