"""Searching a picture: scale, run, decode, thin out, and back to the picture's pixels."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from mien.vision.detectors import centerface
from mien.vision.detectors import scrfd
from mien.vision.detectors import yunet
from mien.vision.detectors.families import NOTHING_FOUND
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
from mien.vision.planes import empty_planes
from mien.vision.planes import to_planes
from mien.vision.sessions import Session
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

# More at once are no faster, and others wait the longer for their turn.
_MOST_IN_A_BATCH = 8
# The time to thin out grows with the square. Of a photo hardly a hundred are left before that.
_MOST_RAW = 3_000

NOTHING_PREPARED: Final[Mapping[int, Session]] = MappingProxyType({})

FAMILIES: dict[str, DetectorFamily] = {
    "centerface": centerface.FAMILY,
    "yunet": yunet.FAMILY,
    "scrfd": scrfd.FAMILY,
}


class Detector:
    """Finds faces with one network."""

    def __init__(
        self,
        session: Session,
        family: DetectorFamily,
        *,
        score_threshold: float,
        nms_iou: float,
        prepared: Mapping[int, Session] = NOTHING_PREPARED,
    ) -> None:
        """Say how faces are found.

        Args:
            session: runs the network.
            family: how it is fed and read.
            score_threshold: the least score of a face, in [0, 1].
            nms_iou: overlap above which two boxes are about one face, in [0, 1].
            prepared: sessions of the same network for small square pictures, by their side in
                pixels; each takes a fixed number at a time.
        """
        self._session = session
        self._prepared = prepared
        self._family = family
        self._score_threshold = score_threshold
        self._nms_iou = nms_iou

    @property
    def takes_any_size(self) -> bool:
        """Whether small pictures cost little; a file of one size enlarges them all."""
        return self._session.input_shape[2] is None

    @property
    def sees_small(self) -> bool:
        """Whether a face that is clearly seen at 96 pixels needs no look at 160."""
        return self._family.sees_small

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
        outputs = apart(self._session.run(self._to_blob([letterbox(picture, plan)])), 1)
        return self._read(outputs, plan, least_score).places

    def find_each(self, images_rgb: Sequence[ImageRGB], longest_side: int) -> list[Candidates]:
        """The same for small pictures of one size, several in one inference where that can be.

        Args:
            images_rgb: uint8, each of shape (height, width, 3).
            longest_side: see `find_at`.
        """
        return self.find_in_batch(images_rgb, longest_side).each(len(images_rgb))

    def find_in_batch(self, images_rgb: Sequence[ImageRGB], longest_side: int) -> FoundInBatch:
        """The same, all that is found side by side; of each picture the best score first."""
        if not len(images_rgb):
            return NOTHING_FOUND
        height, width = images_rgb[0].shape[:2]
        plan = self._plan((width, height), longest_side)
        shown = [letterbox(each, plan) for each in images_rgb]
        return self._read(self._ask(shown), plan)

    def _ask(self, images_rgb: Sequence[ImageRGB]) -> list[FloatArray]:
        """What the network says of pictures of one size; the first axis is theirs."""
        height, width = images_rgb[0].shape[:2]
        session = self._prepared.get(height, self._session) if height == width else self._session
        together = self._family.batches and session.input_shape[0] != 1
        step = (session.input_shape[0] or _MOST_IN_A_BATCH) if together else 1
        fixed = session.input_shape[0] == step
        room = empty_planes(images_rgb, step if fixed else min(step, len(images_rgb)))
        answers = []
        for start in range(0, len(images_rgb), step):
            shown = images_rgb[start : start + step]
            self._to_blob(shown, room[: len(shown)])
            # What takes so many at a time is given as many; what is too much is not read.
            room[len(shown) :] = 0
            blob = room if fixed else room[: len(shown)]
            outputs = apart(session.run(blob), len(blob))
            answers.append([each[: len(shown)] for each in outputs])
        return [
            np.concatenate(same) if len(same) > 1 else same[0]
            for same in zip(*answers, strict=True)
        ]

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
        plan: Letterbox,
        least_score: float | None = None,
    ) -> FoundInBatch:
        """What the network says of pictures; of each picture the best score first."""
        least = self._score_threshold if least_score is None else least_score
        seen = self._family.decode(outputs, plan.input_wh, least)
        seen = largest(seen, _MOST_RAW)
        places = seen.places
        seen = seen.take(
            suppress_each(places.boxes_xyxy, places.scores, seen.picture, self._nms_iou)
        )
        places = seen.places
        corners = plan.to_picture(places.boxes_xyxy.reshape(-1, 2, 2)).reshape(-1, 4)
        points = plan.to_picture(places.landmarks)
        return FoundInBatch(Candidates(corners, points, places.scores), seen.picture)

    def _to_blob(self, images_rgb: Sequence[ImageRGB], out: FloatArray | None = None) -> FloatArray:
        family = self._family
        return to_planes(
            images_rgb,
            color=family.color,
            mean=(family.mean,) * 3,
            scale=(family.scale,) * 3,
            out=out,
        )
