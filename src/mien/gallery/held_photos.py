"""Hold a photo of a page for a while, for what is done next.

The photo is analysed once. Asking again searches anew, so an answer shows at once whom one has
just added. A photo is its holder's alone and is let go when its time is over.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import FaceNumberOutOfRange
from mien.errors import ProbeNotFound
from mien.errors import UserNotFound
from mien.gallery.analysis import analyze
from mien.gallery.face_columns import to_columns
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.results import StoredFile
from mien.gallery.services import Services
from mien.names import can_be_stored
from mien.options import Detail
from mien.storage.file_references import written_files
from mien.storage.models import GalleryRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import UserRow
from mien.storage.models import now
from mien.vision.types import DecodedImage
from mien.vision.types import Face

# Large enough for a wide screen; the original is kept aside for an enrolment.
_DISPLAY_SIDE = 1800


@dataclass(frozen=True, slots=True)
class Held:
    """A photo that is held.

    Attributes:
        id: random; the address of its page.
        expires_at: when it is let go.
    """

    id: str
    expires_at: dt.datetime


def hold_probe(
    services: Services, *, gallery: str, photo: bytes, user_id: str, detail: Detail = "normal"
) -> str:
    """Analyse a photo and hold it for its user; says under which id.

    Args:
        services: the collaborators.
        gallery: where its faces will be looked up.
        photo: the file's bytes.
        user_id: its holder.
        detail: how closely the photo is searched for faces.

    Raises:
        ImageError: the bytes are no photo that can be read.
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        UserNotFound: the account is gone.
    """
    with services.database.read() as session:
        require_contract(find_gallery(session, gallery), services.engine.summary)
    image, faces = analyze(services, photo=photo, detail=detail)
    return hold_analyzed(
        services, gallery=gallery, photo=photo, image=image, faces=faces, user_id=user_id
    ).id


def hold_analyzed(
    services: Services,
    *,
    gallery: str,
    photo: bytes,
    image: DecodedImage,
    faces: Sequence[Face],
    user_id: str,
) -> Held:
    """Hold a photo that `analyze` has looked at.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        UserNotFound: the account is gone.
    """
    # Imported here, so that what only lets go of held photos loads no image library.
    from mien.vision.geometry import shrink
    from mien.vision.images import encode_jpeg
    from mien.vision.portraits import portrait

    with services.database.read() as session:
        row = find_gallery(session, gallery)
    with written_files(services.database, services.files) as put:
        probe = ProbeRow(
            id=secrets.token_urlsafe(24),
            gallery_id=row.id,
            user_id=user_id,
            original_file=put(photo, image.extension),
            display_file=put(encode_jpeg(shrink(image.image_rgb, _DISPLAY_SIDE)), "jpg"),
            sha256=hashlib.sha256(photo).hexdigest(),
            media_type=image.media_type,
            width=image.width,
            height=image.height,
            expires_at=now() + dt.timedelta(seconds=services.probe_seconds),
        )
        probe_faces = [
            ProbeFaceRow(
                probe_id=probe.id,
                number=number,
                crop_file=put(encode_jpeg(portrait(image.image_rgb, face.landmarks)), "jpg"),
                embedding=face.embedding,
                **to_columns(face),
            )
            for number, face in enumerate(faces, start=1)
        ]
        with services.database.write() as session:
            require_contract(find_gallery(session, row.name), services.engine.summary)
            if session.get(UserRow, user_id) is None:
                raise UserNotFound("This account has been removed.")
            session.add(probe)
            session.flush()
            session.add_all(probe_faces)
    return Held(probe.id, probe.expires_at)


def read_probe_photo(services: Services, *, probe_id: str, user_id: str) -> StoredFile:
    """A held photo as JPEG, upright, at a size for the screen.

    Raises:
        ProbeNotFound: it was let go, or is somebody else's.
    """
    with services.database.read() as session:
        probe, _ = find_probe(session, probe_id, user_id)
    return StoredFile(
        services.files.locate(probe.display_file), "image/jpeg", probe.display_file[:32]
    )


def read_probe_crop(
    services: Services, *, probe_id: str, user_id: str, face_number: int
) -> StoredFile:
    """The portrait of a face of a held photo, as JPEG.

    Raises:
        ProbeNotFound: the photo was let go, or is somebody else's.
        FaceNumberOutOfRange: it has no face of this number.
    """
    with services.database.read() as session:
        probe, _ = find_probe(session, probe_id, user_id)
        face = face_of_probe(session, probe, face_number)
    return StoredFile(services.files.locate(face.crop_file), "image/jpeg", face.crop_file[:32])


def let_go_of_probe(services: Services, *, probe_id: str, user_id: str) -> None:
    """Remove a held photo before its time.

    Raises:
        ProbeNotFound: it was let go already, or is somebody else's.
    """
    with services.database.write() as session:
        probe, _ = find_probe(session, probe_id, user_id)
        files = probe_files(session, probe)
        session.delete(probe)
    services.files.delete(files)
    services.database.scrub()


def probe_files(session: Session, probe: ProbeRow) -> list[str]:
    """The files that go when a held photo goes."""
    crops = session.scalars(select(ProbeFaceRow.crop_file).where(ProbeFaceRow.probe_id == probe.id))
    return [probe.original_file, probe.display_file, *crops]


def find_probe(session: Session, probe_id: str, user_id: str) -> tuple[ProbeRow, GalleryRow]:
    """The row of a held photo, and its gallery's.

    Raises:
        ProbeNotFound: it was let go, or is somebody else's.
    """
    probe = session.get(ProbeRow, probe_id) if can_be_stored(probe_id) else None
    gallery = session.get(GalleryRow, probe.gallery_id) if probe else None
    if probe is None or gallery is None or probe.user_id != user_id or probe.expires_at <= now():
        raise ProbeNotFound(
            "This photo is no longer held. Photos on the pages are let go after a while; choose it "
            "again."
        )
    return probe, gallery


def faces_of_probe(session: Session, probe: ProbeRow) -> list[ProbeFaceRow]:
    """The faces of a held photo, the largest first."""
    rows = session.scalars(
        select(ProbeFaceRow).where(ProbeFaceRow.probe_id == probe.id).order_by(ProbeFaceRow.number)
    )
    return list(rows)


def face_of_probe(session: Session, probe: ProbeRow, face_number: int) -> ProbeFaceRow:
    """A face of a held photo.

    Raises:
        FaceNumberOutOfRange: it has no face of this number.
    """
    face = session.get(ProbeFaceRow, (probe.id, face_number))
    if face is None:
        raise FaceNumberOutOfRange(f"The photo has no face number {face_number}.")
    return face
