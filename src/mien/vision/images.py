"""Bytes in, upright RGB out; everything that is no photo is refused with its reason."""

import ctypes
import warnings
from contextlib import suppress

import cv2
from PIL import Image

from mien.errors import ImageError
from mien.errors import TooManyPixels
from mien.errors import UnreadableImage
from mien.vision.decode_permits import DecodePermits
from mien.vision.decoding.canvas import canvas
from mien.vision.decoding.canvas import is_on_its_side
from mien.vision.decoding.heif import plan_heif
from mien.vision.decoding.jpeg import plan_jpeg
from mien.vision.decoding.limits import check_pixels
from mien.vision.decoding.limits import check_sides
from mien.vision.decoding.memory import MOST_REDUCED
from mien.vision.decoding.plan import Plan
from mien.vision.decoding.png import plan_png
from mien.vision.decoding.tiff import plan_tiff
from mien.vision.decoding.webp import plan_webp
from mien.vision.decoding.with_pillow import plan_with_pillow
from mien.vision.kinds import KINDS
from mien.vision.kinds import kind_of
from mien.vision.types import DecodedImage
from mien.vision.types import ImageRGB

# From here on the time it takes to give memory back is little beside that of decoding.
_LARGE_PIXELS = 4_000_000
_MB = 1024 * 1024


def decode(data: bytes, *, max_pixels: int, permits: DecodePermits) -> DecodedImage:
    """Turn the bytes of a file into an upright RGB picture.

    The first frame stands for a GIF, and the first page that is no preview for a TIFF. A JPEG may
    have more than `max_pixels`; it is then decoded at a half, a quarter or an eighth of its size.

    Args:
        data: the file.
        max_pixels: the most that a decoded picture may have.
        permits: the memory for all pictures that are decoded in this process.

    Raises:
        TooManyPixels: more pixels, or more memory, than accepted; told before decoding.
        UnsupportedImage: no image, an animation, or a kind that is not read.
        UnreadableImage: truncated, damaged, or not what it claims to be.
    """
    kind = kind_of(data)
    media_type, extension = KINDS[kind]
    _prepare_pillow()
    try:
        plan = _plan(data, kind, max_pixels)
        _check(plan, max_pixels, permits)
        with permits.take(plan.need_bytes):
            upright, stored = canvas(*plan.drawn_wh, plan.turn)
            plan.draw(stored)
    except ImageError:
        raise
    except MemoryError as error:
        raise TooManyPixels("memory") from error
    except Exception as error:
        # Decoders meet hostile bytes with every kind of exception.
        raise UnreadableImage(
            "truncated" if _ends_early(error) else "damaged", words={"kind": media_type}
        ) from error
    if upright.shape[0] * upright.shape[1] >= _LARGE_PIXELS:
        return_free_memory()
    width, height = plan.width, plan.height
    if is_on_its_side(plan.turn):
        width, height = height, width
    return DecodedImage(upright, width, height, media_type, extension, plan.turn, plan.reduction)


def _plan(data: bytes, kind: str, max_pixels: int) -> Plan:
    match kind:
        case "JPEG":
            return plan_jpeg(data, max_pixels=max_pixels)
        case "PNG":
            return plan_png(data)
        case "TIFF":
            return plan_tiff(data, max_pixels=max_pixels)
        case "HEIF":
            return plan_heif(data)
        case "WEBP":
            return plan_webp(data)
    return plan_with_pillow(data, kind, KINDS[kind][0])


def _check(plan: Plan, max_pixels: int, permits: DecodePermits) -> None:
    check_pixels(plan.width, plan.height, max_pixels * (MOST_REDUCED if plan.reduction > 1 else 1))
    check_sides(plan.width, plan.height)
    if plan.need_bytes > permits.all_bytes:
        raise TooManyPixels(
            "needs_memory",
            words={"need_mb": plan.need_bytes // _MB, "most_mb": permits.all_bytes // _MB},
            width=plan.width,
            height=plan.height,
            max_pixels=max_pixels,
        )


def encode_jpeg(image_rgb: ImageRGB, quality: int = 90) -> bytes:
    """The bytes of a JPEG file of this picture, without any metadata.

    Args:
        image_rgb: uint8, shape (height, width, 3).
        quality: 1 to 100.
    """
    bgr = cv2.cvtColor(image_rgb, cv2.COLOR_RGB2BGR)
    done, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise UnreadableImage("not_written")
    return encoded.tobytes()


def _ends_early(error: Exception) -> bool:
    said = str(error).lower()
    return "truncated" in said or "end of file" in said


def _prepare_pillow() -> None:
    # Pillow warns about damaged metadata that does not concern the pixels. The filter is global
    # (a local one is not safe between threads) but speaks of Pillow alone; put back when lost.
    if not any(item[0] == "ignore" and "PIL" in str(item[3]) for item in warnings.filters):
        warnings.filterwarnings("ignore", module=r"PIL\.")
    # Its own limit knows nothing of pictures that are decoded at a part of their size; ours is
    # asked before every decoding.
    Image.MAX_IMAGE_PIXELS = None


def return_free_memory() -> None:
    """Give memory that is free back to the system; takes some milliseconds.

    The allocator of most Linux systems keeps a heap for each thread, and a process that has once
    read a large picture in every thread stays some gigabytes larger for good. Where there is
    another allocator this does nothing.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
