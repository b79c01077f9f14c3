"""Which face of a photo is meant, and what is wrong when it is not clear. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from mien.errors import FaceNumberOutOfRange
from mien.errors import InvalidInput
from mien.errors import NoFaceFound
from mien.errors import Objection
from mien.errors import SeveralFacesFound
from mien.options import TAKES
from mien.options import FaceChoice
from mien.options import Take
from mien.vision.types import DetectedFace

_F = TypeVar("_F", bound=DetectedFace)


def choose_face(faces: Sequence[_F], *, face_number: int | None = None, left_out: int = 0) -> _F:
    """The one face that is meant.

    Args:
        faces: largest first.
        face_number: which, from 1; None when there is to be only one.
        left_out: how many more the photo shows.

    Raises:
        NoFaceFound: there is none.
        SeveralFacesFound: there are several and none was chosen.
        FaceNumberOutOfRange: the photo has no face of this number.
    """
    if not faces:
        raise no_face()
    if face_number is None:
        if len(faces) + left_out > 1:
            raise _several(faces, left_out)
        face_number = 1
    if not 1 <= face_number <= len(faces):
        raise FaceNumberOutOfRange(
            "left_out" if left_out else "", words={"number": face_number, "count": len(faces)}
        )
    return faces[face_number - 1]


def take_face(
    faces: Sequence[_F],
    take: Take,
    *,
    face_number: int | None,
    size_wh: tuple[int, int],
    left_out: int = 0,
) -> _F:
    """The same where of several faces one may be taken that nobody has looked at.

    Args:
        faces: largest first.
        take: which.
        face_number: which, from 1, when somebody has looked.
        size_wh: of the upright photo, in pixels.
        left_out: how many more the photo shows.

    Raises:
        NoFaceFound, SeveralFacesFound, FaceNumberOutOfRange: as `choose_face`.
        InvalidInput: there is no such `take`, or both say which face is meant.
    """
    check_take(take, face_number=face_number)
    if take == "only" or not faces:
        return choose_face(faces, face_number=face_number, left_out=left_out)
    return prefer(faces, take, size_wh=size_wh)


def check_take(take: str, *, face_number: int | None) -> None:
    """Make sure that it is said in one way which face is meant.

    Raises:
        InvalidInput: there is no such `take`, or both say which face is meant.
    """
    if take not in TAKES:
        raise InvalidInput("take", words={"takes": ", ".join(TAKES)}, field="take")
    if take != "only" and face_number is not None:
        raise InvalidInput("number_and_take", field="take")


def with_way_out(error: SeveralFacesFound, variant: str) -> SeveralFacesFound:
    """The same refusal of a photo with another way out, where not every way is open.

    Args:
        error: of `choose_face`, with one reason.
        variant: of the reason's sentences.
    """
    (reason,) = error.extra["reasons"]
    return SeveralFacesFound(**{**error.extra, "reasons": (replace(reason, variant=variant),)})


def no_face() -> NoFaceFound:
    """The error that a photo shows no face."""
    return NoFaceFound(reasons=(_objection("no_face_found", 0),))


def _several(faces: Sequence[DetectedFace], left_out: int) -> SeveralFacesFound:
    return SeveralFacesFound(
        reasons=(_objection("several_faces", len(faces) + left_out),),
        faces_left_out=left_out,
        boxes=[
            {
                "x": round(face.box.left, 1),
                "y": round(face.box.top, 1),
                "width": round(face.box.width, 1),
                "height": round(face.box.height, 1),
            }
            for face in faces
        ],
    )


def _objection(code: str, faces: int) -> Objection:
    """What is wrong with the number of faces, in the shape of what a gate objects to."""
    return Objection(code=code, figure=float(faces), limit=1.0, unit="faces")


def prefer(faces: Sequence[_F], choice: FaceChoice, *, size_wh: tuple[int, int]) -> _F:
    """The face that is meant.

    Args:
        faces: of the photo, at least one, largest first.
        choice: how it is told.
        size_wh: of the photo, in pixels.
    """
    if choice == "largest":
        return faces[0]
    width, height = size_wh
    return min(
        faces,
        key=lambda face: (
            abs((face.box.left + face.box.right) - width)
            + abs((face.box.top + face.box.bottom) - height)
        ),
    )
