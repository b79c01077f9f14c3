"""Add an example of a person."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.decision.choose_face import check_take
from mien.errors import GalleryNotFound
from mien.gallery.enrolment.checks import NewFace
from mien.gallery.enrolment.checks import already_there
from mien.gallery.enrolment.checks import as_warnings
from mien.gallery.enrolment.checks import check_example
from mien.gallery.enrolment.duplicates import examples_of
from mien.gallery.enrolment.duplicates import same_face
from mien.gallery.enrolment.source import Example
from mien.gallery.enrolment.source import FaceSelection
from mien.gallery.enrolment.source import Source
from mien.gallery.enrolment.source import open_source
from mien.gallery.enrolment.subject import Subject
from mien.gallery.enrolment.subject import resolve
from mien.gallery.face_columns import to_columns
from mien.gallery.galleries import require_contract
from mien.gallery.people.change_notes import ChangeNote
from mien.gallery.people.faces import as_stored
from mien.gallery.person_refs import person_refs
from mien.gallery.recognition.search import Nearest
from mien.gallery.recognition.search import nearest
from mien.gallery.recognition.search import nearest_as_it_stands
from mien.gallery.results import Enrolment
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.gallery.settings import check_gate
from mien.gallery.suspicions import keep_suspicions
from mien.options import Gate
from mien.options import Take
from mien.storage.insert import insert_unless_there
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import new_id
from mien.storage.models import now
from mien.storage.revisions import lock_gallery
from mien.storage.written_files import written_files

# Who is nearest, and who else where that is the person itself.
_LOOKED_AT = 2
# How often the index is brought up to the rows again because somebody has changed the gallery
# meanwhile; after that its answer is a little old, and good enough for a warning.
_MOST_TRIES = 2


def enrol(
    call: Call,
    *,
    gallery: str | None,
    source: Source,
    subject: Subject,
    face_number: int | None = None,
    take: Take = "only",
    gate: Gate | None = None,
    noted: bool = True,
) -> Enrolment:
    """Store a face as an example of a person, new or known.

    The very same photo is stored once a person; other doubts are told as warnings.

    Args:
        call: who asks, and with what.
        gallery: its name; None for the gallery of a held photo.
        source: a photo as it was sent, one that was analysed, or a face of a held photo.
        subject: the person.
        face_number: which face when there are several, 1 for the largest.
        take: which face when there are several and nobody has looked which; that others were
            passed over comes as a warning.
        gate: for this photo, looser or stricter; None takes the gallery's. What the gallery's
            would have refused comes as warnings.
        noted: as a change of its own that can be undone; not for one of many, which are undone
            together.

    Raises:
        ImageError: the bytes are no photo that can be read.
        NoFaceFound, SeveralFacesFound, FaceNumberOutOfRange: it is not clear which face is meant.
        PhotoNotGoodEnough: the gate refuses the face.
        ProbeNotFound: the held photo was let go, is somebody else's or another gallery's.
        GalleryNotFound, PersonNotFound, PersonAmbiguous: it is not clear who is meant.
        NameTaken, InvalidInput: the new person cannot be called so.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    permissions.require(call.actor, "faces.add", gallery)
    if gate is not None:
        check_gate(gate)
    check_take(take, face_number=face_number)
    example = open_source(call, source, FaceSelection(face_number, take, gate), gallery=gallery)
    services = call.services
    with written_files(services.database, services.files) as put:
        written = _write_files(put, example)
        for tries in range(_MOST_TRIES):
            near = _nearest(services, example, refresh=tries > 0)
            try:
                return _store(
                    call,
                    example,
                    written,
                    subject,
                    near,
                    is_last=tries + 1 == _MOST_TRIES,
                    noted=noted,
                )
            except _IndexIsBehindError:
                continue
    raise AssertionError("the last try stores or raises")


@dataclass(frozen=True, slots=True)
class _Written:
    """The names of the files of an example; None for a photo that is not kept."""

    crop: str
    photo: str | None


class _IndexIsBehindError(Exception):
    """The gallery has changed since it was searched; nothing is stored yet."""


def _write_files(put: Callable[[bytes, str], str], example: Example) -> _Written:
    original = example.original
    photo = None if original is None else put(original.data, original.extension)
    return _Written(put(example.crop_jpeg, "jpg"), photo)


def _nearest(services: Services, example: Example, *, refresh: bool) -> Nearest:
    """The nearest people, searched before anything is locked: that may take a while."""
    found = None
    if not refresh:
        found = nearest_as_it_stands(services, example.gallery, example.embedding, limit=_LOOKED_AT)
    if found is not None:
        return found
    with services.database.read() as session:
        # An index never reads in a transaction that may yet be undone.
        gallery = session.get(GalleryRow, example.gallery.id)
        if gallery is None:
            raise GalleryNotFound("removed")
        return nearest(services, session, gallery, example.embedding, limit=_LOOKED_AT)


