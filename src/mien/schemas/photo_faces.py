"""A photo, how to search it, and the faces in it."""

from typing import Annotated
from typing import Any
from typing import Literal
from typing import Self

from pydantic import Field

from mien.gallery.analysis import Upload
from mien.options import Detail
from mien.options import PhotoOptions
from mien.schemas.base import In
from mien.schemas.base import Out
from mien.vision.types import Box
from mien.vision.types import DetectedFace

FaceNumber = Annotated[
    int, Field(ge=1, le=100_000, description="Number of the face in the photo; 1 is the largest.")
]


FacesLeftOut = Annotated[
    int,
    Field(
        ge=0,
        description="How many smaller faces were left out because the photo has more than the "
        "server allows (`MIEN_MAX_FACES`). Almost always 0.",
    ),
]


class PhotoOptionsIn(In):
    """How to search a photo for faces."""

    detail: Detail = Field(
        default="normal",
        description="How closely to search the photo for faces; `high` also finds small and "
        "turned faces but takes several times as long.",
    )

    def upload(self, data: bytes) -> Upload:
        """A photo to be searched like this."""
        return Upload(data, PhotoOptions(detail=self.detail))


class BoxOut(Out):
    """A rectangle in pixels of the upright photo; it may extend beyond the photo."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def of(cls, box: Box) -> Self:
        """From the engine's box."""
        return cls(
            x=_pixels(box.left),
            y=_pixels(box.top),
            width=_pixels(box.width),
            height=_pixels(box.height),
        )


class ImageOut(Out):
    """Size of the upright photo in pixels."""

    width: int
    height: int


class PoseOut(Out):
    """Pose of the head: `roll_degrees` clockwise; `yaw` from -1 to 1, where 0 is frontal."""

    roll_degrees: float
    yaw: float


class QualityOut(Out):
    """Whether a face is good enough to store, and why not."""

    acceptable: bool
    reasons: list[
        Literal[
            "not_a_face",
            "too_small",
            "blurred",
            "too_dark",
            "too_bright",
            "turned_away",
            "cut_off",
        ]
    ]
    score: float = Field(description="From 0 to 1, higher is better.")
    size_px: float = Field(description="Shorter side of the box.")
    sharpness: float = Field(
        description="Measured as is, whatever the light. It differs from the figure of the gate's "
        "reason `blurred`, which is the sharpness the face would have at equal "
        "brightness."
    )
    brightness: float = Field(description="Mean grey, 0 to 255.")
    visible: float = Field(description="Share of the box that is inside the photo.")
    confidence: float = Field(
        description="Confidence that it is a human face, from 0 to 1: low for animals, many "
        "drawings and mostly covered faces; 1 if it was not measured."
    )


class FaceOut(Out):
    """A face in a photo."""

    box: BoxOut
    landmarks: list[tuple[float, float]] = Field(
        description="[x, y] in pixels of five points: the eye on the left of the picture, the eye "
        "on the right, the nose, the left and the right corner of the mouth."
    )
    score: float = Field(description="Score of the detector, from 0 to 1.")
    pose: PoseOut
    quality: QualityOut


def face_fields(face: DetectedFace) -> dict[str, Any]:
    """The fields that every shape of a face shares."""
    quality = face.quality
    return {
        "box": BoxOut.of(face.box),
        "landmarks": [(_pixels(x), _pixels(y)) for x, y in face.landmarks],
        "score": _fraction(face.score),
        "pose": PoseOut(roll_degrees=_pixels(face.pose.roll_degrees), yaw=_fraction(face.pose.yaw)),
        "quality": {
            "acceptable": quality.acceptable,
            "reasons": quality.reasons,
            "score": _fraction(quality.score),
            "size_px": _pixels(quality.size_px),
            "sharpness": _pixels(quality.sharpness),
            "brightness": _pixels(quality.brightness),
            "visible": _fraction(quality.visible),
            "confidence": _fraction(quality.confidence),
        },
    }


def _pixels(value: float) -> float:
    return round(float(value), 1)


def _fraction(value: float) -> float:
    return round(float(value), 4)
