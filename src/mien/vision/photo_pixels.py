"""From pixels of the smaller picture that a photo was decoded to, to those of the photo."""

from dataclasses import replace
from typing import TypeVar

from mien.vision.types import Box
from mien.vision.types import DecodedImage
from mien.vision.types import DetectedFace

_Found = TypeVar("_Found", bound=DetectedFace)


def in_photo(face: _Found, image: DecodedImage) -> _Found:
    """A face that was found in the decoded picture, in pixels of the photo.

    Whether it is good enough was judged by what could be seen of it, and stays so.
    """
    times = image.reduction
    if times == 1:
        return face
    box = face.box
    return replace(
        face,
        box=Box(box.left * times, box.top * times, box.right * times, box.bottom * times),
        landmarks=face.landmarks * times,
        quality=replace(face.quality, size_px=face.quality.size_px * times),
    )
