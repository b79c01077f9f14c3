"""Which examples are the very face that is asked about: the same place of the same file."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Row
from sqlalchemy import select
from sqlalchemy import union_all
from sqlalchemy.orm import Session

from mien.storage.models import FaceRow
from mien.storage.models import PhotoRow
from mien.vision.types import Box

# Of the two boxes' union; the same face of the same file has the same box, unless the photo was
# searched more closely one time.
_LEAST_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class SeenFace:
    """Where a face was seen.

    Attributes:
        photo_sha256: of the photo's bytes.
        box: of the face, since a photo may show several.
    """

    photo_sha256: str
    box: Box

    def is_at(self, photo_sha256: str | None, box: Sequence[float] | Box) -> bool:
        """Whether a face that was seen there is this one; never where the photo is not known."""
        other = box if isinstance(box, Box) else Box(*box)
        return photo_sha256 == self.photo_sha256 and is_same_place(self.box, other)


@dataclass(frozen=True, slots=True)
class EnrolledFace:
    """An example that is the face asked about, and whose it is."""

    face_id: str
    person_id: str


def enrolled_faces(
    session: Session, gallery_ids: Sequence[str], seen: Sequence[SeenFace | None]
) -> tuple[tuple[EnrolledFace, ...], ...]:
    """For each face the examples that are this very face, the oldest first; one query for all.

    Args:
        session: reading.
        gallery_ids: whose examples.
        seen: the faces; None for one that is of no photo.
    """
    digests = sorted({each.photo_sha256 for each in seen if each is not None})
    if not digests:
        return tuple(() for _ in seen)
    columns = (
        FaceRow.gallery_id,
        FaceRow.id,
        FaceRow.person_id,
        FaceRow.box,
        FaceRow.created_at,
    )
    # Which galleries is not asked of the database, which would rather read all of them.
    recorded = select(*columns, FaceRow.photo_sha256.label("digest")).where(
        FaceRow.photo_sha256.in_(digests)
    )
    # Examples from before digests were recorded are known by the original that was kept.
    kept = (
        select(*columns, PhotoRow.sha256.label("digest"))
        .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
        .where(
            PhotoRow.gallery_id.in_(gallery_ids),
            PhotoRow.sha256.in_(digests),
            FaceRow.photo_sha256.is_(None),
        )
    )
    rows = cast(
        "Sequence[Row[str, str, str, list[float], dt.datetime, str]]",
        session.execute(union_all(recorded, kept)).all(),
    )
    known = sorted(
        (row for row in rows if row.gallery_id in gallery_ids),
        key=lambda row: (row.created_at, row.id),
    )
    return tuple(
        tuple(
            EnrolledFace(row.id, row.person_id)
            for row in known
            if each is not None and each.is_at(row.digest, row.box)
        )
        for each in seen
    )


def is_same_place(one: Box, other: Box) -> bool:
    """Whether two boxes in one photo are of one face."""
    return overlap(one, other) >= _LEAST_OVERLAP


def overlap(one: Box, other: Box) -> float:
    """How much of two boxes together they share, from 0 to 1."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    shared = max(width, 0.0) * max(height, 0.0)
    union = one.width * one.height + other.width * other.height - shared
    return shared / union if union > 0 else 0.0
