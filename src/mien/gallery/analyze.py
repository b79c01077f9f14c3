"""From a photo's bytes to its faces, as every verb needs them that compares faces."""

from mien.gallery.tools import Tools
from mien.options import Detail
from mien.vision.images import DecodedImage
from mien.vision.types import Face


def analyze(
    tools: Tools, *, photo: bytes, detail: Detail = "normal"
) -> tuple[DecodedImage, list[Face]]:
    """Read a photo and find its faces with their embeddings, the largest first.

    Args:
        tools: the collaborators.
        photo: the file's bytes.
        detail: how closely the photo is searched.

    Raises:
        ImageError: the bytes are no photo that can be read.
    """
    image = tools.reader.decode(photo)
    faces = tools.engine.analyze(image.image_rgb, detail=detail)
    tools.observer.on_faces(len(faces))
    return image, faces
