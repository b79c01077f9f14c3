"""Add an example of a person."""

import hashlib
from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.gallery.analyze import analyze
from mien.gallery.answers import Enrolment
from mien.gallery.answers import PersonRef
from mien.gallery.answers import StoredFace
from mien.gallery.detect import choose_face
from mien.gallery.found_faces import to_columns
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.revisions import raise_revision
from mien.gallery.tools import Tools
from mien.gallery.unspoken import written_files
from mien.gallery.whom import Whom
from mien.gallery.whom import resolve
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PhotoRow
from mien.storage.models import new_id
from mien.storage.models import now
from mien.vision.images import encode_jpeg
from mien.vision.portraits import portrait
from mien.vision.types import DetectedFace


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A face ready to be stored, with its files already on the disk.

    Attributes:
        embedding: float32, shape (dimension,), unit length.
        crop_file: name of the portrait in the file store.
    """

    found: DetectedFace
    crop_file: str
    embedding: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Original:
    """The photo that a face was taken from, already on the disk."""

    file: str
    sha256: str
    media_type: str
    size_bytes: int
    width: int
    height: int


def enrol(
    tools: Tools, *, gallery: str, photo: bytes, whom: Whom, face_number: int | None = None
) -> Enrolment:
    """Store a face of a photo as an example of a person, new or known.

    Args:
        tools: the collaborators.
        gallery: its name.
        photo: the file's bytes.
        whom: the person.
        face_number: which face when there are several, 1 for the largest.

    Raises:
        ImageError: the bytes are no photo that can be read.
        NoFaceFound, SeveralFacesFound, FaceNumberOutOfRange: it is not clear which face is meant.
        GalleryNotFound, PersonNotFound, NameTaken, InvalidInput: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    with tools.database.read() as session:
        # Asked before the work, so that a wrong name is told at once.
        row = find_gallery(session, gallery)
        require_contract(row, tools.engine.summary)
        keep_photos = row.keep_photos
    image, faces = analyze(tools, photo=photo)
    face = choose_face(faces, face_number=face_number)
    crop = encode_jpeg(portrait(image.image_rgb, face.landmarks))
    with written_files(tools) as put:
        example = Example(found=face, embedding=face.embedding, crop_file=put(crop, "jpg"))
        original = None
        if keep_photos:
            original = Original(
                file=put(photo, image.extension),
                sha256=hashlib.sha256(photo).hexdigest(),
                media_type=image.media_type,
                size_bytes=len(photo),
                width=image.width,
                height=image.height,
            )
        return store(tools, gallery=gallery, whom=whom, example=example, original=original)


def store(
    tools: Tools, *, gallery: str, whom: Whom, example: Example, original: Original | None
) -> Enrolment:
    """Write an example and its person in one transaction.

    An original that the gallery has already is removed again; if the whole fails, the caller's
    `written_files` removes the files.

    Raises:
        GalleryNotFound, PersonNotFound, NameTaken, InvalidInput: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    with tools.database.write() as session:
        row = find_gallery(session, gallery)
        # First of all: it makes everybody wait who changes this gallery's faces or people.
        revision = raise_revision(session, row.id)
        require_contract(row, tools.engine.summary)
        person, is_new = resolve(session, row, whom)
        photo = _keep(session, row, original)
        face = FaceRow(
            id=new_id(),
            gallery_id=row.id,
            person_id=person.id,
            photo_id=photo.id if photo else None,
            crop_file=example.crop_file,
            revision=revision,
            embedding=example.embedding,
            created_at=now(),
            **to_columns(example.found),
        )
        session.add(face)
        person.updated_at = now()
        kept_file = photo.file if photo else None
    if original is not None and original.file != kept_file:
        tools.files.delete([original.file])
    return Enrolment(
        person=PersonRef(person.id, person.name),
        face=StoredFace(
            id=face.id,
            person_id=person.id,
            found=example.found,
            photo_id=face.photo_id,
            created_at=face.created_at,
        ),
        new_person=is_new,
    )


def _keep(session: Session, gallery: GalleryRow, original: Original | None) -> PhotoRow | None:
    if original is None:
        return None
    known = session.scalar(
        select(PhotoRow).where(
            PhotoRow.gallery_id == gallery.id, PhotoRow.sha256 == original.sha256
        )
    )
    if known is not None:
        return known
    row = PhotoRow(
        id=new_id(),
        gallery_id=gallery.id,
        file=original.file,
        sha256=original.sha256,
        media_type=original.media_type,
        size_bytes=original.size_bytes,
        width=original.width,
        height=original.height,
    )
    session.add(row)
    session.flush()
    return row
