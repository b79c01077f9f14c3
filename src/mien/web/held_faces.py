"""Add a face of a held photo to somebody, and say what came of it."""

from flask import flash

from mien.gallery.enrolment.enrol import enrol_probe_face
from mien.gallery.enrolment.subject import Whom
from mien.http.auth import current_sign_in
from mien.http.context import services
from mien.web.doubts import Doubtful
from mien.web.doubts import tell
from mien.web.forms.photos import GatedForm


def add_held_face(
    form: GatedForm, *, probe_id: str, face_number: int, whom: Whom, gallery: str
) -> None:
    """Store a face of a held photo as a form asks for it, with messages for the next page.

    Args:
        form: says whether the gate is open.
        probe_id: of the held photo.
        face_number: which face, from 1.
        whom: the person.
        gallery: where the person is.

    Raises:
        ProbeNotFound, FaceNumberOutOfRange: there is no such face.
        PhotoNotGoodEnough: the gate refuses the face.
        PersonNotFound, NameTaken, InvalidInput: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    done = enrol_probe_face(
        services(),
        probe_id=probe_id,
        user_id=current_sign_in().user.id,
        face_number=face_number,
        whom=whom,
        gate=form.gate,
    )
    if done.stored:
        flash(f"Face {face_number} was added to {done.person.name}.", "done")
    tell([Doubtful(f"Face {face_number}", done)], gallery=gallery)
