"""A JPEG is read for its own picture, whatever lies in it, around it and behind it."""

import io
import struct
import time
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from drawing import draw_picture
from drawing import encode
from mien.errors import ImageError
from mien.errors import TooManyPixels
from mien.errors import UnreadableImage
from mien.errors import UnsupportedImage
from mien.vision.reader import ImageReader
from mien.vision.types import ImageRGB

READER = ImageReader(max_bytes=30_000_000, max_pixels=1_000_000)
PICTURE = draw_picture(["ada"])
BASELINE = encode(PICTURE, "JPEG", quality=90)
PROGRESSIVE = encode(PICTURE, "JPEG", quality=90, progressive=True)
BOTH = pytest.mark.parametrize("data", [BASELINE, PROGRESSIVE], ids=["baseline", "progressive"])


def pixels_of(data: bytes) -> ImageRGB:
    return READER.decode(data).image_rgb


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


_SCANS = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x55" * 50


@BOTH
@pytest.mark.parametrize(
    "behind",
    [
        b"\x00\x00\x00\x18ftypmp42" + _SCANS,
        BASELINE + PROGRESSIVE * 8,
        b"MotionPhoto_Data" + bytes(1000),
        _SCANS,
        b"\xff",
        b"\xff\xd8\xff",
        bytes(100_000),
    ],
    ids=["video", "pictures", "samsung", "scans", "byte", "start", "zeros"],
)
def test_what_lies_behind_the_picture_is_no_part_of_it(data: bytes, behind: bytes) -> None:
    assert (pixels_of(data + behind) == pixels_of(data)).all()


@BOTH
@pytest.mark.parametrize("marker", [0xE1, 0xE2, 0xE5, 0xED, 0xEF, 0xFE])
def test_what_lies_in_segments_is_no_part_of_it(data: bytes, marker: int) -> None:
    inside = (_segment(marker, b"Exif\x00\x00" + BASELINE[:9000]) + _segment(marker, _SCANS)) * 3
    assert (pixels_of(data[:2] + inside + data[2:]) == pixels_of(data)).all()


