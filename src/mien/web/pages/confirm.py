"""The page that asks before something is erased."""

from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.gallery.galleries import show_gallery
from mien.gallery.people.faces import list_faces
from mien.gallery.people.people import show_person
from mien.gallery.results import Erasure
from mien.gallery.results import Gallery
from mien.gallery.services import Call
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.faces import crop_url
from mien.web.text.filters import counted


@dataclass(frozen=True, slots=True)
class ConfirmPage(Page):
    """Asks before something is erased, and says what goes and what stays.

    Attributes:
        title: the question, such as “Delete Ada Lovelace?”.
        erased: what will be gone, one line each: “12 faces and their portraits”.
        kept: what stays, one line each; often empty.
        portrait_url: whose face it is about; empty for none.
        typed_name: what must be typed into the field `name` to confirm; empty asks for nothing.
        form: typed so far.
        action_label: the verb on the button, such as “Delete Ada Lovelace”.
        action_url: takes the POST.
        back_url: where “Keep” leads.
    """

    template: ClassVar[str] = "confirm.html"

    title: str
    erased: tuple[str, ...]
    kept: tuple[str, ...]
    action_label: str
    action_url: str
    back_url: str
    portrait_url: str = ""
    typed_name: str = ""
    form: FormState = field(default_factory=FormState)


def confirm_person(call: Call, *, gallery: str, person_id: str) -> ConfirmPage:
    """Asks before somebody is forgotten.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    person = show_person(call, gallery=gallery, person_id=person_id)
    faces = list_faces(call, gallery=gallery, person_id=person_id)
    photos = len({face.photo_id for face in faces if face.photo_id})
    erased = ["The name and the notes"]
    if faces:
        erased.append(f"{counted(len(faces), 'face')}, with portrait and everything measured")
    if photos:
        erased.append(f"{counted(photos, 'kept photo')}, also where others are in the picture")
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    return ConfirmPage(
        title=f"Delete {person.label}?",
        erased=tuple(erased),
        kept=("Portraits of other people that were taken from the same photos",) if photos else (),
        action_label=f"Delete {person.label}",
        action_url=url_for("person.delete", **place),
        back_url=url_for("person.show_one", **place),
        portrait_url=crop_url(gallery, person_id, person.portrait_face_id),
    )


def erasure_words(erasure: Erasure) -> str:
    """What was erased, and that a second look found nothing."""
    gone = f"{counted(erasure.faces, 'face')}, {counted(erasure.photos, 'photo')}"
    files = counted(erasure.files, "file")
    if erasure.complete:
        return f"Erased: {gone} and {files}. A second look found nothing left."
    left = erasure.rows_left + erasure.files_left + erasure.indexed_left
    if not left:
        return (
            f"Erased: {gone} and {files}. The database's log still holds copies, because it is "
            f"being read; they go within minutes."
        )
    return (
        f"Erased: {gone} and {files}, but {counted(left, 'trace')} could not be deleted yet. This "
        f"is tried again every minute."
    )


def confirm_face(call: Call, *, gallery: str, person_id: str, face_id: str) -> ConfirmPage:
    """Asks before one face of somebody is removed.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    person = show_person(call, gallery=gallery, person_id=person_id)
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    rest = person.faces - 1
    return ConfirmPage(
        title=f"Delete this face of {person.label}?",
        erased=("This portrait, what was measured of it, and its photo if no other face needs it",),
        kept=(
            f"{person.label}, with {counted(rest, 'other face')}"
            if rest
            else f"{person.label}, who cannot be recognised without a face",
        ),
        action_label="Delete this face",
        action_url=url_for("faces.delete", face_id=face_id, **place),
        back_url=url_for("person.show_one", **place),
        portrait_url=crop_url(gallery, person_id, face_id),
    )


def confirm_gallery(call: Call, *, gallery: str, form: FormState | None = None) -> ConfirmPage:
    """Asks before a gallery is removed with all that is in it; its name has to be typed.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    shown: Gallery = show_gallery(call, name=gallery)
    erased = ["The gallery and its settings"]
    if shown.people:
        erased.append(counted(shown.people, "person", "people"))
    if shown.faces:
        erased.append(f"{counted(shown.faces, 'face')}, with portraits and kept photos")
    return ConfirmPage(
        title=f"Delete the gallery {shown.name}?",
        erased=tuple(erased),
        kept=("The other galleries",),
        action_label="Delete this gallery",
        action_url=url_for("galleries.delete", gallery=shown.name),
        back_url=url_for("galleries.settings", gallery=shown.name),
        typed_name=shown.name,
        form=form or FormState(),
    )
