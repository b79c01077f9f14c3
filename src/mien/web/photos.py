"""Photos that a form has sent, several at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from mien.errors import FaceError
from mien.errors import ImageError
from mien.errors import MienError
from mien.errors import SeveralFacesFound
from mien.gallery.enrol import enrol
from mien.gallery.tools import Tools
from mien.gallery.whom import KnownPerson
from mien.http.context import runtime
from mien.web.contexts.people import RefusedPhoto


@dataclass(frozen=True, slots=True)
class Added:
    """What became of photos.

    Attributes:
        faces: how many were added.
        refused: the photos that gave none, and why.
        to_choose: the bytes of the one photo that was sent, when it has several faces.
    """

    faces: int
    refused: tuple[RefusedPhoto, ...]
    to_choose: bytes | None = None


def add_photos(
    tools: Tools, files: Sequence[FileStorage], *, gallery: str, person_id: str
) -> Added:
    """Add the face of each photo to somebody; one photo's trouble is not another's.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    refused: list[RefusedPhoto] = []
    to_choose = None
    for file in files:
        photo = read_file(file)
        try:
            enrol(tools, gallery=gallery, photo=photo, whom=KnownPerson(person_id))
        except (ImageError, FaceError) as error:
            refused.append(RefusedPhoto(file.filename or "A photo", _reason(error)))
            if isinstance(error, SeveralFacesFound) and len(files) == 1:
                to_choose = photo
    return Added(len(files) - len(refused), tuple(refused), to_choose)


def read_file(file: FileStorage) -> bytes:
    """The bytes of a file, and no more of a too large one than shows that it is."""
    return file.stream.read(runtime().settings.max_upload_bytes + 1)


def _reason(error: MienError) -> str:
    if isinstance(error, SeveralFacesFound):
        count = len(error.extra["boxes"])
        return f"There are {count} faces in it. Send it alone, then choose the right one."
    return error.detail
