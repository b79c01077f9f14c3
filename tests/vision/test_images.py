import io
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from drawing import draw_picture
from drawing import encode
from mien.errors import ImageError
from mien.errors import ImageTooLarge
from mien.errors import TooManyPixels
from mien.errors import UnreadableImage
from mien.errors import UnsupportedImage
from mien.vision.formats.exif import exif_of_turn
from mien.vision.images import encode_jpeg
from mien.vision.reader import ImageReader
from mien.words import say
from tiff_files import Page
from tiff_files import write_tiff

pytestmark = pytest.mark.thorough

READER = ImageReader(max_bytes=5_000_000, max_pixels=1_000_000)
PICTURE = draw_picture(["ada", "bob"])


def _corners(size_wh: tuple[int, int] = (60, 40)) -> NDArray[np.uint8]:
    """Red, green, blue and yellow quarters, so that a turn or a swapped channel shows."""
    width, height = size_wh
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    picture[: height // 2, : width // 2] = (200, 30, 30)
    picture[: height // 2, width // 2 :] = (30, 200, 30)
    picture[height // 2 :, : width // 2] = (30, 30, 200)
    picture[height // 2 :, width // 2 :] = (200, 200, 30)
    return picture


def _save(image: Image.Image, format_name: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def _heic(picture: NDArray[np.uint8], **options: object) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(picture)).save(buffer, quality=95, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type", "extension", "tolerance"),
    [
        (encode(_corners(), "JPEG", quality=95, subsampling=0), "image/jpeg", "jpg", 6),
        (encode(_corners(), "JPEG", quality=95, progressive=True), "image/jpeg", "jpg", 12),
        (encode(_corners(), "PNG"), "image/png", "png", 0),
        (encode(_corners(), "WEBP", lossless=True), "image/webp", "webp", 0),
        (encode(_corners(), "GIF"), "image/gif", "gif", 0),
        (encode(_corners(), "BMP"), "image/bmp", "bmp", 0),
        (encode(_corners(), "TIFF"), "image/tiff", "tif", 0),
        (encode(_corners(), "TIFF", compression="tiff_lzw"), "image/tiff", "tif", 0),
        (encode(_corners(), "AVIF", quality=95), "image/avif", "avif", 12),
        (_heic(_corners()), "image/heic", "heic", 12),
    ],
    ids=["jpeg", "progressive", "png", "webp", "gif", "bmp", "tiff", "lzw", "avif", "heic"],
)
def test_every_format_gives_the_colours_that_were_drawn(
    data: bytes, media_type: str, extension: str, tolerance: int
) -> None:
    decoded = READER.decode(data)
    assert (decoded.media_type, decoded.extension) == (media_type, extension)
    assert (decoded.width, decoded.height) == (60, 40)
    assert decoded.image_rgb.dtype == np.uint8
    assert decoded.image_rgb.flags.c_contiguous
    for row, column in ((5, 5), (5, 50), (30, 5), (30, 50)):
        wanted = _corners()[row, column].astype(int)
        assert np.abs(decoded.image_rgb[row, column].astype(int) - wanted).max() <= tolerance


_TURNS: dict[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("orientation", _TURNS)
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_turned_camera_gives_an_upright_picture(orientation: int, format_name: str) -> None:
    stored = np.ascontiguousarray(_TURNS[orientation](_corners()))
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, object] = {"lossless": True} if format_name == "WEBP" else {}
    decoded = READER.decode(_save(Image.fromarray(stored), format_name, exif=exif, **options))
    assert (decoded.width, decoded.height) == (60, 40)
    difference = decoded.image_rgb.astype(int) - _corners()
    assert np.median(np.abs(difference)) <= 3


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_turned_heic_is_turned_once(orientation: int) -> None:
    stored = np.ascontiguousarray(_TURNS[orientation](_corners((96, 64))))
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = READER.decode(_heic(stored, exif=exif.tobytes()))
    assert (decoded.width, decoded.height) == (96, 64)
    assert np.median(np.abs(decoded.image_rgb.astype(int) - _corners((96, 64)))) <= 8


def test_damaged_metadata_does_not_hide_the_picture() -> None:
    data = encode(PICTURE, "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7fnonsense")
    assert READER.decode(data).width == PICTURE.shape[1]


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "PA"])
def test_every_mode_of_png_becomes_rgb(mode: str) -> None:
    image = Image.new("RGBA", (20, 10), (200, 200, 200, 255)).convert("RGB").convert(mode)
    format_name = "TIFF" if mode == "PA" else "PNG"
    if mode == "PA":
        image = image.convert("LA")
    decoded = READER.decode(_save(image, format_name))
    assert decoded.image_rgb.shape == (10, 20, 3)
    assert decoded.image_rgb.mean() > 150


def test_transparent_parts_are_white() -> None:
    image = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 10, 10))
    image.paste((0, 0, 0, 128), (10, 0, 15, 10))
    pixels = READER.decode(_save(image, "PNG")).image_rgb
    assert pixels[5, 5].tolist() == [255, 0, 0]
    assert abs(int(pixels[5, 12, 0]) - 127) <= 1
    assert pixels[5, 18].tolist() == [255, 255, 255]


