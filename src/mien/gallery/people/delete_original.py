"""Delete one original that was kept, such as one that the proof of an erasure has named."""

from sqlalchemy import delete

from mien.access import audit
from mien.access import permissions
from mien.errors import PhotoNotFound
from mien.gallery.services import Call
from mien.names import can_be_stored
from mien.names import name_key
from mien.storage.erased import Erased
from mien.storage.erasures import finish
from mien.storage.erasures import note_erasure
from mien.storage.models import PhotoRow
from mien.storage.revisions import lock_gallery


def delete_original(call: Call, *, gallery: str, photo_id: str) -> None:
    """Delete a kept original; the examples that were taken from it stay, with their portraits.

    Args:
        call: who asks, and with what.
        gallery: the name of where it is kept.
        photo_id: which.

    Raises:
        GalleryNotFound: no gallery has this name.
        PhotoNotFound: no original of this id is kept in it.
    """
    permissions.require(call.actor, "faces.delete", gallery)
    with call.services.database.write() as session:
        # So that nobody is adding an example that refers to it.
        row = lock_gallery(session, key=name_key(gallery))
        photo = session.get(PhotoRow, photo_id) if can_be_stored(photo_id) else None
        if photo is None or photo.gallery_id != row.id:
            raise PhotoNotFound("unknown")
        session.execute(delete(PhotoRow).where(PhotoRow.id == photo.id))
        note = note_erasure(
            session, [photo.file], erased=[Erased("photo", photo.id)], gallery_id=row.id
        )
        audit.record(session, call, "originals_deleted", gallery_id=row.id, photos=1)
    finish(call.services.database, call.services.files, call.services.erasures, note)
