"""Erase a person within a transaction, and prove afterwards that nothing is left."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import GalleryNotFound
from mien.errors import ModelError
from mien.errors import StorageError
from mien.gallery.erasure_proof import Erasure
from mien.gallery.erasure_proof import KeptOriginal
from mien.gallery.erasure_proof import NotChecked
from mien.gallery.erasure_proof import Why
from mien.gallery.galleries import find_gallery
from mien.gallery.held_photos import probe_files
from mien.gallery.index_sync import DROPPED_WITHIN_SECONDS
from mien.gallery.people.change_ends import end_changes_of
from mien.gallery.people.change_ends import erase_negatives_showing
from mien.gallery.people.change_ends import erase_photos_showing
from mien.gallery.people.held_showing import person_threshold
from mien.gallery.people.held_showing import probes_showing
from mien.gallery.people.originals import Candidate
from mien.gallery.people.originals import Searched
from mien.gallery.people.originals import may_show
from mien.gallery.people.originals import not_checked
from mien.gallery.people.originals import note_seen
from mien.gallery.people.originals import search_originals as look_through
from mien.gallery.people.video_showing import appearances_showing
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.names import name_key
from mien.storage.binding import is_bound
from mien.storage.erased import Erased
from mien.storage.erasures import Noted
from mien.storage.erasures import note_erasure
from mien.storage.former_places import former_places
from mien.storage.models import ChangeRow
from mien.storage.models import ChangeSubjectRow
from mien.storage.models import DeletedFaceRow
from mien.storage.models import DeletedPersonRow
from mien.storage.models import DeletedPhotoRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import KeptInputRow
from mien.storage.models import NegativeExampleRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import ReviewedPairRow
from mien.storage.models import StagedEmbeddingRow
from mien.storage.models import SuspicionRow
from mien.storage.models import UnknownFaceRow
from mien.storage.models import VideoAppearanceRow
from mien.storage.revisions import lock_gallery
from mien.storage.revisions import note_removed
from mien.storage.unknown_faces import let_go_of_unknown
from mien.storage.unknown_faces import unknown_showing
from mien.vision.types import EngineSummary


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """What was taken out of the rows, to be looked for afterwards.

    `facts` are for the event that whoever does it records.
    """

    gallery_id: str
    person_id: str
    face_ids: list[str]
    photo_ids: list[str]
    probe_ids: list[str]
    unknown_ids: list[str]
    files: list[str]
    facts: dict[str, int]
    note: Noted
    searched: int
    showing: tuple[KeptOriginal, ...]
    not_checked: tuple[NotChecked, ...]


@dataclass(frozen=True, slots=True)
class Looking:
    """What was asked for, and what came of it, about kept originals that others need.

    Attributes:
        asked: whether a search was asked for.
        delete: whether those that show the person go.
        found: what came of the search.
    """

    asked: bool
    delete: bool
    found: Searched


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What somebody looks like, and which kept photos are their own.

    Attributes:
        embeddings: of the examples; float32, shape (dimension,), unit length.
        photos: ids.
    """

    embeddings: list[NDArray[np.float32]]
    photos: frozenset[str]

    @classmethod
    def of(cls, session: Session, person_id: str) -> "Shown":
        """Of somebody, whether or not they are deleted and can come back."""
        faces = [
            row
            for model in (FaceRow, DeletedFaceRow)
            for row in session.execute(
                select(model.embedding, model.photo_id).where(model.person_id == person_id)
            )
        ]
        return cls(
            [row.embedding for row in faces],
            frozenset(row.photo_id for row in faces if row.photo_id),
        )


