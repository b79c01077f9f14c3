"""Find a person by what somebody types: a name or an id."""

from mien.access import permissions
from mien.errors import PersonNotFound
from mien.gallery.galleries import find_gallery
from mien.gallery.people.people import show_person
from mien.gallery.people.person_rows import find_person
from mien.gallery.people.person_rows import find_person_by_name
from mien.gallery.results import Person
from mien.gallery.services import Call


def look_up_person(call: Call, *, gallery: str, who: str) -> Person:
    """The person of this id, or else of this name; marks may be left out.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonNotFound: nobody in it has this id or name.
        PersonAmbiguous: several people have this name.
    """
    permissions.require(call.actor, "people.read", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        try:
            person_id = find_person(session, row, who).id
        except PersonNotFound as error:
            named = find_person_by_name(session, row, who)
            if named is None:
                raise PersonNotFound("name_or_id") from error
            person_id = named.id
    return show_person(call, gallery=gallery, person_id=person_id)
