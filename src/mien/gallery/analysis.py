"""From a photo's bytes to its faces, as every verb needs them that compares faces."""

from mien.gallery.results import Detection
from mien.gallery.services import Services
from mien.options import Detail
from mien.vision.types import DecodedImage
from mien.vision.types import Face


def analyze(
    services: Services, *, photo: bytes, detail: Detail = "normal"
) -> tuple[DecodedImage, list[Face]]:
    """Read a photo and find its faces with their embeddings, the largest first.

    Args:
        services: the collaborators.
        photo: the file's bytes.
        detail: how closely the photo is searched.

    Raises:
        ImageError: the bytes are no photo that can be read.
    """
    image = services.reader.decode(photo)
    faces = services.engine.analyze(image.image_rgb, detail=detail)
    services.observer.on_faces(len(faces))
    return image, faces


def detect(services: Services, *, photo: bytes, detail: Detail = "normal") -> Detection:
    """Find every face of a photo, the largest first; there may be none.

    Args:
        services: the collaborators.
        photo: the file's bytes.
        detail: how closely the photo is searched.

    Raises:
        ImageError: the bytes are no photo that can be read.
    """
    image = services.reader.decode(photo)
    faces = services.engine.detect(image.image_rgb, detail=detail)
    services.observer.on_faces(len(faces))
    return Detection(width=image.width, height=image.height, faces=tuple(faces))