@BOTH
def test_padding_between_segments_is_passed_over(data: bytes) -> None:
    padded = data[:2] + b"\xff\xff\xff" + _segment(0xFE, b"") + b"\xff" * 5000 + data[2:]
    assert (pixels_of(padded) == pixels_of(data)).all()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"progressive": True},
        {"optimize": True},
        {"restart_marker_blocks": 3},
        {"subsampling": 0},
        {"quality": 5, "optimize": True},
        {"progressive": True, "quality": 30, "subsampling": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_without_its_end_marker_is_whole(options: dict[str, object], mode: str) -> None:
    buffer = io.BytesIO()
    Image.fromarray(PICTURE).convert(mode).save(buffer, "JPEG", **options)
    data = buffer.getvalue()
    wanted = pixels_of(data)
    for lost in (1, 2):
        assert (pixels_of(data[:-lost]) == wanted).all()
    # Some recovered files go on with nothing.
    assert (pixels_of(data[:-2] + bytes(1000)) == wanted).all()


@pytest.mark.parametrize("lost", [6, 12, 40, 200, 1000])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("optimize", [False, True])
@pytest.mark.parametrize("quality", [10, 95])
def test_a_jpeg_that_lost_more_is_called_truncated(
    lost: int, progressive: bool, optimize: bool, quality: int
) -> None:
    # Whole blocks, so that nothing that is lost lies outside of the picture.
    noise = np.random.default_rng(1).integers(0, 255, (208, 208, 3), dtype=np.uint8)
    data = encode(noise, "JPEG", quality=quality, progressive=progressive, optimize=optimize)
    with pytest.raises(UnreadableImage, match="truncated"):
        READER.decode(data[:-lost])


def test_a_progressive_jpeg_that_lost_whole_scans_is_called_truncated() -> None:
    starts = [at for at in range(len(PROGRESSIVE)) if PROGRESSIVE[at : at + 2] == b"\xff\xda"]
    for start in starts[1:]:
        with pytest.raises(UnreadableImage, match="truncated"):
            READER.decode(PROGRESSIVE[:start])


def _changed_frame(data: bytes, *, marker: int | None = None, bits: int | None = None) -> bytes:
    changed = bytearray(data)
    start = data.index(b"\xff\xc0")
    if marker is not None:
        changed[start + 1] = marker
    if bits is not None:
        changed[start + 4] = bits
    return bytes(changed)


@pytest.mark.parametrize(
    ("data", "variant"),
    [
        (_changed_frame(BASELINE, bits=12), "jpeg_bits"),
        (_changed_frame(BASELINE, bits=16), "jpeg_bits"),
        (_changed_frame(BASELINE, bits=12, marker=0xC1), "jpeg_bits"),
        (_changed_frame(BASELINE, marker=0xC3), "jpeg_process"),
        (_changed_frame(BASELINE, marker=0xC5), "jpeg_process"),
        (_changed_frame(BASELINE, marker=0xCB), "jpeg_process"),
        (BASELINE[:2] + _segment(0xDE, bytes(8)) + BASELINE[2:], "jpeg_process"),
    ],
)
def test_a_jpeg_of_a_kind_that_is_not_read_is_told_so(data: bytes, variant: str) -> None:
    with pytest.raises(UnsupportedImage, match=variant):
        READER.decode(data)


def test_a_jpeg_of_countless_segments_is_refused_at_once() -> None:
    crowded = BASELINE[:2] + _segment(0xFE, b"") * 5_000_000 + BASELINE[2:]
    started = time.monotonic()
    with pytest.raises(UnreadableImage, match="jpeg_segments"):
        READER.decode(crowded)
    assert time.monotonic() - started < 2


@pytest.mark.thorough
@pytest.mark.parametrize("filling", [b"\xff", b"\xff\x00", b"\x00", b"\xff\xd0", b"\xd8\xff"])
def test_long_runs_of_anything_are_read_in_little_time(filling: bytes) -> None:
    run = filling * (20_000_000 // len(filling))
    started = time.monotonic()
    for data in (BASELINE[:2] + run + BASELINE[2:], BASELINE[:-2] + run, BASELINE[:2] + run):
        with suppress(ImageError):
            READER.decode(data)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_large_jpeg_is_read_at_a_part_of_its_size(orientation: int) -> None:
    small = ImageReader(max_bytes=10**7, max_pixels=100_000)
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = np.asarray(Image.fromarray(PICTURE).resize((601, 401), Image.Resampling.BILINEAR))
    data = encode(picture, "JPEG", quality=95, exif=exif)
    whole = READER.decode(data)
    decoded = small.decode(data)
    assert decoded.reduction == 2
    assert (decoded.width, decoded.height) == (whole.width, whole.height)
    assert sorted(decoded.image_rgb.shape) == [3, 201, 301]
    enlarged = Image.fromarray(decoded.image_rgb).resize((whole.width, whole.height))
    assert np.abs(np.asarray(enlarged).astype(int) - whole.image_rgb).mean() < 4


@pytest.mark.parametrize(("times", "reduction"), [(1.0, 1), (1.1, 2), (3.9, 2), (4.5, 4)])
def test_no_more_is_taken_away_than_needed(times: float, reduction: int) -> None:
    side = 400
    data = encode(np.full((side, side, 3), 90, np.uint8), "JPEG")
    reader = ImageReader(max_bytes=10**6, max_pixels=int(side * side / times) + 1)
    assert reader.decode(data).reduction == reduction


def test_a_jpeg_may_have_so_many_times_the_pixels_and_no_more() -> None:
    data = encode(np.full((200, 200, 3), 90, np.uint8), "JPEG")
    assert ImageReader(max_bytes=10**6, max_pixels=8000).decode(data).width == 200
    with pytest.raises(TooManyPixels, match="size") as caught:
        ImageReader(max_bytes=10**6, max_pixels=7999).decode(data)
    assert caught.value.extra["max_pixels"] == 5 * 7999
