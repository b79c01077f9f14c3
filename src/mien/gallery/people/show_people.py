"""Several people of a gallery, named by their ids."""

from collections.abc import Sequence

from mien.access import permissions
from mien.gallery.galleries import find_gallery
from mien.gallery.people.chosen_ids import find_people
from mien.gallery.people.people import answers
from mien.gallery.results import Person
from mien.gallery.services import Call


def show_people(call: Call, *, gallery: str, person_ids: Sequence[str]) -> tuple[Person, ...]:
    """People by their ids, each once, in the order given.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
        InvalidInput: nobody is named, or too many are.
    """
    permissions.require(call.actor, "people.read", gallery)
    with call.services.database.read() as session:
        rows = find_people(session, find_gallery(session, gallery), person_ids)
        return tuple(answers(session, rows))
