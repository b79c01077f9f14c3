"""Photos that a form has sent, several at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from werkzeug.datastructures import FileStorage

from mien.errors import FaceError
from mien.errors import ImageError
from mien.errors import MienError
from mien.errors import PhotoNotGoodEnough
from mien.errors import SeveralFacesFound
from mien.gallery.enrol import enrol
from mien.gallery.probes import hold_probe
from mien.gallery.tools import Tools
from mien.gallery.whom import KnownPerson
from mien.http.context import runtime
from mien.web.contexts.people import RefusedPhoto
from mien.web.doubts import Doubtful


@dataclass(frozen=True, slots=True)
class Added:
    """What became of photos.

    Attributes:
        faces: how many were added.
        refused: the photos that gave none, and why.
        doubtful: those that may be a mistake, and those that were there already.
        to_choose: the bytes of the one photo that was sent, when it has several faces.
    """

    faces: int
    refused: tuple[RefusedPhoto, ...]
    doubtful: tuple[Doubtful, ...] = ()
    to_choose: bytes | None = None


def add_photos(
    tools: Tools, files: Sequence[FileStorage], *, gallery: str, person_id: str, user_id: str
) -> Added:
    """Add the face of each photo to somebody; one photo's trouble is not another's.

    A photo that the gate refuses is held for a while, so that it can be stored all the same
    without being chosen again.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    refused: list[RefusedPhoto] = []
    doubtful: list[Doubtful] = []
    to_choose, faces = None, 0
    for file in files:
        photo, name = read_file(file), file.filename or "A photo"
        try:
            done = enrol(tools, gallery=gallery, photo=photo, whom=KnownPerson(person_id))
        except PhotoNotGoodEnough as error:
            probe_id = hold_probe(tools, gallery=gallery, photo=photo, user_id=user_id)
            place: dict[str, Any] = {
                "gallery": gallery,
                "person_id": person_id,
                "probe_id": probe_id,
            }
            anyway = url_for("person.choose_face", **place)
            refused.append(RefusedPhoto(name, error.detail, anyway))
        except (ImageError, FaceError) as error:
            refused.append(RefusedPhoto(name, _reason(error)))
            if isinstance(error, SeveralFacesFound) and len(files) == 1:
                to_choose = photo
        else:
            faces += done.stored
            doubtful.append(Doubtful(name, done))
    return Added(faces, tuple(refused), tuple(doubtful), to_choose)


def read_file(file: FileStorage) -> bytes:
    """The bytes of a file, and no more of a too large one than shows that it is."""
    return file.stream.read(runtime().settings.max_upload_bytes + 1)


def _reason(error: MienError) -> str:
    if isinstance(error, SeveralFacesFound):
        count = len(error.extra["boxes"])
        return f"There are {count} faces in it. Send it alone, then choose the right one."
    return error.detail
