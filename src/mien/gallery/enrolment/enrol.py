"""Add an example of a person."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.decision.choose_face import check_take
from mien.decision.choose_face import take_face
from mien.decision.gate import Objection
from mien.decision.gate import judge
from mien.decision.gate import passed_over
from mien.decision.gate import refuse
from mien.gallery.analysis import analyze
from mien.gallery.enrolment.checks import Looked
from mien.gallery.enrolment.checks import already_there
from mien.gallery.enrolment.checks import as_warnings
from mien.gallery.enrolment.checks import second_look
from mien.gallery.enrolment.duplicates import find_same
from mien.gallery.enrolment.subject import Whom
from mien.gallery.enrolment.subject import resolve
from mien.gallery.face_columns import from_columns
from mien.gallery.face_columns import to_columns
from mien.gallery.galleries import check_gate
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.held_photos import face_of_probe
from mien.gallery.held_photos import faces_of_probe
from mien.gallery.held_photos import find_probe
from mien.gallery.people.faces import as_stored
from mien.gallery.recognition.identify import search
from mien.gallery.results import Enrolment
from mien.gallery.results import PersonRef
from mien.gallery.services import Services
from mien.options import Detail
from mien.options import Gate
from mien.options import Take
from mien.storage.file_references import written_files
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import new_id
from mien.storage.models import now
from mien.storage.revisions import raise_revision
from mien.vision.images import encode_jpeg
from mien.vision.perceptual_hash import perceptual_hash
from mien.vision.portraits import portrait
from mien.vision.types import DecodedImage
from mien.vision.types import DetectedFace
from mien.vision.types import Face


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A face ready to be stored, with its files already on the disk.

    Attributes:
        embedding: float32, shape (dimension,), unit length.
        crop_file: name of the portrait in the file store.
        crop_hash: of the portrait; see `vision.crop_hash`.
        photo_sha256: of the photo's bytes.
        objections: what its gate has let through.
    """

    found: DetectedFace
    crop_file: str
    crop_hash: str
    photo_sha256: str
    objections: tuple[Objection, ...]
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
    services: Services,
    *,
    gallery: str,
    photo: bytes,
    whom: Whom,
    face_number: int | None = None,
    take: Take = "only",
    gate: Gate | None = None,
    detail: Detail = "normal",
) -> Enrolment:
    """Store a face of a photo as an example of a person, new or known.

    The very same photo is stored once a person; other doubts are told as warnings.

    Args:
        services: the collaborators.
        gallery: its name.
        photo: the file's bytes.
        whom: the person.
        face_number: which face when there are several, 1 for the largest.
        take: which face when there are several and nobody has looked which; that others were
            passed over comes as a warning.
        gate: for this photo, looser or stricter; None takes the gallery's. What the gallery's
            would have refused comes as warnings.
        detail: how closely the photo is searched for faces.

    Raises:
        ImageError: the bytes are no photo that can be read.
        NoFaceFound, SeveralFacesFound, FaceNumberOutOfRange: it is not clear which face is meant.
        PhotoNotGoodEnough: the gate refuses the face.
        GalleryNotFound, PersonNotFound, NameTaken, InvalidInput: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    if gate is not None:
        check_gate(gate)
    check_take(take, face_number=face_number)
    with services.database.read() as session:
        # Asked before the work, so that a wrong name is told at once.
        require_contract(find_gallery(session, gallery), services.engine.summary)
    image, faces = analyze(services, photo=photo, detail=detail)
    return enrol_analyzed(
        services,
        gallery=gallery,
        photo=photo,
        image=image,
        faces=faces,
        whom=whom,
        face_number=face_number,
        take=take,
        gate=gate,
    )


def enrol_analyzed(
    services: Services,
    *,
    gallery: str,
    photo: bytes,
    image: DecodedImage,
    faces: Sequence[Face],
    whom: Whom,
    face_number: int | None = None,
    take: Take = "only",
    gate: Gate | None = None,
) -> Enrolment:
    """The same for a photo that `analyze` has looked at.

    Raises:
        NoFaceFound, SeveralFacesFound, FaceNumberOutOfRange: it is not clear which face is meant.
        PhotoNotGoodEnough: the gate refuses the face.
        GalleryNotFound, PersonNotFound, NameTaken, InvalidInput: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    with services.database.read() as session:
        row = find_gallery(session, gallery)
        keep_photos, usual = row.keep_photos, cast("Gate", row.gate)
    size_wh = (image.width, image.height)
    face = take_face(faces, take, face_number=face_number, size_wh=size_wh)
    others = [each for each in faces if each is not face]
    judgement = judge(
        face,
        others,
        size_wh=size_wh,
        gate=gate or usual,
        usual=usual,
    )
    refuse(judgement.refusals)
    crop_rgb = portrait(image.image_rgb, face.landmarks)
    sha256 = hashlib.sha256(photo).hexdigest()
    with written_files(services.database, services.files) as put:
        example = Example(
            found=face,
            embedding=face.embedding,
            crop_file=put(encode_jpeg(crop_rgb), "jpg"),
            crop_hash=perceptual_hash(crop_rgb),
            photo_sha256=sha256,
            objections=passed_over(judgement.warnings, take, others=len(others)),
        )
        original = None
        if keep_photos:
            original = Original(
                file=put(photo, image.extension),
                sha256=sha256,
                media_type=image.media_type,
                size_bytes=len(photo),
                width=image.width,
                height=image.height,
            )
        return store(services, gallery=gallery, whom=whom, example=example, original=original)


