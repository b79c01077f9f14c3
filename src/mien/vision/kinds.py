"""Which kind of picture a file is, by its first bytes."""

from typing import Final

from mien.errors import UnsupportedImage

KINDS: Final = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "GIF": ("image/gif", "gif"),
    "BMP": ("image/bmp", "bmp"),
    "TIFF": ("image/tiff", "tif"),
    "AVIF": ("image/avif", "avif"),
    "HEIF": ("image/heic", "heic"),
}
"""Media type and extension of every kind, by Pillow's name. Nothing else is ever opened."""
_ACCEPTED: Final = "JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC and AVIF"
OTHERS: Final = (
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
"""The first bytes of files that people try, and the variant of the refusal that says what they are."""


def kind_of(data: bytes) -> str:
    """Name the kind of a file, as Pillow does.

    Raises:
        UnsupportedImage: it is none that is read.
    """
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
    # The last two are of files that may be larger than 4 GB.
    if head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return "TIFF"
    if head[4:8] == b"ftyp":
        brands = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
        if b"avif" in brands or b"avis" in brands:
            return "AVIF"
        if any(brand in brands for brand in (b"heic", b"heix", b"heim", b"heis", b"mif1")):
            return "HEIF"
        raise UnsupportedImage("video", words={"accepted": _ACCEPTED})
    if not data:
        raise UnsupportedImage("empty")
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    what = next((name for magic, name in OTHERS if start.startswith(magic.lower())), "unknown")
    raise UnsupportedImage(what, words={"accepted": _ACCEPTED})
