"""The page of the photo that an example was taken from."""

from dataclasses import dataclass
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.gallery.people.face_photo import show_face_photo
from mien.gallery.services import Call
from mien.web.pages.base import Page
from mien.web.pages.faces import FaceMark
from mien.web.pages.faces import PhotoView
from mien.web.pages.faces import box_view


@dataclass(frozen=True, slots=True)
class FacePhotoPage(Page):
    """A kept photo, with the one face marked that was taken from it.

    Attributes:
        name: whose face it is.
        photo: with the mark.
        added_at: when the face was added, in ISO 8601.
        back_url: the person's page.
        delete_url: asks before the face is removed.
    """

    template: ClassVar[str] = "people/face_photo.html"

    name: str
    photo: PhotoView
    added_at: str
    back_url: str
    delete_url: str


def face_photo_page(call: Call, *, gallery: str, person_id: str, face_id: str) -> FacePhotoPage:
    """The photo of one example.

    Raises:
        GalleryNotFound, PersonNotFound, FaceNotFound, PhotoNotFound: it is not there.
    """
    shown = show_face_photo(call, gallery=gallery, person_id=person_id, face_id=face_id)
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    return FacePhotoPage(
        name=shown.person_name,
        photo=PhotoView(
            url=url_for("faces.photo", face_id=face_id, **place),
            width=shown.width,
            height=shown.height,
            marks=(FaceMark(1, box_view(shown.face.found.box)),),
        ),
        added_at=shown.face.created_at.isoformat(),
        back_url=url_for("person.show_one", **place),
        delete_url=url_for("faces.ask_delete", face_id=face_id, **place),
    )
