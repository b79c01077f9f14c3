"""Take out of a database what came back with a backup, though it had been erased.

Works on the schema of any version: it names no column that the first one lacked, but for tables
that it looks for.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy import delete
from sqlalchemy import inspect
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.storage.erased import Erased
from mien.storage.file_references import has_bin
from mien.storage.models import ChangeRow
from mien.storage.models import ChangeSubjectRow
from mien.storage.models import DeletedFaceRow
from mien.storage.models import DeletedPersonRow
from mien.storage.models import DeletedPhotoRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import UnknownFaceRow
from mien.storage.models import VideoAppearanceRow
from mien.storage.models import now
from mien.storage.revisions import note_removed
from mien.storage.unknown_faces import has_unknown_faces
from mien.storage.unknown_faces import recount

_AT_ONCE = 500
_QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class ErasedAgain:
    """What had come back and is gone again.

    Attributes:
        people: their ids, and those of their galleries; those of whole galleries left out.
        galleries: ids of whole galleries.
        faces: ids of examples, those of people and galleries included.
        photos: ids of kept originals, likewise.
        unknown: ids of kept faces of unknown people, likewise.
        files: names of the files that go with them.
        changed: ids of galleries that are left and have lost examples.
        binned: ids of examples that were deleted already and could have come back.
    """

    people: tuple[tuple[str, str], ...] = ()
    galleries: tuple[str, ...] = ()
    faces: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    binned: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether nothing of what was erased had come back."""
        found = (self.people, self.galleries, self.faces, self.photos, self.unknown, self.binned)
        return not (any(found) or self.files)


def has_come_back(session: Session, erased: Collection[Erased]) -> bool:
    """Whether anything is there that was erased; a few quick looks."""
    columns: tuple[tuple[str, Any], ...] = (
        ("person", PersonRow.id),
        ("gallery", GalleryRow.id),
        ("face", FaceRow.id),
        ("photo", PhotoRow.id),
        *([("unknown_face", UnknownFaceRow.id)] if has_unknown_faces(session) else []),
    )
    if has_bin(session):
        columns += (
            ("person", DeletedPersonRow.id),
            ("face", DeletedFaceRow.id),
            ("photo", DeletedPhotoRow.id),
        )
    return any(
        session.scalar(select(column).where(column.in_(some)).limit(1)) is not None
        for kind, column in columns
        for some in _batches(each.id for each in erased if each.kind == kind)
    )


def erase_again(session: Session, erased: Collection[Erased]) -> ErasedAgain:
    """Delete the rows of what came back, in a writing transaction.

    Held photos go as well when anything came back, and so does what timelines of videos tell: whom
    they show is not looked for, and nobody works with them just after a database was brought back.

    Returns:
        What it was. Its files are for the caller to delete.
    """
    ids = {kind: [each.id for each in erased if each.kind == kind] for kind in _KINDS}
    galleries = _read(session, select(GalleryRow.id), GalleryRow.id, ids["gallery"])
    people = _read(session, select(PersonRow.id, PersonRow.gallery_id), PersonRow.id, ids["person"])
    face_columns = select(FaceRow.id, FaceRow.gallery_id, FaceRow.crop_file, FaceRow.photo_id)
    of_people = _read(session, face_columns, FaceRow.person_id, [row[0] for row in people])
    single = _read(session, face_columns, FaceRow.id, ids["face"])
    of_galleries = _read(session, face_columns, FaceRow.gallery_id, [row[0] for row in galleries])
    faces = {row[0]: row for row in (*of_people, *single, *of_galleries)}
    photo_ids = {row[3] for row in of_people if row[3]} | set(ids["photo"])
    photo_ids |= _needed_by_nobody(session, single, gone=faces)
    photo_columns = select(PhotoRow.id, PhotoRow.file)
    photos = dict(
        row[:]
        for row in (
            *_read(session, photo_columns, PhotoRow.id, sorted(photo_ids)),
            *_read(session, photo_columns, PhotoRow.gallery_id, [row[0] for row in galleries]),
        )
    )
    unknown = _unknown(session, ids["unknown_face"], [row[0] for row in galleries])
    binned = _empty_bin(session, ids, galleries=[row[0] for row in galleries])
    if not (galleries or people or faces or photos or unknown or binned):
        return ErasedAgain()
    files = [row[2] for row in faces.values()] + list(photos.values()) + _let_go_of_held(session)
    files += [row[1] for row in unknown.values()] + [file for _, file in binned]
    of_clusters = {row[2] for row in unknown.values() if row[2]}
    files += _let_go_of_appearances(session)
    changed = _tell_indexes(session, faces.values(), left_out={row[0] for row in galleries})
    # What refers to these goes by the foreign keys, in whatever version.
    for column, gone in (
        (UnknownFaceRow.id, list(unknown)),
        (FaceRow.id, list(faces)),
        (PhotoRow.id, list(photos)),
        (PersonRow.id, [row[0] for row in people]),
        (GalleryRow.id, [row[0] for row in galleries]),
    ):
        for some in _batches(gone):
            session.execute(
                delete(column.class_).where(column.in_(some)), execution_options=_QUIETLY
            )
    recount(session, of_clusters)
    whole = {row[0] for row in galleries}
    return ErasedAgain(
        people=tuple((row[0], row[1]) for row in people if row[1] not in whole),
        galleries=tuple(row[0] for row in galleries),
        faces=tuple(faces),
        binned=tuple(face_id for face_id, _ in binned if face_id),
        photos=tuple(photos),
        unknown=tuple(unknown),
        files=tuple(files),
        changed=changed,
    )


