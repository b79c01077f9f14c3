"""Which face of a photo is meant, and what to say when it is not clear. Pure."""

from collections.abc import Sequence
from typing import Any
from typing import TypeVar

from mien.errors import FaceError
from mien.errors import FaceNumberOutOfRange
from mien.errors import InvalidInput
from mien.errors import NoFaceFound
from mien.errors import SeveralFacesFound
from mien.options import TAKES
from mien.options import FaceChoice
from mien.options import Take
from mien.vision.types import DetectedFace

_F = TypeVar("_F", bound=DetectedFace)


def choose_face(faces: Sequence[_F], *, face_number: int | None = None) -> _F:
    """The one face that is meant.

    Args:
        faces: largest first.
        face_number: which, from 1; None when there is to be only one.

    Raises:
        NoFaceFound: there is none.
        SeveralFacesFound: there are several and none was chosen.
        FaceNumberOutOfRange: the photo has no face of this number.
    """
    if not faces:
        raise _no_face()
    if face_number is None:
        if len(faces) > 1:
            raise _several(faces)
        face_number = 1
    if not 1 <= face_number <= len(faces):
        raise FaceNumberOutOfRange(
            f"The photo has no face number {face_number}; it has {len(faces)}, counted from 1."
        )
    return faces[face_number - 1]


def take_face(
    faces: Sequence[_F], take: Take, *, face_number: int | None, size_wh: tuple[int, int]
) -> _F:
    """The same where of several faces one may be taken that nobody has looked at.

    Args:
        faces: largest first.
        take: which.
        face_number: which, from 1, when somebody has looked.
        size_wh: of the upright photo, in pixels.

    Raises:
        NoFaceFound, SeveralFacesFound, FaceNumberOutOfRange: as `choose_face`.
        InvalidInput: there is no such `take`, or both say which face is meant.
    """
    check_take(take, face_number=face_number)
    if take == "only" or not faces:
        return choose_face(faces, face_number=face_number)
    return prefer(faces, take, size_wh=size_wh)


def check_take(take: str, *, face_number: int | None) -> None:
    """Make sure that it is said in one way which face is meant.

    Raises:
        InvalidInput: there is no such `take`, or both say which face is meant.
    """
    if take not in TAKES:
        raise InvalidInput(f"What is taken is one of {', '.join(TAKES)}.", field="take")
    if take != "only" and face_number is not None:
        raise InvalidInput(
            "Say which face is meant in one way: by its number, or by `take`.", field="take"
        )


def with_advice(error: FaceError, advice: str) -> FaceError:
    """The same refusal of a photo with another way out, where not every way is open.

    Args:
        error: of `choose_face`, with one reason.
        advice: in a sentence.
    """
    (reason,) = error.extra["reasons"]
    facts = {**error.extra, "reasons": [{**reason, "advice": advice}]}
    return type(error)(f"{reason['detail']} {advice}", **facts)


def _no_face() -> NoFaceFound:
    return _refusal(
        NoFaceFound,
        detail="No face was found in this photo.",
        advice="Take one in which the face is upright, lit from the front and not too small.",
        faces=0,
    )


def _several(faces: Sequence[DetectedFace]) -> SeveralFacesFound:
    return _refusal(
        SeveralFacesFound,
        detail=f"There are {len(faces)} faces in this photo and one is needed.",
        advice="Say which by its number, 1 for the largest, or cut the photo.",
        faces=len(faces),
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


_E = TypeVar("_E", bound=FaceError)


def _refusal(kind: type[_E], *, detail: str, advice: str, faces: int, **extra: Any) -> _E:
    """An error whose `reasons` are shaped as a gate's are."""
    reason = {
        "code": "several_faces" if faces else kind.code,
        "detail": detail,
        "advice": advice,
        "figure": float(faces),
        "limit": 1.0,
        "unit": "faces",
    }
    return kind(f"{detail} {advice}", reasons=[reason], **extra)


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
