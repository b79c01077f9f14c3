"""WebP: pictures without transparency by OpenCV, which unfolds them straight to their colours.

It takes two thirds of the time that Pillow takes, with the same pixels, and gives nothing of what
Pillow refuses.
"""

from typing import Final

import cv2
import numpy as np

from mien.vision.decoding.plan import Plan
from mien.vision.decoding.with_pillow import draw
from mien.vision.decoding.with_pillow import open_picture
from mien.vision.decoding.with_pillow import plan_opened
from mien.vision.types import ImageRGB

_KIND: Final = "WEBP"
_MEDIA_TYPE: Final = "image/webp"
_AS_STORED: Final = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION


def plan_webp(data: bytes) -> Plan:
    """Plan a WebP.

    Raises:
        UnreadableImage: the header is truncated or damaged.
        UnsupportedImage: the picture is animated.
    """
    image = open_picture(data, _KIND, _MEDIA_TYPE)
    # Transparent parts are laid on white, which OpenCV does not do.
    is_plain = image.mode == "RGB"
    return plan_opened(image, _KIND, (lambda stored: _draw(data, stored)) if is_plain else None)


def _draw(data: bytes, stored: ImageRGB) -> None:
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), _AS_STORED)
    if decoded is None:
        # Pillow says what is wrong.
        draw(open_picture(data, _KIND, _MEDIA_TYPE), stored)
        return
    stored[...] = decoded
