"""Which face of a photo is meant, told by where it is or how large. Pure."""

from collections.abc import Sequence
from typing import Literal
from typing import TypeVar
from typing import get_args

from mien.vision.types import DetectedFace

FaceChoice = Literal["nearest-centre", "largest"]
"""Which face is meant where a photo shows several."""
FACE_CHOICES: tuple[FaceChoice, ...] = get_args(FaceChoice)
_F = TypeVar("_F", bound=DetectedFace)


def prefer(faces: Sequence[_F], choice: FaceChoice, *, size_wh: tuple[int, int]) -> _F:
    """The face that is meant.

    Args:
        faces: of the photo, at least one, largest first.
        choice: how it is told.
        size_wh: of the photo, in pixels.
    """
    if choice == "largest":
        return faces[0]
    width, height = size_wh
    return min(
        faces,
        key=lambda face: (
            abs((face.box.left + face.box.right) - width)
            + abs((face.box.top + face.box.bottom) - height)
        ),
    )