def search_for(call: Call, gallery: str, shown: Shown, summary: EngineSummary | None) -> Searched:
    """Look for somebody in what may show them and may be searched; locks nothing meanwhile."""
    permissions.require(call.actor, "people.delete", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        candidates = [
            each
            for each in may_show(session, without=shown.photos)
            if _may_search(call, each, row.id)
        ]
    return look_through(
        call.services,
        candidates,
        shown.embeddings,
        threshold=person_threshold(row, summary),
        budget=call.budget(),
    )


def _may_search(call: Call, original: Candidate, own_id: str) -> bool:
    """Whether whoever asks may have an original searched, and deleted.

    Those of the person's gallery come with the right to delete its people; of another gallery,
    whoever may delete it as a whole may do that.
    """
    return original.gallery_id == own_id or permissions.may(
        call.actor, "galleries.delete", original.gallery
    )


def lock_for(session: Session, name: str, looking: Looking) -> GalleryRow:
    """The person's gallery, locked as are those of other originals that go.

    Raises:
        GalleryNotFound: it is not there.
    """
    if not looking.delete or not looking.found.showing:
        return lock_gallery(session, key=name_key(name))
    own = find_gallery(session, name).id
    # All in one order, so that two that do this do not wait for each other. Nobody may be adding
    # an example that refers to an original which goes.
    for gallery_id in sorted({own, *(each.gallery_id for each in looking.found.showing.values())}):
        with suppress(GalleryNotFound):
            lock_gallery(session, gallery_id=gallery_id)
    return find_gallery(session, name)


def erase_person(
    call: Call,
    session: Session,
    gallery: GalleryRow,
    person: PersonRow,
    looking: Looking,
    *,
    threshold: float,
    change_id: str = "",
) -> ErasedPerson:
    """Take every trace of somebody out of a locked gallery's rows.

    Args:
        call: who asks, and with what.
        session: writing.
        gallery: its row, locked.
        person: who.
        looking: what is done about originals that were kept because of other people.
        threshold: the similarity from which a face may be theirs.
        change_id: of the change that had deleted them, which whoever calls this ends.
    """
    permissions.require(call.actor, "people.delete", gallery.name)
    faces = session.scalars(select(FaceRow).where(FaceRow.person_id == person.id)).all()
    photo_ids = {face.photo_id for face in faces if face.photo_id}
    photos = session.scalars(select(PhotoRow).where(PhotoRow.id.in_(photo_ids))).all()
    probes = probes_showing(session, gallery, person, faces, photos, threshold=threshold)
    # What was typed about them and waits for its page.
    session.execute(delete(KeptInputRow).where(KeptInputRow.place.contains(person.id)))
    files = [face.crop_file for face in faces] + [photo.file for photo in photos]
    for probe in probes:
        files += probe_files(session, probe)
        session.delete(probe)
    appearances = appearances_showing(session, gallery, person, faces, threshold=threshold)
    for appearance in appearances:
        files.append(appearance.crop_file)
        session.delete(appearance)
    # What changes of them keep to be undone, and what others are told apart by that shows them.
    kept = end_changes_of(session, person.id, but_for=change_id)
    kept.take(erase_photos_showing(session, gallery, faces))
    erase_negatives_showing(session, gallery, faces, threshold=threshold)
    files += kept.files
    unknown = unknown_showing(session, gallery, faces, threshold=threshold)
    if unknown:
        files += let_go_of_unknown(session, UnknownFaceRow.id.in_(unknown))
    note_removed(session, gallery.id, [face.id for face in faces], revision=gallery.revision)
    session.execute(delete(FaceRow).where(FaceRow.person_id == person.id))
    # Faces of other people lose their photo by the foreign key.
    session.execute(delete(PhotoRow).where(PhotoRow.id.in_(photo_ids)))
    session.execute(delete(PersonRow).where(PersonRow.id == person.id))
    showing = _originals_showing(call, session, gallery, person, looking)
    gone = [photo for photo in showing if photo.told.deleted]
    files += [photo.file for photo in gone]
    unclear = _not_checked(call, session, gallery, looking)
    note = note_erasure(
        session,
        files,
        erased=[
            Erased("person", person.id),
            # A backup may have them as somebody else's, from whom they came.
            *(Erased("face", face.id) for face in faces),
            *kept.erased,
            *(Erased("unknown_face", face_id) for face_id in unknown),
            *(Erased("photo", photo.told.photo_id) for photo in gone),
        ],
        subject_id=person.id,
        gallery_id=gallery.id,
    )
    return ErasedPerson(
        gallery_id=gallery.id,
        person_id=person.id,
        face_ids=[face.id for face in faces]
        + [face_id for face_id, owner in kept.faces if owner == person.id],
        photo_ids=sorted(photo_ids | {photo.told.photo_id for photo in gone}),
        probe_ids=[probe.id for probe in probes],
        unknown_ids=unknown,
        files=files,
        facts={
            "faces": len(faces),
            "photos": len(photos) + len(gone),
            "probes": len(probes),
            "appearances": len(appearances),
            "unknown_faces": len(unknown),
            "files": len(files),
            "originals_searched": looking.found.count,
            "originals_deleted": len(gone),
            "originals_left": len(showing) - len(gone),
            "originals_not_checked": sum(each.count for each in unclear),
        },
        note=note,
        searched=looking.found.count,
        showing=tuple(photo.told for photo in showing),
        not_checked=unclear,
    )


@dataclass(frozen=True, slots=True)
class _Showing:
    """An original that shows the person, and the name of its file."""

    told: KeptOriginal
    file: str


def _originals_showing(
    call: Call, session: Session, gallery: GalleryRow, person: PersonRow, looking: Looking
) -> list[_Showing]:
    """The originals in which the person was found and that are there still; deleted when asked."""
    note_seen(session, looking.found.seen)
    found = looking.found.showing
    there = [
        found[photo_id]
        for photo_id in session.scalars(select(PhotoRow.id).where(PhotoRow.id.in_(found)))
    ]
    if looking.delete and there:
        session.execute(delete(PhotoRow).where(PhotoRow.id.in_([each.photo_id for each in there])))
        for gallery_id, count in Counter(each.gallery_id for each in there).items():
            if gallery_id != gallery.id:
                audit.record(
                    session,
                    call,
                    "originals_deleted",
                    subject_id=person.id,
                    gallery_id=gallery_id,
                    photos=count,
                )
    return [_Showing(each.told(deleted=looking.delete), each.file) for each in there]


def _not_checked(
    call: Call, session: Session, gallery: GalleryRow, looking: Looking
) -> tuple[NotChecked, ...]:
    # Now, and not when they were searched: others may have been kept meanwhile.
    session.flush()

    def why(each: Candidate) -> Why:
        if not looking.asked:
            return "not_asked"
        # What was added during the search came too late for it.
        return "out_of_time" if _may_search(call, each, gallery.id) else "not_permitted"

    return not_checked(
        may_show(session),
        looking.found,
        gallery_id=gallery.id,
        why=why,
        may_read=lambda name: permissions.may(call.actor, "people.read", name),
    )


def engine_summary(services: Services) -> EngineSummary | None:
    """Of the engine; None where there is no model."""
    try:
        return services.engine.summary
    except ModelError:
        # Forgetting somebody does not depend on a model being there.
        return None


def prove(call: Call, erased: ErasedPerson, *, event_id: str, log_cleared: bool) -> Erasure:
    """Look again for everything that was taken out, after the commit and `finish_erasure`."""
    permissions.require(call.actor, "people.delete")
    services = call.services
    looked_for = (
        (PersonRow.id, [erased.person_id]),
        (FaceRow.person_id, [erased.person_id]),
        (StagedEmbeddingRow.face_id, erased.face_ids),
        (SuspicionRow.face_id, erased.face_ids),
        (SuspicionRow.other_person_id, [erased.person_id]),
        (SuspicionRow.other_face_id, erased.face_ids),
        (ReviewedPairRow.person_id, [erased.person_id]),
        (ReviewedPairRow.other_person_id, [erased.person_id]),
        (PhotoRow.id, erased.photo_ids),
        (ProbeRow.id, erased.probe_ids),
        (ProbeRow.person_id, [erased.person_id]),
        (ProbeFaceRow.probe_id, erased.probe_ids),
        (UnknownFaceRow.id, erased.unknown_ids),
        (VideoAppearanceRow.person_id, [erased.person_id]),
        (VideoAppearanceRow.crop_file, erased.files),
        (NegativeExampleRow.person_id, [erased.person_id]),
        (NegativeExampleRow.face_id, erased.face_ids),
        (DeletedPersonRow.id, [erased.person_id]),
        (DeletedFaceRow.person_id, [erased.person_id]),
        (DeletedFaceRow.id, erased.face_ids),
        (DeletedPhotoRow.id, erased.photo_ids),
    )
    with services.database.read() as session:
        rows_left = sum(
            session.scalar(select(func.count()).where(column.in_(ids))) or 0
            for column, ids in looked_for
        )
        rows_left += (
            session.scalar(
                select(func.count()).where(KeptInputRow.place.contains(erased.person_id))
            )
            or 0
        )
        rows_left += (
            session.scalar(
                select(func.count())
                .select_from(ChangeSubjectRow)
                .join(ChangeRow, ChangeRow.id == ChangeSubjectRow.change_id)
                .where(ChangeSubjectRow.person_id == erased.person_id, ChangeRow.state == "open")
            )
            or 0
        )
        indexed_left = services.indexes.count_left(session, erased.gallery_id, erased.face_ids)
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
        event_id=event_id,
        other_processes_within_seconds=DROPPED_WITHIN_SECONDS,
        originals_searched=erased.searched,
        originals_showing=erased.showing,
        not_checked=(
            *erased.not_checked,
            *_versions_unclear(services, erased.files),
            *_elsewhere(services, erased.files),
        ),
    )


def _versions_unclear(services: Services, names: list[str]) -> tuple[NotChecked, ...]:
    """Files of which the store may keep older versions, and does not say."""
    try:
        is_known = not names or services.files.keeps_versions() is not None
    except StorageError:
        is_known = True  # then the files themselves are told as left
    return () if is_known else (NotChecked("older_versions", "not_told", len(names), ()),)


def _elsewhere(services: Services, names: list[str]) -> tuple[NotChecked, ...]:
    """Files of which a copy may lie in a place that a move has not left empty."""
    with services.database.read() as session:
        places = set(former_places(session)) - {services.files.place}
    if not names or not places:
        return ()
    return (NotChecked("former_places", "not_emptied", len(names), ()),)


def _files_left(services: Services, names: list[str]) -> int:
    if names and not is_bound(services.database, services.files):
        # That a disk which is not mounted lacks them proves nothing.
        return len(names)
    return len(services.files.left(names))
