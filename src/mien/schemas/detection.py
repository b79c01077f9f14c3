"""The faces in a photo, as JSON."""

from mien.gallery.results import Detection
from mien.schemas.base import Out
from mien.schemas.photo_faces import FaceOut
from mien.schemas.photo_faces import FacesLeftOut
from mien.schemas.photo_faces import ImageOut
from mien.schemas.photo_faces import face_fields


class DetectionOut(Out):
    """The faces in a photo, largest first."""

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