def test_a_palette_with_a_transparent_colour_is_white_there() -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([255, 0, 0, 0, 0, 255] + [0] * 762)
    image.putpixel((0, 0), 0)
    pixels = READER.decode(_save(image, "PNG", transparency=0)).image_rgb
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[2, 2].tolist() == [0, 0, 255]


@pytest.mark.parametrize("format_name", ["PNG", "TIFF"])
def test_sixteen_bits_keep_their_scale(format_name: str) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None].repeat(8, axis=0)
    pixels = READER.decode(_save(Image.fromarray(ramp), format_name)).image_rgb
    assert np.abs(pixels[0, :, 0].astype(int) - np.arange(256)).max() <= 1
    dim = (ramp // 4).astype(np.uint16)
    pixels = READER.decode(_save(Image.fromarray(dim), format_name)).image_rgb
    assert pixels.max() == 64


def test_sixteen_bit_colour_keeps_its_scale() -> None:
    rows = np.zeros((4, 4, 3), dtype=">u2")
    rows[:] = (65535, 32768, 0)
    data = _png(4, 4, bit_depth=16, color_type=2, rows=rows.tobytes())
    assert np.abs(READER.decode(data).image_rgb[0, 0].astype(int) - (255, 128, 0)).max() <= 1


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (np.array([[0, 65535]], dtype=np.int32), [0, 255]),
        (np.array([[0, 2**31 - 1]], dtype=np.int32), [0, 127]),
        (np.array([[0.0, 0.5, 1.0]], dtype=np.float32), [0, 128, 255]),
        (np.array([[0.0, 255.0, np.nan]], dtype=np.float32), [0, 255, 0]),
    ],
)
def test_deep_grey_is_brought_to_eight_bits(values: NDArray[np.generic], wanted: list[int]) -> None:
    pixels = READER.decode(_save(Image.fromarray(values), "TIFF")).image_rgb
    assert pixels[0, :, 0].tolist() == wanted


def test_print_colours_become_rgb() -> None:
    image = Image.fromarray(_corners()).convert("CMYK")
    pixels = READER.decode(_save(image, "JPEG", quality=95)).image_rgb
    assert np.abs(pixels[5, 5].astype(int) - (200, 30, 30)).max() < 25


