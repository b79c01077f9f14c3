"""Shapes that several operations share: what stands in addresses, pictures, faces, errors."""

from functools import cache
from typing import Annotated
from typing import Any
from typing import Literal
from typing import Self

from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field

from mien.gallery.analysis import Upload
from mien.names import GALLERY_PATTERN
from mien.names import ID_PATTERN
from mien.options import Detail
from mien.options import PhotoOptions
from mien.vision.types import Box
from mien.vision.types import DetectedFace

Id = Annotated[str, Field(pattern=f"^{ID_PATTERN}$")]
GalleryName = Annotated[str, Field(pattern=f"^{GALLERY_PATTERN}$", description="A gallery's name.")]
Similarity = Annotated[
    float,
    Field(ge=-1, le=1, description="Cosine of two embeddings; 1 is the same picture."),
]
Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
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
_SIMILARITY_DIGITS = 6


class In(BaseModel):
    """What comes in: nothing beside what is named here is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """The schema; the plain one is asked for with every request that has a query."""
        if args or options:
            return super().model_json_schema(*args, **options)
        return _plain_schema(cls)


@cache
def _plain_schema(model: type[In]) -> dict[str, Any]:
    return super(In, model).model_json_schema()


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


class Out(BaseModel):
    """What goes out; every field of it, also one that has its usual value."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class GalleryPath(In):
    """Addresses below a gallery."""

    gallery: GalleryName = Field(examples=["default"])


class PersonPath(GalleryPath):
    """Addresses below a person."""

    person_id: Id


class FacePath(PersonPath):
    """Addresses below a face."""

    face_id: Id


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
        Literal["too_small", "blurred", "too_dark", "too_bright", "turned_away", "cut_off"]
    ]
    score: float = Field(description="From 0 to 1, higher is better.")
    size_px: float = Field(description="Shorter side of the box.")
    sharpness: float = Field(
        description="As it is, whatever the light. The figure of a gate's reason `blurred` is "
        "another: the sharpness that the face would have at equal brightness."
    )
    brightness: float = Field(description="Mean grey, 0 to 255.")
    visible: float = Field(description="Share of the box inside the photo.")


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


class ProblemOut(BaseModel):
    """What went wrong. More members may follow, such as `field` or `boxes`."""

    model_config = ConfigDict(extra="allow")

    status: int = Field(description="The HTTP status.")
    code: str = Field(description="Stable, for programs.")
    detail: str = Field(description="What happened and the way out, for people.")
    request_id: str = Field(description="To be quoted when asking for help.")


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
        },
    }


def similarity_out(value: float) -> float:
    """A similarity as it is written."""
    return round(float(value), _SIMILARITY_DIGITS)


def rate_out(value: float | None) -> float | None:
    """A rate as it is written; three digits that count are more than anybody has measured."""
    return None if value is None else float(f"{value:.3g}")


def _pixels(value: float) -> float:
    return round(float(value), 1)


def _fraction(value: float) -> float:
    return round(float(value), 4)
