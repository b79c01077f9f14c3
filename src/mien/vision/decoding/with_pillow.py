"""Pictures that Pillow decodes, drawn strip by strip."""

import io
from typing import Final

import numpy as np
from PIL import Image
from PIL import UnidentifiedImageError

from mien.errors import UnreadableImage
from mien.errors import UnsupportedImage
from mien.vision.decoding.memory import need_bytes
from mien.vision.decoding.plan import Draw
from mien.vision.decoding.plan import Plan
from mien.vision.formats.exif import UPRIGHT
from mien.vision.formats.exif import turn_in_exif
from mien.vision.formats.exif import turn_in_xmp
from mien.vision.types import ImageRGB

# Conversions make copies of so much at a time; memory that is used again is quicker than new.
STRIP_PIXELS: Final = 100_000


def open_picture(data: bytes, kind: str, media_type: str) -> Image.Image:
    """Let Pillow read the header.

    Raises:
        UnreadableImage: it cannot.
    """
    try:
        return Image.open(io.BytesIO(data), formats=(kind,))
    except UnidentifiedImageError as error:
        raise UnreadableImage("header", words={"kind": media_type}) from error


def plan_with_pillow(data: bytes, kind: str, media_type: str) -> Plan:
    """For kinds whose files need no care of ours.

    Raises:
        UnreadableImage: the header is truncated or damaged.
        UnsupportedImage: the picture is animated, and no GIF.
    """
    return plan_opened(open_picture(data, kind, media_type), kind)


def plan_opened(image: Image.Image, kind: str, draw_it: Draw | None = None) -> Plan:
    """The same for a picture whose header is read.

    Args:
        image: opened, not decoded yet.
        kind: Pillow's name of the format.
        draw_it: what draws the picture; None lets Pillow do it.

    Raises:
        UnsupportedImage: see `plan_with_pillow`.
    """
    if kind != "GIF" and getattr(image, "is_animated", False):
        raise UnsupportedImage("animated")
    turn = turn_in_exif(image.info.get("exif") or b"") or turn_in_xmp(_xmp(image))
    return Plan(
        width=image.width,
        height=image.height,
        need_bytes=need_bytes(kind, image.mode, image.width * image.height),
        draw=draw_it or (lambda stored: draw(image, stored)),
        turn=turn or UPRIGHT,
    )


def _xmp(image: Image.Image) -> bytes:
    found = image.info.get("xmp") or b""
    return found if isinstance(found, bytes) else b""


def draw(image: Image.Image, stored: ImageRGB) -> None:
    """Decode a picture and convert it, transparent parts on white.

    Args:
        image: opened, not decoded yet.
        stored: what is filled; uint8, shape (height, width, 3).
    """
    with image:
        image.load()
        width, height = image.size
        rows = max(1, STRIP_PIXELS // width)
        for top in range(0, height, rows):
            bottom = min(top + rows, height)
            stored[top:bottom] = _to_rgb(image.crop((0, top, width, bottom)))


def _to_rgb(strip: Image.Image) -> ImageRGB:
    if strip.mode.startswith("I;16"):
        return _sixteen_bits_to_rgb(strip)
    if strip.has_transparency_data:
        rgba = strip.convert("RGBA")
        strip = Image.new("RGB", rgba.size, "white")
        strip.paste(rgba, mask=rgba)
    elif strip.mode != "RGB":
        strip = strip.convert("RGB")
    return np.asarray(strip)


def _sixteen_bits_to_rgb(strip: Image.Image) -> ImageRGB:
    grey = np.asarray(strip).astype(np.uint32)
    level = ((grey * 255 + 32767) // 65535).astype(np.uint8)
    transparent = strip.info.get("transparency")
    if transparent is not None:
        level[grey == transparent] = 255
    return np.repeat(level[..., None], 3, axis=2)
