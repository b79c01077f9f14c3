"""Whether somebody was enrolled from a photo before, told by the file's bytes alone."""

import hashlib

from sqlalchemy import exists
from sqlalchemy import select

from mien.gallery.galleries import find_gallery
from mien.gallery.people import find_person_by_name
from mien.gallery.tools import Tools
from mien.storage.models import FaceRow
from mien.storage.models import PhotoRow


def is_example_already(tools: Tools, *, gallery: str, name: str, photo: bytes) -> bool:
    """Whether this very file is the original of an example of the person of this name.

    Only originals that were kept are known again; a gallery that keeps none knows none.

    Args:
        tools: the collaborators.
        gallery: its name.
        name: the person's; there may be nobody of it yet.
        photo: the file's bytes.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: nobody can have this name.
    """
    with tools.database.read() as session:
        row = find_gallery(session, gallery)
        person = find_person_by_name(session, row, name)
        if person is None:
            return False
        kept = (
            select(FaceRow.id)
            .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
            .where(
                FaceRow.person_id == person.id,
                PhotoRow.sha256 == hashlib.sha256(photo).hexdigest(),
            )
        )
        return bool(session.scalar(select(exists(kept.subquery()))))
