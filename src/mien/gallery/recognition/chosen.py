"""Who of a gallery is chosen by what people's metadata say, remembered until that changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.gallery.history import knows
from mien.gallery.history import marks_of
from mien.gallery.people.metadata_terms import Term
from mien.gallery.people.metadata_terms import saying
from mien.gallery.services import Services
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow


@dataclass(frozen=True, slots=True)
class Chosen:
    """The people whose metadata say so and who have a face.

    Attributes:
        people: their ids.
        faces: how many they have together.
        marks: of the history of the rows in which they were chosen.
    """

    people: frozenset[str]
    faces: int
    marks: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.people)


def chosen(
    services: Services, session: Session, gallery: GalleryRow, terms: Sequence[Term]
) -> Chosen:
    """Who is chosen in a gallery; the people are read when they are not remembered.

    Args:
        services: the collaborators.
        session: reading.
        gallery: its row, as this session sees it.
        terms: what the metadata must say, in whatever order; one at least.
    """
    about = (gallery.id, frozenset(terms))

    def remembered() -> Chosen:
        # Every change of a gallery's faces or of its people's metadata raises the revision.
        return services.reached.get(
            about, gallery.revision, lambda: _choose(session, gallery, terms)
        )

    found = remembered()
    if not knows(session, found.marks):
        # A backup was restored, and the revision has risen again to the same number.
        services.reached.forget(about)
        found = remembered()
    return found


def _choose(session: Session, gallery: GalleryRow, terms: Sequence[Term]) -> Chosen:
    return Chosen(*people_reached(session, gallery, terms), marks_of(session))


def people_reached(
    session: Session, gallery: GalleryRow, terms: Sequence[Term]
) -> tuple[frozenset[str], int]:
    """The people of a gallery whose metadata say so and who have a face, and how many faces."""
    # Counted from the people, and without looking at a face's row, which is wide.
    count = (
        select(func.count())
        .select_from(FaceRow)
        .where(FaceRow.person_id == PersonRow.id)
        .scalar_subquery()
    )
    # As an expression, so that no index is used for it; see `person_rows.searched`.
    of = PersonRow.gallery_id.expression
    if session.get_bind().dialect.name == "sqlite":
        of = of.concat("")
    rows = session.execute(
        select(PersonRow.id, count).where(of == gallery.id, *saying(session, terms))
    )
    found = {person_id: faces for person_id, faces in rows if faces}
    return frozenset(found), sum(found.values())
