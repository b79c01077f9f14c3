"""People by what somebody has typed."""

from mien.errors import InvalidInput
from mien.errors import PersonNotFound
from mien.gallery.answers import PersonRef
from mien.gallery.galleries import find_gallery
from mien.gallery.people import find_person_by_name
from mien.gallery.tools import Tools


def person_by_name(tools: Tools, *, gallery: str, name: str) -> PersonRef:
    """The person of this name, whatever the letters' case.

    Raises:
        InvalidInput: nothing was typed.
        GalleryNotFound: no gallery has this name.
        PersonNotFound: nobody in it has this name.
    """
    if not name.strip():
        raise InvalidInput("Type the name of somebody in this gallery.", field="person")
    with tools.database.read() as session:
        row = find_person_by_name(session, find_gallery(session, gallery), name)
    if row is None:
        raise PersonNotFound("Nobody in this gallery has this name. Create them as a new person.")
    return PersonRef(row.id, row.name)
