"""Every kind of picture gives the pixels that were put into it, whatever its depth and layout."""

import io
import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image

from mien.errors import UnsupportedImage
from mien.vision.reader import ImageReader
from tiff_files import Page
from tiff_files import write_tiff

pytestmark = pytest.mark.thorough

READER = ImageReader(max_bytes=5_000_000, max_pixels=1_000_000)
WIDTH, HEIGHT = 60, 44
DOWN, ACROSS = np.mgrid[0:HEIGHT, 0:WIDTH]
COLOUR: NDArray[np.uint8] = np.stack(
    [ACROSS * 4, DOWN * 5, 255 - ACROSS * 2 - DOWN * 3], axis=2
).astype(np.uint8)
GREY: NDArray[np.uint8] = (ACROSS * 3 + DOWN).astype(np.uint8)
ALPHA: NDArray[np.uint8] = (255 - ACROSS * 4).astype(np.uint8)
BLACK_OR_WHITE: NDArray[np.uint8] = ((ACROSS // 7 + DOWN // 5) % 2 * 255).astype(np.uint8)
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR = 0, 1, 2, 3, 5, 6


def on_white(colours: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What is seen of partly transparent colours."""
    share = alpha[..., None] / 255.0
    return (colours * share + 255 * (1 - share)).round().astype(np.uint8)


def as_colour(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey in all three colours."""
    return np.repeat(grey[..., None], 3, axis=2)


def assert_shows(data: bytes, wanted: NDArray[np.uint8], tolerance: int) -> None:
    """The file holds this picture; lossy kinds may be off by some levels."""
    pixels = READER.decode(data).image_rgb
    assert pixels.shape == wanted.shape
    assert np.abs(pixels.astype(int) - wanted).max() <= tolerance


def saved(image: Image.Image, format_name: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def _picture(mode: str) -> tuple[Image.Image, NDArray[np.uint8]]:
    """A picture of Pillow in this mode, and how it is to be seen."""
    colour = Image.fromarray(COLOUR)
    match mode:
        case "1":
            return Image.fromarray(BLACK_OR_WHITE).convert("1"), as_colour(BLACK_OR_WHITE)
        case "L":
            return Image.fromarray(GREY), as_colour(GREY)
        case "LA":
            image = Image.merge("LA", (Image.fromarray(GREY), Image.fromarray(ALPHA)))
            return image, on_white(as_colour(GREY), ALPHA)
        case "P" | "P-transparent":
            image = colour.quantize(64, dither=Image.Dither.NONE)
            wanted = np.asarray(image.convert("RGB")).copy()
            if mode == "P-transparent":
                clear = image.getpixel((3, 3))
                wanted[np.asarray(image) == clear] = 255
                image.info["transparency"] = clear
            return image, wanted
        case "RGBA":
            image = colour.convert("RGBA")
            image.putalpha(Image.fromarray(ALPHA))
            return image, on_white(COLOUR, ALPHA)
        case "CMYK":
            return colour.convert("CMYK"), COLOUR
        case "YCbCr":
            return colour.convert("YCbCr"), COLOUR
        case "I;16":
            return Image.fromarray(GREY.astype(np.uint16) * 257), as_colour(GREY)
        case "F":
            return Image.fromarray(GREY.astype(np.float32)), as_colour(GREY)
    return colour, COLOUR


_EXACT = [
    *(("PNG", mode) for mode in ("1", "L", "LA", "P", "P-transparent", "RGB", "RGBA", "I;16")),
    *(
        ("TIFF", mode)
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "F")
    ),
    *(("GIF", mode) for mode in ("1", "L", "P", "P-transparent")),
    *(("BMP", mode) for mode in ("1", "L", "P", "RGB")),
    *(("WEBP", mode) for mode in ("L", "RGB", "RGBA")),
]


@pytest.mark.parametrize(("format_name", "mode"), _EXACT)
def test_lossless_kinds_are_read_as_they_were_written(format_name: str, mode: str) -> None:
    image, wanted = _picture(mode)
    options: dict[str, object] = {"lossless": True, "exact": True} if format_name == "WEBP" else {}
    if "transparency" in image.info:
        options["transparency"] = image.info["transparency"]
    assert_shows(saved(image, format_name, **options), wanted, 3 if mode == "YCbCr" else 1)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "YCbCr"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 2}])
