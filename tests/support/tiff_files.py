"""TIFF files of any layout, written by the standard and by no library that reads them."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LETTERS = {1: "B", 2: "B", 3: "H", 4: "L", 7: "B"}
_FORMATS = {"u": 1, "i": 2, "f": 3}
_PLAIN, _DEFLATE, _PACK_BITS = 1, 8, 32773


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page to be written.

    Attributes:
        numbers: shape (height, width, samples); their type is that of the file unless `bits` says
            less.
        photometric: what they mean.
        bits: of a number, packed; None for those of its type.
        planar: whether each sample is a plane.
        compression: 1, 8 or 32773.
        predictor: 1, 2 or 3.
        rows: of a strip; None for one strip.
        tile: side of a tile; None for strips.
        more: further tags, each with its type and values.
        inner: pages that hang below this one.
        says_lengths: whether the strips' lengths are written.
    """

    numbers: NDArray[np.generic]
    photometric: int
    bits: int | None = None
    planar: bool = False
    compression: int = _PLAIN
    predictor: int = 1
    rows: int | None = None
    tile: int | None = None
    more: Sequence[tuple[int, int, Sequence[int]]] = ()
    inner: Sequence["Page"] = ()
    says_lengths: bool = True


def write_tiff(*pages: Page, order: str = "<", big: bool = False) -> bytes:
    """A file of these pages.

    Args:
        pages: in their order.
        order: of bytes, `<` or `>`.
        big: whether offsets have 64 bits.
    """
    mark = b"II" if order == "<" else b"MM"
    file = bytearray(mark + struct.pack(f"{order}H", 43 if big else 42))
    file += struct.pack(f"{order}HHQ", 8, 0, 0) if big else struct.pack(f"{order}L", 0)
    link = len(file) - (8 if big else 4)
    for page in pages:
        place, behind = _add(file, page, order, big)
        struct.pack_into(order + ("Q" if big else "L"), file, link, place)
        link = behind
    return bytes(file)


def _add(file: bytearray, page: Page, order: str, big: bool) -> tuple[int, int]:
    inner = [_add(file, each, order, big)[0] for each in page.inner]
    height, width, samples = page.numbers.shape
    bits = page.bits or page.numbers.dtype.itemsize * 8
    tags: dict[int, tuple[int, Sequence[int]]] = {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, [bits] * samples),
        259: (3, [page.compression]),
        262: (3, [page.photometric]),
        277: (3, [samples]),
        284: (3, [2 if page.planar else 1]),
        317: (3, [page.predictor]),
        339: (3, [_FORMATS[page.numbers.dtype.kind]] * samples),
    }
    planes = np.split(page.numbers, samples, axis=2) if page.planar else [page.numbers]
    offsets, lengths = [], []
    for plane in planes:
        for part in _parts(plane, page):
            coded = _code(part, page, bits, order)
            offsets.append(len(file))
            lengths.append(len(coded))
            file += coded + bytes(len(coded) % 2)
    if page.tile:
        tags |= {322: (4, [page.tile]), 323: (4, [page.tile])}
        tags |= {324: (4, offsets), 325: (4, lengths)}
    else:
        tags |= {273: (4, offsets), 278: (4, [page.rows or height])}
        tags |= {279: (4, lengths)} if page.says_lengths else {}
    tags |= {330: (4, inner)} if inner else {}
    tags |= {number: (kind, values) for number, kind, values in page.more}
    return _directory(file, tags, order, big)


def _directory(
    file: bytearray, tags: dict[int, tuple[int, Sequence[int]]], order: str, big: bool
) -> tuple[int, int]:
    inside, count, head = (8, "HHQ", "Q") if big else (4, "HHL", "H")
    entries = b""
    for number, (kind, values) in sorted(tags.items()):
        raw = struct.pack(f"{order}{len(values)}{_LETTERS[kind]}", *values)
        if len(raw) > inside:
            place = len(file)
            file += raw + bytes(len(raw) % 2)
            raw = struct.pack(order + ("Q" if big else "L"), place)
        entries += struct.pack(order + count, number, kind, len(values)) + raw.ljust(inside, b"\0")
    place = len(file)
    file += struct.pack(order + head, len(tags)) + entries + bytes(inside)
    return place, len(file) - inside


def _parts(plane: NDArray[np.generic], page: Page) -> list[NDArray[np.generic]]:
    height, width = plane.shape[:2]
    if page.tile:
        side = page.tile
        down, across = -height % side, -width % side
        padded = np.pad(plane, ((0, down), (0, across), (0, 0)))
        return [
            padded[top : top + side, left : left + side]
            for top in range(0, height, side)
            for left in range(0, width, side)
        ]
    rows = page.rows or height
    return [plane[top : top + rows] for top in range(0, height, rows)]


def _code(part: NDArray[np.generic], page: Page, bits: int, order: str) -> bytes:
    size = part.dtype.itemsize
    if page.bits is not None:
        ones = np.unpackbits(part.astype(">u2").view(np.uint8)).reshape(*part.shape, 16)
        raw = np.packbits(ones[..., 16 - bits :].reshape(len(part), -1), axis=1).tobytes()
    elif page.predictor == 3:
        lines = part.reshape(len(part), -1).astype(f">f{size}").view(np.uint8)
        weights = lines.reshape(len(part), -1, size).transpose(0, 2, 1)
        apart = weights.reshape(len(part), -1, part.shape[2])
        raw = np.diff(apart, axis=1, prepend=np.zeros_like(apart[:, :1])).tobytes()
    elif page.predictor == 2:
        whole = np.ascontiguousarray(part).view(f"u{size}")
        steps = np.diff(whole, axis=1, prepend=np.zeros_like(whole[:, :1]))
        raw = steps.astype(f"{order}u{size}").tobytes()
    else:
        raw = part.astype(f"{order}{part.dtype.kind}{size}").tobytes()
    if page.compression == _DEFLATE:
        return zlib.compress(raw)
    if page.compression == _PACK_BITS:
        pieces = [raw[start : start + 128] for start in range(0, len(raw), 128)]
        return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces)
    return raw
