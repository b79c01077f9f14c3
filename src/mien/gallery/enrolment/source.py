"""What a face may be enrolled from: a photo as it was sent, one that was analysed, or a held face."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import TypeAlias
from typing import cast

import numpy as np
from numpy.typing import NDArray

from mien.access import permissions
from mien.decision.choose_face import take_face
from mien.decision.gate import judge
from mien.decision.gate import passed_over
from mien.decision.gate import refuse
from mien.errors import Objection
from mien.errors import ProbeNotFound
from mien.gallery.analysis import AnalyzedPhoto
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.face_columns import from_columns
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.held_photos import held_rows
from mien.gallery.services import Call
from mien.names import name_key
from mien.options import Gate
from mien.options import Take
from mien.storage.models import GalleryRow
from mien.vision.images import encode_jpeg
from mien.vision.perceptual_hash import perceptual_hash
from mien.vision.portraits import portrait_of
from mien.vision.types import DetectedFace


@dataclass(frozen=True, slots=True)
class HeldFace:
    """A face of a photo that is held for who acts.

    Attributes:
        probe_id: of the held photo.
        number: of the face, from 1.
    """

    probe_id: str
    number: int


Source: TypeAlias = Upload | AnalyzedPhoto | HeldFace


@dataclass(frozen=True, slots=True)
class Original:
    """The photo that a face was taken from.

    Attributes:
        data: the file's bytes as they are kept.
        extension: of a file that holds them, without a dot.
        media_type: such as `image/jpeg`.
        size_wh: of the upright photo, in pixels.
        faces_seen: how many faces were seen in it, those included that were left out.
    """

    data: bytes = field(repr=False)
    extension: str
    media_type: str
    size_wh: tuple[int, int]
    faces_seen: int


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A face that is clear and good enough to be stored, not stored yet.

    Attributes:
        gallery: the row of where it is to be.
        found: where the face is in its photo, and how good.
        embedding: float32, shape (dimension,), unit length.
        crop_jpeg: the portrait.
        crop_hash: of the portrait; see `vision.perceptual_hash`.
        photo_sha256: of the photo's bytes as it was sent, so that it is known again.
        original: the photo; None where the gallery keeps none.
        objections: what the gate has let through.
    """

    gallery: GalleryRow
    found: DetectedFace
    embedding: NDArray[np.float32] = field(repr=False)
    crop_jpeg: bytes = field(repr=False)
    crop_hash: str
    photo_sha256: str
    original: Original | None
    objections: tuple[Objection, ...]


@dataclass(frozen=True, slots=True)
class FaceSelection:
    """Which face is meant, and how good it has to be.

    Attributes:
        face_number: which when there are several, 1 for the largest.
        take: which when there are several and nobody has looked which.
        gate: for this photo; None takes the gallery's.
    """

    face_number: int | None
    take: Take
    gate: Gate | None


def open_source(
    call: Call, source: Source, selection: FaceSelection, *, gallery: str | None
) -> Example:
    """Look at what is offered, choose the face that is meant and judge it.

    Args:
        call: who asks, and with what.
        source: what the face is taken from.
        selection: which face, and how good.
        gallery: its name; None for the gallery of the held photo.

    Raises:
        ImageError: the bytes are no photo that can be read.
        NoFaceFound, SeveralFacesFound, FaceNumberOutOfRange: it is not clear which face is meant.
        PhotoNotGoodEnough: the gate refuses the face.
        ProbeNotFound: the held photo was let go, is somebody else's or another gallery's.
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    permissions.require(call.actor, "faces.add", gallery)
    if isinstance(source, HeldFace):
        return _from_held(call, source, selection, gallery)
    if gallery is None:
        raise ValueError("only a held photo knows its gallery")
    return _from_photo(call, source, selection, gallery)


def _from_photo(
    call: Call, source: Upload | AnalyzedPhoto, selection: FaceSelection, gallery: str
) -> Example:
    with call.services.database.read() as session:
        # Asked before the work, so that a wrong name is told at once.
        row = find_gallery(session, gallery)
        require_contract(session, row, call.services.engine.summary)
    photo = analyze(call.services, source, call.budget())
    size_wh = photo.size_wh
    face = take_face(
        photo.faces,
        selection.take,
        face_number=selection.face_number,
        size_wh=size_wh,
        left_out=photo.faces.left_out,
    )
    others = [each for each in photo.faces if each is not face]
    objections = _judged(row, face, others, size_wh, selection)
    crop_rgb = portrait_of(face, photo.image)
    original = None
    if row.keep_photos:
        kept = call.services.reader.storable(photo.data, photo.image)
        original = Original(
            kept.data,
            kept.extension,
            kept.media_type,
            size_wh,
            faces_seen=len(photo.faces) + photo.faces.left_out,
        )
    return Example(
        gallery=row,
        found=face,
        embedding=face.embedding,
        crop_jpeg=encode_jpeg(crop_rgb),
        crop_hash=perceptual_hash(crop_rgb),
        photo_sha256=photo.sha256,
        original=original,
        objections=passed_over(
            objections, selection.take, others=len(others) + photo.faces.left_out
        ),
    )


def _from_held(
    call: Call, source: HeldFace, selection: FaceSelection, gallery: str | None
) -> Example:
    services = call.services
    with services.database.read() as session:
        held = held_rows(session, source.probe_id, call.actor)
        row, probe = held.gallery, held.probe
        require_contract(session, row, services.engine.summary)
        face = held.face(source.number)
    if gallery is not None and name_key(gallery) != row.name_key:
        raise ProbeNotFound("other_gallery")
    size_wh = (probe.width, probe.height)
    found = from_columns(face)
    others = [from_columns(each) for each in held.faces if each.number != source.number]
    objections = _judged(row, found, others, size_wh, selection)
    crop = services.files.read(face.crop_file)
    original = None
    if row.keep_photos:
        extension = probe.original_file.rsplit(".", 1)[1]
        data = services.files.read(probe.original_file)
        original = Original(
            data,
            extension,
            probe.media_type,
            size_wh,
            faces_seen=len(held.faces) + probe.faces_left_out,
        )
    return Example(
        gallery=row,
        found=found,
        embedding=face.embedding,
        # The held files go when the photo does; the example gets its own.
        crop_jpeg=crop,
        crop_hash=perceptual_hash(services.reader.decode(crop).image_rgb),
        photo_sha256=probe.sha256,
        original=original,
        objections=objections,
    )


def _judged(
    gallery: GalleryRow,
    face: DetectedFace,
    others: Sequence[DetectedFace],
    size_wh: tuple[int, int],
    selection: FaceSelection,
) -> tuple[Objection, ...]:
    """What the gate has let through.

    Raises:
        PhotoNotGoodEnough: it refuses the face.
    """
    usual = cast("Gate", gallery.gate)
    judgement = judge(face, others, size_wh=size_wh, gate=selection.gate or usual, usual=usual)
    refuse(judgement.refusals)
    return tuple(judgement.warnings)
