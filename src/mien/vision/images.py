"""Bytes in, upright RGB out; everything that is no photo is refused with its reason."""

import ctypes
import io
import warnings
from contextlib import suppress

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL import UnidentifiedImageError

from mien.errors import ImageError
from mien.errors import TooManyPixels
from mien.errors import UnreadableImage
from mien.errors import UnsupportedImage
from mien.vision.decode_permits import DecodePermits
from mien.vision.types import DecodedImage
from mien.vision.types import ImageRGB

# Formats by Pillow's name: media type and extension of the file. Nothing else is ever opened.
_KINDS = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "GIF": ("image/gif", "gif"),
    "BMP": ("image/bmp", "bmp"),
    "TIFF": ("image/tiff", "tif"),
    "AVIF": ("image/avif", "avif"),
    "HEIF": ("image/heic", "heic"),
}
ACCEPTED_NAMES = "JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC and AVIF"
# The first bytes of files that people try, and the variant of the refusal that says what they are.
_OTHERS = (
    (b"%PDF", "pdf"),
    (b"%!PS", "postscript"),
    (b"8BPS", "photoshop"),
    (b"PK\x03\x04", "archive"),
    (b"<svg", "svg"),
    (b"<?xml", "xml"),
    (b"<!DOCTYPE", "web_page"),
    (b"<html", "web_page"),
    (b"\x1aE\xdf\xa3", "video_file"),
    (b"\x00\x00\x00\x0cJXL ", "jpeg_xl"),
    (b"\xff\x0a", "jpeg_xl"),
    (b"\x00\x00\x00\x0cjP  ", "jpeg_2000"),
)
_ORIENTATION_TAG = 0x0112
# Encoders write about ten; a crafted file with thousands keeps a processor busy for minutes.
_MOST_JPEG_SCANS = 40
_TIFF_TILE_TAGS = (322, 323)
# From here on the time it takes to give memory back is little beside that of decoding.
_LARGE_PIXELS = 4_000_000


def decode(data: bytes, *, max_pixels: int, permits: DecodePermits) -> DecodedImage:
    """Turn the bytes of a file into an upright RGB picture.

    The first frame stands for a GIF and the first page for a TIFF.

    Args:
        data: the file.
        max_pixels: the most that a picture may have.
        permits: of all pictures that are decoded in this process.

    Raises:
        TooManyPixels: more pixels than accepted; read from the header, before decoding.
        UnsupportedImage: no image, an animation, or a kind that is not read.
        UnreadableImage: truncated, damaged, or not what it claims to be.
    """
    kind = _sniff(data)
    _quieten_pillow()
    read = _read_heif if kind == "HEIF" else _read_with_pillow
    try:
        pixels = read(data, kind, max_pixels, permits)
    except ImageError:
        raise
    except Image.DecompressionBombError as error:
        most = min(max_pixels, 2 * (Image.MAX_IMAGE_PIXELS or max_pixels))
        raise TooManyPixels("far_too_many", max_pixels=most) from error
    except MemoryError as error:
        raise TooManyPixels("memory") from error
    except Exception as error:
        # Decoders meet hostile bytes with every kind of exception.
        raise UnreadableImage(
            "truncated" if _ends_early(error) else "damaged", words={"kind": _KINDS[kind][0]}
        ) from error
    media_type, extension = _KINDS[kind]
    height, width = pixels.shape[:2]
    if height * width >= _LARGE_PIXELS:
        return_free_memory()
    return DecodedImage(pixels, width, height, media_type, extension)


def _read_with_pillow(data: bytes, kind: str, max_pixels: int, permits: DecodePermits) -> ImageRGB:
    if kind == "JPEG" and data.count(b"\xff\xda") > _MOST_JPEG_SCANS:
        raise UnreadableImage("jpeg_scans", words={"most": _MOST_JPEG_SCANS})
    try:
        image = Image.open(io.BytesIO(data), formats=(kind,))
    except UnidentifiedImageError as error:
        raise UnreadableImage("header", words={"kind": _KINDS[kind][0]}) from error
    with image:
        _check_pixels(*image.size, max_pixels)
        if kind == "TIFF":
            _check_tiles(image, max_pixels)
        elif kind not in {"GIF", "JPEG"} and getattr(image, "is_animated", False):
            raise UnsupportedImage("animated")
        with permits.take(image.width * image.height):
            # A PNG is decoded by the question for its metadata.
            turn = _orientation(image)
            image.load()
            # Pillow turns TIFF by itself.
            return _upright(_to_rgb(image), 1 if kind == "TIFF" else turn)


