"""A photo as it is kept: the very same picture, without what its file says beside it."""

import struct
from dataclasses import dataclass
from dataclasses import field
from typing import Final

from mien.errors import ImageError
from mien.vision.formats.gif import gif_for_storage
from mien.vision.formats.isobmff import boxes_for_storage
from mien.vision.formats.jpeg import read_jpeg
from mien.vision.formats.png import read_png
from mien.vision.formats.tiff import read_tiff
from mien.vision.formats.webp import webp_for_storage
from mien.vision.images import encode_jpeg
from mien.vision.kinds import kind_of
from mien.vision.types import DecodedImage

_JPEG_QUALITY: Final = 95
_BMP_HEAD_BYTES: Final = 14


@dataclass(frozen=True, slots=True)
class Storable:
    """A file to be kept.

    Attributes:
        data: its bytes.
        extension: without a dot.
        media_type: such as `image/jpeg`.
    """

    data: bytes = field(repr=False)
    extension: str
    media_type: str


def storable(data: bytes, image: DecodedImage) -> Storable:
    """The file with its pixels as they are, its turn and its colour profile, and nothing else.

    Where it is was taken, when, by whom and with what is gone, and so are previews, further
    pictures and videos. A file that cannot be taken apart without loss is written anew as JPEG.

    Args:
        data: the file as it was sent.
        image: what was decoded of it.
    """
    try:
        return Storable(_without_metadata(data, image), image.extension, image.media_type)
    except (ImageError, struct.error, IndexError, ValueError):
        return Storable(encode_jpeg(image.image_rgb, _JPEG_QUALITY), "jpg", "image/jpeg")


def _without_metadata(data: bytes, image: DecodedImage) -> bytes:
    match kind_of(data):
        case "JPEG":
            return read_jpeg(data).for_storage()
        case "PNG":
            return read_png(data).for_storage()
        case "TIFF":
            return read_tiff(data).for_storage()
        case "WEBP":
            return webp_for_storage(data, image.turn)
        case "GIF":
            return gif_for_storage(data)
        case "AVIF" | "HEIF":
            return boxes_for_storage(data)
    return _bmp(data)


def _bmp(data: bytes) -> bytes:
    """Such files say nothing beside their picture; what lies behind it is cut off."""
    said, _, start = struct.unpack_from("<LLL", data, 2)
    header, width, height, _, bits, coding, size = struct.unpack_from(
        "<LllHHLL", data, _BMP_HEAD_BYTES
    )
    del header
    line = (abs(width) * bits + 31) // 32 * 4
    end = max(said, start + (size if coding else line * abs(height)))
    return data[:end] if end < len(data) else data
