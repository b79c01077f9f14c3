"""Searching a picture: scale, run, decode, thin out, and back to the picture's pixels."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from mien.vision.detectors import centerface
from mien.vision.detectors import scrfd
from mien.vision.detectors import yunet
from mien.vision.detectors.families import Candidates
from mien.vision.detectors.families import DetectorFamily
from mien.vision.detectors.families import FoundInBatch
from mien.vision.detectors.families import apart
from mien.vision.detectors.families import largest
from mien.vision.geometry import Letterbox
from mien.vision.geometry import letterbox
from mien.vision.geometry import plan_letterbox
from mien.vision.geometry import suppress_each
from mien.vision.halvings import Halvings
from mien.vision.sessions import Session
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

# More at once are no faster, and others wait the longer for their turn.
_MOST_IN_A_BATCH = 8
# The time to thin out grows with the square. Of a photo hardly a hundred are left before that.
_MOST_RAW = 3_000

FAMILIES: dict[str, DetectorFamily] = {
    "centerface": centerface.FAMILY,
    "yunet": yunet.FAMILY,
    "scrfd": scrfd.FAMILY,
}


class Detector:
    """Finds faces with one network."""

    def __init__(
        self, session: Session, family: DetectorFamily, *, score_threshold: float, nms_iou: float
    ) -> None:
        self._session = session
        self._family = family
        self._score_threshold = score_threshold
        self._nms_iou = nms_iou

    @property
    def takes_any_size(self) -> bool:
        """Whether small pictures cost little; a file of one size enlarges them all."""
        return self._session.input_shape[2] is None

    @property
    def small_passes(self) -> bool:
        """Whether second looks at a smaller scale are worth their time."""
        return self._family.small_passes

    @property
    def score_threshold(self) -> float:
        """The least score of a face, in [0, 1]."""
        return self._score_threshold

    @property
    def doubtful_score(self) -> float | None:
        """See `DetectorFamily`."""
        return self._family.doubtful_score

    @property
    def nms_iou(self) -> float:
        """Overlap above which two boxes are about one face, in [0, 1]."""
        return self._nms_iou

    def find_at(
        self,
        picture: ImageRGB | Halvings,
        longest_side: int,
        *,
        padding_share: float = 0.0,
        enlarge: bool = False,
        least_score: float | None = None,
    ) -> Candidates:
        """Find every face in one search, best score first.

        Args:
            picture: uint8, shape (height, width, 3), or the same with its halvings.
            longest_side: pixels at which the picture is searched; rounded up to a multiple of the
                network's stride.
            padding_share: see `plan_letterbox`.
            enlarge: see `plan_letterbox`.
            least_score: of what is given back; None takes that of a face.
        """
        image_rgb = picture.image_rgb if isinstance(picture, Halvings) else picture
        size_wh = (image_rgb.shape[1], image_rgb.shape[0])
        plan = self._plan(size_wh, longest_side, padding_share=padding_share, enlarge=enlarge)
        outputs = self._session.run(self._to_blob([letterbox(picture, plan)]))
        return self._read(outputs, 1, plan, least_score).places

    def find_each(self, images_rgb: Sequence[ImageRGB], longest_side: int) -> list[Candidates]:
        """The same for small pictures of one size, several in one inference where that can be.

        Args:
            images_rgb: uint8, each of shape (height, width, 3).
            longest_side: see `find_at`.
        """
        if not images_rgb:
            return []
        height, width = images_rgb[0].shape[:2]
        plan = self._plan((width, height), longest_side)
        together = self._family.batches and self._session.input_shape[0] is None
        step = _MOST_IN_A_BATCH if together else 1
        found = []
        for start in range(0, len(images_rgb), step):
            batch = images_rgb[start : start + step]
            outputs = self._session.run(self._to_blob([letterbox(each, plan) for each in batch]))
            found += self._read(outputs, len(batch), plan).each(len(batch))
        return found

    def _plan(
        self,
        size_wh: tuple[int, int],
        longest_side: int,
        *,
        padding_share: float = 0.0,
        enlarge: bool = False,
    ) -> Letterbox:
        stride = self._family.stride
        high, wide = self._session.input_shape[2:]
        fixed_wh = (wide, high) if wide is not None and high is not None else None
        plan = plan_letterbox(
            size_wh,
            min(fixed_wh) if fixed_wh else -(-longest_side // stride) * stride,
            stride=stride,
            padding_share=padding_share,
            enlarge=enlarge,
        )
        # A file of one size only takes the picture with black to its right and below.
        return replace(plan, input_wh=fixed_wh) if fixed_wh else plan

    def _read(
        self,
        outputs: Sequence[FloatArray],
        count: int,
        plan: Letterbox,
        least_score: float | None = None,
    ) -> FoundInBatch:
        """What the network says of so many pictures; of each picture the best score first."""
        least = self._score_threshold if least_score is None else least_score
        seen = self._family.decode(apart(outputs, count), plan.input_wh, least)
        seen = largest(seen, _MOST_RAW)
        places = seen.places
        seen = seen.take(
            suppress_each(places.boxes_xyxy, places.scores, seen.picture, self._nms_iou)
        )
        places = seen.places
        corners = plan.to_picture(places.boxes_xyxy.reshape(-1, 2, 2)).reshape(-1, 4)
        points = plan.to_picture(places.landmarks)
        return FoundInBatch(Candidates(corners, points, places.scores), seen.picture)

    def _to_blob(self, images_rgb: Sequence[ImageRGB]) -> FloatArray:
        family = self._family
        blob = cv2.dnn.blobFromImages(
            images_rgb,
            1 / family.scale,
            mean=(family.mean,) * 3,
            swapRB=family.color == "bgr",
        )
        return np.asarray(blob, dtype=np.float32)
