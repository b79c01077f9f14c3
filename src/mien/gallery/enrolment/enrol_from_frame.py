"""Add a face of a picture of a camera, said by its place."""

from mien.access import permissions
from mien.errors import NoFaceFound
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import Subject
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.results import Enrolment
from mien.gallery.services import Call
from mien.options import Gate
from mien.vision.tracking import matched
from mien.vision.types import Box


def enrol_from_frame(
    call: Call, *, gallery: str, frame: Upload, box: Box, subject: Subject, gate: Gate | None = None
) -> Enrolment:
    """Store the face at a place of a picture as an example of a person, new or known.

    Args:
        call: who asks, and with what.
        gallery: its name.
        frame: the picture, as it was sent.
        box: where the face was seen, in pixels of the picture.
        subject: the person.
        gate: for this picture; None takes the gallery's.

    Raises:
        ImageError: the bytes are no picture that can be read.
        NoFaceFound: there is no face at this place.
        PhotoNotGoodEnough: the gate refuses the face.
        GalleryNotFound, PersonNotFound, PersonAmbiguous: it is not clear who is meant.
        NameTaken, InvalidInput: the new person cannot be called so.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    permissions.require(call.actor, "faces.add", gallery)
    services = call.services
    with services.database.read() as session:
        # Asked before the work, so that a wrong name is told at once.
        require_contract(session, find_gallery(session, gallery), services.engine.summary)
    analyzed = analyze(services, frame, call.budget())
    found = matched([box], [face.box for face in analyzed.faces])
    if 0 not in found:
        raise NoFaceFound("frame")
    return enrol(
        call,
        gallery=gallery,
        source=analyzed,
        subject=subject,
        face_number=found[0] + 1,
        gate=gate,
    )
