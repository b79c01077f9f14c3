"""Forget a person: rows, crops, photos, index, and the proof of it."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import GalleryNotFound
from mien.errors import ModelError
from mien.errors import StorageError
from mien.gallery.erasing import finish_erasure
from mien.gallery.erasure_proof import Erasure
from mien.gallery.erasure_proof import KeptOriginal
from mien.gallery.erasure_proof import NotChecked
from mien.gallery.erasure_proof import Why
from mien.gallery.galleries import find_gallery
from mien.gallery.held_photos import probe_files
from mien.gallery.index_sync import DROPPED_WITHIN_SECONDS
from mien.gallery.people.held_showing import person_threshold
from mien.gallery.people.held_showing import probes_showing
from mien.gallery.people.originals import Candidate
from mien.gallery.people.originals import Searched
from mien.gallery.people.originals import may_show
from mien.gallery.people.originals import not_checked
from mien.gallery.people.originals import note_seen
from mien.gallery.people.originals import search_originals as look_through
from mien.gallery.people.person_rows import find_person
from mien.gallery.people.video_showing import appearances_showing
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.names import name_key
from mien.storage.binding import is_bound
from mien.storage.erased import Erased
from mien.storage.erasures import Noted
from mien.storage.erasures import note_erasure
from mien.storage.former_places import former_places
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import KeptInputRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import ReviewedPairRow
from mien.storage.models import StagedEmbeddingRow
from mien.storage.models import SuspicionRow
from mien.storage.models import VideoAppearanceRow
from mien.storage.revisions import lock_gallery
from mien.storage.revisions import note_removed
from mien.vision.types import EngineSummary


@dataclass(frozen=True, slots=True)
class _Erased:
    """What was taken out of the rows, to be looked for afterwards."""

    gallery_id: str
    person_id: str
    face_ids: list[str]
    photo_ids: list[str]
    probe_ids: list[str]
    files: list[str]
    event_id: str
    note: Noted
    searched: int
    showing: tuple[KeptOriginal, ...]
    not_checked: tuple[NotChecked, ...]


@dataclass(frozen=True, slots=True)
class _Looking:
    """What was asked for, and what came of it, about kept originals that others need.

    Attributes:
        asked: whether a search was asked for.
        delete: whether those that show the person go.
        found: what came of the search.
    """

    asked: bool
    delete: bool
    found: Searched


def forget_person(
    call: Call,
    *,
    gallery: str,
    person_id: str,
    search_originals: bool = False,
    delete_originals: bool = False,
) -> Erasure:
    """Erase every trace of a person, look again, and record that it was done.

    An original photo in which the person was enrolled goes too, even when other people of the
    gallery were enrolled from it: their own crops and embeddings stay, the picture of both does
    not. Held photos, by whomever and in whichever gallery, are let go when they wait for the person,
    when they are such an original, when a face in them would have been taken for the person, or
    when not all of their faces were looked at. So is what was typed for the person's pages, and where
    the person, or a stranger who looks like them, is seen in a video.

    Originals that were kept because of other people may show the person beside them. The proof
    tells which may, unless they are searched; that has to happen now, because afterwards nobody
    knows what the person looked like. It takes at most the time that a photo may take; what is not
    looked at by then is told as not checked. Those of other galleries are searched when whoever
    asks may delete these galleries.

    Args:
        call: who asks, and with what.
        gallery: its name.
        person_id: who is to be forgotten.
        search_originals: look for the person in kept originals that may show them.
        delete_originals: look, and delete those that do; the examples of the others stay.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonNotFound: nobody in it has this id.
        ClientGone: nobody waits for the search any more; nothing was erased.
    """
    permissions.require(call.actor, "people.delete", gallery)
    summary = _summary(call.services)
    asked = search_originals or delete_originals
    found = _searched(call, gallery, person_id, summary) if asked else Searched()
    looking = _Looking(asked, delete_originals, found)
    with call.services.database.write() as session:
        row = _lock(session, gallery, looking)
        person = find_person(session, row, person_id)
        erased = _erase(
            call, session, row, person, looking, threshold=person_threshold(row, summary)
        )
    services = call.services
    done = finish_erasure(services, erased.note)
    return _prove(services, erased, log_cleared=done.log_cleared)


def _searched(call: Call, gallery: str, person_id: str, summary: EngineSummary | None) -> Searched:
    """Look for the person in what may show them and may be searched; locks nothing meanwhile."""
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        person = find_person(session, row, person_id)
        faces = session.scalars(select(FaceRow).where(FaceRow.person_id == person.id)).all()
        own = {face.photo_id for face in faces if face.photo_id}
        candidates = [
            each for each in may_show(session, without=own) if _may_search(call, each, row.id)
        ]
    return look_through(
        call.services,
        candidates,
        [face.embedding for face in faces],
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


def _lock(session: Session, name: str, looking: _Looking) -> GalleryRow:
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


def _erase(
    call: Call,
    session: Session,
    gallery: GalleryRow,
    person: PersonRow,
    looking: _Looking,
    *,
    threshold: float,
) -> _Erased:
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
            *(Erased("photo", photo.told.photo_id) for photo in gone),
        ],
        subject_id=person.id,
        gallery_id=gallery.id,
    )
    event_id = audit.record(
        session,
        call,
        "person_erased",
        subject_id=person.id,
        gallery_id=gallery.id,
        faces=len(faces),
        photos=len(photos) + len(gone),
        probes=len(probes),
        appearances=len(appearances),
        files=len(files),
        originals_searched=looking.found.count,
        originals_deleted=len(gone),
        originals_left=len(showing) - len(gone),
        originals_not_checked=sum(each.count for each in unclear),
    )
    return _Erased(
        gallery_id=gallery.id,
        person_id=person.id,
        face_ids=[face.id for face in faces],
        photo_ids=sorted(photo_ids | {photo.told.photo_id for photo in gone}),
        probe_ids=[probe.id for probe in probes],
        files=files,
        event_id=event_id,
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
    call: Call, session: Session, gallery: GalleryRow, person: PersonRow, looking: _Looking
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
    call: Call, session: Session, gallery: GalleryRow, looking: _Looking
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


def _summary(services: Services) -> EngineSummary | None:
    try:
        return services.engine.summary
    except ModelError:
        # Forgetting somebody does not depend on a model being there.
        return None


def _prove(services: Services, erased: _Erased, *, log_cleared: bool) -> Erasure:
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
        (VideoAppearanceRow.person_id, [erased.person_id]),
        (VideoAppearanceRow.crop_file, erased.files),
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
        event_id=erased.event_id,
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
