"""What vision takes and gives: frozen values, with shapes, orders, dtypes and units."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import TypeAlias
from typing import TypeVar
from typing import overload

import numpy as np
from numpy.typing import NDArray

from mien.packs.calibration import Calibration

ImageRGB: TypeAlias = NDArray[np.uint8]
"""uint8, shape (height, width, 3), red-green-blue, contiguous."""

FloatArray: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class DecodedImage:
    """A photo, upright.

    Attributes:
        image_rgb: uint8, shape (lines, columns, 3), contiguous; transparency shown on white.
        width: of the photo, in pixels, after turning.
        height: of the photo, in pixels, after turning.
        media_type: what the bytes really are, e.g. `image/jpeg`.
        extension: without a dot, for a file that holds the bytes.
        turn: EXIF's number of the turn that was made, 1 to 8.
        reduction: so many pixels of a side of the photo are one of `image_rgb`; 1 but for a JPEG
            that was too large to be decoded whole.
    """

    image_rgb: ImageRGB
    width: int
    height: int
    media_type: str
    extension: str
    turn: int = 1
    reduction: int = 1


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright image; right and bottom are exclusive edges.

    May reach beyond the image when a face is cut off by its border, unless said otherwise.
    """

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Pose:
    """A rough estimate of how the head is held, from five landmarks.

    Attributes:
        roll_degrees: in-plane turn in (-180, 180]; positive when the head leans clockwise
            as seen in the picture (the eye on the right is lower).
        yaw: in [-1, 1], without a unit; 0 frontal, positive when the face looks towards the right
            of the picture, magnitude near 1 in profile.
    """

    roll_degrees: float
    yaw: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Whether a face is good enough to store, and why not.

    Attributes:
        acceptable: True when there is no reason against it.
        reasons: any of `not_a_face`, `too_small`, `blurred`, `too_dark`, `too_bright`,
            `turned_away`, `cut_off`.
        score: in [0, 1], higher is better; for sorting examples of one person.
        size_px: the shorter side of the face's box in pixels of the picture.
        sharpness: variance of the Laplacian of the grey aligned crop at 112 pixels; unit: grey².
        brightness: mean grey of the aligned crop in [0, 255].
        visible: share of the face inside the picture, in [0, 1], by its box and by its landmarks.
        confidence: that it is a human face, in [0, 1], by closer looks of the detector, and where
            that is not sure, of the second network of a pack that has one; low for animals,
            textures, many drawings, and faces of which much is covered. 1 where that was not
            measured. Nothing to do with whose face it is.
    """

    acceptable: bool
    reasons: tuple[str, ...]
    score: float
    size_px: float
    sharpness: float
    brightness: float
    visible: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class DetectedFace:
    """A face in a picture.

    Attributes:
        box: in pixels of the upright image.
        landmarks: float32, shape (5, 2), (x, y) in pixels: left eye, right eye, nose, the mouth's
            left corner, its right corner; left and right as one sees them once the head is brought
            upright, so that in a picture that stands on its head the first eye lies on the right.
        score: the detector's score in [0, 1].
        pose: how the head is held.
        quality: whether it is good enough, and why not.
    """

    box: Box
    landmarks: FloatArray
    score: float
    pose: Pose
    quality: Quality


@dataclass(frozen=True, slots=True, eq=False)
class Face(DetectedFace):
    """A face with what is needed to recognise it.

    Attributes:
        crop_rgb: the aligned crop as the network saw it; uint8, shape (size, size, 3).
        embedding: float32, shape (dimension,), unit length.
    """

    # Kept out of the representation, so that no log or traceback ever shows them.
    crop_rgb: ImageRGB = field(repr=False)
    embedding: FloatArray = field(repr=False)


_F_co = TypeVar("_F_co", bound=DetectedFace, covariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class Faces(Sequence[_F_co]):
    """The faces of a picture, the largest first.

    Attributes:
        found: the faces.
        left_out: how many more were seen; a picture gives at most so many faces as the engine is
            told, and the smaller ones are not looked at.
    """

    found: tuple[_F_co, ...] = ()
    left_out: int = 0

    @overload
    def __getitem__(self, index: int) -> _F_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[_F_co, ...]: ...
    def __getitem__(self, index: int | slice) -> _F_co | tuple[_F_co, ...]:
        """A face by its place from 0, or several."""
        return self.found[index]

    def __len__(self) -> int:
        """How many faces were found, without those left out."""
        return len(self.found)


@dataclass(frozen=True, slots=True)
class EngineSummary:
    """What an engine is made of, for pages, health and the choice of a gallery's contract.

    Attributes:
        pack: name of the model pack.
        contract_id: id of the embedding contract; vectors are comparable only within one.
        dimension: length of an embedding.
        identify_threshold: similarity from which an identification is a match, in [-1, 1].
        verify_threshold: similarity from which two photos show the same person, in [-1, 1].
        calibration: how often similarities mislead; None when that has not been measured.
        detector: family and runtime, for display.
        recognizer: family and runtime, for display.
    """

    pack: str
    contract_id: str
    dimension: int
    identify_threshold: float
    verify_threshold: float
    calibration: Calibration | None = field(repr=False)
    detector: str
    recognizer: str
