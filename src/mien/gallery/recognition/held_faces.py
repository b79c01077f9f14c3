"""A held photo as one compares it: its faces, and the one of them that is meant."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mien.access import permissions
from mien.access.actor import Actor
from mien.errors import NoFaceFound
from mien.gallery.face_columns import from_columns
from mien.gallery.held_photos import HeldRows
from mien.gallery.held_photos import held_rows
from mien.gallery.services import Call
from mien.storage.models import ProbeFaceRow
from mien.vision.types import Box
from mien.vision.types import DetectedFace


@dataclass(frozen=True, slots=True)
class HeldFaces:
    """A held photo with its faces.

    Attributes:
        id: of the photo.
        width: in pixels.
        height: in pixels.
        faces: in the order of their numbers, from 1; at least one.
        faces_left_out: how many more the photo shows.
        number: the face that is meant: the one asked for, or else the largest.
        chosen: whether it was asked for.
    """

    id: str
    width: int
    height: int
    faces: tuple[DetectedFace, ...]
    faces_left_out: int
    number: int
    chosen: bool

    @property
    def face(self) -> DetectedFace:
        """The face that is meant."""
        return self.faces[self.number - 1]


def show_held_faces(call: Call, *, probe_id: str, face_number: int | None = None) -> HeldFaces:
    """The faces of a held photo.

    Args:
        call: who asks, and with what.
        probe_id: the photo.
        face_number: which face is meant; None means the largest.

    Raises:
        ProbeNotFound: it was let go, or is somebody else's.
        NoFaceFound: it has no face.
        FaceNumberOutOfRange: it has no face of this number.
    """
    permissions.require(call.actor, "photos.hold")
    with call.services.database.read() as session:
        return as_held_faces(*held_face(session, call.actor, probe_id, face_number), face_number)


def held_face(
    session: Session, holder: Actor, probe_id: str, face_number: int | None, *, which: str = "a"
) -> tuple[HeldRows, ProbeFaceRow]:
    """The rows of a held photo, and that of the face that is meant; see `show_held_faces`.

    Args:
        session: in which it is read.
        holder: whose photo it is.
        probe_id: the photo.
        face_number: which face; None for the largest.
        which: of two photos this is, for the error.
    """
    held = held_rows(session, probe_id, holder)
    if not held.faces:
        raise NoFaceFound("photo", photo=which)
    return held, _largest(held.faces) if face_number is None else held.face(face_number)


def as_held_faces(held: HeldRows, face: ProbeFaceRow, asked: int | None) -> HeldFaces:
    """The same, as it is told."""
    return HeldFaces(
        id=held.probe.id,
        width=held.probe.width,
        height=held.probe.height,
        faces=tuple(map(from_columns, held.faces)),
        faces_left_out=held.probe.faces_left_out,
        number=face.number,
        chosen=asked is not None,
    )


def _largest(faces: Sequence[ProbeFaceRow]) -> ProbeFaceRow:
    def area(face: ProbeFaceRow) -> float:
        box = Box(*face.box)
        return box.width * box.height

    return max(faces, key=area)