def test_the_first_frame_stands_for_a_gif() -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue", "lime")]
    data = _save(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert READER.decode(data).image_rgb[4, 4].tolist() == [255, 0, 0]


@pytest.mark.parametrize("format_name", ["WEBP", "PNG", "AVIF"])
def test_other_animations_are_refused(format_name: str) -> None:
    frames = [Image.new("RGB", (32, 32), color) for color in ("red", "blue")]
    data = _save(frames[0], format_name, save_all=True, append_images=frames[1:])
    with pytest.raises(UnsupportedImage, match="animated"):
        READER.decode(data)


def test_the_first_page_stands_for_a_tiff() -> None:
    pages = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    data = _save(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert READER.decode(data).image_rgb[4, 4].tolist() == [255, 0, 0]


def test_too_many_bytes_are_refused_with_both_numbers() -> None:
    with pytest.raises(ImageTooLarge, match=r"image_too_large\.file"):
        ImageReader(max_bytes=100, max_pixels=100).decode(b"x" * 101)


def _png(
    width: int, height: int, *, bit_depth: int = 8, color_type: int = 2, rows: bytes = b""
) -> bytes:
    """A PNG of any claim, its rows as given or empty."""
    length = len(rows) // height if rows else 0
    raw = b"".join(
        b"\x00" + rows[i * length : (i + 1) * length] for i in range(height if rows else 0)
    )
    header = struct.pack(">IIBBBBB", width, height, bit_depth, color_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, content)
        for kind, content in ((b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


@pytest.mark.parametrize("size_wh", [(1001, 1000), (50_000, 50_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_header(size_wh: tuple[int, int]) -> None:
    with pytest.raises(TooManyPixels, match="too_many_pixels") as caught:
        READER.decode(_png(*size_wh))
    assert "bomb" not in say.error(caught.value)


def test_large_pictures_are_decoded_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ImageReader(max_bytes=10**6, max_pixels=60 * 40)
    data = encode(_corners(), "PNG")
    at_once, most = 0, 0
    load = PngImageFile.load

    def count(image: PngImageFile) -> object:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.02)
        at_once -= 1
        return load(image)

    monkeypatch.setattr(PngImageFile, "load", count)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(reader.decode, [data] * 4))
    assert most == 1


def test_a_large_limit_is_honoured_without_a_warning() -> None:
    reader = ImageReader(max_bytes=10**8, max_pixels=100_000_000)
    with pytest.raises(UnreadableImage):
        reader.decode(_png(9_999, 9_999))


@pytest.mark.parametrize("format_name", ["WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIC"])
def test_the_limit_of_pixels_holds_for_every_format(format_name: str) -> None:
    data = _heic(_corners()) if format_name == "HEIC" else encode(_corners(), format_name)
    reader = ImageReader(max_bytes=10**6, max_pixels=60 * 40 - 1)
    with pytest.raises(TooManyPixels, match=r"too_many_pixels\.size"):
        reader.decode(data)


@pytest.mark.parametrize("name", [b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"eXIf", b"tIME", b"prVt"])
@pytest.mark.parametrize("place", ["before", "behind"])
def test_what_stands_around_a_png_is_not_unpacked(name: bytes, place: str) -> None:
    bomb = zlib.compress(b"\x00" * 30_000_000)
    key = b"XML:com.adobe.xmp" if name == b"iTXt" else b"k"
    head = key + b"\x00\x01\x00\x00\x00" if name == b"iTXt" else key + b"\x00\x00"
    chunk = _chunk(name, head + bomb) * 3
    data = encode(PICTURE, "PNG")
    cut = 33 if place == "before" else len(data) - 12
    tracemalloc.start()
    try:
        pixels = READER.decode(data[:cut] + chunk + data[cut:]).image_rgb
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (pixels == PICTURE).all()
    assert most < 10_000_000


def test_a_png_whose_pixels_are_damaged_is_refused() -> None:
    data = bytearray(encode(PICTURE, "PNG"))
    data[20] ^= 1
    with pytest.raises(UnreadableImage, match="damaged"):
        READER.decode(bytes(data))


def test_a_png_of_countless_parts_is_refused() -> None:
    data = encode(PICTURE, "PNG")
    with pytest.raises(UnreadableImage, match="png_chunks"):
        READER.decode(data[:33] + _chunk(b"prVt", b"") * 200_000 + data[33:])


@pytest.mark.parametrize("name", ["exif", "xmp", "compressed-xmp", "old"])
def test_a_png_is_turned_by_whatever_says_so(name: str) -> None:
    exif = exif_of_turn(6)
    packet = b'<x:xmpmeta tiff:Orientation="6"/>'
    old = b"\nexif\n  38\n" + exif.hex().encode()
    key = b"XML:com.adobe.xmp\x00"
    chunk = {
        "exif": _chunk(b"eXIf", exif),
        "xmp": _chunk(b"iTXt", key + b"\x00\x00\x00\x00" + packet),
        "compressed-xmp": _chunk(b"iTXt", key + b"\x01\x00\x00\x00" + zlib.compress(packet)),
        "old": _chunk(b"zTXt", b"Raw profile type exif\x00\x00" + zlib.compress(old)),
    }[name]
    data = encode(np.ascontiguousarray(np.rot90(_corners())), "PNG")
    for cut in (33, len(data) - 12):
        pixels = READER.decode(data[:cut] + chunk + data[cut:]).image_rgb
        assert (pixels == _corners()).all()


def test_a_jpeg_of_a_thousand_scans_is_refused() -> None:
    data = encode(PICTURE, "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    with pytest.raises(UnreadableImage, match="jpeg_scans"):
        READER.decode(data[:-2] + data[start:-2] * 1000 + b"\xff\xd9")


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_called_incomplete(format_name: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = encode(noise, format_name)
    with pytest.raises(UnreadableImage) as caught:
        READER.decode(data[: int(len(data) * share)])
    assert "incomplete" in say.error(caught.value)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_heic_is_called_incomplete(share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = _heic(noise)
    with pytest.raises(UnreadableImage) as caught:
        READER.decode(data[: int(len(data) * share)])
    assert "incomplete" in say.error(caught.value)


@pytest.mark.parametrize(
    ("data", "variant"),
    [
        (b"", "empty"),
        (b"hello", "unknown"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "postscript"),
        (b"8BPS\x00\x01" + b"\x00" * 40, "photoshop"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"  <!doctype html><html>", "web_page"),
        (b"PK\x03\x04" + b"\x00" * 40, "archive"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video"),
        (b"P6 2 2 255 " + b"\x00" * 12, "unknown"),
    ],
)
def test_what_is_no_photo_is_named(data: bytes, variant: str) -> None:
    with pytest.raises(UnsupportedImage, match=variant):
        READER.decode(data)


@pytest.mark.parametrize("magic", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM"])
def test_a_lying_start_is_unreadable(magic: bytes) -> None:
    with pytest.raises(UnreadableImage):
        READER.decode(magic + b"<script>alert(1)</script>" * 20)


def _page(kind: str = "u2", **layout: Any) -> Page:
    return Page(numbers=_corners().astype(kind), photometric=2, **layout)


_SEEDS = [
    encode(_corners(), "JPEG"),
    encode(_corners(), "JPEG", progressive=True),
    encode(_corners(), "PNG"),
    encode(_corners(), "WEBP"),
    encode(_corners(), "GIF"),
    encode(_corners(), "BMP"),
    encode(_corners(), "TIFF"),
    encode(_corners(), "TIFF", compression="tiff_lzw"),
    encode(_corners(), "AVIF"),
    _heic(_corners()),
    encode(_corners(), "JPEG")[:-2],
    encode(_corners(), "JPEG") + b"\x00\x18ftypmp42" + encode(_corners(), "JPEG"),
    *(
        write_tiff(_page(compression=8, predictor=2), _page(planar=True, rows=7), order=order)
        for order in "<>"
    ),
    write_tiff(_page(tile=16, compression=32773, inner=[_page(rows=5)]), big=True),
    write_tiff(_page(kind="f4", compression=8, predictor=3, rows=9)),
    write_tiff(_page(kind="u2", bits=12, more=[(254, 4, [1])], inner=[_page()])),
]


@pytest.mark.thorough
@settings(max_examples=300, deadline=2000)
@given(
    seed=st.sampled_from(_SEEDS),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6)), min_size=1, max_size=8
    ),
    keep=st.floats(0.05, 1.0),
)
def test_damaged_bytes_raise_nothing_but_image_errors(
    seed: bytes, changes: list[tuple[float, bytes]], keep: float
) -> None:
    data = bytearray(seed)
    for place, replacement in changes:
        # Half of the damage goes to the first bytes, where headers are.
        start = int(place * 2 * min(len(data), 64)) if place < 0.5 else int(place * len(data))
        data[start : start + len(replacement)] = replacement
    data = data[: int(len(data) * keep)]
    try:
        decoded = READER.decode(bytes(data))
    except ImageError:
        return
    assert decoded.image_rgb.shape == (decoded.height, decoded.width, 3)


def test_a_written_jpeg_is_read_with_its_colours() -> None:
    decoded = READER.decode(encode_jpeg(_corners(), 95))
    assert np.median(np.abs(decoded.image_rgb.astype(int) - _corners())) <= 3


@pytest.mark.parametrize("size_wh", [(1, 101), (101, 1), (1, 9_999), (999_999, 1)])
@pytest.mark.parametrize("format_name", ["PNG", "BMP", "TIFF"])
def test_a_line_is_no_picture(size_wh: tuple[int, int], format_name: str) -> None:
    with pytest.raises(UnsupportedImage, match="narrow"):
        READER.decode(_save(Image.new("L", size_wh), format_name))


@pytest.mark.parametrize("size_wh", [(1, 100), (100, 1), (3000, 30)])
def test_a_long_panorama_is_a_picture(size_wh: tuple[int, int]) -> None:
    assert READER.decode(_save(Image.new("L", size_wh), "PNG")).width == size_wh[0]


def test_what_takes_more_memory_than_there_is_for_pictures_is_refused_before() -> None:
    side = 2000
    reader = ImageReader(max_bytes=10**7, max_pixels=side * side)
    assert reader.decode(_save(Image.new("L", (side, side)), "PNG")).width == side
    with pytest.raises(TooManyPixels, match="needs_memory"):
        ImageReader(max_bytes=10**8, max_pixels=side * side * 8).decode(
            _save(Image.new("RGB", (5300, 5300)), "WEBP", lossless=True, quality=0, method=0)
        )
