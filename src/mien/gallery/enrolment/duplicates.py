"""Whether somebody was enrolled from a photo before, told by the file's bytes alone."""

import hashlib

from sqlalchemy import ColumnElement
from sqlalchemy import Select
from sqlalchemy import exists
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.gallery.galleries import find_gallery
from mien.gallery.people.people import find_person_by_name
from mien.gallery.services import Services
from mien.storage.models import FaceRow
from mien.storage.models import PhotoRow
from mien.vision.types import Box

# Of the two boxes' union; the same face of the same file has the same box, unless the photo was
# searched more closely one time.
_LEAST_OVERLAP = 0.5


def is_example_already(services: Services, *, gallery: str, name: str, photo: bytes) -> bool:
    """Whether this very file has given an example of the person of this name.

    Args:
        services: the collaborators.
        gallery: its name.
        name: the person's; there may be nobody of it yet.
        photo: the file's bytes.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: nobody can have this name.
    """
    with services.database.read() as session:
        row = find_gallery(session, gallery)
        person = find_person_by_name(session, row, name)
        if person is None:
            return False
        known = _from_photo(person.id, hashlib.sha256(photo).hexdigest())
        return bool(session.scalar(select(exists(known.subquery()))))


def find_same(session: Session, person_id: str, *, photo_sha256: str, box: Box) -> FaceRow | None:
    """The person's example that is the same face of the same file.

    Args:
        session: in whose moment to look.
        person_id: whose example.
        photo_sha256: of the photo's bytes.
        box: of the face, since a photo may show several.
    """
    rows = session.scalars(_from_photo(person_id, photo_sha256))
    return next((row for row in rows if _overlap(Box(*row.box), box) >= _LEAST_OVERLAP), None)


def _from_photo(person_id: str, photo_sha256: str) -> Select[FaceRow]:
    # Examples from before digests were recorded are known by the original that was kept.
    digest: ColumnElement[bool] = or_(
        FaceRow.photo_sha256 == photo_sha256, PhotoRow.sha256 == photo_sha256
    )
    return (
        select(FaceRow)
        .outerjoin(PhotoRow, PhotoRow.id == FaceRow.photo_id)
        .where(FaceRow.person_id == person_id, digest)
    )


def _overlap(one: Box, other: Box) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    shared = max(width, 0.0) * max(height, 0.0)
    union = one.width * one.height + other.width * other.height - shared
    return shared / union if union > 0 else 0.0