def test_jpeg_is_read_as_it_was_written(mode: str, options: dict[str, object]) -> None:
    image, wanted = _picture(mode)
    data = saved(image, "JPEG", quality=98, subsampling=0, **options)
    assert_shows(data, wanted, 8)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("format_name", ["WEBP", "AVIF", "HEIC"])
def test_lossy_kinds_are_read_as_they_were_written(format_name: str, mode: str) -> None:
    image, wanted = _picture(mode)
    if format_name == "HEIC":
        buffer = io.BytesIO()
        pillow_heif.from_pillow(image).save(buffer, quality=98, chroma=444)
        data = buffer.getvalue()
    else:
        data = saved(image, format_name, quality=98)
    difference = np.abs(READER.decode(data).image_rgb.astype(int) - wanted)
    assert np.percentile(difference, 95) <= 10


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_fax_is_read_as_it_was_written(compression: str) -> None:
    image, wanted = _picture("1")
    assert_shows(saved(image, "TIFF", compression=compression), wanted, 0)


@pytest.mark.parametrize("mode", ["L", "RGB", "YCbCr"])
def test_jpeg_within_tiff_is_read_as_it_was_written(mode: str) -> None:
    image, wanted = _picture(mode)
    data = saved(image, "TIFF", compression="jpeg", quality=98)
    difference = np.abs(READER.decode(data).image_rgb.astype(int) - wanted)
    assert np.percentile(difference, 95) <= 8


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "lzma", "zstd", "tiff_deflate"])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_tiff_of_a_library_is_read_as_it_was_written(mode: str, compression: str) -> None:
    image, wanted = _picture(mode)
    for options in ({}, {"strip_size": 700}):
        assert_shows(saved(image, "TIFF", compression=compression, **options), wanted, 1)


_LAYOUTS: list[dict[str, Any]] = [
    {},
    {"rows": 7},
    {"tile": 16},
    {"rows": 7, "compression": 8},
    {"rows": 7, "compression": 32773},
    {"tile": 16, "compression": 32773},
    {"compression": 8, "predictor": 2},
    {"tile": 16, "compression": 8, "predictor": 2},
    {"compression": 32773, "predictor": 2},
]


@pytest.mark.parametrize("planar", [False, True], ids=["together", "planes"])
@pytest.mark.parametrize("layout", _LAYOUTS, ids=str)
@pytest.mark.parametrize("order", ["<", ">"], ids=["II", "MM"])
@pytest.mark.parametrize("kind", ["u1", "u2", "u4"])
def test_tiff_of_colour_is_read_in_every_layout(
    kind: str, order: str, layout: dict[str, Any], planar: bool
) -> None:
    page = Page(numbers=_deep(COLOUR, kind), photometric=RGB, planar=planar)
    assert_shows(write_tiff(replace(page, **layout), order=order), COLOUR, 1)


def _deep(levels: NDArray[np.uint8], kind: str) -> NDArray[np.generic]:
    """The same levels in a deeper type, white still white."""
    if kind[0] == "f":
        return np.asarray(levels / 255, kind)
    most = 2 ** (8 * int(kind[1])) - 1
    return np.asarray((levels / 255 * most).round(), kind)


