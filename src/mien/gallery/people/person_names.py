"""The names of a gallery's people, to choose from while one types."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select

from mien.gallery.galleries import find_gallery
from mien.gallery.services import Services
from mien.storage.models import PersonRow


@dataclass(frozen=True, slots=True)
class PersonNames:
    """The first names of a gallery, in their order.

    Attributes:
        names: as many as were asked for, or all.
        total: how many people the gallery has.
    """

    names: tuple[str, ...]
    total: int


def list_person_names(services: Services, *, gallery: str, most: int) -> PersonNames:
    """The first names of a gallery, without anything else about the people.

    Args:
        services: the collaborators.
        gallery: its name.
        most: names to list.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    with services.database.read() as session:
        inside = PersonRow.gallery_id == find_gallery(session, gallery).id
        names = session.scalars(
            select(PersonRow.name)
            .where(inside)
            .order_by(PersonRow.name_key, PersonRow.id)
            .limit(most)
        ).all()
        total = session.scalar(select(func.count()).select_from(PersonRow).where(inside)) or 0
    return PersonNames(tuple(names), total)
