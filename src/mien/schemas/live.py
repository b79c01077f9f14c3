"""A picture of a camera, and who is in it, as JSON."""

import json
from typing import Annotated
from typing import Any

from pydantic import BeforeValidator
from pydantic import Field
from pydantic import TypeAdapter
from pydantic import ValidationError

from mien.errors import InvalidInput
from mien.gallery.recognition.live import MOST_KNOWN
from mien.gallery.recognition.live import KnownFace
from mien.gallery.recognition.live import LiveFace
from mien.gallery.recognition.live import LiveFrame
from mien.options import Decision
from mien.options import Doubt
from mien.schemas.addresses import GalleryName
from mien.schemas.base import In
from mien.schemas.base import Out
from mien.schemas.figures import Similarity
from mien.schemas.figures import similarity_out
from mien.schemas.identification import PersonRefOut
from mien.schemas.photo_faces import FaceOut
from mien.schemas.photo_faces import FacesLeftOut
from mien.schemas.photo_faces import ImageOut
from mien.schemas.photo_faces import face_fields
from mien.vision.types import Box

_FARTHEST = 1e6
_Pixels = Annotated[float, Field(ge=-_FARTHEST, le=_FARTHEST)]
_Length = Annotated[float, Field(ge=0, le=_FARTHEST)]


class BoxIn(In):
    """A rectangle in pixels of the picture; it may extend beyond it."""

    x: _Pixels
    y: _Pixels
    width: _Length
    height: _Length

    @property
    def box(self) -> Box:
        """As the engine has it."""
        return Box(self.x, self.y, self.x + self.width, self.y + self.height)


class KnownFaceIn(In):
    """A face that you follow already."""

    box: BoxIn = Field(description="Where you expect it in this picture.")
    fresh: bool = Field(
        default=False,
        description="Whether you know from one of the last pictures who it is. Then it is only "
        "found, which is quick, and `decision` is null.",
    )


def _from_text(value: object) -> object:
    # A form has nothing but text.
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except RecursionError as error:
        raise ValueError from error


KnownFacesIn = Annotated[
    list[KnownFaceIn],
    BeforeValidator(_from_text),
    Field(
        max_length=MOST_KNOWN,
        description="The faces that you follow already, from the previous results; in a form, as "
        "JSON. A face that is not among them is counted in the metrics and remembered for "
        "previews of other settings; one that is, is not, so that it counts once however long it "
        "is in view.",
    ),
]
_KNOWN: TypeAdapter[list[KnownFaceIn]] = TypeAdapter(KnownFacesIn)
_BOX: TypeAdapter[BoxIn] = TypeAdapter(Annotated[BoxIn, BeforeValidator(_from_text)])


def known_from_text(text: str) -> tuple[KnownFace, ...]:
    """Followed faces out of a form, where they are called `known`; none of an empty text.

    Raises:
        InvalidInput: the text is something else.
    """
    try:
        return known_faces(_KNOWN.validate_python(text)) if text else ()
    except ValidationError as error:
        raise _invalid(error, "known") from error


def box_from_text(text: str) -> Box:
    """A box out of a form, where it is called `box`.

    Raises:
        InvalidInput: the text is something else.
    """
    try:
        return _BOX.validate_python(text).box
    except ValidationError as error:
        raise _invalid(error, "box") from error


def _invalid(error: ValidationError, field: str) -> InvalidInput:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return InvalidInput("member", words={"why": first["msg"].lower()}, field=field)


def known_faces(given: list[KnownFaceIn]) -> tuple[KnownFace, ...]:
    """As the verb takes them."""
    return tuple(KnownFace(each.box.box, each.fresh) for each in given)


class LiveFaceOut(FaceOut):
    """A face in a picture of a camera."""

    decision: Decision | None = Field(description="Null for a face that was sent as `fresh`.")
    doubts: list[Doubt] = Field(description="Why it is ambiguous; otherwise empty.")
    person: PersonRefOut | None = Field(
        description="The person of a `match`, or the most similar one if it is `ambiguous`."
    )
    similarity: Similarity | None = Field(description="Similarity to the most similar person.")

    @classmethod
    def of(cls, given: LiveFace) -> "LiveFaceOut":
        """From the verb's answer."""
        return cls(**face_fields(given.face), **_recognised_fields(given))


def _recognised_fields(given: LiveFace) -> dict[str, Any]:
    found = given.recognised
    if found is None:
        return {"decision": None, "doubts": [], "person": None, "similarity": None}
    best = found.candidates[0] if found.candidates else None
    named = best is not None and found.decision != "unknown"
    return {
        "decision": found.decision,
        "doubts": list(found.doubts),
        "person": PersonRefOut.of(best.person) if best and named else None,
        "similarity": similarity_out(best.similarity) if best else None,
    }


class LiveFrameOut(Out):
    """The faces in one picture of a camera, the largest first."""

    gallery: GalleryName
    image: ImageOut
    faces: list[LiveFaceOut]
    faces_left_out: FacesLeftOut

    @classmethod
    def of(cls, frame: LiveFrame) -> "LiveFrameOut":
        """From the verb's answer."""
        return cls(
            gallery=frame.gallery,
            image=ImageOut(width=frame.width, height=frame.height),
            faces=[LiveFaceOut.of(each) for each in frame.faces],
            faces_left_out=frame.faces_left_out,
        )
