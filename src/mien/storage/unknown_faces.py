"""The rows of faces of unknown people: let go of, counted anew, given less time."""

import datetime as dt
from collections.abc import Collection
from collections.abc import Sequence

import numpy as np
from sqlalchemy import ColumnElement
from sqlalchemy import delete
from sqlalchemy import inspect
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import UnknownClusterRow
from mien.storage.models import UnknownFaceRow
from mien.storage.models import now


def has_unknown_faces(session: Session) -> bool:
    """Whether the schema knows unknown people: that of an older backup does not."""
    return inspect(session.connection()).has_table(UnknownFaceRow.__tablename__)


def let_go_of_unknown(session: Session, which: ColumnElement[bool]) -> list[str]:
    """Delete faces of unknown people, and the clusters that have none left.

    Args:
        session: writing; nobody else puts faces of their galleries to others before it ends.
        which: faces, as a condition on `UnknownFaceRow`.

    Returns:
        The files that go with them.
    """
    gone = session.execute(
        delete(UnknownFaceRow)
        .where(which)
        .returning(UnknownFaceRow.crop_file, UnknownFaceRow.cluster_id),
        execution_options={"synchronize_session": False},
    ).all()
    recount(session, {cluster_id for _, cluster_id in gone if cluster_id is not None})
    return [file for file, _ in gone]


def recount(session: Session, clusters: Collection[str]) -> None:
    """Bring what is kept of clusters up to their faces; those without any are deleted."""
    for cluster_id in sorted(clusters):
        rows = session.execute(
            select(UnknownFaceRow.embedding, UnknownFaceRow.seen_at).where(
                UnknownFaceRow.cluster_id == cluster_id
            )
        ).all()
        if not rows:
            session.execute(
                delete(UnknownClusterRow).where(UnknownClusterRow.id == cluster_id),
                execution_options={"synchronize_session": False},
            )
            continue
        seen = [row.seen_at for row in rows]
        session.execute(
            update(UnknownClusterRow)
            .where(UnknownClusterRow.id == cluster_id)
            .values(
                mean=np.mean([row.embedding for row in rows], axis=0, dtype=np.float32),
                faces=len(rows),
                first_seen_at=min(seen),
                last_seen_at=max(seen),
            ),
            execution_options={"synchronize_session": False},
        )


def expired(moment: dt.datetime) -> ColumnElement[bool]:
    """Those whose time is over."""
    return UnknownFaceRow.expires_at <= moment


def keep_no_longer_than(session: Session, gallery: GalleryRow, days: int) -> None:
    """Give the faces that a gallery has kept less time, where it is to keep them for fewer days.

    Never more: who was told how long a face is kept was told so for that face.
    """
    rows = session.execute(
        select(UnknownFaceRow.id, UnknownFaceRow.seen_at, UnknownFaceRow.expires_at).where(
            UnknownFaceRow.gallery_id == gallery.id
        )
    ).all()
    for face_id, seen_at, expires_at in rows:
        until = seen_at + dt.timedelta(days=days) if days else now()
        if until < expires_at:
            session.execute(
                update(UnknownFaceRow).where(UnknownFaceRow.id == face_id).values(expires_at=until)
            )


def unknown_showing(
    session: Session, gallery: GalleryRow, faces: Sequence[FaceRow], *, threshold: float
) -> list[str]:
    """Ids of kept faces of unknown people that may show the person whose examples these are.

    Args:
        session: reading or writing.
        gallery: the person's.
        faces: the person's examples.
        threshold: the similarity from which a face may be theirs; `held_showing.person_threshold`.
    """
    if not faces:
        return []
    examples = np.stack([face.embedding for face in faces])
    rows = session.execute(
        select(UnknownFaceRow.id, UnknownFaceRow.embedding).where(
            UnknownFaceRow.gallery_id == gallery.id
        )
    ).all()
    return [
        face_id
        for face_id, embedding in rows
        if embedding.shape != examples[0].shape or float((examples @ embedding).max()) >= threshold
    ]
