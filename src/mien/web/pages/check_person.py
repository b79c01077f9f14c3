"""A photo compared with one person alone."""

from dataclasses import dataclass
from dataclasses import replace
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.gallery.people.people import show_person
from mien.gallery.recognition.verify_held import HeldVerification
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.compare import ComparedPhoto
from mien.web.pages.compare import Comparison
from mien.web.pages.compare import compared_photo
from mien.web.pages.compare import comparison
from mien.web.pages.face_choice import FaceChoice
from mien.web.pages.face_choice import face_choice
from mien.web.pages.faces import crop_url


@dataclass(frozen=True, slots=True)
class CheckPersonPage(Page):
    """Takes a `photo`, and shows whether the last one shows the person; None before the first.

    Attributes:
        form: what is wrong with what was sent.
        name: of the person.
        check_url: takes the POST, as multipart.
        back_url: the person's page.
        max_bytes: largest file accepted.
        result: the last answer.
        held: the photo that it is about, with the choice of a face in `face`.
        face_url: this page; by GET with `face` it compares another face of the photo.
        let_go_url: takes a POST that erases the photo now.
    """

    template: ClassVar[str] = "people/check.html"

    form: FormState
    name: str
    check_url: str
    back_url: str
    max_bytes: int
    result: Comparison | None = None
    held: FaceChoice | None = None
    face_url: str = ""
    let_go_url: str = ""


def check_person_page(
    call: Call, *, gallery: str, person_id: str, form: FormState | None = None
) -> CheckPersonPage:
    """The page that takes a photo to be compared with somebody.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    return CheckPersonPage(
        form=form or FormState(),
        name=show_person(call, gallery=gallery, person_id=person_id).label,
        check_url=url_for("check_person.submit", **place),
        back_url=url_for("person.show_one", **place),
        max_bytes=runtime().settings.max_upload_bytes,
    )


def checked_page(
    call: Call, found: HeldVerification, *, gallery: str, person_id: str
) -> CheckPersonPage:
    """The same with the answer about a held photo."""
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id, "probe_id": found.photo.id}
    told = found.verification
    nearest = ComparedPhoto(crop_url(gallery, person_id, told.example_face_id), face_count=1)
    result = comparison(call, told, compared_photo(found.photo), nearest)
    return replace(
        check_person_page(call, gallery=gallery, person_id=person_id),
        result=replace(result, of_person=True),
        held=face_choice(found.photo),
        face_url=url_for("check_person.result", **place),
        let_go_url=url_for("check_person.let_go", **place),
    )
