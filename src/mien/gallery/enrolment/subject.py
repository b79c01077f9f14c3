"""Whom an enrolment is about."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from mien.gallery.people.people import add_person_row
from mien.gallery.people.people import find_person
from mien.gallery.people.people import find_person_by_name
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who is in the gallery."""

    id: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who is not in it yet; a person of that name stands in the way."""

    name: str


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Whoever has this name, new or known: for folders and for other systems' subjects."""

    name: str


Whom = KnownPerson | NewPerson | NamedPerson


def resolve(session: Session, gallery: GalleryRow, whom: Whom) -> tuple[PersonRow, bool]:
    """The person's row in a running transaction, and whether it is new.

    Raises:
        PersonNotFound: a known person is not there.
        NameTaken: a new person's name is in use.
        InvalidInput: the name breaks a rule.
    """
    match whom:
        case KnownPerson(person_id):
            return find_person(session, gallery, person_id), False
        case NewPerson(name):
            return add_person_row(session, gallery, name=name), True
        case NamedPerson(name):
            known = find_person_by_name(session, gallery, name)
            if known is not None:
                return known, False
            return add_person_row(session, gallery, name=name), True
