"""The person an enrolment is for."""

from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import ColumnElement
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.errors import InvalidInput
from mien.errors import PersonNotFound
from mien.gallery.people.people import add_person_row
from mien.names import can_be_stored
from mien.names import name_key
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import now


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who is in the gallery."""

    id: str


@dataclass(frozen=True, slots=True)
class KnownName:
    """Whoever in the gallery has this name, whatever the letters' case."""

    name: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who is not in it yet; a person of that name stands in the way."""

    name: str
    notes: str = ""


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Whoever has this name, new or known: for folders and for other systems' subjects."""

    name: str


Subject: TypeAlias = KnownPerson | KnownName | NewPerson | NamedPerson


def resolve(session: Session, gallery: GalleryRow, subject: Subject) -> tuple[PersonRow, bool]:
    """The person's row in a running transaction, and whether it is new; a known one is touched.

    Raises:
        PersonNotFound: a known person is not there.
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
        case KnownName(name):
            if not name.strip():
                raise InvalidInput("person_not_chosen", field="person")
            known = _touched(session, gallery, PersonRow.name_key == name_key(name))
            if known is None:
                raise PersonNotFound("name")
            return known, False
        case NewPerson(name, notes):
            return add_person_row(session, gallery, name=name, notes=notes), True
        case NamedPerson(name):
            known = _touched(session, gallery, PersonRow.name_key == name_key(name))
            if known is not None:
                return known, False
            return add_person_row(session, gallery, name=name), True


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
