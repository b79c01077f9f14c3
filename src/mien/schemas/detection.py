"""The faces of a photo, as JSON."""

from mien.schemas.common import FaceOut
from mien.schemas.common import ImageOut
from mien.schemas.common import Out


class DetectionOut(Out):
    """The faces of a photo, the largest first."""

    image: ImageOut
    faces: list[FaceOut]
