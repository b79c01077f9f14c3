"""The people of a list: those of a gallery who fit a search and a filter."""

from sqlalchemy import Select
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.gallery.people.paging import face_count
from mien.gallery.people.person_rows import searched
from mien.gallery.people.review import ids_alike
from mien.gallery.people.review import is_listed
from mien.gallery.services import Services
from mien.options import PeopleFilter
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import SuspicionRow


def chosen_people(
    services: Services, session: Session, gallery: GalleryRow, query: str, only: PeopleFilter
) -> Select[PersonRow]:
    """The people who fit, in no order.

    Args:
        services: compare people, for those who look alike.
        session: in which it is asked.
        gallery: its row.
        query: words, all of which have to be in the name or the notes.
        only: which of them.
    """
    chosen = select(PersonRow).where(*searched(session, gallery.id, query))
    if only == "no-face":
        return chosen.where(~select(FaceRow.id).where(FaceRow.person_id == PersonRow.id).exists())
    if only == "one-face":
        return chosen.where(face_count() == 1)
    if only == "to-review":
        # Few of many: asked from the suspicions, not of each person.
        suspected = (
            select(FaceRow.person_id)
            .join(SuspicionRow, SuspicionRow.face_id == FaceRow.id)
            .where(SuspicionRow.gallery_id == gallery.id, is_listed())
        )
        return chosen.where(PersonRow.id.in_(suspected))
    if only == "look-alikes":
        return chosen.where(PersonRow.id.in_(ids_alike(services, session, gallery)))
    return chosen
