"""What was suspected of stored faces, judged again by embeddings of another contract."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.decision.similarity import similarity_to
from mien.gallery.enrolment.checks import least_like_oneself
from mien.gallery.recognition.search import point_of
from mien.gallery.services import Services
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import SuspicionRow


def judge_again(services: Services, session: Session, gallery: GalleryRow) -> None:
    """Keep no similarity of the former contract: doubts that hold get the present one, others go.

    That a photo was stored twice shows in the picture and stays. Whoever looks alike only now is
    found by the search that the review makes anyway.

    Args:
        services: the collaborators; the engine is of the present contract.
        session: writing, after the embeddings were replaced.
        gallery: its row.
    """
    of_gallery = SuspicionRow.gallery_id == gallery.id
    session.execute(
        update(SuspicionRow)
        .where(of_gallery, SuspicionRow.reviewed_at.is_not(None))
        .values(similarity=None)
    )
    doubts = session.scalars(
        select(SuspicionRow).where(of_gallery, SuspicionRow.reviewed_at.is_(None))
    ).all()
    if not doubts:
        return
    threshold = _threshold(services, session, gallery)
    summary = services.engine.summary
    for doubt in doubts:
        owner, embedding = session.execute(
            select(FaceRow.person_id, FaceRow.embedding).where(FaceRow.id == doubt.face_id)
        ).one()
        if doubt.code == "same_photo":
            doubt.similarity = _to_face(session, embedding, doubt.other_face_id)
            continue
        person_id = owner if doubt.code == "unlike_this_person" else doubt.other_person_id
        examples = _examples(session, person_id, but=doubt.face_id)
        if not examples:
            session.delete(doubt)
            continue
        similarity, nearest = similarity_to(embedding, examples)
        doubt.similarity, doubt.other_face_id = similarity, nearest
        unlike = doubt.code == "unlike_this_person"
        if similarity >= least_like_oneself(summary) if unlike else similarity < threshold:
            session.delete(doubt)


def _threshold(services: Services, session: Session, gallery: GalleryRow) -> float:
    """The similarity from which somebody of the gallery is named."""
    people, faces = session.execute(
        select(func.count(FaceRow.person_id.distinct()), func.count()).where(
            FaceRow.gallery_id == gallery.id
        )
    ).one()
    return point_of(services, gallery, people=people, faces=faces).threshold


def _to_face(session: Session, embedding: NDArray[np.float32], face_id: str | None) -> float | None:
    other = session.scalar(select(FaceRow.embedding).where(FaceRow.id == face_id))
    return None if other is None else min(float(other @ embedding), 1.0)


def _examples(
    session: Session, person_id: str | None, *, but: str
) -> dict[str, NDArray[np.float32]]:
    rows = session.execute(
        select(FaceRow.id, FaceRow.embedding)
        .where(FaceRow.person_id == person_id, FaceRow.id != but)
        .order_by(FaceRow.id)
    )
    return dict(rows.all())
