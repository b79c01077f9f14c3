"""From a picture with landmarks to unit embeddings, as a pack's manifest says."""

import math
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
        self._offset = np.array(spec.offset, dtype=np.float32) if spec.offset else None

    def crop(self, picture: ImageRGB | Halvings, landmarks: FloatArray) -> ImageRGB:
        """Cut a face out as the network wants to see it; uint8, shape (size, size, 3)."""
        return align(picture, landmarks, self._template, self._spec.input_size)

    def embed(self, crops_rgb: Sequence[ImageRGB]) -> FloatArray:
        """Compute unit embeddings.

        Args:
            crops_rgb: results of `crop`.

        Returns:
            float32, shape (number of crops, dimension), each row of length 1; of zeros where the
            network gives nothing but zeros.
        """
        if not crops_rgb:
            return np.empty((0, self._spec.dimension), dtype=np.float32)
        views = np.stack(crops_rgb)
        raw = self._run(views)
        if self._spec.averaging == "mirror":
            raw = raw + self._run(np.stack([cv2.flip(view, 1) for view in views]))
        unit = _to_unit(raw)
        if self._offset is None:
            return unit
        # Of nothing, only the offset would be left: faces without an answer would be alike.
        return _to_unit(np.where(raw.any(axis=1, keepdims=True), unit - self._offset, unit))

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


def _to_unit(vectors: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: FloatArray = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit


class JointRecognizer:
    """Turns faces into embeddings with the networks of a pack, one or several.

    Args:
        parts: one a network.
        weights: how much each counts, above 0.
    """

    def __init__(self, parts: Sequence[Recognizer], weights: Sequence[float]) -> None:
        self._parts = parts
        total = sum(weights)
        self._shares = [math.sqrt(weight / total) for weight in weights]

    def crop(self, picture: ImageRGB | Halvings, landmarks: FloatArray) -> tuple[ImageRGB, ...]:
        """Cut a face out as each network wants to see it, in their order."""
        return tuple(part.crop(picture, landmarks) for part in self._parts)

    def embed(self, views: Sequence[tuple[ImageRGB, ...]]) -> FloatArray:
        """Compute unit embeddings: those of the networks side by side.

        The cosine of two of them is the mean of the networks' cosines by their weights.

        Args:
            views: results of `crop`.

        Returns:
            float32, shape (number of faces, sum of the dimensions), each row of length 1.
        """
        embeddings = [
            part.embed([view[place] for view in views]) for place, part in enumerate(self._parts)
        ]
        if len(embeddings) == 1:
            return embeddings[0]
        scaled = [
            np.float32(share) * each for share, each in zip(self._shares, embeddings, strict=True)
        ]
        joined: FloatArray = np.concatenate(scaled, axis=1)
        return joined
