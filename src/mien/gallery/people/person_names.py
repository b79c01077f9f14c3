"""The names of a gallery's people, to choose from while one types."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select

from mien.access import permissions
from mien.gallery.galleries import find_gallery
from mien.gallery.people.person_rows import searched
from mien.gallery.services import Call
from mien.storage.models import PersonRow


@dataclass(frozen=True, slots=True)
class PersonNames:
    """The first names of a gallery, in their order.

    Attributes:
        names: as many as were asked for, or all.
        total: how many people the gallery has, or how many of them fit the query.
    """

    names: tuple[str, ...]
    total: int


def list_person_names(call: Call, *, gallery: str, most: int, query: str = "") -> PersonNames:
    """The first names of a gallery, without anything else about the people.

    Args:
        call: who asks, and with what.
        gallery: its name.
        most: names to list.
        query: words, or parts of words, all of which have to be in the name or the notes.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "people.read", gallery)
    with call.services.database.read() as session:
        rows = session.execute(
            select(PersonRow.name, func.count().over())
            .where(*searched(session, find_gallery(session, gallery).id, query))
            .order_by(PersonRow.sort_key, PersonRow.id)
            .limit(most)
        ).all()
    return PersonNames(tuple(name for name, _ in rows), rows[0][1] if rows else 0)
