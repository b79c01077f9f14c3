"""Find the faces of a photo."""

from collections.abc import Sequence
from typing import TypeVar

from mien.errors import FaceNumberOutOfRange
from mien.errors import NoFaceFound
from mien.errors import SeveralFacesFound
from mien.gallery.answers import Detection
from mien.gallery.tools import Tools
from mien.vision.types import Detail
from mien.vision.types import DetectedFace

_F = TypeVar("_F", bound=DetectedFace)


def detect(tools: Tools, *, photo: bytes, detail: Detail = "normal") -> Detection:
    """Find every face of a photo, the largest first; there may be none.

    Args:
        tools: the collaborators.
        photo: the file's bytes.
        detail: how closely the photo is searched.

    Raises:
        ImageError: the bytes are no photo that can be read.
    """
    image = tools.reader.decode(photo)
    faces = tools.engine.detect(image.image_rgb, detail=detail)
    tools.observer.on_faces(len(faces))
    return Detection(width=image.width, height=image.height, faces=tuple(faces))


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
        raise NoFaceFound(
            "No face was found in this photo. Take one in which the face is upright, lit from "
            "the front and not too small."
        )
    if face_number is None:
        if len(faces) > 1:
            raise SeveralFacesFound(
                f"There are {len(faces)} faces in this photo and one is needed. Say which by its "
                "number, 1 for the largest, or cut the photo.",
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
        face_number = 1
    if not 1 <= face_number <= len(faces):
        raise FaceNumberOutOfRange(
            f"The photo has no face number {face_number}; it has {len(faces)}, counted from 1."
        )
    return faces[face_number - 1]
