"""What face_recognition does with a photo, step by step, with dlib's own parts."""

import io
from dataclasses import dataclass
from pathlib import Path

import dlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.vision.types import ImageRGB

STRANGERS = 98
"""People in the gallery beside those who are known."""


@dataclass(frozen=True, slots=True)
class Known:
    """Who is enrolled: a name for each photo that is."""

    obama: bytes
    biden: bytes

    def items(self) -> tuple[tuple[str, bytes], ...]:
        """Name and photo of each."""
        return (("Obama", self.obama), ("Biden", self.biden))


class Peer:
    """The steps of face_recognition, with dlib's own parts."""

    def __init__(self, predictor: Path, network: Path, known: Known) -> None:
        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(predictor))
        self._network = dlib.face_recognition_model_v1(str(network))
        self._names = [name for name, _ in known.items()]
        photos = [self._encode(data)[0] for _, data in known.items()]
        strangers = np.random.default_rng(0).normal(0, 0.13, (STRANGERS, 128))
        self._gallery = np.concatenate([np.stack(photos), strangers])
        self._names += [f"stranger {number}" for number in range(STRANGERS)]

    def name_photo(self, data: bytes) -> list[str]:
        """Who is in the photo, one name a face."""
        return [self._nearest(encoding) for encoding in self._encode(data)]

    def find(self, data: bytes) -> NDArray[np.float64]:
        """Boxes of the faces that it finds in a photo, shape (n, 4)."""
        found = self._detector(np.array(Image.open(io.BytesIO(data)).convert("RGB")), 1)
        boxes = [(box.left(), box.top(), box.right(), box.bottom()) for box in found]
        return np.array(boxes, dtype=np.float64).reshape(-1, 4)

    def embed(self, crop_rgb: ImageRGB) -> object:
        """The 128 numbers of an aligned crop of 150 by 150 pixels."""
        return self._network.compute_face_descriptor(crop_rgb)

    def _encode(self, data: bytes) -> list[NDArray[np.float64]]:
        image_rgb = np.array(Image.open(io.BytesIO(data)).convert("RGB"))
        return [
            np.array(
                self._network.compute_face_descriptor(image_rgb, self._predictor(image_rgb, box), 1)
            )
            for box in self._detector(image_rgb, 1)
        ]

    def _nearest(self, encoding: NDArray[np.float64]) -> str:
        distances = np.linalg.norm(self._gallery - encoding, axis=1)
        best = int(distances.argmin())
        return self._names[best] if distances[best] <= 0.6 else "unknown"
