"""Forget a person: rows, crops, photos, index, and the proof of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.decision.similarity import verification_threshold
from mien.errors import ModelError
from mien.gallery.held_photos import probe_files
from mien.gallery.people.people import find_person
from mien.gallery.results import Erasure
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.names import name_key
from mien.options import ACCEPTED_RATE
from mien.storage.binding import is_bound
from mien.storage.erasures import finish
from mien.storage.erasures import note_erasure
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import KeptInputRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import ReviewedPairRow
from mien.storage.models import SuspicionRow
from mien.storage.revisions import lock_gallery
from mien.storage.revisions import note_removed
from mien.vision.types import EngineSummary


@dataclass(frozen=True, slots=True)
class _Erased:
    """What was taken out of the rows, to be looked for afterwards."""

    gallery_id: str
    person_id: str
    face_ids: list[str]
    dimension: int
    photo_ids: list[str]
    probe_ids: list[str]
    files: list[str]
    event_id: str
    erasure_id: str


def forget_person(call: Call, *, gallery: str, person_id: str) -> Erasure:
    """Erase every trace of a person, look again, and record that it was done.

    An original photo in which the person was enrolled goes too, even when other people of the
    gallery were enrolled from it: their own crops and embeddings stay, the picture of both does
    not. Held photos are let go when they wait for the person, when they are such an original, or
    when a face in them would have been taken for the person.

    Args:
        call: who asks, and with what.
        gallery: its name.
        person_id: who is to be forgotten.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonNotFound: nobody in it has this id.
    """
    permissions.require(call.actor, "people.delete", gallery)
    summary = _summary(call.services)
    with call.services.database.write() as session:
        row = lock_gallery(session, key=name_key(gallery))
        person = find_person(session, row, person_id)
        erased = _erase(call, session, row, person, threshold=_threshold(row, summary))
    services = call.services
    done = finish(services.database, services.files, erased.erasure_id, erased.files)
    return _prove(services, erased, log_cleared=done.log_cleared)


def _erase(
    call: Call, session: Session, gallery: GalleryRow, person: PersonRow, *, threshold: float
) -> _Erased:
    faces = session.scalars(select(FaceRow).where(FaceRow.person_id == person.id)).all()
    photo_ids = {face.photo_id for face in faces if face.photo_id}
    photos = session.scalars(select(PhotoRow).where(PhotoRow.id.in_(photo_ids))).all()
    probes = _probes_showing(session, gallery, person.id, faces, photos, threshold=threshold)
    # What was typed about them and waits for its page.
    session.execute(delete(KeptInputRow).where(KeptInputRow.place.contains(person.id)))
    files = [face.crop_file for face in faces] + [photo.file for photo in photos]
    for probe in probes:
        files += probe_files(session, probe)
        session.delete(probe)
    note_removed(session, gallery.id, [face.id for face in faces], revision=gallery.revision)
    session.execute(delete(FaceRow).where(FaceRow.person_id == person.id))
    # Faces of other people lose their photo by the foreign key.
    session.execute(delete(PhotoRow).where(PhotoRow.id.in_(photo_ids)))
    session.execute(delete(PersonRow).where(PersonRow.id == person.id))
    erasure_id = note_erasure(session, files, subject_id=person.id, gallery_id=gallery.id)
    event_id = audit.record(
        session,
        call,
        "person_erased",
        subject_id=person.id,
        gallery_id=gallery.id,
        faces=len(faces),
        photos=len(photos),
        probes=len(probes),
        files=len(files),
    )
    return _Erased(
        gallery_id=gallery.id,
        person_id=person.id,
        face_ids=[face.id for face in faces],
        dimension=faces[0].embedding.size if faces else 0,
        photo_ids=sorted(photo_ids),
        probe_ids=[probe.id for probe in probes],
        files=files,
        event_id=event_id,
        erasure_id=erasure_id,
    )


def _probes_showing(
    session: Session,
    gallery: GalleryRow,
    person_id: str,
    faces: Sequence[FaceRow],
    photos: Sequence[PhotoRow],
    *,
    threshold: float,
) -> list[ProbeRow]:
    """Held photos that wait for the person, or show a face that would be taken for one of these."""
    digests = {photo.sha256 for photo in photos}
    probes = session.scalars(select(ProbeRow).where(ProbeRow.gallery_id == gallery.id)).all()
    held = session.scalars(
        select(ProbeFaceRow).where(ProbeFaceRow.probe_id.in_([probe.id for probe in probes]))
    ).all()
    showing = {face.probe_id for face in held if _alike(face, faces, threshold)}
    return [
        probe
        for probe in probes
        if probe.id in showing or probe.sha256 in digests or probe.person_id == person_id
    ]


def _alike(held: ProbeFaceRow, faces: Sequence[FaceRow], threshold: float) -> bool:
    # Of vectors that cannot be compared nothing is known, and what may show the person goes.
    return any(
        held.embedding.shape != face.embedding.shape
        or float(np.dot(held.embedding, face.embedding)) >= threshold
        for face in faces
    )


def _summary(services: Services) -> EngineSummary | None:
    try:
        return services.engine.summary
    except ModelError:
        # Forgetting somebody does not depend on a model being there.
        return None


def _threshold(gallery: GalleryRow, summary: EngineSummary | None) -> float:
    """The similarity from which a held face may be the person's."""
    if summary is None or gallery.contract_id != summary.contract_id:
        return -1.0
    # The least that a search or a comparison may ask for here, and no more for being strict with
    # strangers: who is to be forgotten is missed less than who is found.
    accepted = max(gallery.accepted_fmr, gallery.accepted_fpir, ACCEPTED_RATE)
    generous = verification_threshold(summary, accepted=accepted)
    return generous if gallery.threshold is None else min(generous, gallery.threshold)


def _prove(services: Services, erased: _Erased, *, log_cleared: bool) -> Erasure:
    looked_for = (
        (PersonRow.id, [erased.person_id]),
        (FaceRow.person_id, [erased.person_id]),
        (SuspicionRow.face_id, erased.face_ids),
        (SuspicionRow.other_person_id, [erased.person_id]),
        (SuspicionRow.other_face_id, erased.face_ids),
        (ReviewedPairRow.person_id, [erased.person_id]),
        (ReviewedPairRow.other_person_id, [erased.person_id]),
        (PhotoRow.id, erased.photo_ids),
        (ProbeRow.id, erased.probe_ids),
        (ProbeFaceRow.probe_id, erased.probe_ids),
    )
    with services.database.read() as session:
        rows_left = sum(
            session.scalar(select(func.count()).where(column.in_(ids))) or 0
            for column, ids in looked_for
        )
        indexed_left = services.indexes.count_left(
            session, erased.gallery_id, erased.face_ids, dimension=erased.dimension
        )
    return Erasure(
        person_id=erased.person_id,
        faces=len(erased.face_ids),
        photos=len(erased.photo_ids),
        probes=len(erased.probe_ids),
        files=len(erased.files),
        rows_left=rows_left,
        files_left=_files_left(services, erased.files),
        indexed_left=indexed_left,
        log_cleared=log_cleared,
        event_id=erased.event_id,
    )


def _files_left(services: Services, names: list[str]) -> int:
    if names and not is_bound(services.database, services.files):
        # That a disk which is not mounted lacks them proves nothing.
        return len(names)
    return sum(services.files.is_left(name) for name in names)