@pytest.mark.parametrize("layout", _LAYOUTS, ids=str)
@pytest.mark.parametrize("order", ["<", ">"], ids=["II", "MM"])
@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "f2", "f4", "f8"])
@pytest.mark.parametrize("photometric", [WHITE_IS_ZERO, BLACK_IS_ZERO], ids=["white", "black"])
def test_tiff_of_grey_is_read_in_every_depth(
    photometric: int, kind: str, order: str, layout: dict[str, Any]
) -> None:
    # The brightest number is there, so that the scale of deep ones is known.
    levels = GREY.copy()
    levels[0, 0], levels[0, 1] = 0, 255
    stored = levels if photometric == BLACK_IS_ZERO else 255 - levels
    page = Page(numbers=_deep(stored[..., None], kind), photometric=photometric)
    assert_shows(write_tiff(replace(page, **layout), order=order), as_colour(levels), 1)


@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
@pytest.mark.parametrize("planar", [False, True], ids=["together", "planes"])
@pytest.mark.parametrize("predictor", [1, 3])
@pytest.mark.parametrize("order", ["<", ">"], ids=["II", "MM"])
def test_tiff_of_fractions_in_colour_is_read(
    kind: str, planar: bool, predictor: int, order: str
) -> None:
    page = Page(
        numbers=_deep(COLOUR, kind),
        photometric=RGB,
        planar=planar,
        predictor=predictor,
        compression=8,
    )
    assert_shows(write_tiff(page, order=order), COLOUR, 1)


@pytest.mark.parametrize("bits", [1, 2, 4, 10, 12, 14])
@pytest.mark.parametrize("photometric", [WHITE_IS_ZERO, BLACK_IS_ZERO, RGB])
@pytest.mark.parametrize("order", ["<", ">"], ids=["II", "MM"])
def test_tiff_of_packed_numbers_is_read(bits: int, photometric: int, order: str) -> None:
    most = 2**bits - 1
    shown = COLOUR if photometric == RGB else GREY[..., None]
    numbers = (shown / 255 * most).round().astype(np.uint16)
    levels = (numbers / most * 255).round().astype(np.uint8)
    stored = most - numbers if photometric == WHITE_IS_ZERO else numbers
    page = Page(numbers=stored, photometric=photometric, bits=bits, rows=9)
    wanted = levels if photometric == RGB else as_colour(levels[..., 0])
    assert_shows(write_tiff(page, order=order), wanted, 1)


@pytest.mark.parametrize("kind", ["u1", "u2"])
@pytest.mark.parametrize("planar", [False, True], ids=["together", "planes"])
@pytest.mark.parametrize("extra", [0, 1, 2], ids=["unknown", "multiplied", "opaque"])
@pytest.mark.parametrize("photometric", [BLACK_IS_ZERO, RGB])
def test_a_further_sample_is_read_as_it_is_meant(
    photometric: int, extra: int, planar: bool, kind: str
) -> None:
    colours = COLOUR if photometric == RGB else GREY[..., None]
    wanted = COLOUR if photometric == RGB else as_colour(GREY)
    stored = colours
    if extra:
        wanted = on_white(wanted, ALPHA)
    if extra == 1:
        stored = (colours * (ALPHA[..., None] / 255)).round().astype(np.uint8)
    numbers = _deep(np.dstack([stored, ALPHA]), kind)
    page = Page(numbers=numbers, photometric=photometric, planar=planar, more=[(338, 3, [extra])])
    assert_shows(write_tiff(page), wanted, 2)


@pytest.mark.parametrize("planar", [False, True], ids=["together", "planes"])
def test_print_colours_in_planes_are_read(planar: bool) -> None:
    numbers = np.asarray(Image.fromarray(COLOUR).convert("CMYK"))
    assert_shows(write_tiff(Page(numbers=numbers, photometric=CMYK, planar=planar)), COLOUR, 1)


@pytest.mark.parametrize("order", ["<", ">"], ids=["II", "MM"])
def test_a_file_of_large_offsets_is_read(order: str) -> None:
    page = Page(numbers=_deep(COLOUR, "u2"), photometric=RGB, rows=5)
    assert_shows(write_tiff(page, order=order, big=True), COLOUR, 1)