def _empty_bin(
    session: Session, ids: dict[str, list[str]], *, galleries: Sequence[str]
) -> list[tuple[str, str]]:
    """Let go of what is deleted and could come back, each as a face's id, if it is one, and a file.

    Changes that are about any of it keep nothing of it, and cannot be undone.
    """
    if not has_bin(session):
        return []
    people = _read(session, select(DeletedPersonRow.id), DeletedPersonRow.id, ids["person"])
    face_columns = select(DeletedFaceRow.id, DeletedFaceRow.crop_file, DeletedFaceRow.change_id)
    photo_columns = select(DeletedPhotoRow.id, DeletedPhotoRow.file, DeletedPhotoRow.change_id)
    faces = {
        row[0]: row
        for column, some in (
            (DeletedFaceRow.id, ids["face"]),
            (DeletedFaceRow.person_id, ids["person"]),
            (DeletedFaceRow.gallery_id, galleries),
        )
        for row in _read(session, face_columns, column, some)
    }
    photos = {
        row[0]: row
        for column, some in (
            (DeletedPhotoRow.id, ids["photo"]),
            (DeletedPhotoRow.change_id, {row[2] for row in faces.values()}),
            (DeletedPhotoRow.gallery_id, galleries),
        )
        for row in _read(session, photo_columns, column, some)
    }
    about = {row[2] for row in (*faces.values(), *photos.values())}
    about |= {
        row[0]
        for row in _read(
            session, select(ChangeSubjectRow.change_id), ChangeSubjectRow.person_id, ids["person"]
        )
    }
    for some in _batches(about):
        session.execute(
            update(ChangeRow)
            .where(ChangeRow.id.in_(some), ChangeRow.state == "open")
            .values(state="over", ended_at=now(), facts={}),
            execution_options=_QUIETLY,
        )
    for column, gone in (
        (DeletedFaceRow.id, list(faces)),
        (DeletedPhotoRow.id, list(photos)),
        (DeletedPersonRow.id, [row[0] for row in people]),
    ):
        for some in _batches(gone):
            session.execute(
                delete(column.class_).where(column.in_(some)), execution_options=_QUIETLY
            )
    found = [(row[0], row[1]) for row in faces.values()]
    return found + [("", row[1]) for row in photos.values()]


_KINDS = ("person", "gallery", "face", "photo", "unknown_face")


def _unknown(session: Session, ids: Iterable[str], galleries: Iterable[str]) -> dict[str, Any]:
    """Faces of unknown people by their ids: id, file, cluster."""
    if not has_unknown_faces(session):
        return {}
    columns = select(UnknownFaceRow.id, UnknownFaceRow.crop_file, UnknownFaceRow.cluster_id)
    return {
        row[0]: row
        for row in (
            *_read(session, columns, UnknownFaceRow.id, ids),
            *_read(session, columns, UnknownFaceRow.gallery_id, galleries),
        )
    }


def _needed_by_nobody(session: Session, faces: Iterable[Any], *, gone: Collection[str]) -> set[str]:
    """Originals of single faces that no other face needs."""
    candidates = sorted({row[3] for row in faces if row[3]})
    others = _read(session, select(FaceRow.id, FaceRow.photo_id), FaceRow.photo_id, candidates)
    return set(candidates) - {row[1] for row in others if row[0] not in gone}


def _let_go_of_held(session: Session) -> list[str]:
    columns = (ProbeRow.original_file, ProbeRow.display_file, ProbeFaceRow.crop_file)
    files = [name for column in columns for name in session.scalars(select(column))]
    session.execute(delete(ProbeRow), execution_options=_QUIETLY)
    return files


def _let_go_of_appearances(session: Session) -> list[str]:
    if not inspect(session.connection()).has_table(VideoAppearanceRow.__tablename__):
        return []
    files = list(session.scalars(select(VideoAppearanceRow.crop_file)))
    session.execute(delete(VideoAppearanceRow), execution_options=_QUIETLY)
    return files


def _tell_indexes(
    session: Session, faces: Iterable[Any], *, left_out: Collection[str]
) -> tuple[str, ...]:
    """Stamp the removal, as a change of these galleries' faces is stamped; gives their ids."""
    removed: dict[str, list[str]] = {}
    for face_id, gallery_id, _, _ in faces:
        if gallery_id not in left_out:
            removed.setdefault(gallery_id, []).append(face_id)
    for gallery_id in sorted(removed):
        session.execute(
            update(GalleryRow)
            .where(GalleryRow.id == gallery_id)
            .values(revision=GalleryRow.revision + 1),
            execution_options=_QUIETLY,
        )
        revision = session.scalars(
            select(GalleryRow.revision).where(GalleryRow.id == gallery_id)
        ).one()
        note_removed(session, gallery_id, removed[gallery_id], revision=revision)
    return tuple(sorted(removed))


def _read(
    session: Session, query: Select[*tuple[Any, ...]], column: Any, ids: Iterable[str]
) -> list[Any]:
    return [row for some in _batches(ids) for row in session.execute(query.where(column.in_(some)))]


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    every = list(ids)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
