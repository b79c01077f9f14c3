"""A photo, how it is looked at, and the faces in it."""

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
    int, Field(ge=1, le=100_000, description="Which face of the photo; 1 is the largest.")
]


FacesLeftOut = Annotated[
    int,
    Field(
        ge=0,
        description="How many more faces were seen, all of them smaller: a photo gives the largest "
        "and no more than the server allows (`MIEN_MAX_FACES`). 0 for nearly every photo.",
    ),
]


class PhotoOptionsIn(In):
    """How a photo is to be looked at."""

    detail: Detail = Field(
        default="normal",
        description="How closely the photo is searched for faces; `high` sees smaller and turned "
        "ones and takes several times as long.",
    )

    def upload(self, data: bytes) -> Upload:
        """A photo that is to be looked at so."""
        return Upload(data, PhotoOptions(detail=self.detail))


class BoxOut(Out):
    """A rectangle in pixels of the upright photo; may reach beyond its border."""

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
    """Size in pixels of the photo, turned upright."""

    width: int
    height: int


class PoseOut(Out):
    """How the head is held: `roll_degrees` clockwise; `yaw` from -1 to 1, 0 is frontal."""

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
        description="As it is, whatever the light. The figure of a gate's reason `blurred` is "
        "another: the sharpness that the face would have at equal brightness."
    )
    brightness: float = Field(description="Mean grey, 0 to 255.")
    visible: float = Field(description="Share of the box inside the photo.")
    confidence: float = Field(
        description="That it is a human face, from 0 to 1: low for animals, many drawings and faces "
        "of which much is covered; 1 where it was not measured."
    )


class FaceOut(Out):
    """A face in a photo."""

    box: BoxOut
    landmarks: list[tuple[float, float]] = Field(
        description="[x, y] in pixels of the eye on the picture's left, the eye on its right, the "
        "nose, the mouth's left corner, its right corner."
    )
    score: float = Field(description="The detector's, from 0 to 1.")
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