def test_lengths_that_are_not_said_are_known() -> None:
    page = Page(numbers=COLOUR, photometric=RGB, rows=5, says_lengths=False)
    assert_shows(write_tiff(page), COLOUR, 0)


_SMALL = Page(numbers=COLOUR[:10, :12], photometric=RGB, more=[(254, 4, [1])])
_LARGE = Page(numbers=COLOUR, photometric=RGB, more=[(254, 4, [0])])


@pytest.mark.parametrize(
    "pages",
    [
        [_SMALL, _LARGE],
        [_SMALL, _SMALL, _LARGE],
        [Page(numbers=COLOUR[:10, :12], photometric=RGB, more=[(254, 4, [1])], inner=[_LARGE])],
        [Page(numbers=COLOUR[:10, :12], photometric=RGB, more=[(255, 3, [2])]), _LARGE],
        [_LARGE, _SMALL],
        [Page(numbers=COLOUR, photometric=RGB, inner=[_SMALL])],
        [Page(numbers=COLOUR[:10, :12], photometric=1, more=[(254, 4, [4])]), _LARGE],
        [Page(numbers=COLOUR, photometric=RGB, more=[(254, 4, [1])])],
    ],
    ids=["first", "two", "inner", "old", "behind", "below", "mask", "only"],
)
def test_a_preview_does_not_stand_for_the_picture(pages: Sequence[Page]) -> None:
    assert_shows(write_tiff(*pages), COLOUR, 0)


def test_a_turn_that_is_said_for_the_whole_file_holds_for_its_picture() -> None:
    turned = np.rot90(COLOUR)
    inner = Page(numbers=turned, photometric=RGB, more=[(254, 4, [0])])
    outer = Page(
        numbers=COLOUR[:10, :12],
        photometric=RGB,
        more=[(254, 4, [1]), (274, 3, [6])],
        inner=[inner],
    )
    assert_shows(write_tiff(outer), COLOUR, 0)


@pytest.mark.parametrize(
    ("page", "variant"),
    [
        (Page(numbers=GREY[..., None], photometric=32803), "camera_raw"),
        (Page(numbers=COLOUR.astype(np.uint16), photometric=34892), "camera_raw"),
        (Page(numbers=COLOUR, photometric=8), "tiff_colours"),
        (Page(numbers=_deep(COLOUR, "u2"), photometric=5), "tiff_numbers"),
        (Page(numbers=COLOUR.astype(np.uint64), photometric=RGB), "tiff_numbers"),
        (
            Page(numbers=_deep(COLOUR, "u2"), photometric=RGB, more=[(317, 3, [9])]),
            "tiff_coding",
        ),
        (Page(numbers=COLOUR, photometric=RGB, more=[(259, 3, [6])]), "tiff_coding"),
    ],
)
def test_what_tiff_may_hold_and_is_not_read_is_named(page: Page, variant: str) -> None:
    with pytest.raises(UnsupportedImage, match=variant):
        READER.decode(write_tiff(page))


def _bmp(header: bytes, rows: bytes) -> bytes:
    start = 14 + len(header)
    return struct.pack("<2sLHHL", b"BM", start + len(rows), 0, 0, start) + header + rows


def test_bmp_of_sixteen_and_thirty_two_bits_is_read() -> None:
    red, green, blue = (COLOUR[::-1, :, each].astype(np.uint16) >> 3 for each in range(3))
    words = (red << 10 | green << 5 | blue).astype("<u2").tobytes()
    header = struct.pack("<LllHHLLllLL", 40, WIDTH, HEIGHT, 1, 16, 0, len(words), 0, 0, 0, 0)
    assert_shows(_bmp(header, words), COLOUR, 8)
    wide = np.dstack([COLOUR[::-1, :, ::-1], np.zeros_like(GREY)]).tobytes()
    header = struct.pack("<LllHHLLllLL", 40, WIDTH, HEIGHT, 1, 32, 0, len(wide), 0, 0, 0, 0)
    assert_shows(_bmp(header, wide), COLOUR, 0)
