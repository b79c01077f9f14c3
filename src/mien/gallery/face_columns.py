"""A detected face as JSON columns, and back."""

from typing import Any
from typing import TypedDict

import numpy as np

from mien.storage.models import FaceRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import UnknownFaceRow
from mien.vision.types import Box
from mien.vision.types import DetectedFace
from mien.vision.types import Pose
from mien.vision.types import Quality


class FoundColumns(TypedDict):
    """The columns that `FaceRow`, `ProbeFaceRow` and `UnknownFaceRow` share."""

    box: list[float]
    landmarks: list[list[float]]
    score: float
    pose: dict[str, Any]
    quality: dict[str, Any]


def to_columns(face: DetectedFace) -> FoundColumns:
    """What is kept of a detected face beside its picture and its embedding."""
    quality = face.quality
    return FoundColumns(
        box=[float(v) for v in (face.box.left, face.box.top, face.box.right, face.box.bottom)],
        landmarks=[[float(x), float(y)] for x, y in face.landmarks],
        score=float(face.score),
        pose={"roll_degrees": float(face.pose.roll_degrees), "yaw": float(face.pose.yaw)},
        quality={
            "acceptable": quality.acceptable,
            "reasons": list(quality.reasons),
            "score": float(quality.score),
            "size_px": float(quality.size_px),
            "sharpness": float(quality.sharpness),
            "brightness": float(quality.brightness),
            "visible": float(quality.visible),
            "confidence": float(quality.confidence),
        },
    )


def from_columns(row: FaceRow | ProbeFaceRow | UnknownFaceRow) -> DetectedFace:
    """The detected face that a row remembers."""
    quality = dict(row.quality)
    return DetectedFace(
        box=Box(*row.box),
        landmarks=np.asarray(row.landmarks, dtype=np.float32),
        score=row.score,
        pose=Pose(**row.pose),
        quality=Quality(**{**quality, "reasons": tuple(quality["reasons"])}),
    )
