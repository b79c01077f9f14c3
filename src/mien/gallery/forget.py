"""Forget a person: rows, crops, photos, index, and the proof of it."""

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.gallery.answers import Erasure
from mien.gallery.galleries import find_gallery
from mien.gallery.people import find_person
from mien.gallery.probes import probe_files
from mien.gallery.revisions import note_removed
from mien.gallery.revisions import raise_revision
from mien.gallery.tools import Tools
from mien.storage.models import EventRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeRow
from mien.storage.models import new_id


def forget_person(tools: Tools, *, gallery: str, person_id: str) -> Erasure:
    """Erase every trace of a person, look again, and record that it was done.

    An original photo in which the person was enrolled goes too, even when other people of the
    gallery were enrolled from it: their own crops and embeddings stay, the picture of both does
    not. Photos held for identification are let go when they are such an original.

    Args:
        tools: the collaborators.
        gallery: its name.
        person_id: who is to be forgotten.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonNotFound: nobody in it has this id.
    """
    with tools.database.write() as session:
        row = find_gallery(session, gallery)
        person = find_person(session, row, person_id)
        faces = session.scalars(select(FaceRow).where(FaceRow.person_id == person.id)).all()
        face_ids = [face.id for face in faces]
        photos = _photos(session, [face.photo_id for face in faces if face.photo_id])
        files = [face.crop_file for face in faces] + [photo.file for photo in photos]
        files += _let_go_of_probes(session, row, [photo.sha256 for photo in photos])
        note_removed(session, row.id, face_ids, revision=raise_revision(session, row.id))
        photo_ids = [photo.id for photo in photos]
        session.execute(
            update(FaceRow).where(FaceRow.photo_id.in_(photo_ids)).values(photo_id=None)
        )
        session.execute(delete(FaceRow).where(FaceRow.person_id == person.id))
        session.execute(delete(PhotoRow).where(PhotoRow.id.in_(photo_ids)))
        session.execute(delete(PersonRow).where(PersonRow.id == person.id))
        event = EventRow(
            id=new_id(),
            kind="person_erased",
            subject_id=person_id,
            gallery_id=row.id,
            facts={"faces": len(faces), "photos": len(photos), "files": len(files)},
        )
        session.add(event)
    tools.files.delete(files)
    tools.database.scrub()
    return _prove(
        tools,
        gallery=row,
        person_id=person_id,
        face_ids=face_ids,
        photos=len(photos),
        files=files,
        event_id=event.id,
    )


def _photos(session: Session, photo_ids: list[str]) -> list[PhotoRow]:
    return list(session.scalars(select(PhotoRow).where(PhotoRow.id.in_(photo_ids))))


def _let_go_of_probes(session: Session, gallery: GalleryRow, digests: list[str]) -> list[str]:
    probes = session.scalars(
        select(ProbeRow).where(ProbeRow.gallery_id == gallery.id, ProbeRow.sha256.in_(digests))
    ).all()
    files: list[str] = []
    for probe in probes:
        files += probe_files(session, probe)
        session.delete(probe)
    return files


def _prove(
    tools: Tools,
    *,
    gallery: GalleryRow,
    person_id: str,
    face_ids: list[str],
    photos: int,
    files: list[str],
    event_id: str,
) -> Erasure:
    with tools.database.read() as session:
        people = select(func.count()).select_from(PersonRow).where(PersonRow.id == person_id)
        faces = select(func.count()).select_from(FaceRow).where(FaceRow.person_id == person_id)
        rows_left = (session.scalar(people) or 0) + (session.scalar(faces) or 0)
        index = tools.indexes.refresh(session, gallery.id, dimension=tools.engine.summary.dimension)
    return Erasure(
        person_id=person_id,
        faces=len(face_ids),
        photos=photos,
        files=len(files),
        rows_left=rows_left,
        files_left=sum(tools.files.exists(name) for name in files),
        indexed_left=sum(face_id in index for face_id in face_ids),
        event_id=event_id,
    )
