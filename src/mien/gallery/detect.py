"""Find the faces of a photo."""

from mien.gallery.answers import Detection
from mien.gallery.tools import Tools
from mien.options import Detail


def detect(tools: Tools, *, photo: bytes, detail: Detail = "normal") -> Detection:
    """Find every face of a photo, the largest first; there may be none.

    Args:
        tools: the collaborators.
        photo: the file's bytes.
        detail: how closely the photo is searched.

    Raises:
        ImageError: the bytes are no photo that can be read.
    """
    image = tools.reader.decode(photo)
    faces = tools.engine.detect(image.image_rgb, detail=detail)
    tools.observer.on_faces(len(faces))
    return Detection(width=image.width, height=image.height, faces=tuple(faces))