def store(
    services: Services, *, gallery: str, whom: Whom, example: Example, original: Original | None
) -> Enrolment:
    """Write an example and its person in one transaction.

    Files that are not needed after all are removed again; if the whole fails, the caller's
    `written_files` removes them.

    Raises:
        GalleryNotFound, PersonNotFound, NameTaken, InvalidInput: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    with services.database.read() as session:
        # Beforehand: an index never reads in a transaction that may yet be undone.
        found = search(
            services, session, find_gallery(session, gallery), [example.embedding], limit=2
        )
    with services.database.write() as session:
        row = find_gallery(session, gallery)
        # First of all: it makes everybody wait who changes this gallery's faces or people.
        revision = raise_revision(session, row.id)
        require_contract(row, services.engine.summary)
        person, is_new = resolve(session, row, whom)
        ref = PersonRef(person.id, person.name)
        face = find_same(
            session, person.id, photo_sha256=example.photo_sha256, box=example.found.box
        )
        stored = face is None
        kept_file = None
        if face is None:
            warnings = second_look(
                session,
                Looked(example.embedding, example.crop_hash),
                person=ref,
                is_new=is_new,
                found=found,
                summary=services.engine.summary,
            )
            photo = _keep(session, row, original)
            face = _add(session, person, example, photo, revision=revision)
            kept_file = photo.file if photo else None
        else:
            warnings = (already_there(ref, face.id),)
        told = as_stored(face)
    unused = [] if stored else [example.crop_file]
    if original is not None and original.file != kept_file:
        unused.append(original.file)
    services.files.delete(unused)
    return Enrolment(
        person=ref,
        face=told,
        new_person=is_new,
        stored=stored,
        warnings=(*as_warnings(example.objections), *warnings) if stored else warnings,
    )


def _add(
    session: Session,
    person: PersonRow,
    example: Example,
    photo: PhotoRow | None,
    *,
    revision: int,
) -> FaceRow:
    face = FaceRow(
        id=new_id(),
        gallery_id=person.gallery_id,
        person_id=person.id,
        photo_id=photo.id if photo else None,
        crop_file=example.crop_file,
        crop_hash=example.crop_hash,
        photo_sha256=example.photo_sha256,
        revision=revision,
        embedding=example.embedding,
        created_at=now(),
        **to_columns(example.found),
    )
    session.add(face)
    person.updated_at = now()
    return face


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


def enrol_probe_face(
    services: Services,
    *,
    probe_id: str,
    user_id: str,
    face_number: int,
    whom: Whom,
    gate: Gate | None = None,
) -> Enrolment:
    """Store a face of a held photo as an example of a person, new or known.

    Args:
        services: the collaborators.
        probe_id: of the held photo.
        user_id: its holder.
        face_number: which face, from 1.
        whom: the person.
        gate: for this face, as `enrol` has it.

    Raises:
        ProbeNotFound: the photo was let go, or is somebody else's.
        FaceNumberOutOfRange: it has no face of this number.
        PhotoNotGoodEnough: the gate refuses the face.
        PersonNotFound, NameTaken, InvalidInput: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    if gate is not None:
        check_gate(gate)
    with services.database.read() as session:
        probe, gallery = find_probe(session, probe_id, user_id)
        face = face_of_probe(session, probe, face_number)
        others = [each for each in faces_of_probe(session, probe) if each.number != face_number]
    usual = cast("Gate", gallery.gate)
    found = from_columns(face)
    judgement = judge(
        found,
        [from_columns(each) for each in others],
        size_wh=(probe.width, probe.height),
        gate=gate or usual,
        usual=usual,
    )
    refuse(judgement.refusals)
    crop = services.files.read(face.crop_file)
    with written_files(services.database, services.files) as put:
        original = None
        if gallery.keep_photos:
            photo = services.files.read(probe.original_file)
            original = Original(
                file=put(photo, probe.original_file.rsplit(".", 1)[1]),
                sha256=probe.sha256,
                media_type=probe.media_type,
                size_bytes=len(photo),
                width=probe.width,
                height=probe.height,
            )
        example = Example(
            found=found,
            embedding=face.embedding,
            # The held files go when the probe does; the example gets its own.
            crop_file=put(crop, "jpg"),
            crop_hash=perceptual_hash(services.reader.decode(crop).image_rgb),
            photo_sha256=probe.sha256,
            objections=judgement.warnings,
        )
        return store(services, gallery=gallery.name, whom=whom, example=example, original=original)
