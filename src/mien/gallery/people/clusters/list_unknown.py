"""The unknown people of a gallery: all of them, one with every sighting, a portrait, how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Final

import numpy as np
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.access.actor import SYSTEM
from mien.decision.rank import mean_direction
from mien.errors import IndexUnavailable
from mien.errors import InvalidInput
from mien.errors import ModelError
from mien.gallery.galleries import find_gallery
from mien.gallery.people.clusters.rows import OPEN
from mien.gallery.people.clusters.rows import State
from mien.gallery.people.clusters.rows import UnknownFace
from mien.gallery.people.clusters.rows import UnknownPerson
from mien.gallery.people.clusters.rows import as_face
from mien.gallery.people.clusters.rows import as_person
from mien.gallery.people.clusters.rows import best_faces
from mien.gallery.people.clusters.rows import faces_of
from mien.gallery.people.clusters.rows import find_cluster
from mien.gallery.people.clusters.rows import find_unknown_face
from mien.gallery.people.clusters.settle import settle
from mien.gallery.recognition.search import point_of
from mien.gallery.recognition.search import search
from mien.gallery.results import Candidate
from mien.gallery.results import StoredFile
from mien.gallery.services import Call
from mien.storage.models import GalleryRow
from mien.storage.models import UnknownClusterRow

MOST_LISTED: Final = 500
# Of so many strangers, one is as much like somebody here: worth a look, and no match.
_WORTH_A_LOOK: Final = 0.1


@dataclass(frozen=True, slots=True)
class UnknownPeople:
    """The unknown people of a gallery.

    Attributes:
        people: those seen most often first, as many as were asked for.
        total: how many there are of this state.
        open: how many are to be looked at.
        ignored: how many are ignored.
        keep_days: for how many days the gallery keeps unknown faces; 0 for not at all.
    """

    people: tuple[UnknownPerson, ...]
    total: int
    open: int
    ignored: int
    keep_days: int


@dataclass(frozen=True, slots=True)
class Sightings:
    """An unknown person with every sighting that is still kept, the newest first."""

    person: UnknownPerson
    faces: tuple[UnknownFace, ...]


def list_unknown(
    call: Call, *, gallery: str, state: State = OPEN, limit: int = 100
) -> UnknownPeople:
    """The unknown people of a gallery, with whom each is most like.

    Args:
        call: who asks, and with what.
        gallery: its name.
        state: whether those to be looked at or those ignored.
        limit: how many at most, 1 to 500.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the limit is out of range.
    """
    permissions.require(call.actor, "unknown.read", gallery)
    if not 1 <= limit <= MOST_LISTED:
        raise InvalidInput("unknown_limit", words={"most": MOST_LISTED}, field="limit")
    settle(replace(call, actor=SYSTEM), gallery=gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        counts = _counts(session, row)
        found = session.scalars(
            select(UnknownClusterRow)
            .where(UnknownClusterRow.gallery_id == row.id, UnknownClusterRow.state == state)
            .order_by(
                UnknownClusterRow.faces.desc(),
                UnknownClusterRow.last_seen_at.desc(),
                UnknownClusterRow.id,
            )
            .limit(limit)
        ).all()
        return UnknownPeople(
            people=_told(call, session, row, found),
            total=counts.get(state, 0),
            open=counts.get("open", 0),
            ignored=counts.get("ignored", 0),
            keep_days=row.keep_unknown_days,
        )


def count_unknown(call: Call, *, gallery: str) -> int:
    """How many unknown people of a gallery are to be looked at.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "unknown.read", gallery)
    settle(replace(call, actor=SYSTEM), gallery=gallery)
    with call.services.database.read() as session:
        return _counts(session, find_gallery(session, gallery)).get("open", 0)


def show_unknown(call: Call, *, gallery: str, cluster_id: str) -> Sightings:
    """An unknown person with every sighting.

    Raises:
        GalleryNotFound, ClusterNotFound: it is not there.
    """
    permissions.require(call.actor, "unknown.read", gallery)
    settle(replace(call, actor=SYSTEM), gallery=gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        cluster = find_cluster(session, row, cluster_id)
        (person,) = _told(call, session, row, [cluster])
        return Sightings(person, tuple(as_face(face) for face in faces_of(session, cluster.id)))


def read_unknown_crop(call: Call, *, gallery: str, face_id: str) -> StoredFile:
    """The portrait of a kept face of an unknown person, as JPEG.

    Raises:
        GalleryNotFound, FaceNotFound: it is not there.
        FileMissing: the row is there and the file is not.
    """
    permissions.require(call.actor, "unknown.read", gallery)
    with call.services.database.read() as session:
        face = find_unknown_face(session, find_gallery(session, gallery), face_id)
    content = call.services.files.locate(face.crop_file)
    return StoredFile(content, "image/jpeg", face.crop_file[:32])


def _counts(session: Session, gallery: GalleryRow) -> dict[str, int]:
    return dict(
        session.execute(
            select(UnknownClusterRow.state, func.count())
            .where(UnknownClusterRow.gallery_id == gallery.id)
            .group_by(UnknownClusterRow.state)
        ).all()
    )


def _told(
    call: Call, session: Session, gallery: GalleryRow, rows: Sequence[UnknownClusterRow]
) -> tuple[UnknownPerson, ...]:
    best = best_faces(session, [row.id for row in rows])
    alike = _looks_like(call, session, gallery, rows)
    return tuple(
        as_person(row, best_face_id=best[row.id], looks_like=like)
        for row, like in zip(rows, alike, strict=True)
        if row.id in best
    )


def _looks_like(
    call: Call, session: Session, gallery: GalleryRow, rows: Sequence[UnknownClusterRow]
) -> Sequence[Candidate | None]:
    """Who of the gallery each is most like; nobody where that is little, or nothing is compared."""
    services = call.services
    try:
        if not rows or gallery.contract_id != services.engine.summary.contract_id:
            return [None] * len(rows)
        means = [mean_direction(row.mean[np.newaxis]).astype(np.float32) for row in rows]
        found = search(services, session, gallery, means, limit=1)
        worth = point_of(
            services,
            gallery,
            people=found.point.people,
            faces=found.point.faces,
            accepted_fpir=_WORTH_A_LOOK,
        ).threshold
    except (ModelError, IndexUnavailable):
        return [None] * len(rows)
    return [
        some[0] if some and some[0].similarity >= min(worth, found.point.threshold) else None
        for some in found.candidates
    ]
