"""The rows of several people or faces that are named by their ids."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from mien.errors import InvalidInput
from mien.gallery.people.faces import find_face
from mien.gallery.people.person_rows import find_person
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow

MOST_CHOSEN: Final = 1_000
"""So many people or faces are changed together at most."""


def find_people(session: Session, gallery: GalleryRow, ids: Sequence[str]) -> list[PersonRow]:
    """People by their ids, each once, in the order given.

    Raises:
        PersonNotFound: somebody is not there.
        InvalidInput: nobody is named, or too many are.
    """
    _check(ids, field="person_ids")
    return [find_person(session, gallery, each) for each in dict.fromkeys(ids)]


def find_faces(session: Session, gallery: GalleryRow, ids: Sequence[str]) -> list[FaceRow]:
    """Faces by their ids, each once, in the order given.

    Raises:
        FaceNotFound: one is not there.
        InvalidInput: none is named, or too many are.
    """
    _check(ids, field="face_ids")
    return [find_face(session, gallery, each) for each in dict.fromkeys(ids)]


def _check(ids: Sequence[str], *, field: str) -> None:
    if not 1 <= len(ids) <= MOST_CHOSEN:
        raise InvalidInput("how_many_ids", words={"most": MOST_CHOSEN}, field=field)
