"""The pages of a TIFF file: which is the picture, how its numbers are laid out, and where they are."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.errors import UnreadableImage
from mien.errors import UnsupportedImage
from mien.vision.formats.exif import UPRIGHT

MEDIA_TYPE: Final = "image/tiff"

BLACK_IS_ZERO: Final = 1
WHITE_IS_ZERO: Final = 0
RGB: Final = 2
PALETTE: Final = 3
CMYK: Final = 5
YCBCR: Final = 6
LAB: Final = 8
_CAMERA_RAW: Final = {32803, 34892}

UNSIGNED: Final = 1
SIGNED: Final = 2
FLOAT: Final = 3

# Numbers of tags.
_SUBFILE, _OLD_SUBFILE, _WIDTH, _LENGTH, _BITS, _COMPRESSION = range(254, 260)
_PHOTOMETRIC = 262
_FILL_ORDER, _STRIP_OFFSETS, _TURN, _SAMPLES, _ROWS, _STRIP_COUNTS = 266, 273, 274, 277, 278, 279
_PLANAR, _PREDICTOR, _COLOUR_MAP = 284, 317, 320
_TILE_WIDTH, _TILE_LENGTH, _TILE_OFFSETS, _TILE_COUNTS, _SUB_IFDS = 322, 323, 324, 325, 330
_INK_SET, _EXTRA, _FORMAT, _JPEG_TABLES, _PROFILE = 332, 338, 339, 347, 34675
# Of no use without the others, and copied as they are: resolution and how colours are coded.
_CODING: Final = (292, 293, _COLOUR_MAP, _INK_SET, _JPEG_TABLES, 529, 530, 531, 532, _PREDICTOR)

_REDUCED: Final = 1
_MASK: Final = 4
_OLD_REDUCED: Final = 2
_MOST_TURN: Final = 8
# A file is searched no further for its picture, and no page is cut into more parts.
_MOST_PAGES: Final = 64
_MOST_ENTRIES: Final = 4096
_MOST_PARTS: Final = 100_000
_MOST_SAMPLES: Final = 16
# Size and letter of a type, by its number; those that `struct` reads as whole numbers.
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_BIG_SIZES: Final = {16: 8, 17: 8, 18: 8}
_LETTERS: Final = {
    1: "u1",
    3: "u2",
    4: "u4",
    6: "i1",
    8: "i2",
    9: "i4",
    13: "u4",
    16: "u8",
    18: "u8",
}
_SHORT, _LONG = 3, 4
_PLANES, _LOWEST_FIRST = 2, 2
# Of values that stand in the entry itself.
_INSIDE_BYTES: Final = 4
_REVERSED: Final = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A tag: its type, how many values, and their bytes in the order of the file."""

    kind: int
    count: int
    raw: memoryview


