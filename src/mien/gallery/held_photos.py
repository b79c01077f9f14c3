"""Hold a photo of a page for a while, for what is done next.

The photo is analysed once. Asking again searches anew, so an answer shows at once whom one has
just added. A photo is its holder's alone and is let go when its time is over.
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.access.actor import Actor
from mien.errors import FaceNumberOutOfRange
from mien.errors import ProbeNotFound
from mien.errors import UserNotFound
from mien.gallery.analysis import AnalyzedPhoto
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.face_columns import to_columns
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import remember_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.reading_order import in_reading_order
from mien.gallery.results import StoredFile
from mien.gallery.services import Call
from mien.names import can_be_stored
from mien.storage.erasures import finish
from mien.storage.erasures import note_erasure
from mien.storage.models import FILE_NAME_LENGTH
from mien.storage.models import GalleryRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import now
from mien.storage.written_files import written_files

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


@dataclass(frozen=True, slots=True)
class HeldRows:
    """The rows of a held photo.

    Attributes:
        probe: the photo.
        gallery: where its faces are looked up.
        faces: in the order of their numbers, which is that in which one reads the photo.
        also: other galleries where they are looked up, as far as they are still there.
    """

    probe: ProbeRow
    gallery: GalleryRow
    faces: tuple[ProbeFaceRow, ...]
    also: tuple[GalleryRow, ...] = ()

    def face(self, number: int) -> ProbeFaceRow:
        """The face of this number, from 1.

        Raises:
            FaceNumberOutOfRange: the photo has none.
        """
        found = next((face for face in self.faces if face.number == number), None)
        if found is None:
            raise FaceNumberOutOfRange("held", words={"number": number})
        return found


def hold_photo(
    call: Call,
    *,
    gallery: str,
    photo: Upload | AnalyzedPhoto,
    person_id: str | None = None,
    file_name: str = "",
    also: Sequence[str] = (),
    terms: Sequence[str] = (),
    seconds: int | None = None,
) -> Held:
    """Look at a photo and hold it for who acts; what Mien itself holds is for the gallery's editors.

    Args:
        call: who asks, and with what; a signed-in user, who alone may then see the photo.
        gallery: where its faces will be looked up.
        photo: as it was sent, or analysed already.
        person_id: whose example it may become when somebody has decided; None where that is open.
        file_name: what its sender calls it, for who has to decide.
        also: names of other galleries where they will be looked up.
        terms: what people's metadata must say for them to be searched then.
        seconds: how long; None as long as the photos of a page.

    Raises:
        ImageError: the bytes are no photo that can be read.
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        UserNotFound: the account is gone.
    """
    permissions.require(call.actor, "photos.hold", gallery)
    # Imported here, so that what only lets go of held photos loads no image library.
    from mien.vision.geometry import shrink
    from mien.vision.images import encode_jpeg
    from mien.vision.portraits import portrait_of

    services = call.services
    summary = services.engine.summary
    if not isinstance(photo, AnalyzedPhoto):
        with services.database.read() as session:
            # Asked before the work, so that a wrong name is told at once.
            require_contract(session, find_gallery(session, gallery), summary)
    analyzed = analyze(services, photo, call.budget())
    image = analyzed.image
    original = services.reader.storable(analyzed.data, image)
    with written_files(services.database, services.files) as put:
        probe = ProbeRow(
            id=secrets.token_urlsafe(24),
            user_id=call.actor.id,
            original_file=put(original.data, original.extension),
            display_file=put(encode_jpeg(shrink(image.image_rgb, _DISPLAY_SIDE)), "jpg"),
            sha256=analyzed.sha256,
            media_type=original.media_type,
            width=image.width,
            height=image.height,
            faces_left_out=analyzed.faces.left_out,
            person_id=person_id,
            file_name=stored_file_name(file_name),
            terms=list(terms),
            expires_at=now()
            + dt.timedelta(seconds=services.probe_seconds if seconds is None else seconds),
        )
        faces = [
            ProbeFaceRow(
                probe_id=probe.id,
                number=number,
                crop_file=put(encode_jpeg(portrait_of(face, image)), "jpg"),
                embedding=face.embedding,
                **to_columns(face),
            )
            for number, face in enumerate(in_reading_order(tuple(analyzed.faces)), start=1)
        ]
        try:
            with services.database.write() as session:
                row = find_gallery(session, gallery, hold="stays")
                require_contract(session, row, summary)
                probe.gallery_id = row.id
                others = dict.fromkeys(find_gallery(session, name).id for name in also)
                probe.also = [each for each in others if each != row.id]
                session.add(probe)
                session.flush()
                session.add_all(faces)
        except IntegrityError as error:
            raise UserNotFound("removed") from error
    return Held(probe.id, probe.expires_at)


def stored_file_name(name: str) -> str:
    """A file's name as it can be kept: without what no page can show, and not too long."""
    return "".join(sign for sign in name if sign.isprintable())[:FILE_NAME_LENGTH]


