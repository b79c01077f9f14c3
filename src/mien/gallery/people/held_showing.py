"""Held photos that may show somebody, and from which similarity on a face may be theirs."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.decision.similarity import verification_threshold
from mien.options import ACCEPTED_RATE
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.vision.types import EngineSummary

ANYBODY: Final = -np.inf
"""The similarity from which whoever is seen may be the person: vectors cannot be compared."""


def person_threshold(gallery: GalleryRow, summary: EngineSummary | None) -> float:
    """The similarity from which a face may be the person's; `ANYBODY` where none can be compared.

    Args:
        gallery: the person's.
        summary: of the engine; None where there is none.
    """
    if summary is None or gallery.contract_id != summary.contract_id:
        return ANYBODY
    # The least that a search or a comparison may ask for here, and no more for being strict with
    # strangers: who is to be forgotten is missed less than who is found.
    accepted = max(gallery.accepted_fmr, gallery.accepted_fpir, ACCEPTED_RATE)
    generous = verification_threshold(summary, accepted=accepted)
    return generous if gallery.threshold is None else min(generous, gallery.threshold)


def probes_showing(
    session: Session,
    gallery: GalleryRow,
    person: PersonRow,
    faces: Sequence[FaceRow],
    photos: Sequence[PhotoRow],
    *,
    threshold: float,
) -> list[ProbeRow]:
    """Held photos that wait for somebody, are one of these, or show a face like one of these.

    Those of everybody and of every gallery: they are few, and gone within the hour anyway.
    """
    digests = {photo.sha256 for photo in photos} | {
        face.photo_sha256 for face in faces if face.photo_sha256
    }
    # Vectors of two models that happen to be of one length say nothing of each other.
    contracts = dict(session.execute(select(GalleryRow.id, GalleryRow.contract_id)).all())
    probes = {probe.id: probe for probe in session.scalars(select(ProbeRow))}
    goes = {
        probe.id
        for probe in probes.values()
        if probe.person_id == person.id
        or probe.sha256 in digests
        or (faces and probe.faces_left_out)
    }
    for face in session.scalars(select(ProbeFaceRow)):
        probe = probes.get(face.probe_id)
        if probe is None or probe.id in goes:
            continue
        same_model = contracts.get(probe.gallery_id) == gallery.contract_id
        if _alike(face, faces, threshold if same_model else ANYBODY):
            goes.add(probe.id)
    return [probe for probe in probes.values() if probe.id in goes]


def _alike(held: ProbeFaceRow, faces: Sequence[FaceRow], threshold: float) -> bool:
    # Of vectors that cannot be compared nothing is known, and what may show the person goes.
    return any(
        held.embedding.shape != face.embedding.shape
        or float(np.dot(held.embedding, face.embedding)) >= threshold
        for face in faces
    )