@dataclass(frozen=True, slots=True)
class TiffPage:
    """A picture of a TIFF file.

    Attributes:
        order: of bytes, `<` or `>`.
        width: pixels, as stored.
        height: pixels, as stored.
        turn: EXIF's number of the turn to be made, 1 to 8.
        photometric: what the numbers mean.
        compression: how each part is compressed.
        bits: of each number of a pixel.
        sample_format: whole numbers, with or without a sign, or fractions.
        extra: what each number beyond the colours is; see `alpha`.
        is_planar: whether each colour is a plane of its own.
        predictor: 1 for none.
        is_reversed: whether the bits of each byte are the other way round.
        part_wh: pixels of a part; the last strip may have fewer lines.
        is_tiled: whether parts are tiles, which are always whole, or strips.
        offsets: where each part is.
        lengths: how long, in bytes.
    """

    order: str
    width: int
    height: int
    turn: int
    photometric: int
    compression: int
    bits: tuple[int, ...]
    sample_format: int
    extra: tuple[int, ...]
    is_planar: bool
    predictor: int
    is_reversed: bool
    part_wh: tuple[int, int]
    is_tiled: bool
    offsets: NDArray[np.uint64] = field(repr=False)
    lengths: NDArray[np.uint64] = field(repr=False)
    _entries: Mapping[int, _Entry] = field(repr=False)
    _data: bytes = field(repr=False)

    @property
    def samples(self) -> int:
        """How many numbers a pixel has."""
        return len(self.bits)

    def part(self, number: int) -> memoryview:
        """The compressed bytes of a part; fewer than promised where the file ends before it."""
        start = int(self.offsets[number])
        return memoryview(self._data)[start : start + int(self.lengths[number])]

    def plain_part(self, number: int) -> memoryview:
        """The same with the bits of each byte in their usual order."""
        return self._in_order(self.part(number))

    def unpackable(self, numbers: range, *, row_bytes: int, rows: int) -> bytes:
        """A file from which a library unpacks parts as grey of one byte, one above the other.

        Args:
            numbers: of the parts; all but the last one are whole.
            row_bytes: of a line of each, once unpacked.
            rows: of all of them together.
        """
        parts = [self._in_order(self.part(number)) for number in numbers]
        ends = np.cumsum([8, *(len(part) for part in parts)], dtype=np.int64)
        numbers_of = {
            _WIDTH: [row_bytes],
            _LENGTH: [rows],
            _BITS: [8],
            _COMPRESSION: [self.compression],
            _PHOTOMETRIC: [BLACK_IS_ZERO],
            _SAMPLES: [1],
            _ROWS: [self.part_wh[1]],
            _STRIP_OFFSETS: ends[:-1].tolist(),
            _STRIP_COUNTS: [len(part) for part in parts],
        }
        entries = {tag: _longs(self.order, values) for tag, values in numbers_of.items()}
        for tag in (_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES):
            entries[tag] = _short(self.order, numbers_of[tag][0])
        return _written(self.order, parts, entries)

    def _in_order(self, part: memoryview) -> memoryview:
        return memoryview(bytes(part).translate(_REVERSED)) if self.is_reversed else part

    def for_decoder(self) -> bytes:
        """The page alone, as a whole file that needs no turn."""
        return self._file({_TURN: 1})

    def for_storage(self) -> bytes:
        """A file of the very same picture: with its turn and profile, and nothing else."""
        kept = {_PROFILE: self._entries[_PROFILE]} if _PROFILE in self._entries else {}
        return self._file({_TURN: self.turn}, kept)

    def _file(self, shorts: Mapping[int, int], kept: Mapping[int, _Entry] | None = None) -> bytes:
        entries = dict(kept or {})
        for tag in (
            _BITS,
            _PHOTOMETRIC,
            _COMPRESSION,
            _SAMPLES,
            _PLANAR,
            _EXTRA,
            _FORMAT,
            *_CODING,
        ):
            if tag in self._entries:
                entries[tag] = self._entries[tag]
        width, height = self.part_wh
        shorts = {**shorts, _FILL_ORDER: 2 if self.is_reversed else 1}
        longs = {_WIDTH: [self.width], _LENGTH: [self.height]}
        parts = [self.part(number) for number in range(len(self.offsets))]
        if self.is_tiled:
            longs |= {_TILE_WIDTH: [width], _TILE_LENGTH: [height]}
            offsets_tag, counts_tag = _TILE_OFFSETS, _TILE_COUNTS
        else:
            longs |= {_ROWS: [height]}
            offsets_tag, counts_tag = _STRIP_OFFSETS, _STRIP_COUNTS
        lengths = [len(part) for part in parts]
        ends = np.cumsum([8, *lengths], dtype=np.int64)
        longs |= {offsets_tag: ends[:-1].tolist(), counts_tag: lengths}
        for tag, value in shorts.items():
            entries[tag] = _short(self.order, value)
        for tag, values in longs.items():
            entries[tag] = _longs(self.order, values)
        return _written(self.order, parts, entries)


def read_tiff(data: bytes) -> TiffPage:
    """Find the picture of a file: the first page that is no preview, or else the largest preview.

    Raises:
        UnreadableImage: there is no page whose description is whole.
        UnsupportedImage: the picture is a camera's raw data.
    """
    try:
        order, pages = _pages(data)
        whole = [page for page in pages if {_WIDTH, _LENGTH} <= page.keys()]
        if not whole:
            raise UnreadableImage("header", words={"kind": MEDIA_TYPE})
        main = next((page for page in whole if not _is_preview(page, order)), None)
        if main is None:
            main = max(
                whole, key=lambda page: _one(page, order, _WIDTH) * _one(page, order, _LENGTH)
            )
        return _page(data, order, main, first=whole[0])
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise UnreadableImage("header", words={"kind": MEDIA_TYPE}) from error