def _store(
    call: Call,
    example: Example,
    written: _Written,
    subject: Subject,
    near: Nearest,
    *,
    is_last: bool,
    noted: bool,
) -> Enrolment:
    """Write an example and its person in one transaction.

    Files that are not needed after all are removed again.

    Raises:
        _IndexIsBehindError: the gallery has changed since it was searched.
    """
    summary = call.services.engine.summary
    with call.services.database.write() as session:
        gallery = lock_gallery(session, gallery_id=example.gallery.id)
        if near.revision < gallery.revision - 1 and not is_last:
            raise _IndexIsBehindError
        require_contract(session, gallery, summary)
        person, is_new = resolve(session, gallery, subject)
        ref = person_refs(session, [person.id])[person.id]
        own = [] if is_new else examples_of(session, person.id)
        face = same_face(own, photo_sha256=example.photo_sha256, box=example.found.box)
        stored = face is None
        kept_photo = None
        if face is None:
            warnings = check_example(
                session,
                NewFace(example.embedding, example.crop_hash),
                person=ref,
                own=[each.face for each in own],
                nearest=near,
                summary=summary,
            )
            photo = _keep(session, gallery, example, written)
            face = _face_row(gallery, person, example, crop_file=written.crop, photo=photo)
            if is_new:
                # Of one moment, so that it can be told whether the person was made for this face.
                face.created_at = person.created_at
            session.add(face)
            session.flush()
            keep_suspicions(session, gallery_id=gallery.id, face_id=face.id, warnings=warnings)
            kept_photo = photo.file if photo else None
            if is_new:
                audit.record(
                    session, call, "person_created", subject_id=person.id, gallery_id=gallery.id
                )
            audit.record(session, call, "face_added", subject_id=person.id, gallery_id=gallery.id)
            if noted:
                _note_added(session, call, gallery, person, face, is_new=is_new)
        else:
            warnings = (already_there(ref, face.id),)
        told = as_stored(face, warnings if stored else ())
    unused = [] if stored else [written.crop]
    if written.photo is not None and written.photo != kept_photo:
        unused.append(written.photo)
    call.services.files.delete(unused)
    return Enrolment(
        gallery=gallery.name,
        person=ref,
        face=told,
        new_person=is_new,
        stored=stored,
        warnings=(*as_warnings(example.objections), *warnings) if stored else warnings,
    )


def _note_added(
    session: Session,
    call: Call,
    gallery: GalleryRow,
    person: PersonRow,
    face: FaceRow,
    *,
    is_new: bool,
) -> None:
    note = ChangeNote.begin(session, call, gallery, "face_added")
    place = {"person": person.id, "gallery": gallery.id}
    if is_new:
        note.add({"step": "person_added", **place})
    note.add({"step": "face_added", "face": face.id, **place}, people=[person.id], faces=1)
    note.close(session, call)


def _face_row(
    gallery: GalleryRow,
    person: PersonRow,
    example: Example,
    *,
    crop_file: str,
    photo: PhotoRow | None,
) -> FaceRow:
    return FaceRow(
        id=new_id(),
        gallery_id=gallery.id,
        person_id=person.id,
        photo_id=photo.id if photo else None,
        crop_file=crop_file,
        crop_hash=example.crop_hash,
        photo_sha256=example.photo_sha256,
        revision=gallery.revision,
        embedding=example.embedding,
        created_at=now(),
        **to_columns(example.found),
    )


def _keep(
    session: Session, gallery: GalleryRow, example: Example, written: _Written
) -> PhotoRow | None:
    """The row of the photo, which may be there from somebody else's face in it."""
    original = example.original
    # The gallery may have been told meanwhile to keep none.
    if original is None or written.photo is None or not gallery.keep_photos:
        return None
    width, height = original.size_wh
    made = insert_unless_there(
        session,
        PhotoRow,
        {
            "id": new_id(),
            "gallery_id": gallery.id,
            "file": written.photo,
            "sha256": example.photo_sha256,
            "media_type": original.media_type,
            "size_bytes": len(original.data),
            "width": width,
            "height": height,
            "faces_seen": original.faces_seen,
            "created_at": now(),
        },
        unique=("gallery_id", "sha256"),
    )
    if made is not None:
        return made
    known = session.scalars(
        select(PhotoRow).where(
            PhotoRow.gallery_id == gallery.id, PhotoRow.sha256 == example.photo_sha256
        )
    ).one()
    # Looked at more closely it may have shown more.
    known.faces_seen = max(known.faces_seen or 0, original.faces_seen)
    return known
