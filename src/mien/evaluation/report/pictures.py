"""Portraits of the photos of errors."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from mien.errors import ImageError
from mien.evaluation.report.content import Seen
from mien.vision.portraits import portrait
from mien.vision.reader import ImageReader
from mien.vision.types import ImageRGB

_SIZE_WH = (160, 200)


class Portraits:
    """Cuts portraits out of photos; one that cannot be read any more is left out.

    Args:
        photos: the folder that the photos' names are paths below; None shows none.
        reader: decodes them.
    """

    def __init__(self, photos: Path | None, reader: ImageReader) -> None:
        self._photos = photos
        self._reader = reader
        self._cut = lru_cache(maxsize=None)(self._cut_out)

    def __call__(self, seen: Seen) -> ImageRGB | None:
        """The portrait; uint8, shape (200, 160, 3)."""
        return self._cut(seen)

    def _cut_out(self, seen: Seen) -> ImageRGB | None:
        if self._photos is None:
            return None
        try:
            image = self._reader.decode((self._photos / seen.photo).read_bytes())
        except (OSError, ImageError):
            return None
        landmarks = np.array(seen.landmarks, np.float32) / np.float32(image.reduction)
        return portrait(image.image_rgb, landmarks, _SIZE_WH)