def _pages(data: bytes) -> tuple[str, list[dict[int, _Entry]]]:
    order = "<" if data[:2] == b"II" else ">"
    is_big = data[2:4] in {b"+\x00", b"\x00+"}
    start = (
        struct.unpack_from(f"{order}Q", data, 8)
        if is_big
        else struct.unpack_from(f"{order}L", data, 4)
    )
    waiting = [start[0]]
    seen: set[int] = set()
    pages: list[dict[int, _Entry]] = []
    while waiting and len(seen) < _MOST_PAGES:
        place = waiting.pop(0)
        # Pages that form a circle end it.
        if not place or place in seen:
            continue
        seen.add(place)
        try:
            page, behind = _directory(data, order, place, is_big=is_big)
        except struct.error:
            continue
        pages.append(page)
        inner = _many(page, order, _SUB_IFDS)[:_MOST_PAGES]
        waiting = [*(int(each) for each in inner), *waiting, *behind]
    return order, pages


def _directory(
    data: bytes, order: str, place: int, *, is_big: bool
) -> tuple[dict[int, _Entry], list[int]]:
    """The entries of a page, and where the next one is."""
    head, entry, link = ("Q", "HHQ8s", "Q") if is_big else ("H", "HHL4s", "L")
    sizes = _SIZES | _BIG_SIZES if is_big else _SIZES
    (count,) = struct.unpack_from(order + head, data, place)
    place += struct.calcsize(order + head)
    if count > _MOST_ENTRIES:
        raise struct.error("more entries than a page has")
    page: dict[int, _Entry] = {}
    for _ in range(count):
        tag, kind, values, field_bytes = struct.unpack_from(order + entry, data, place)
        size = sizes.get(kind, 0) * values
        inside = place + struct.calcsize(order + entry) - len(field_bytes)
        place += struct.calcsize(order + entry)
        if size > len(field_bytes):
            (inside,) = struct.unpack(order + link, field_bytes)
        raw = memoryview(data)[inside : inside + size]
        if size and len(raw) == size:
            page.setdefault(tag, _Entry(kind, values, raw))
    behind = list(struct.unpack_from(order + link, data, place)) if len(data) >= place + 8 else []
    return page, behind


def _many(page: Mapping[int, _Entry], order: str, tag: int) -> NDArray[np.int64]:
    """The whole numbers of a tag; empty without it."""
    entry = page.get(tag)
    if entry is None or entry.kind not in _LETTERS:
        return np.empty(0, np.int64)
    values = np.frombuffer(entry.raw, dtype=order + _LETTERS[entry.kind])
    return values.astype(np.int64)


def _one(page: Mapping[int, _Entry], order: str, tag: int, default: int = 0) -> int:
    values = _many(page, order, tag)
    return int(values[0]) if len(values) else default


def _is_preview(page: Mapping[int, _Entry], order: str) -> bool:
    return bool(
        _one(page, order, _SUBFILE) & (_REDUCED | _MASK)
        or _one(page, order, _OLD_SUBFILE) == _OLD_REDUCED
    )


