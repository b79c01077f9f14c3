"""The page that asks before something is erased."""

from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.errors import NotFound
from mien.errors import NotPermitted
from mien.gallery.erasure_proof import Erasure
from mien.gallery.galleries import show_gallery
from mien.gallery.people.faces import list_faces
from mien.gallery.people.people import show_person
from mien.gallery.people.unclear import count_unclear_originals
from mien.gallery.results import Gallery
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.faces import crop_url
from mien.web.text.filters import counted

# Messages travel in a cookie, which has little room.
_MOST_LINKS = 4


@dataclass(frozen=True, slots=True)
class Box:
    """Something more that may be done, and is not unless it is ticked.

    Attributes:
        name: of its field.
        label: what it does.
        hint: what that means.
    """

    name: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class ConfirmPage(Page):
    """Asks before something is erased, and says what goes and what stays.

    Attributes:
        title: the question, such as “Delete Ada Lovelace?”.
        erased: what will be gone, one line each: “12 faces and their portraits”.
        kept: what stays, one line each; often empty.
        undo_hours: how long it can be undone; 0 for not at all.
        portrait_url: whose face it is about; empty for none.
        boxes: what more may be done.
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
    boxes: tuple[Box, ...] = ()
    typed_name: str = ""
    undo_hours: int = 0
    form: FormState = field(default_factory=FormState)


def confirm_person(call: Call, *, gallery: str, person_id: str) -> ConfirmPage:
    """Asks before somebody is forgotten.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    person = show_person(call, gallery=gallery, person_id=person_id)
    faces = list_faces(call, gallery=gallery, person_id=person_id)
    photos = len({face.photo_id for face in faces if face.photo_id})
    erased = ["Name and notes"]
    if faces:
        erased.append(f"{counted(len(faces), 'face')}, with portrait and everything measured")
    if photos:
        erased.append(f"{counted(photos, 'kept photo')}, also where others are in the picture")
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    kept = ["Portraits of other people from the same photos"] if photos else []
    unclear = count_unclear_originals(call, gallery=gallery, person_id=person_id)
    if unclear:
        kept.append(
            f"{counted(unclear, 'original photo')} of other people that may also show "
            f"{person.name}, unless you choose otherwise below"
        )
    return ConfirmPage(
        title=f"Delete {person.label}?",
        erased=tuple(erased),
        kept=tuple(kept),
        boxes=(*_at_once(), *(_boxes(person.name) if unclear else ())),
        undo_hours=runtime().settings.undo_hours,
        action_label=f"Delete {person.label}",
        action_url=url_for("person.delete", **place),
        back_url=url_for("person.show_one", **place),
        portrait_url=crop_url(gallery, person_id, person.portrait_face_id),
    )


def _at_once() -> tuple[Box, ...]:
    if not runtime().settings.undo_hours:
        return ()
    return (Box("at_once", "Delete for good now", "This cannot be undone."),)


def _boxes(name: str) -> tuple[Box, ...]:
    return (
        Box(
            "search_originals",
            "Also search the original photos for this person",
            f"This can take half a minute, and {name} is deleted for good now.",
        ),
        Box(
            "delete_originals",
            "Also delete the original photos that show this person",
            "Other people keep their portraits and are still recognised.",
        ),
    )


def erasure_words(erasure: Erasure) -> str:
    """What was deleted, what was checked, and what was not."""
    gone = f"{counted(erasure.faces, 'face')}, {counted(erasure.photos, 'photo')}"
    said = [f"Deleted {gone} and {counted(erasure.files, 'file')}."]
    left = erasure.rows_left + erasure.files_left + erasure.indexed_left
    if left:
        said.append(
            f"{counted(left, 'trace').capitalize()} could not be deleted yet. This is tried again "
            f"every minute."
        )
    elif not erasure.log_cleared:
        said.append(
            "The database log still holds copies because it is being read. They will be gone within "
            "minutes."
        )
    elif erasure.complete:
        said.append("Checked: nothing is left.")
    else:
        said.append("Checked: nothing stored for this person is left.")
    return " ".join(said + _said_of_originals(erasure))


def originals_links(call: Call, erasure: Erasure) -> list[tuple[str, str]]:
    """Where the originals can be looked at that show the person and are kept."""
    links: dict[str, str] = {}
    for original in erasure.originals_showing:
        for person_id in original.person_ids if not original.deleted else ():
            with suppress(NotFound, NotPermitted):
                person = show_person(call, gallery=original.gallery, person_id=person_id)
                place: dict[str, Any] = {"gallery": original.gallery, "person_id": person_id}
                links.setdefault(url_for("person.show_one", **place), f"See {person.name}")
        if len(links) >= _MOST_LINKS:
            break
    return [(label, url) for url, label in links.items()][:_MOST_LINKS]


def _said_of_originals(erasure: Erasure) -> list[str]:
    said = []
    shown = len(erasure.originals_showing)
    if erasure.originals_searched:
        searched = counted(erasure.originals_searched, "other original photo")
        found = "none shows this person."
        if shown:
            found = (
                f"{shown:,} {'shows' if shown == 1 else 'show'} this person and "
                f"{'was' if shown == 1 else 'were'} "
                f"{'kept' if erasure.originals_left else 'deleted'}."
            )
        said.append(f"Searched {searched}: {found}")
    versions = sum(each.count for each in erasure.not_checked if each.what == "older_versions")
    if versions:
        said.append(
            f"Not checked: whether the store still has older versions of "
            f"{counted(versions, 'deleted file')}."
        )
    elsewhere = sum(each.count for each in erasure.not_checked if each.what == "former_places")
    if elsewhere:
        said.append(
            f"Not checked: whether copies of {counted(elsewhere, 'deleted file')} are left where "
            "the photos were moved to or from. Whoever runs Mien can finish the move."
        )
    unclear = sum(each.count for each in erasure.not_checked) - versions - elsewhere
    if unclear:
        elsewhere = sum(
            each.count
            for each in erasure.not_checked
            if each.what == "originals_of_other_galleries"
        )
        where = f", {elsewhere:,} of them in other galleries" if elsewhere else ""
        photos = counted(unclear, "original photo")
        said.append(f"Not checked: {photos} that may also show this person{where}.")
    return said


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
        erased=("This portrait and its measurements, and the photo unless another face needs it",),
        kept=(
            f"{person.label}, with {counted(rest, 'other face')}"
            if rest
            else f"{person.label}, who cannot be recognised without a face",
        ),
        boxes=_at_once(),
        undo_hours=runtime().settings.undo_hours,
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
