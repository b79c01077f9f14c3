"""How many kept originals may show somebody, before they are forgotten."""

from sqlalchemy import select

from mien.access import permissions
from mien.gallery.galleries import find_gallery
from mien.gallery.people.originals import may_show
from mien.gallery.people.person_rows import find_person
from mien.gallery.services import Call
from mien.storage.models import FaceRow


def count_unclear_originals(call: Call, *, gallery: str, person_id: str) -> int:
    """How many originals of all galleries would be told as not checked if nobody searched them.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    permissions.require(call.actor, "people.read", gallery)
    with call.services.database.read() as session:
        person = find_person(session, find_gallery(session, gallery), person_id)
        own = session.scalars(select(FaceRow.photo_id).where(FaceRow.person_id == person.id))
        return len(may_show(session, without={photo_id for photo_id in own if photo_id}))
