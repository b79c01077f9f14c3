"""TIFF: numbers of any depth are read by ourselves, coded colours by Pillow.

Pillow takes white for black in some depths, planes of 16 bits for one another, and knows neither
fractions in colour nor most depths. The parts of such pages are unpacked as mere bytes, which
every library can, and understood here.
"""

import io
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.errors import UnreadableImage
from mien.errors import UnsupportedImage
from mien.vision.decoding.limits import check_pixels
from mien.vision.decoding.memory import need_bytes
from mien.vision.decoding.plan import Plan
from mien.vision.decoding.samples import Levels
from mien.vision.decoding.samples import numbers_in
from mien.vision.decoding.with_pillow import STRIP_PIXELS
from mien.vision.decoding.with_pillow import draw
from mien.vision.decoding.with_pillow import open_picture
from mien.vision.formats import tiff
from mien.vision.formats.tiff import MEDIA_TYPE
from mien.vision.formats.tiff import TiffPage
from mien.vision.formats.tiff import read_tiff
from mien.vision.types import ImageRGB

_PLAIN, _LZW, _DEFLATE, _OLD_DEFLATE, _PACK_BITS = 1, 5, 8, 32946, 32773
_JPEG, _LZMA, _ZSTD, _WEBP = 7, 34925, 50000, 50001
# What unpacks to the very bytes of the numbers.
_OF_BYTES: Final = {_PLAIN, _LZW, _DEFLATE, _OLD_DEFLATE, _PACK_BITS, _LZMA, _ZSTD}
_UNPACKED_HERE: Final = {_PLAIN, _DEFLATE, _OLD_DEFLATE}
_FAX: Final = {2, 3, 4}
_DEPTHS: Final = {
    tiff.UNSIGNED: {1, 2, 4, 8, 10, 12, 14, 16, 32},
    tiff.SIGNED: {8, 16, 32},
    tiff.FLOAT: {16, 32, 64},
}
_NO_PREDICTOR, _DIFFERENCES, _FLOAT_DIFFERENCES = 1, 2, 3
# Pillow's mode of what is coded, by meaning; its depths.
_CODED: Final = {
    tiff.WHITE_IS_ZERO: ("L", {1, 8}),
    tiff.BLACK_IS_ZERO: ("L", {1, 8}),
    tiff.RGB: ("RGB", {8}),
    tiff.PALETTE: ("P", {1, 2, 4, 8}),
    tiff.CMYK: ("CMYK", {8}),
    tiff.YCBCR: ("RGB", {8}),
}
_COLOURS: Final = {tiff.WHITE_IS_ZERO: 1, tiff.BLACK_IS_ZERO: 1, tiff.RGB: 3}
_BLOCK_BYTES: Final = 4 * 1024 * 1024
_INPUT_BYTES: Final = 64 * 1024


def plan_tiff(data: bytes, *, max_pixels: int) -> Plan:
    """Plan the picture of a TIFF file.

    Raises:
        TooManyPixels: a tile has more than `max_pixels`, whatever the picture has.
        UnreadableImage, UnsupportedImage: see `mien.vision.formats.tiff`; or the numbers are laid
            out in a way that is not read.
    """
    page = read_tiff(data)
    pixels = page.width * page.height
    check_pixels(*page.part_wh, max_pixels)
    if page.photometric in _COLOURS and page.compression in _OF_BYTES:
        _check_numbers(page)
        most = max(_row_bytes(page) * page.part_wh[1], _BLOCK_BYTES)
        unpacked = 0 if page.compression in _UNPACKED_HERE else 2 * most
        need = need_bytes("TIFF", "numbers", pixels) + unpacked
        return Plan(page.width, page.height, need, partial(_draw, page), page.turn)
    mode = _check_coded(page)
    need = need_bytes("TIFF", mode, pixels, copied_bytes=len(data))
    return Plan(page.width, page.height, need, partial(_draw_coded, page), page.turn)


def _check_numbers(page: TiffPage) -> None:
    if len(set(page.bits)) > 1 or page.bits[0] not in _DEPTHS.get(page.sample_format, set()):
        raise UnsupportedImage("tiff_numbers", words={"bits": max(page.bits)})
    if page.samples < _COLOURS[page.photometric] or len(page.bits) != page.samples:
        raise UnreadableImage("header", words={"kind": MEDIA_TYPE})
    known = {_NO_PREDICTOR}
    if page.bits[0] % 8 == 0:
        known |= {_DIFFERENCES}
    if page.sample_format == tiff.FLOAT:
        known |= {_FLOAT_DIFFERENCES}
    if page.predictor not in known:
        raise UnsupportedImage("tiff_coding", words={"coding": f"predictor {page.predictor}"})


def _check_coded(page: TiffPage) -> str:
    if page.photometric not in _CODED:
        raise UnsupportedImage("tiff_colours", words={"photometric": page.photometric})
    mode, depths = _CODED[page.photometric]
    if not set(page.bits) <= depths or page.sample_format != tiff.UNSIGNED:
        raise UnsupportedImage("tiff_numbers", words={"bits": max(page.bits)})
    if page.compression not in {*_OF_BYTES, *_FAX, _JPEG, _WEBP}:
        raise UnsupportedImage("tiff_coding", words={"coding": f"compression {page.compression}"})
    return mode


