"""Where in its kept photo an example was found."""

from dataclasses import dataclass

from mien.access import permissions
from mien.errors import PhotoNotFound
from mien.gallery.galleries import find_gallery
from mien.gallery.people.faces import as_stored
from mien.gallery.people.faces import find_face
from mien.gallery.people.person_rows import find_person
from mien.gallery.results import StoredFace
from mien.gallery.services import Call
from mien.storage.models import PhotoRow


@dataclass(frozen=True, slots=True)
class FacePhoto:
    """The original photo that an example was taken from.

    Attributes:
        person_name: whose example it is.
        face: the example; its box is in pixels of the photo.
        width: of the upright photo, in pixels.
        height: of the upright photo, in pixels.
    """

    person_name: str
    face: StoredFace
    width: int
    height: int


def show_face_photo(call: Call, *, gallery: str, person_id: str, face_id: str) -> FacePhoto:
    """The kept original of one example, and where in it the face is.

    Raises:
        GalleryNotFound, PersonNotFound, FaceNotFound: it is not there.
        PhotoNotFound: the original was not kept.
    """
    permissions.require(call.actor, "faces.read", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        person = find_person(session, row, person_id)
        face = find_face(session, row, face_id, person_id=person.id)
        photo = session.get(PhotoRow, face.photo_id) if face.photo_id else None
        if photo is None:
            raise PhotoNotFound
        return FacePhoto(person.name, as_stored(face), photo.width, photo.height)
