"""From a picture with landmarks to unit embeddings, as a pack's manifest says."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.packs.manifest import RecognizerSpec
from mien.vision.geometry import align
from mien.vision.halvings import Halvings
from mien.vision.planes import empty_planes
from mien.vision.planes import to_planes
from mien.vision.sessions import Session
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

# Bounds the memory of a group photo; larger batches are no faster, and for some networks slower.
_MOST_IN_A_BATCH = 8


class Recognizer:
    """Turns faces into embeddings with one network."""

    def __init__(self, session: Session, spec: RecognizerSpec) -> None:
        self._session = session
        self._spec = spec
        self._template = np.array(spec.template, dtype=np.float32)

    def crop(self, picture: ImageRGB | Halvings, landmarks: FloatArray) -> ImageRGB:
        """Cut a face out as the network wants to see it; uint8, shape (size, size, 3)."""
        return align(picture, landmarks, self._template, self._spec.input_size)

    def embed(self, crops_rgb: Sequence[ImageRGB]) -> FloatArray:
        """Compute unit embeddings.

        Args:
            crops_rgb: results of `crop`.

        Returns:
            float32, shape (number of crops, dimension), each row of length 1.
        """
        if not crops_rgb:
            return np.empty((0, self._spec.dimension), dtype=np.float32)
        views = np.stack(crops_rgb)
        raw = self._run(views)
        if self._spec.averaging == "mirror":
            raw = raw + self._run(np.stack([cv2.flip(view, 1) for view in views]))
        lengths = np.linalg.norm(raw, axis=1, keepdims=True)
        unit: FloatArray = raw / np.maximum(lengths, np.finfo(np.float32).tiny)
        return unit

    def _run(self, views_rgb: NDArray[np.uint8]) -> FloatArray:
        spec = self._spec
        step = self._session.input_shape[0] or _MOST_IN_A_BATCH
        room = empty_planes(views_rgb, min(step, len(views_rgb)))
        outputs = []
        for start in range(0, len(views_rgb), step):
            views = views_rgb[start : start + step]
            batch = room[: len(views)]
            to_planes(views, color=spec.color, mean=spec.mean, scale=spec.scale, out=batch)
            # A network with a flat last layer gives a batch as one row.
            outputs.append(self._session.run(batch)[0].reshape(-1, spec.dimension))
        return np.concatenate(outputs)