def _draw_coded(page: TiffPage, stored: ImageRGB) -> None:
    draw(open_picture(page.for_decoder(), "TIFF", MEDIA_TYPE), stored)


def _draw(page: TiffPage, stored: ImageRGB) -> None:
    levels = Levels(page)
    if levels.is_open:
        for numbers, _, planes in _blocks(page):
            levels.see(numbers, planes)
    for numbers, (left, top), planes in _blocks(page):
        rows, width = numbers.shape[:2]
        place = stored[top : top + rows, left : left + width]
        levels.paint(numbers[: place.shape[0], : place.shape[1]], place, planes)


def _row_bytes(page: TiffPage) -> int:
    samples = 1 if page.is_planar else page.samples
    return -(-page.part_wh[0] * samples * page.bits[0] // 8)


def _blocks(
    page: TiffPage,
) -> Iterator[tuple[NDArray[np.generic], tuple[int, int], range]]:
    """The numbers of the page, some lines of a part at a time.

    Gives:
        The numbers, shape (lines, columns, samples); where they are, in pixels; and which of the
        samples of a pixel they are.
    """
    part_width, part_height = page.part_wh
    across = -(-page.width // part_width)
    down = -(-page.height // part_height)
    samples = 1 if page.is_planar else page.samples
    row_bytes = _row_bytes(page)
    for numbers in _groups(page, row_bytes, across * down):
        plane, inside = divmod(numbers.start, across * down)
        left, top = inside % across * part_width, inside // across * part_height
        rows = part_height * len(numbers)
        if not page.is_tiled:
            rows = min(rows, page.height - top)
        for block in _unpacked(page, numbers, row_bytes=row_bytes, rows=rows):
            planes = range(plane, plane + 1) if page.is_planar else range(samples)
            yield numbers_in(page, block, (part_width, samples)), (left, top), planes
            top += len(block)


def _groups(page: TiffPage, row_bytes: int, parts_of_plane: int) -> Iterator[range]:
    """Parts that are unpacked together: strips that a library unpacks, as long as they are small."""
    at_once = 1
    if not page.is_tiled and page.compression not in _UNPACKED_HERE:
        at_once = max(1, _BLOCK_BYTES // (row_bytes * page.part_wh[1]))
    for first in range(0, len(page.offsets), parts_of_plane):
        for start in range(first, first + parts_of_plane, at_once):
            yield range(start, min(start + at_once, first + parts_of_plane))


def _unpacked(
    page: TiffPage, numbers: range, *, row_bytes: int, rows: int
) -> Iterator[NDArray[np.uint8]]:
    """The bytes of some parts, one above the other, shape (lines, bytes of a line), some lines at a time."""
    step = max(1, min(rows, STRIP_PIXELS * 4 // row_bytes))
    counts = [min(step, rows - top) for top in range(0, rows, step)]
    if page.compression == _PLAIN:
        yield from _cut(page.plain_part(numbers.start), counts, row_bytes)
    elif page.compression in {_DEFLATE, _OLD_DEFLATE}:
        yield from _inflated(page.plain_part(numbers.start), counts, row_bytes)
    else:
        file = page.unpackable(numbers, row_bytes=row_bytes, rows=rows)
        with Image.open(io.BytesIO(file), formats=("TIFF",)) as image:
            image.load()
            top = 0
            for count in counts:
                yield np.asarray(image.crop((0, top, row_bytes, top + count)))
                top += count


def _cut(part: memoryview, counts: list[int], row_bytes: int) -> Iterator[NDArray[np.uint8]]:
    for count in counts:
        yield _lines(part[: count * row_bytes], count, row_bytes)
        part = part[count * row_bytes :]


def _inflated(part: memoryview, counts: list[int], row_bytes: int) -> Iterator[NDArray[np.uint8]]:
    inflate = zlib.decompressobj()
    given: bytes | memoryview = part
    for count in counts:
        wanted = count * row_bytes
        pieces: list[bytes] = []
        while wanted and (given or not inflate.eof):
            piece = inflate.decompress(given[:_INPUT_BYTES], wanted)
            given = _behind(given, inflate.unconsumed_tail)
            if not piece and not given:
                break
            pieces.append(piece)
            wanted -= len(piece)
            if inflate.eof:
                break
        yield _lines(memoryview(b"".join(pieces)), count, row_bytes)


def _behind(given: bytes | memoryview, tail: bytes) -> bytes | memoryview:
    taken = min(len(given), _INPUT_BYTES) - len(tail)
    return given[taken:]


def _lines(part: memoryview, count: int, row_bytes: int) -> NDArray[np.uint8]:
    if len(part) < count * row_bytes:
        raise UnreadableImage("truncated", words={"kind": MEDIA_TYPE})
    return np.frombuffer(part, np.uint8, count * row_bytes).reshape(count, row_bytes)
