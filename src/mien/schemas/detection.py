"""The faces of a photo, as JSON."""

from mien.gallery.results import Detection
from mien.schemas.common import FaceOut
from mien.schemas.common import FacesLeftOut
from mien.schemas.common import ImageOut
from mien.schemas.common import Out
from mien.schemas.common import face_fields


class DetectionOut(Out):
    """The faces of a photo, the largest first."""

    image: ImageOut
    faces: list[FaceOut]
    faces_left_out: FacesLeftOut

    @classmethod
    def of(cls, found: Detection) -> "DetectionOut":
        """From the verb's answer."""
        return cls(
            image=ImageOut(width=found.width, height=found.height),
            faces=[FaceOut(**face_fields(face)) for face in found.faces],
            faces_left_out=found.faces_left_out,
        )
