"""Find a person by what somebody types: a name or an id."""

from mien.errors import PersonNotFound
from mien.gallery.answers import Person
from mien.gallery.galleries import find_gallery
from mien.gallery.people import find_person
from mien.gallery.people import find_person_by_name
from mien.gallery.people import show_person
from mien.gallery.tools import Tools


def look_up_person(tools: Tools, *, gallery: str, who: str) -> Person:
    """The person of this id, or else of this name, whatever the letters' case.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonNotFound: nobody in it has this id or name.
    """
    with tools.database.read() as session:
        row = find_gallery(session, gallery)
        try:
            person_id = find_person(session, row, who).id
        except PersonNotFound as error:
            named = find_person_by_name(session, row, who)
            if named is None:
                raise PersonNotFound("Nobody in this gallery has this name or id.") from error
            person_id = named.id
    return show_person(tools, gallery=gallery, person_id=person_id)