def read_held_photo(call: Call, *, probe_id: str) -> StoredFile:
    """A held photo as JPEG, upright, at a size for the screen.

    Raises:
        ProbeNotFound: it was let go, or is somebody else's.
    """
    permissions.require(call.actor, "photos.hold")
    with call.services.database.read() as session:
        probe = held_rows(session, probe_id, call.actor).probe
    content = call.services.files.locate(probe.display_file)
    return StoredFile(content, "image/jpeg", probe.display_file[:32])


def read_held_crop(call: Call, *, probe_id: str, face_number: int) -> StoredFile:
    """The portrait of a face of a held photo, as JPEG.

    Raises:
        ProbeNotFound: the photo was let go, or is somebody else's.
        FaceNumberOutOfRange: it has no face of this number.
    """
    permissions.require(call.actor, "photos.hold")
    with call.services.database.read() as session:
        face = held_rows(session, probe_id, call.actor).face(face_number)
    content = call.services.files.locate(face.crop_file)
    return StoredFile(content, "image/jpeg", face.crop_file[:32])


def let_go_of_photo(call: Call, *, probe_id: str) -> None:
    """Remove a held photo before its time.

    Raises:
        ProbeNotFound: it was let go already, or is somebody else's.
    """
    permissions.require(call.actor, "photos.hold")
    with call.services.database.write() as session:
        held = held_rows(session, probe_id, call.actor)
        files = files_of(held.probe, held.faces)
        session.delete(held.probe)
        erasure = note_erasure(session, files)
    finish(call.services.database, call.services.files, call.services.erasures, erasure)


def files_of(probe: ProbeRow, faces: tuple[ProbeFaceRow, ...]) -> list[str]:
    """The files that go when a held photo goes."""
    return [probe.original_file, probe.display_file, *(face.crop_file for face in faces)]


def probe_files(session: Session, probe: ProbeRow) -> list[str]:
    """The same for a photo whose faces have not been read."""
    faces = session.scalars(select(ProbeFaceRow).where(ProbeFaceRow.probe_id == probe.id)).all()
    return files_of(probe, tuple(faces))


def is_for(holder: Actor) -> ColumnElement[bool]:
    """Whether a held photo is for somebody: their own, or what an import could not decide about."""
    own = ProbeRow.user_id == holder.id
    if permissions.may(holder, "faces.add"):
        return or_(own, ProbeRow.user_id.is_(None))
    return own


def held_rows(session: Session, probe_id: str, holder: Actor) -> HeldRows:
    """The rows of a held photo, in one query; in one more where several galleries are searched.

    Raises:
        ProbeNotFound: it was let go, or is somebody else's.
    """
    found = []
    if can_be_stored(probe_id):
        query = (
            select(ProbeRow, GalleryRow, ProbeFaceRow)
            .join(GalleryRow, GalleryRow.id == ProbeRow.gallery_id)
            .outerjoin(ProbeFaceRow, ProbeFaceRow.probe_id == ProbeRow.id)
            .where(ProbeRow.id == probe_id, is_for(holder))
            .order_by(ProbeFaceRow.number)
        )
        found = list(session.execute(query))
    if not found or found[0][0].expires_at <= now():
        raise ProbeNotFound
    probe, gallery, _ = found[0]
    remember_gallery(session, gallery)
    faces: list[ProbeFaceRow | None] = [row[2] for row in found]
    also = (
        {
            row.id: row
            for row in session.scalars(select(GalleryRow).where(GalleryRow.id.in_(probe.also)))
        }
        if probe.also
        else {}
    )
    return HeldRows(
        probe,
        gallery,
        tuple(face for face in faces if face is not None),
        tuple(also[each] for each in probe.also if each in also),
    )