def _page(
    data: bytes, order: str, page: dict[int, _Entry], *, first: Mapping[int, _Entry]
) -> TiffPage:
    photometric = _one(page, order, _PHOTOMETRIC, WHITE_IS_ZERO)
    if photometric in _CAMERA_RAW:
        raise UnsupportedImage("camera_raw")
    width, height = _one(page, order, _WIDTH), _one(page, order, _LENGTH)
    samples = _one(page, order, _SAMPLES, 1)
    if min(width, height) < 1 or not 0 < samples <= _MOST_SAMPLES:
        raise UnreadableImage("header", words={"kind": MEDIA_TYPE})
    bits = tuple(int(each) for each in _many(page, order, _BITS)[:samples]) or (1,)
    formats = {int(each) for each in _many(page, order, _FORMAT)[:samples]} or {UNSIGNED}
    is_tiled = _TILE_OFFSETS in page
    if is_tiled:
        part_wh = _one(page, order, _TILE_WIDTH), _one(page, order, _TILE_LENGTH)
    else:
        part_wh = width, min(_one(page, order, _ROWS, height) or height, height)
    if min(part_wh) < 1:
        raise UnreadableImage("header", words={"kind": MEDIA_TYPE})
    is_planar = samples > 1 and _one(page, order, _PLANAR, 1) == _PLANES
    parts = -(-width // part_wh[0]) * -(-height // part_wh[1]) * (samples if is_planar else 1)
    if parts > _MOST_PARTS:
        raise UnreadableImage("tiff_parts", words={"most": _MOST_PARTS})
    offsets = _many(page, order, _TILE_OFFSETS if is_tiled else _STRIP_OFFSETS)[:parts]
    lengths = _many(page, order, _TILE_COUNTS if is_tiled else _STRIP_COUNTS)[:parts]
    if _one(page, order, _COMPRESSION, 1) == 1 and len(offsets) == parts and not lengths.any():
        # Old programs leave the lengths of what is not compressed to the reader.
        samples_of_part = part_wh[0] * part_wh[1] * (1 if is_planar else samples)
        lengths = np.full(parts, -(-samples_of_part * max(bits) // 8), np.int64)
    if len(offsets) < parts or len(lengths) < parts or min(offsets.min(), lengths.min()) < 0:
        raise UnreadableImage("header", words={"kind": MEDIA_TYPE})
    lengths = np.minimum(lengths, len(data))
    if int(lengths.sum()) > 2 * len(data):
        # Parts that lie over each other would fill the memory.
        raise UnreadableImage("damaged", words={"kind": MEDIA_TYPE})
    # Previews come first in files of cameras, and what holds for all is said there.
    turn = _one(page, order, _TURN) or _one(first, order, _TURN)
    return TiffPage(
        order=order,
        width=width,
        height=height,
        turn=turn if UPRIGHT <= turn <= _MOST_TURN else UPRIGHT,
        photometric=photometric,
        compression=_one(page, order, _COMPRESSION, 1),
        bits=bits * samples if len(bits) == 1 else bits,
        sample_format=formats.pop() if len(formats) == 1 else 0,
        extra=tuple(int(each) for each in _many(page, order, _EXTRA)[:_MOST_SAMPLES]),
        is_planar=is_planar,
        predictor=_one(page, order, _PREDICTOR, 1),
        is_reversed=_one(page, order, _FILL_ORDER, 1) == _LOWEST_FIRST,
        part_wh=part_wh,
        is_tiled=is_tiled,
        offsets=offsets.astype(np.uint64),
        lengths=lengths.astype(np.uint64),
        _entries=page,
        _data=data,
    )


def _short(order: str, value: int) -> _Entry:
    return _Entry(_SHORT, 1, memoryview(struct.pack(f"{order}H", value)))


def _longs(order: str, values: list[int]) -> _Entry:
    raw = np.array(values, dtype=f"{order}u4").tobytes()
    return _Entry(_LONG, len(values), memoryview(raw))


def _written(order: str, parts: list[memoryview], entries: Mapping[int, _Entry]) -> bytes:
    """A file of one page: the parts, then what is said of them."""
    start = 8 + sum(len(part) for part in parts)
    start += start % 2
    directory_bytes = 2 + 12 * len(entries) + 4
    outside = start + directory_bytes
    fields: list[bytes] = []
    values: list[bytes] = []
    for tag, entry in sorted(entries.items()):
        raw = bytes(entry.raw)
        if len(raw) > _INSIDE_BYTES:
            fields.append(struct.pack(f"{order}HHLL", tag, entry.kind, entry.count, outside))
            raw += bytes(len(raw) % 2)
            values.append(raw)
            outside += len(raw)
        else:
            fields.append(struct.pack(f"{order}HHL4s", tag, entry.kind, entry.count, raw))
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    head = mark + struct.pack(f"{order}L", start)
    body = b"".join((head, *parts))
    return b"".join(
        (
            body.ljust(start, b"\x00"),
            struct.pack(f"{order}H", len(entries)),
            *fields,
            bytes(4),
            *values,
        )
    )
