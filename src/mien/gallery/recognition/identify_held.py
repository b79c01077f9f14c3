"""Say who is in a photo of a page, and hold it so that the answer can be looked at again."""

import datetime as dt
from dataclasses import dataclass

from mien.access import permissions
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.face_columns import from_columns
from mien.gallery.held_photos import Held
from mien.gallery.held_photos import held_rows
from mien.gallery.held_photos import hold_photo
from mien.gallery.recognition.identify import answers
from mien.gallery.recognition.identify import check_question
from mien.gallery.recognition.identify import identify
from mien.gallery.recognition.recognise import Probe
from mien.gallery.recognition.recognise import decided
from mien.gallery.recognition.search import check_query
from mien.gallery.recognition.search import search
from mien.gallery.results import Identification
from mien.gallery.services import Call
from mien.vision.quality_limits import is_legible


@dataclass(frozen=True, slots=True)
class HeldProbe:
    """A held photo and its answers.

    Attributes:
        id: random; the address of its page.
        expires_at: when it is let go.
    """

    id: str
    expires_at: dt.datetime
    identification: Identification


def identify_and_hold(call: Call, *, gallery: str, photo: Upload) -> Held:
    """Identify the faces of a photo, and hold it for who acts.

    The decisions are counted and the search is remembered now, once, however often the answer is
    looked at afterwards.

    Raises:
        ImageError: the bytes are no photo that can be read.
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        UserNotFound: the account is gone.
    """
    permissions.require(call.actor, "photos.hold", gallery)
    check_question(call, gallery=gallery, limit=1, threshold=None)
    analyzed = analyze(call.services, photo, call.budget())
    identify(call, gallery=gallery, photo=analyzed, limit=1)
    return hold_photo(call, gallery=gallery, photo=analyzed)


def show_held(call: Call, *, probe_id: str, limit: int = 5) -> HeldProbe:
    """Who each face of a held photo shows, as the gallery knows it now; counts nothing.

    Raises:
        ProbeNotFound: it was let go, or is somebody else's.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: the limit is out of range.
    """
    permissions.require(call.actor, "photos.hold")
    check_query(limit=limit, threshold=None)
    with call.services.database.read() as session:
        held = held_rows(session, probe_id, call.actor)
        embeddings = [row.embedding for row in held.faces]
        found = search(call.services, session, held.gallery, embeddings, limit=limit)
    faces = [from_columns(row) for row in held.faces]
    probes = [
        Probe(row.embedding, is_legible(face.quality))
        for row, face in zip(held.faces, faces, strict=True)
    ]
    return HeldProbe(
        id=held.probe.id,
        expires_at=held.probe.expires_at,
        identification=Identification(
            gallery=held.gallery.name,
            point=found.point,
            width=held.probe.width,
            height=held.probe.height,
            answers=answers(faces, decided(probes, found, limit=limit)),
            faces_left_out=held.probe.faces_left_out,
        ),
    )
