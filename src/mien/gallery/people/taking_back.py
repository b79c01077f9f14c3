"""How each step of a change is taken back, within a transaction that has the gallery locked."""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Final

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.errors import ChangeBlocked
from mien.errors import NameTaken
from mien.gallery.people.bin import bring_back_faces
from mien.gallery.people.bin import bring_back_people
from mien.gallery.people.bin import faces_of
from mien.gallery.people.bin import restore_negatives
from mien.gallery.people.bin import restore_pairs
from mien.gallery.people.bin import restore_suspicions
from mien.gallery.people.change_ends import end_changes_of
from mien.gallery.people.change_notes import Step
from mien.gallery.people.faces import take_out
from mien.gallery.people.person_rows import require_free_name
from mien.names import name_key
from mien.storage.erased import Erased
from mien.storage.models import ChangeRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import NegativeExampleRow
from mien.storage.models import PersonRow
from mien.storage.models import ReviewedPairRow
from mien.storage.models import now


@dataclass(slots=True)
class TakingBack:
    """A change that is being undone.

    Attributes:
        session: writing.
        gallery: the change's, locked.
        change: its row.
        others: other galleries that it is about, locked, by id.
        files: names of files that are not needed any more.
        erased: what is gone for good by it.
    """

    session: Session
    gallery: GalleryRow
    change: ChangeRow
    others: Mapping[str, GalleryRow] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    erased: list[Erased] = field(default_factory=list)

    def take_back(self) -> None:
        """Take all of it back, the last step first.

        Raises:
            ChangeBlocked: something is not as the change left it; the transaction is to be undone.
        """
        for step in reversed(self.change.facts.get("steps", [])):
            _STEPS[step["step"]](self, step)
            self.session.flush()

    def person(self, person_id: str) -> PersonRow:
        """Somebody who has to be there.

        Raises:
            ChangeBlocked: they are not.
        """
        row = self.session.get(PersonRow, person_id)
        if row is None:
            raise ChangeBlocked("person_gone")
        return row

    def face(self, face_id: str, *, of: str) -> FaceRow:
        """A face that has to be somebody's.

        Raises:
            ChangeBlocked: it is not.
        """
        row = self.session.get(FaceRow, face_id)
        if row is None or row.person_id != of:
            raise ChangeBlocked("face_gone")
        return row

    def gallery_of(self, row: PersonRow | FaceRow) -> GalleryRow:
        """The locked gallery in which a row is.

        Raises:
            ChangeBlocked: it is deleted.
        """
        if row.gallery_id == self.gallery.id:
            return self.gallery
        if row.gallery_id not in self.others:
            raise ChangeBlocked("gallery_gone")
        return self.others[row.gallery_id]


def galleries_of(change: ChangeRow) -> set[str]:
    """Ids of the galleries that have to be locked before a change is undone."""
    steps: list[Step] = change.facts.get("steps", [])
    return {change.gallery_id, *(each["gallery"] for each in steps if each.get("gallery"))}


def _person_added(undoing: TakingBack, step: Step) -> None:
    person = undoing.person(step["person"])
    faces = select(func.count()).select_from(FaceRow).where(FaceRow.person_id == person.id)
    if undoing.session.scalar(faces):
        raise ChangeBlocked("has_faces")
    # Nothing of somebody who was never to be there is kept for other changes.
    kept = end_changes_of(undoing.session, person.id, but_for=undoing.change.id)
    undoing.files += kept.files
    undoing.erased += [Erased("person", person.id), *kept.erased]
    undoing.session.delete(person)


def _face_added(undoing: TakingBack, step: Step) -> None:
    face = undoing.face(step["face"], of=step["person"])
    undoing.files += take_out(undoing.session, undoing.gallery_of(face), face)
    undoing.erased.append(Erased("face", step["face"]))


def _faces_moved(undoing: TakingBack, step: Step) -> None:
    for face_id, person_id in step["faces"].items():
        undoing.person(person_id)
        face = undoing.face(face_id, of=step["to"])
        face.person_id, face.revision = person_id, undoing.gallery.revision


def _person_changed(undoing: TakingBack, step: Step) -> None:
    person = undoing.person(step["person"])
    before: dict[str, Any] = step["before"]
    if any(getattr(person, key) != value for key, value in step["after"].items()):
        raise ChangeBlocked("changed_since")
    name = before.get("name")
    if name is not None and name_key(name) != person.name_key and not step.get("shared"):
        try:
            require_free_name(undoing.session, undoing.gallery_of(person), name, but_for=person.id)
        except NameTaken as error:
            raise ChangeBlocked("name_taken") from error
    for key, value in before.items():
        setattr(person, key, value)
    person.updated_at = now()


def _people_deleted(undoing: TakingBack, step: Step) -> None:
    people, change_id = step["people"], undoing.change.id
    bring_back_people(undoing.session, people)
    faces = faces_of(undoing.session, people, change_id=change_id)
    undoing.files += bring_back_faces(undoing.session, undoing.gallery, faces, change_id=change_id)


def _faces_deleted(undoing: TakingBack, step: Step) -> None:
    undoing.files += bring_back_faces(
        undoing.session, undoing.gallery, step["faces"], change_id=undoing.change.id
    )


def _suspicions(undoing: TakingBack, step: Step) -> None:
    restore_suspicions(undoing.session, step["rows"])


def _pairs(undoing: TakingBack, step: Step) -> None:
    restore_pairs(undoing.session, step["rows"])


def _pairs_added(undoing: TakingBack, step: Step) -> None:
    for person_id, other_id in step["pairs"]:
        undoing.session.execute(
            delete(ReviewedPairRow).where(
                ReviewedPairRow.person_id == person_id, ReviewedPairRow.other_person_id == other_id
            )
        )


def _negatives(undoing: TakingBack, step: Step) -> None:
    restore_negatives(undoing.session, step["rows"])


def _negatives_added(undoing: TakingBack, step: Step) -> None:
    undoing.session.execute(
        delete(NegativeExampleRow).where(NegativeExampleRow.id.in_(step["negatives"]))
    )


def _portraits(undoing: TakingBack, step: Step) -> None:
    for person_id, face_id in step["people"].items():
        undoing.session.execute(
            update(PersonRow).where(PersonRow.id == person_id).values(portrait_face_id=face_id)
        )


_STEPS: Final[Mapping[str, Callable[[TakingBack, Step], None]]] = {
    "person_added": _person_added,
    "face_added": _face_added,
    "faces_moved": _faces_moved,
    "person_changed": _person_changed,
    "people_deleted": _people_deleted,
    "faces_deleted": _faces_deleted,
    "suspicions": _suspicions,
    "pairs": _pairs,
    "pairs_added": _pairs_added,
    "negatives": _negatives,
    "negatives_added": _negatives_added,
    "portraits": _portraits,
}
"""What is done about each step; rows of what was deleted are in the bin, see `bin`."""
