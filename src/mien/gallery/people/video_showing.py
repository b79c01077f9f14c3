"""Where somebody is seen in videos: under their name, or as a stranger."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import VideoAppearanceRow


def appearances_showing(
    session: Session,
    gallery: GalleryRow,
    person: PersonRow,
    faces: Sequence[FaceRow],
    *,
    threshold: float,
) -> list[VideoAppearanceRow]:
    """What timelines tell of somebody: theirs, and strangers who look like one of their faces.

    Strangers of every gallery; see `held_showing.probes_showing`, with the same threshold.
    """
    rows = session.scalars(
        select(VideoAppearanceRow).where(
            or_(
                VideoAppearanceRow.person_id == person.id,
                VideoAppearanceRow.person_id.is_(None),
            )
        )
    )
    return [
        row for row in rows if row.person_id is not None or _alike(row, gallery, faces, threshold)
    ]


def _alike(
    row: VideoAppearanceRow, gallery: GalleryRow, faces: Sequence[FaceRow], threshold: float
) -> bool:
    # Of vectors that cannot be compared nothing is known, and what may show the person goes.
    return any(
        row.contract_id != gallery.contract_id
        or row.embedding.shape != face.embedding.shape
        or float(np.dot(row.embedding, face.embedding)) >= threshold
        for face in faces
    )
