"""What is kept of a photo is its picture, its turn and its colour profile, and nothing else."""

import io
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from PIL import Image
from PIL import ImageCms
from PIL.PngImagePlugin import PngInfo

from drawing import draw_picture
from drawing import encode
from mien.errors import ImageError
from mien.vision.reader import ImageReader
from mien.vision.storable import Storable
from tiff_files import Page
from tiff_files import write_tiff

READER = ImageReader(max_bytes=5_000_000, max_pixels=1_000_000)
PICTURE = draw_picture(["ada"], size_wh=(320, 240))
SECRET = b"48.8584N 2.2945E"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif_of(turn: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = SECRET.decode()
    exif[0x0132] = "2024:01:01 12:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[27] = SECRET
    exif.get_ifd(0x8769)[0x9286] = SECRET
    return exif


XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"


def _jpeg(turn: int, **options: Any) -> bytes:
    data = encode(
        PICTURE, "JPEG", quality=90, exif=exif_of(turn), icc_profile=PROFILE, xmp=XMP, **options
    )
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">L", len(SECRET)) + SECRET
    more = b""
    for marker, content in ((0xED, iptc), (0xE2, b"MPF\x00" + SECRET), (0xFE, SECRET)):
        more += struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content
    return data[:2] + more + data[2:] + b"\x00\x00\x00\x18ftypmp42" + SECRET


def _png(turn: int) -> bytes:
    info = PngInfo()
    for name in ("Comment", "Location", "Raw profile type iptc"):
        info.add_text(name, SECRET.decode())
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    data = encode(PICTURE, "PNG", exif=exif_of(turn), icc_profile=PROFILE, pnginfo=info)
    return data + SECRET


def _webp(turn: int, **options: Any) -> bytes:
    data = encode(PICTURE, "WEBP", exif=exif_of(turn), icc_profile=PROFILE, xmp=XMP, **options)
    return data + SECRET


def _tiff(turn: int) -> bytes:
    data = io.BytesIO()
    Image.fromarray(PICTURE).save(
        data, "TIFF", exif=exif_of(turn), icc_profile=PROFILE, compression="tiff_lzw"
    )
    return data.getvalue() + SECRET


def _avif(turn: int) -> bytes:
    data = encode(PICTURE, "AVIF", quality=80, exif=exif_of(turn), icc_profile=PROFILE, xmp=XMP)
    return data + struct.pack(">L4s", 8 + len(SECRET), b"mpvd") + SECRET


def _heic(turn: int) -> bytes:
    buffer = io.BytesIO()
    image = pillow_heif.from_pillow(Image.fromarray(PICTURE))
    image.info["icc_profile"] = PROFILE
    image.info["icc_profile_type"] = "prof"
    image.save(buffer, quality=80, exif=exif_of(turn).tobytes(), xmp=XMP)
    return buffer.getvalue() + struct.pack(">L4s", 8 + len(SECRET), b"mpvd") + SECRET


def _gif(_turn: int) -> bytes:
    return encode(PICTURE, "GIF", comment=SECRET) + SECRET


def _bmp(_turn: int) -> bytes:
    return encode(PICTURE, "BMP") + SECRET


_KINDS: dict[str, Callable[[int], bytes]] = {
    "jpeg": _jpeg,
    "progressive": lambda turn: _jpeg(turn, progressive=True),
    "png": _png,
    "webp": _webp,
    "lossless": lambda turn: _webp(turn, lossless=True),
    "tiff": _tiff,
    "avif": _avif,
    "heic": _heic,
    "gif": _gif,
    "bmp": _bmp,
}


def kept(data: bytes) -> Storable:
    return READER.storable(data, READER.decode(data))


@pytest.mark.parametrize("turn", [1, 3, 6])
@pytest.mark.parametrize("kind", _KINDS)
def test_places_and_names_are_gone_and_every_pixel_stays(kind: str, turn: int) -> None:
    data = _KINDS[kind](turn)
    assert SECRET in data
    stored = kept(data)
    wanted = READER.decode(data)
    found = READER.decode(stored.data)
    assert SECRET not in stored.data
    assert b"2024:01:01" not in stored.data
    assert (found.image_rgb == wanted.image_rgb).all()
    assert (stored.media_type, stored.extension) == (wanted.media_type, wanted.extension)
    assert kept(stored.data).data == stored.data


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff", "avif", "heic"])
def test_programs_of_others_see_the_same_picture_with_its_turn_and_profile(kind: str) -> None:
    pillow_heif.register_heif_opener()
    data = _KINDS[kind](6)
    seen = []
    for file in (data, kept(data).data):
        with Image.open(io.BytesIO(file)) as image:
            image.load()
            exif = image.getexif()
            seen.append((image.size, image.info.get("icc_profile"), exif.get(0x0112, 1)))
    assert seen[1] == seen[0]
    assert seen[1][1] == PROFILE
    assert not set(exif) - {0x0112, *range(0x0100, 0x0120), *range(0x0140, 0x0160), 339, 34675}


def test_a_preview_before_a_picture_is_not_kept() -> None:
    small = Page(numbers=np.zeros((9, 9, 3), np.uint8), photometric=2, more=[(254, 4, [1])])
    large = Page(numbers=PICTURE.astype(np.uint16) * 257, photometric=2, planar=True, tile=16)
    data = write_tiff(small, large, order=">")
    stored = kept(data)
    assert len(stored.data) < len(data)
    assert (READER.decode(stored.data).image_rgb == PICTURE).all()


def test_a_jpeg_without_an_end_is_kept_with_one() -> None:
    data = encode(PICTURE, "JPEG")
    assert kept(data[:-2]).data == kept(data).data
    assert kept(data).data.endswith(b"\xff\xd9")


def test_an_animated_gif_stays_animated() -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "lime", "blue")]
    buffer = io.BytesIO()
    frames[0].save(
        buffer, "GIF", save_all=True, append_images=frames[1:], comment=SECRET, loop=0, duration=40
    )
    with Image.open(io.BytesIO(kept(buffer.getvalue()).data)) as image:
        assert getattr(image, "n_frames", 1) == 3
        assert image.info["loop"] == 0


def test_what_cannot_be_taken_apart_is_written_anew() -> None:
    data = _avif(1)
    # A version of the table of items that nobody knows.
    place = data.index(b"infe") + 4
    strange = data[:place] + b"\x09" + data[place + 1 :]
    stored = READER.storable(strange, READER.decode(data))
    assert stored.media_type == "image/jpeg"
    assert SECRET not in stored.data
    difference = READER.decode(stored.data).image_rgb.astype(int) - READER.decode(data).image_rgb
    assert np.abs(difference).mean() < 4


def test_photos_are_kept_as_they_were_sent_where_it_is_wished() -> None:
    reader = ImageReader(max_bytes=10**7, max_pixels=10**6, keeps_metadata=True)
    data = _jpeg(6)
    assert reader.storable(data, reader.decode(data)).data == data


_SEEDS = [make(6) for make in _KINDS.values()]


@pytest.mark.thorough
@settings(max_examples=400, deadline=2000)
@given(
    seed=st.sampled_from(_SEEDS),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    keep=st.floats(0.2, 1.0),
)
def test_damaged_files_are_kept_or_refused(
    seed: bytes, changes: list[tuple[float, int]], keep: float
) -> None:
    data = bytearray(seed[: int(len(seed) * keep)])
    for place, value in changes:
        # Most of what describes a file is at its beginning.
        data[int(place * place * place * len(data))] = value
    image = READER.decode(seed)
    with suppress(ImageError):
        image = READER.decode(bytes(data))
    assert READER.storable(bytes(data), image).data
