"""The rows of unknown people, and what is told of them."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from typing import Literal
from typing import TypeAlias
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import ClusterNotFound
from mien.errors import FaceNotFound
from mien.gallery.face_columns import from_columns
from mien.gallery.results import Candidate
from mien.names import can_be_stored
from mien.storage.models import GalleryRow
from mien.storage.models import UnknownClusterRow
from mien.storage.models import UnknownFaceRow
from mien.vision.types import DetectedFace

State: TypeAlias = Literal["open", "ignored"]
"""Whether an unknown person is to be looked at, or is not shown again."""

OPEN: Final[State] = "open"
IGNORED: Final[State] = "ignored"


@dataclass(frozen=True, slots=True)
class UnknownFace:
    """One sighting of an unknown person.

    Attributes:
        found: where the face was in its photo, in pixels of the upright photo, and how good it is.
        seen_at: when it was identified.
        expires_at: until when it is kept.
    """

    id: str
    found: DetectedFace
    seen_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class UnknownPerson:
    """Somebody who was seen and could not be named.

    Attributes:
        id: of the cluster of faces.
        state: whether it is to be looked at or ignored.
        sightings: how many faces there are.
        first_seen_at: of the oldest face that is still kept.
        last_seen_at: of the newest.
        best_face_id: the face of the best quality.
        looks_like: the most similar person of the gallery, where that is worth a look; no match.
    """

    id: str
    state: State
    sightings: int
    first_seen_at: dt.datetime
    last_seen_at: dt.datetime
    best_face_id: str
    looks_like: Candidate | None = None


def find_cluster(session: Session, gallery: GalleryRow, cluster_id: str) -> UnknownClusterRow:
    """The row of an unknown person by id.

    Raises:
        ClusterNotFound: this gallery has no such one.
    """
    row = session.get(UnknownClusterRow, cluster_id) if can_be_stored(cluster_id) else None
    if row is None or row.gallery_id != gallery.id:
        raise ClusterNotFound
    return row


def faces_of(session: Session, cluster_id: str) -> list[UnknownFaceRow]:
    """The faces of an unknown person, the newest first."""
    return list(
        session.scalars(
            select(UnknownFaceRow)
            .where(UnknownFaceRow.cluster_id == cluster_id)
            .order_by(UnknownFaceRow.seen_at.desc(), UnknownFaceRow.id)
        )
    )


def find_unknown_face(session: Session, gallery: GalleryRow, face_id: str) -> UnknownFaceRow:
    """The row of a kept face by id.

    Raises:
        FaceNotFound: this gallery has no such one.
    """
    row = session.get(UnknownFaceRow, face_id) if can_be_stored(face_id) else None
    if row is None or row.gallery_id != gallery.id:
        raise FaceNotFound
    return row


def best_faces(session: Session, clusters: Collection[str]) -> dict[str, str]:
    """The id of the best face of each of some unknown people, by their ids."""
    rows = session.execute(
        select(UnknownFaceRow.cluster_id, UnknownFaceRow.id, UnknownFaceRow.quality).where(
            UnknownFaceRow.cluster_id.in_(clusters)
        )
    ).all()
    ranked = sorted(rows, key=lambda row: (float(row.quality["score"]), row.id))
    return {cast("str", row.cluster_id): row.id for row in ranked}


def as_person(
    row: UnknownClusterRow, *, best_face_id: str, looks_like: Candidate | None = None
) -> UnknownPerson:
    """What is told of a cluster's row."""
    return UnknownPerson(
        id=row.id,
        state=cast("State", row.state),
        sightings=row.faces,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        best_face_id=best_face_id,
        looks_like=looks_like,
    )


def as_face(row: UnknownFaceRow) -> UnknownFace:
    """What is told of a kept face's row."""
    return UnknownFace(row.id, from_columns(row), row.seen_at, row.expires_at)
