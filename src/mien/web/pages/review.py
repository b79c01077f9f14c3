"""The page "To review": faces that may be a mistake, and people who look alike."""

from dataclasses import dataclass
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.access.permissions import may
from mien.gallery.enrolment.undecided import PhotoToDecide
from mien.gallery.galleries import show_gallery
from mien.gallery.people.review import MOST_COMPARED
from mien.gallery.people.review import AlikePair
from mien.gallery.people.review import SuspectedFace
from mien.gallery.people.review import list_review
from mien.gallery.results import EnrolmentWarning
from mien.gallery.results import PersonRef
from mien.gallery.services import Call
from mien.web.pages.base import Page
from mien.web.pages.faces import crop_url

# More portraits at once are slow to draw; those kept make room for the next.
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class ReviewedPerson:
    """Somebody beside somebody else; an empty portrait_url shows a silhouette."""

    name: str
    url: str
    portrait_url: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that is suspected of a face.

    Attributes:
        code: of the warning.
        similarity: that speaks for it, in [-1, 1]; None when it was not measured.
        other: the name of whom it is about besides the face's own person; empty when nobody.
    """

    code: str
    similarity: float | None
    other: str


@dataclass(frozen=True, slots=True)
class FaceToReview:
    """A face that may be a mistake.

    Attributes:
        id: for the element that shows it.
        person: whose it is, with another of their faces.
        portrait_url: the face.
        others: whom else it may be of, each once.
        doubts: what is suspected, one at least.
        keep_url: takes a POST that says that it is right; empty for those who may not.
        delete_url: the page that asks before it is deleted; empty for those who may not.
    """

    id: str
    person: ReviewedPerson
    portrait_url: str
    others: tuple[ReviewedPerson, ...]
    doubts: tuple[Doubt, ...]
    keep_url: str
    delete_url: str


@dataclass(frozen=True, slots=True)
class PairToReview:
    """Two people who look alike.

    Attributes:
        id: for the element that shows them.
        keep_url: takes a POST that says that they are two; empty for those who may not.
    """

    id: str
    people: tuple[ReviewedPerson, ReviewedPerson]
    similarity: float
    keep_url: str


@dataclass(frozen=True, slots=True)
class PhotoToChoose:
    """A photo of an import that shows several faces.

    Attributes:
        person: the name of whom it is said to show.
        file_name: what its sender calls it.
        photo_url: the photo.
        url: where the face is chosen.
    """

    person: str
    file_name: str
    photo_url: str
    url: str


@dataclass(frozen=True, slots=True)
class ReviewPage(Page):
    """What of a gallery somebody should look at.

    Attributes:
        gallery: its name.
        faces: the newest first.
        more_faces: how many more there are.
        pairs: the likest first.
        photos: those of imports of which a face has to be chosen, by person.
        compared_count: people who were compared with everybody else.
        all_compared: whether that was everybody.
        back_url: the contact sheet.
    """

    template: ClassVar[str] = "people/review.html"

    gallery: str
    faces: tuple[FaceToReview, ...]
    more_faces: int
    pairs: tuple[PairToReview, ...]
    photos: tuple[PhotoToChoose, ...]
    compared_count: int
    all_compared: bool
    back_url: str


def review_page(call: Call, *, gallery: str) -> ReviewPage:
    """The faces and the people to look at.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    shown = show_gallery(call, name=gallery)
    found = list_review(call, gallery=gallery, limit=_AT_ONCE)
    return ReviewPage(
        gallery=shown.title,
        faces=tuple(_face(call, shown.name, each) for each in found.faces),
        more_faces=found.face_count - len(found.faces),
        pairs=tuple(_pair(call, shown.name, pair) for pair in found.pairs),
        photos=tuple(_photo(shown.name, each) for each in found.photos),
        compared_count=found.compared,
        all_compared=shown.people <= MOST_COMPARED,
        back_url=url_for("people.sheet", gallery=shown.name),
    )


def _photo(gallery: str, photo: PhotoToDecide) -> PhotoToChoose:
    return PhotoToChoose(
        person=photo.person.label,
        file_name=photo.file_name,
        photo_url=url_for("identify.photo", probe_id=photo.id),
        url=url_for(
            "person.ask_which_face",
            gallery=gallery,
            person_id=photo.person.id,
            probe_id=photo.id,
        ),
    )


def _person(gallery: str, person: PersonRef, face_id: str | None) -> ReviewedPerson:
    return ReviewedPerson(
        name=person.label,
        url=url_for("person.show_one", gallery=gallery, person_id=person.id),
        portrait_url=crop_url(gallery, person.id, face_id),
    )


def _face(call: Call, gallery: str, suspected: SuspectedFace) -> FaceToReview:
    person, face = suspected.person, suspected.face
    others = {
        warning.person.id: _person(gallery, warning.person, warning.face_id)
        for warning in face.suspicions
        if warning.person is not None and warning.person.id != person.id
    }
    place: dict[str, Any] = {"gallery": gallery, "person_id": person.id, "face_id": face.id}
    return FaceToReview(
        id=f"face-{face.id}",
        person=_person(gallery, person, suspected.beside_face_id),
        portrait_url=crop_url(gallery, person.id, face.id),
        others=tuple(others.values()),
        doubts=tuple(_doubt(person, warning) for warning in face.suspicions),
        keep_url=(
            url_for("review.keep_one", **place) if may(call.actor, "faces.review", gallery) else ""
        ),
        delete_url=(
            url_for("faces.ask_delete", **place) if may(call.actor, "faces.delete", gallery) else ""
        ),
    )


def _doubt(person: PersonRef, warning: EnrolmentWarning) -> Doubt:
    other = warning.person
    name = other.label if other is not None and other.id != person.id else ""
    return Doubt(warning.code, warning.similarity, name)


def _pair(call: Call, gallery: str, pair: AlikePair) -> PairToReview:
    (one, other), (one_face, other_face) = pair.people, pair.face_ids
    keep_url = ""
    if may(call.actor, "faces.review", gallery):
        keep_url = url_for(
            "review.keep_both", gallery=gallery, person_id=one.id, other_person_id=other.id
        )
    return PairToReview(
        id=f"pair-{one.id}-{other.id}",
        people=(_person(gallery, one, one_face), _person(gallery, other, other_face)),
        similarity=pair.similarity,
        keep_url=keep_url,
    )
