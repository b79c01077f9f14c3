"""Copies of faces in another gallery: rows of their own, with files of their own."""

from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import FaceNotFound
from mien.errors import GalleryModelMismatch
from mien.gallery.galleries import find_gallery
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.storage.insert import insert_unless_there
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import new_id
from mien.storage.models import now
from mien.storage.revisions import lock_gallery
from mien.storage.written_files import written_files

_PHOTO = ("sha256", "media_type", "size_bytes", "width", "height", "faces_seen")
_FACE = (
    "crop_hash",
    "photo_sha256",
    "embedding",
    "box",
    "landmarks",
    "score",
    "pose",
    "quality",
    "created_at",
)


@dataclass(slots=True)
class Copies:
    """The files of some faces, and the names of their copies.

    Attributes:
        crops: by face, the name of its portrait's copy; until they are written, of the portrait.
        photos: by the id of each kept photo, likewise.
        used: names of copies that rows refer to.
    """

    crops: dict[str, str]
    photos: dict[str, str]
    used: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, session: Session, faces: Sequence[FaceRow]) -> "Copies":
        """What has to be copied for some faces."""
        photo_ids = {face.photo_id for face in faces if face.photo_id}
        photos = session.execute(
            select(PhotoRow.id, PhotoRow.file).where(PhotoRow.id.in_(sorted(photo_ids)))
        )
        return cls({face.id: face.crop_file for face in faces}, dict(photos.all()))

    @property
    def unused(self) -> list[str]:
        """Names of copies that are not needed after all."""
        return sorted({*self.crops.values(), *self.photos.values()} - self.used)


@contextmanager
def copies(services: Services, made: Copies) -> Iterator[Copies]:
    """Write the copies; if the block fails, they are removed again.

    Raises:
        FileMissing: a row is there and its file is not.
        FilesUnavailable, StorageFull, StorageReadOnly, StorageFailed: it cannot be copied.
    """
    with written_files(services.database, services.files) as put:

        def copied(name: str) -> str:
            data = services.files.read(name)
            return put(data, PurePosixPath(name).suffix.removeprefix("."))

        written = Copies(
            {face_id: copied(name) for face_id, name in made.crops.items()},
            {photo_id: copied(name) for photo_id, name in made.photos.items()},
        )
        yield written
    services.files.delete(written.unused)


def lock_both(session: Session, gallery: str, other: str) -> tuple[GalleryRow, GalleryRow]:
    """Lock two galleries whose faces may be in each other.

    Raises:
        GalleryNotFound: one is not there.
        GalleryModelMismatch: their embeddings are of two models.
    """
    ids = [find_gallery(session, each).id for each in (gallery, other)]
    # In one order, so that two that do this do not wait for each other.
    locked = {each: lock_gallery(session, gallery_id=each) for each in sorted(ids)}
    row, target = locked[ids[0]], locked[ids[1]]
    if row.contract_id != target.contract_id:
        raise GalleryModelMismatch(
            "between",
            words={"gallery": target.display_name or target.name},
            gallery_pack=target.pack,
            engine_pack=row.pack,
        )
    return row, target


def add_copies(
    call: Call,
    session: Session,
    gallery: GalleryRow,
    faces: Sequence[FaceRow],
    *,
    person: PersonRow,
    written: Copies,
) -> list[FaceRow]:
    """Add copies of faces to somebody of another, locked gallery.

    Raises:
        FaceNotFound: a face has come since the files were copied.
    """
    permissions.require(call.actor, "faces.add", gallery.name)
    photos: dict[str, str | None] = {}
    new = []
    for face in faces:
        if face.id not in written.crops:
            raise FaceNotFound
        if face.photo_id and face.photo_id not in photos:
            photos[face.photo_id] = _copied_photo(session, gallery, face.photo_id, written)
        crop = written.crops[face.id]
        written.used.add(crop)
        values: dict[str, Any] = {key: getattr(face, key) for key in _FACE}
        row = FaceRow(
            id=new_id(),
            gallery_id=gallery.id,
            person_id=person.id,
            photo_id=photos.get(face.photo_id or ""),
            crop_file=crop,
            revision=gallery.revision,
            **values,
        )
        session.add(row)
        new.append(row)
        audit.record(session, call, "face_added", subject_id=person.id, gallery_id=gallery.id)
    session.flush()
    return new


def _copied_photo(
    session: Session, gallery: GalleryRow, photo_id: str, written: Copies
) -> str | None:
    photo = session.get(PhotoRow, photo_id)
    if photo is None or photo_id not in written.photos or not gallery.keep_photos:
        return None
    file = written.photos[photo_id]
    made = insert_unless_there(
        session,
        PhotoRow,
        {
            "id": new_id(),
            "gallery_id": gallery.id,
            "file": file,
            "created_at": now(),
            **{key: getattr(photo, key) for key in _PHOTO},
        },
        unique=("gallery_id", "sha256"),
    )
    if made is not None:
        written.used.add(file)
        return made.id
    return session.scalars(
        select(PhotoRow.id).where(
            PhotoRow.gallery_id == gallery.id, PhotoRow.sha256 == photo.sha256
        )
    ).one()
