"""From a photo's bytes to its faces, as every verb needs them that compares faces."""

import hashlib
from dataclasses import dataclass
from dataclasses import field

from mien.access import permissions
from mien.gallery.results import Detection
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.options import PhotoOptions
from mien.vision.budget import Budget
from mien.vision.photo_pixels import in_photo
from mien.vision.types import DecodedImage
from mien.vision.types import Face
from mien.vision.types import Faces


@dataclass(frozen=True, slots=True)
class Upload:
    """A photo as somebody has sent it, and how it is to be looked at.

    Attributes:
        data: the file's bytes.
        options: how it is to be looked at.
    """

    data: bytes = field(repr=False)
    options: PhotoOptions = field(default_factory=PhotoOptions)


@dataclass(frozen=True, slots=True, eq=False)
class AnalyzedPhoto:
    """A photo that has been looked at once, for whatever is done with it.

    Attributes:
        data: the file's bytes.
        image: the upright picture.
        faces: with their embeddings; in pixels of the photo.
    """

    data: bytes = field(repr=False)
    image: DecodedImage = field(repr=False)
    faces: Faces[Face]

    @property
    def sha256(self) -> str:
        """Digest of the file's bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def size_wh(self) -> tuple[int, int]:
        """Of the upright photo, in pixels."""
        return self.image.width, self.image.height


def analyze(services: Services, photo: Upload | AnalyzedPhoto, budget: Budget) -> AnalyzedPhoto:
    """Read a photo and find its faces with their embeddings; one that was analysed stays as it is.

    Args:
        services: the collaborators.
        photo: as it was sent, or analysed already.
        budget: how long looking may take.

    Raises:
        ImageError: the bytes are no photo that can be read, or looking at it takes too long.
        Overloaded: too much else is being looked at.
        ClientGone: nobody waits for the answer any more.
    """
    if isinstance(photo, AnalyzedPhoto):
        return photo
    # Looking takes long beside everything else, and no transaction waits for it.
    services.database.rest()
    image = services.reader.decode(photo.data)
    faces = services.engine.analyze(image.image_rgb, detail=photo.options.detail, budget=budget)
    services.observer.on_faces(len(faces))
    return AnalyzedPhoto(photo.data, image, _in_photo(faces, image))


def detect(call: Call, *, photo: Upload) -> Detection:
    """Find the faces of a photo, the largest first; there may be none.

    Raises:
        ImageError: the bytes are no photo that can be read, or looking at it takes too long.
        Overloaded: too much else is being looked at.
        ClientGone: nobody waits for the answer any more.
    """
    permissions.require(call.actor, "photos.detect")
    services, budget = call.services, call.budget()
    services.database.rest()
    image = services.reader.decode(photo.data)
    faces = services.engine.detect(image.image_rgb, detail=photo.options.detail, budget=budget)
    services.observer.on_faces(len(faces))
    found = tuple(in_photo(face, image) for face in faces)
    return Detection(image.width, image.height, found, faces_left_out=faces.left_out)


def _in_photo(faces: Faces[Face], image: DecodedImage) -> Faces[Face]:
    return Faces(tuple(in_photo(face, image) for face in faces), faces.left_out)
