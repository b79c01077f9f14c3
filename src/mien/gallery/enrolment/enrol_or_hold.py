"""Store a photo's face, or hold the photo for who decides what becomes of it."""

from dataclasses import dataclass

from mien.errors import FaceError
from mien.gallery.analysis import analyze
from mien.gallery.enrolment.enrol import enrol_analyzed
from mien.gallery.enrolment.subject import Whom
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.held_photos import Held
from mien.gallery.held_photos import hold_analyzed
from mien.gallery.results import Enrolment
from mien.gallery.services import Services


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A photo of which nothing was stored, and that is held.

    Attributes:
        held: where it is, and for how long.
        why: what stands against storing it.
    """

    held: Held
    why: FaceError


def enrol_or_hold(
    services: Services,
    *,
    gallery: str,
    photo: bytes,
    whom: Whom,
    user_id: str,
    hold: tuple[type[FaceError], ...],
) -> Enrolment | HeldBack:
    """Store the face of a photo as `enrol` does; some refusals hold the photo instead.

    The photo is analysed once, whatever becomes of it.

    Args:
        services: the collaborators.
        gallery: its name.
        photo: the file's bytes.
        whom: the person.
        user_id: who may look at a held photo and store it all the same.
        hold: the refusals that somebody can still decide on; others are raised.

    Raises:
        ImageError: the bytes are no photo that can be read.
        FaceError: the face is refused for another reason.
        GalleryNotFound, PersonNotFound, NameTaken, InvalidInput: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
        UserNotFound: the account is gone.
    """
    with services.database.read() as session:
        require_contract(find_gallery(session, gallery), services.engine.summary)
    image, faces = analyze(services, photo=photo)
    try:
        return enrol_analyzed(
            services, gallery=gallery, photo=photo, image=image, faces=faces, whom=whom
        )
    except hold as refusal:
        held = hold_analyzed(
            services, gallery=gallery, photo=photo, image=image, faces=faces, user_id=user_id
        )
        return HeldBack(held, refusal)
