"""Who is called so already: for whoever is told that a name is taken, or not clear."""

from mien.access import permissions
from mien.errors import PersonAmbiguous
from mien.gallery.galleries import find_gallery
from mien.gallery.people.people import find_person_by_name
from mien.gallery.people.people import show_person
from mien.gallery.results import Person
from mien.gallery.services import Call


def list_namesakes(call: Call, *, gallery: str, name: str) -> tuple[Person, ...]:
    """The people of this name, whatever case; without marks where nobody has the very name.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "people.read", gallery)
    with call.services.database.read() as session:
        try:
            found = find_person_by_name(session, find_gallery(session, gallery), name)
            ids = [found.id] if found else []
        except PersonAmbiguous as error:
            ids = error.extra["person_ids"]
    return tuple(show_person(call, gallery=gallery, person_id=each) for each in ids)
