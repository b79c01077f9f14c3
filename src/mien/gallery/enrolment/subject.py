"""The person an enrolment is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import TypeAlias

from sqlalchemy import ColumnElement
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.errors import PersonNotFound
from mien.gallery.people.person_rows import add_person_row
from mien.gallery.people.person_rows import find_person_by_name
from mien.gallery.people.person_rows import find_same_name
from mien.gallery.people.person_rows import only_one
from mien.names import can_be_stored
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import now


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who is in the gallery."""

    id: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who is not in it yet.

    Attributes:
        allow_same_name: this is another person, should there be somebody of this name; else that
            person stands in the way.
        notes: what is noted of the person.
        metadata: a JSON object of the caller's.
    """

    name: str
    allow_same_name: bool = False
    notes: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Whoever has this name, new or known: for folders and for other systems' subjects.

    Attributes:
        notes: what is noted of somebody new.
        metadata: a JSON object of the caller's about somebody new.
    """

    name: str
    notes: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TypedPerson:
    """Whoever a typed name means, also without its marks; somebody new where nobody has it."""

    name: str


Subject: TypeAlias = KnownPerson | NewPerson | NamedPerson | TypedPerson


def resolve(session: Session, gallery: GalleryRow, subject: Subject) -> tuple[PersonRow, bool]:
    """The person's row in a running transaction, and whether it is new; a known one is touched.

    Raises:
        PersonNotFound: a known person is not there.
        PersonAmbiguous: several people have the name of one who is known.
        NameTaken: a new person's name is in use.
        InvalidInput: the name breaks a rule.
    """
    match subject:
        case KnownPerson(person_id):
            known = can_be_stored(person_id) and _touched(
                session, gallery, PersonRow.id == person_id
            )
            if not known:
                raise PersonNotFound("id")
            return known, False
        case TypedPerson(name):
            known = find_person_by_name(session, gallery, name) if name.strip() else None
            return _known_or_new(session, gallery, known, NamedPerson(name))
        case NewPerson():
            row = add_person_row(
                session,
                gallery,
                name=subject.name,
                notes=subject.notes,
                metadata=subject.metadata,
                allow_same_name=subject.allow_same_name,
            )
            return row, True
        case NamedPerson():
            # A name without a mark may be another one: nobody has looked which is meant.
            known = only_one(find_same_name(session, gallery, subject.name))
            return _known_or_new(session, gallery, known, subject)


def _known_or_new(
    session: Session, gallery: GalleryRow, known: PersonRow | None, new: NamedPerson
) -> tuple[PersonRow, bool]:
    if known is None:
        row = add_person_row(
            session, gallery, name=new.name, notes=new.notes, metadata=new.metadata
        )
        return row, True
    known.updated_at = now()
    return known, False


def _touched(session: Session, gallery: GalleryRow, which: ColumnElement[bool]) -> PersonRow | None:
    """The row of somebody who is just being changed, found and marked so in one statement."""
    found: PersonRow | None = session.scalar(
        update(PersonRow)
        .where(PersonRow.gallery_id == gallery.id, which)
        .values(updated_at=now())
        .returning(PersonRow),
        execution_options={"populate_existing": True},
    )
    return found
