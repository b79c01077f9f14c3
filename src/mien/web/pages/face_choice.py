"""A held photo of which one face is compared, and the choice of another one."""

from dataclasses import dataclass

from flask import url_for

from mien.gallery.recognition.held_faces import HeldFaces
from mien.web.pages.faces import BoxView
from mien.web.pages.faces import FaceMark
from mien.web.pages.faces import PhotoView
from mien.web.pages.faces import box_view
from mien.web.pages.faces import probe_portrait_url


@dataclass(frozen=True, slots=True)
class ChoosableFace:
    """A face that can be compared: its number on the photo, its portrait, and whether it is meant."""

    number: int
    portrait_url: str
    box: BoxView
    chosen: bool


@dataclass(frozen=True, slots=True)
class FaceChoice:
    """A held photo with its faces.

    Attributes:
        id: of the photo, as forms send it.
        photo: with a mark for each face; the one that is meant is marked as a match.
        faces: by their numbers.
        faces_left_out: how many more the photo shows.
    """

    id: str
    photo: PhotoView
    faces: tuple[ChoosableFace, ...]
    faces_left_out: int


def face_choice(held: HeldFaces) -> FaceChoice:
    """What a page shows of a held photo whose faces can be compared."""
    faces = tuple(
        ChoosableFace(
            number, probe_portrait_url(held.id, number), box_view(face.box), number == held.number
        )
        for number, face in enumerate(held.faces, start=1)
    )
    return FaceChoice(
        id=held.id,
        photo=PhotoView(
            url=url_for("identify.photo", probe_id=held.id),
            width=held.width,
            height=held.height,
            marks=tuple(
                FaceMark(each.number, each.box, "", "match" if each.chosen else "")
                for each in faces
            ),
        ),
        faces=faces,
        faces_left_out=held.faces_left_out,
    )
