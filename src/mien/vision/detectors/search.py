"""Searching a picture: scale, run, decode, thin out, and back to the picture's pixels."""

from dataclasses import replace

import cv2
import numpy as np

from mien.errors import InvalidInput
from mien.vision.detectors import centerface
from mien.vision.detectors import scrfd
from mien.vision.detectors import yunet
from mien.vision.detectors.base import Candidates
from mien.vision.detectors.base import DetectorFamily
from mien.vision.geometry import letterbox
from mien.vision.geometry import plan_letterbox
from mien.vision.geometry import suppress
from mien.vision.sessions import Session
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

FAMILIES: dict[str, DetectorFamily] = {
    "centerface": centerface.FAMILY,
    "yunet": yunet.FAMILY,
    "scrfd": scrfd.FAMILY,
}
LEAST_SIDE, MOST_SIDE = 128, 4096
# A face that fills the frame is larger than what the networks were trained on. Where the first
# search finds nothing, a second one looks at 160 pixels with as much again around them: of faces
# cropped by a fifth on every side it brought CenterFace from 20 % to 95 %, YuNet from 39 % to 100 %.
_CLOSE_UP_SIDE, _CLOSE_UP_PADDING = 320, 0.25


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

    def find(self, image_rgb: ImageRGB, longest_side: int) -> Candidates:
        """Find every face, best score first.

        Args:
            image_rgb: uint8, shape (height, width, 3).
            longest_side: pixels at which the picture is searched, 128 to 4096; rounded up to a
                multiple of the network's stride.
        """
        if not LEAST_SIDE <= longest_side <= MOST_SIDE:
            raise InvalidInput(
                f"The detection side is {longest_side}; it must be from {LEAST_SIDE} to "
                f"{MOST_SIDE} pixels.",
                field="detection_side",
            )
        found = self.find_at(image_rgb, longest_side)
        if len(found.scores):
            return found
        return self.find_at(image_rgb, _CLOSE_UP_SIDE, padding_share=_CLOSE_UP_PADDING)

    def find_at(
        self, image_rgb: ImageRGB, longest_side: int, *, padding_share: float = 0.0
    ) -> Candidates:
        """Find every face in one search, best score first; see `plan_letterbox`."""
        stride = self._family.stride
        high, wide = self._session.input_shape[2:]
        fixed_wh = (wide, high) if wide is not None and high is not None else None
        plan = plan_letterbox(
            (image_rgb.shape[1], image_rgb.shape[0]),
            min(fixed_wh) if fixed_wh else -(-longest_side // stride) * stride,
            stride=stride,
            padding_share=padding_share,
        )
        if fixed_wh:
            # A file of one size only takes the picture with black to its right and below.
            plan = replace(plan, input_wh=fixed_wh)
        outputs = self._session.run(_to_blob(letterbox(image_rgb, plan), self._family))
        found = self._family.decode(outputs, plan.input_wh, self._score_threshold)
        found = found.take(suppress(found.boxes_xyxy, found.scores, self._nms_iou))
        corners = plan.to_picture(found.boxes_xyxy.reshape(-1, 2, 2))
        return Candidates(corners.reshape(-1, 4), plan.to_picture(found.landmarks), found.scores)


def _to_blob(image_rgb: ImageRGB, family: DetectorFamily) -> FloatArray:
    blob = cv2.dnn.blobFromImage(
        image_rgb, 1 / family.scale, mean=(family.mean,) * 3, swapRB=family.color == "bgr"
    )
    return np.asarray(blob, dtype=np.float32)
