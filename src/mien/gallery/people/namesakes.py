"""Who is called so already, and whether somebody new may be."""

from mien.access import permissions
from mien.errors import PersonAmbiguous
from mien.gallery.galleries import find_gallery
from mien.gallery.people.people import show_person
from mien.gallery.people.person_rows import checked_notes
from mien.gallery.people.person_rows import find_person_by_name
from mien.gallery.people.person_rows import require_free_name
from mien.gallery.results import Person
from mien.gallery.services import Call
from mien.names import clean_name


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


def check_new_person(
    call: Call, *, gallery: str, name: str, notes: str = "", allow_same_name: bool = False
) -> None:
    """Refuse somebody new before a photo of them is looked at, where that is known already.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: a value breaks a rule.
        NameTaken: the gallery has somebody of this name, and nobody has said that this is another.
    """
    permissions.require(call.actor, "people.create", gallery)
    cleaned = clean_name(name)
    checked_notes(notes)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        if not allow_same_name:
            require_free_name(session, row, cleaned)
