"""Runs the engine over labelled photos and keeps one face of each."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mien.decision.choose_face import prefer
from mien.errors import ImageError
from mien.errors import ImageTooLarge
from mien.options import FaceChoice
from mien.vision.engine import Engine
from mien.vision.photo_pixels import in_photo
from mien.vision.reader import ImageReader
from mien.vision.types import FloatArray
from mien.vision.types import Quality

# One reads and decodes the next photo while another waits for the networks.
_AT_ONCE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What is kept of a photo.

    Attributes:
        embedding: float32, shape (dimension,), unit length.
        quality: of the face.
        yaw: of the head, in [-1, 1]; see `Pose`.
        landmarks: float32, shape (5, 2), in pixels of the upright photo.
    """

    embedding: FloatArray
    quality: Quality
    yaw: float
    landmarks: FloatArray


@dataclass(frozen=True, slots=True)
class Acquired:
    """What came of photos.

    Attributes:
        samples: by the photo's name.
        refused: photos without one, by name: the code of the reason.
    """

    samples: Mapping[str, Sample]
    refused: Mapping[str, str]


def acquire(
    engine: Engine,
    reader: ImageReader,
    folder: Path,
    photos: Iterable[str],
    *,
    face: FaceChoice,
    on_photo: Callable[[str, Sample | str], None] = lambda _name, _seen: None,
) -> Acquired:
    """Find and embed one face of each photo; a photo that cannot be used stops nothing.

    Args:
        engine: as the server's.
        reader: decodes the files.
        folder: the photos' names are paths below it.
        photos: their names; each is looked at once.
        face: which one is meant where there are several.
        on_photo: called when a photo is done, with its name and what is kept of it or the code
            of the reason why nothing is.
    """
    names = sorted(set(photos))

    def look(name: str) -> Sample | str:
        return _look(engine, reader, folder / name, face)

    found: dict[str, Sample | str] = {}
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        for name, seen in zip(names, pool.map(look, names), strict=True):
            found[name] = seen
            on_photo(name, seen)
    finally:
        # Who breaks off does not wait for the photos that were not begun.
        pool.shutdown(cancel_futures=True)
    return Acquired(
        samples={name: seen for name, seen in found.items() if isinstance(seen, Sample)},
        refused={name: seen for name, seen in found.items() if isinstance(seen, str)},
    )


def _look(engine: Engine, reader: ImageReader, path: Path, choice: FaceChoice) -> Sample | str:
    try:
        if path.stat().st_size > reader.max_bytes:
            return ImageTooLarge.code
        image = reader.decode(path.read_bytes())
    except OSError:
        return "unreadable_file"
    except ImageError as error:
        return error.code
    faces = [in_photo(face, image) for face in engine.analyze(image.image_rgb)]
    if not faces:
        return "no_face_found"
    face = prefer(faces, choice, size_wh=(image.width, image.height))
    return Sample(
        embedding=face.embedding, quality=face.quality, yaw=face.pose.yaw, landmarks=face.landmarks
    )