def _read_heif(data: bytes, _kind: str, max_pixels: int, permits: DecodePermits) -> ImageRGB:
    try:
        import pillow_heif
    except ImportError as error:
        raise UnsupportedImage("heic") from error
    container = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    width, height = container.size
    _check_pixels(width, height, max_pixels)
    with permits.take(width * height):
        # libheif turns the picture itself.
        return _to_rgb(container.to_pillow())


def _check_pixels(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise TooManyPixels(
            "size",
            words={"pixels": width * height},
            width=width,
            height=height,
            max_pixels=max_pixels,
        )


def _check_tiles(image: Image.Image, max_pixels: int) -> None:
    tags = getattr(image, "tag_v2", {})
    width, height = (int(tags.get(tag, 0)) for tag in _TIFF_TILE_TAGS)
    _check_pixels(width, height, max_pixels)


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


def _sniff(data: bytes) -> str:
    """Name the format by its first bytes, as Pillow does."""
    head = data[:16]
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"BM"):
        return "BMP"
    if head.startswith((b"II*\x00", b"MM\x00*")):
        return "TIFF"
    if head[4:8] == b"ftyp":
        brands = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
        if b"avif" in brands or b"avis" in brands:
            return "AVIF"
        if any(brand in brands for brand in (b"heic", b"heix", b"heim", b"heis", b"mif1")):
            return "HEIF"
        raise UnsupportedImage("video", words={"accepted": ACCEPTED_NAMES})
    if not data:
        raise UnsupportedImage("empty")
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    what = next((name for magic, name in _OTHERS if start.startswith(magic.lower())), "unknown")
    raise UnsupportedImage(what, words={"accepted": ACCEPTED_NAMES})


def _quieten_pillow() -> None:
    # Pillow warns about damaged metadata that does not concern the pixels. The filter is global
    # (a local one is not safe between threads) but speaks of Pillow alone; put back when lost.
    if not any(item[0] == "ignore" and "PIL" in str(item[3]) for item in warnings.filters):
        warnings.filterwarnings("ignore", module=r"PIL\.")


def _orientation(image: Image.Image) -> int:
    try:
        turn = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001  # damaged metadata says nothing about the pixels
        return 1
    return turn if isinstance(turn, int) else 1


def _upright(image_rgb: ImageRGB, orientation: int) -> ImageRGB:
    """Undo the camera's turn; `orientation` is EXIF's number, 1 to 8."""
    turned = image_rgb
    if orientation in {5, 6, 7, 8}:
        turned = turned.swapaxes(0, 1)
    if orientation in {2, 3, 6, 7}:
        turned = turned[:, ::-1]
    if orientation in {3, 4, 7, 8}:
        turned = turned[::-1]
    return np.ascontiguousarray(turned)


def _to_rgb(image: Image.Image) -> ImageRGB:
    if image.mode in {"I", "F"} or image.mode.startswith("I;"):
        return _grey_to_rgb(np.asarray(image))
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.new("RGB", rgba.size, "white")
        image.paste(rgba, mask=rgba)
    elif image.mode != "RGB":
        image = image.convert("RGB")
    return np.array(image)


def _grey_to_rgb(grey: NDArray[np.generic]) -> ImageRGB:
    """Bring grey of any depth to 8 bits.

    Whole numbers keep their scale: the depth is the smallest of 8, 16, 24 and 32 bits that holds
    the brightest pixel of a 32-bit picture, and 16 for a 16-bit one. Fractions run from 0 to the
    brightest pixel, at least to 1.
    """
    values = np.nan_to_num(grey.astype(np.float64), posinf=0.0, neginf=0.0).clip(min=0.0)
    brightest = float(values.max(initial=0.0))
    if grey.dtype.itemsize == np.dtype(np.uint16).itemsize:
        white = float(2**16 - 1)
    elif grey.dtype.kind == "f":
        white = brightest if brightest > 2**8 - 1 else (2**8 - 1 if brightest > 1 else 1.0)
    else:
        white = next(2.0**bits - 1 for bits in (8, 16, 24, 32) if brightest < 2**bits)
    level = (values * (255.0 / white)).round().clip(0, 255).astype(np.uint8)
    return np.repeat(level[..., None], 3, axis=2)


def return_free_memory() -> None:
    """Give memory that is free back to the system; takes some milliseconds.

    The allocator of most Linux systems keeps a heap for each thread, and a process that has once
    read a large picture in every thread stays some gigabytes larger for good. Where there is
    another allocator this does nothing.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
