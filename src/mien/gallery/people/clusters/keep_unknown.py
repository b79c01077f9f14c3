"""Keep the faces of a photo that a search could not name, where the gallery says so."""

import datetime as dt
from collections.abc import Callable
from collections.abc import Sequence
from typing import cast

import structlog

from mien.access import audit
from mien.access import permissions
from mien.decision.gate import judge
from mien.errors import GalleryNotFound
from mien.errors import StorageError
from mien.gallery.analysis import AnalyzedPhoto
from mien.gallery.face_columns import to_columns
from mien.gallery.galleries import find_gallery
from mien.gallery.same_face import SeenFace
from mien.gallery.same_face import enrolled_faces
from mien.gallery.services import Call
from mien.options import Gate
from mien.storage.models import GalleryRow
from mien.storage.models import UnknownFaceRow
from mien.storage.models import now
from mien.storage.written_files import written_files
from mien.vision.quality_limits import is_legible
from mien.vision.types import Face

_log = structlog.get_logger(__name__)


def keep_unknown(call: Call, *, gallery: str, photo: AnalyzedPhoto, unknown: Sequence[Face]) -> int:
    """Keep faces of unknown people, if the gallery keeps any; of the photo nothing is kept.

    Kept is a face that is legible and passes the gallery's gate, so that it can become an example,
    and that is no example already. They are put to others of the same person later: whoever
    identifies does not wait for that. If they cannot be stored the answer is given all the same.

    Args:
        call: who asks, and with what.
        gallery: its name.
        photo: that was identified.
        unknown: those of its faces that are nobody of the gallery.

    Returns:
        How many were kept.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "unknown.keep", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        if not row.keep_unknown_days or not unknown:
            return 0
        good = [face for face in unknown if _is_good(row, face, photo)]
        seen = [SeenFace(photo.sha256, face.box) for face in good]
        known = enrolled_faces(session, [row.id], seen)
    kept = [face for face, examples in zip(good, known, strict=True) if not examples]
    if not kept:
        return 0
    try:
        return _store(call, row, photo, kept)
    except (StorageError, GalleryNotFound) as error:
        _log.warning("Faces of unknown people could not be kept", code=error.code)
        return 0


def _is_good(gallery: GalleryRow, face: Face, photo: AnalyzedPhoto) -> bool:
    if not is_legible(face.quality):
        return False
    others = [each for each in photo.faces if each is not face]
    gate = cast("Gate", gallery.gate)
    return not judge(face, others, size_wh=photo.size_wh, gate=gate).refusals


def _store(call: Call, gallery: GalleryRow, photo: AnalyzedPhoto, faces: Sequence[Face]) -> int:
    services = call.services
    digest = photo.sha256
    with written_files(services.database, services.files) as put:
        rows = [_row(put, face, photo, digest) for face in faces]
        with services.database.write() as session:
            found = find_gallery(session, gallery.name, hold="stays")
            # It may have been told meanwhile to keep none, or have changed to another pack.
            days = found.keep_unknown_days
            if days and found.contract_id == services.engine.summary.contract_id:
                moment = now()
                for row in rows:
                    row.gallery_id = found.id
                    row.seen_at, row.expires_at = moment, moment + dt.timedelta(days=days)
                session.add_all(rows)
                audit.record(
                    session, call, "unknown_faces_kept", gallery_id=found.id, faces=len(rows)
                )
                return len(rows)
        services.files.delete([row.crop_file for row in rows])
    return 0


def _row(
    put: Callable[[bytes, str], str], face: Face, photo: AnalyzedPhoto, digest: str
) -> UnknownFaceRow:
    # Imported here, so that what only looks at kept faces loads no image library.
    from mien.vision.images import encode_jpeg
    from mien.vision.perceptual_hash import perceptual_hash
    from mien.vision.portraits import portrait_of

    crop_rgb = portrait_of(face, photo.image)
    return UnknownFaceRow(
        crop_file=put(encode_jpeg(crop_rgb), "jpg"),
        crop_hash=perceptual_hash(crop_rgb),
        photo_sha256=digest,
        embedding=face.embedding,
        **to_columns(face),
    )
