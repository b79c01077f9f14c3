"""The boxes of a HEIC or AVIF file, of which a picture's metadata is blanked where it stands."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mien.errors import UnreadableImage
from mien.vision.formats.exif import UPRIGHT
from mien.vision.formats.exif import exif_of_turn

_META: Final = b"meta"
# A file of pictures is made of these; others are videos and notes of makers.
_KEPT: Final = {b"ftyp", _META, b"mdat", b"moov"}
_EXIF: Final = b"Exif"
_NOTES: Final = {_EXIF, b"mime", b"uri "}
_IN_FILE, _IN_META = 0, 1
_MOST_BOXES: Final = 10_000
_MOST_ITEMS: Final = 20_000
_LONG_IDS: Final = 2
_SIZE_FOLLOWS, _TO_THE_END = 1, 0


@dataclass(frozen=True, slots=True)
class _Box:
    name: bytes
    start: int
    content: int
    end: int


def boxes_for_storage(data: bytes) -> bytes:
    """The same file, its metadata blanked and what lies behind its picture cut off.

    Nothing is moved, since boxes refer to places of the file. The turn of such pictures is no
    metadata and stays.

    Args:
        data: a file whose picture can be read.

    Raises:
        UnreadableImage: its boxes cannot be told apart.
    """
    try:
        return _blanked(data)
    except (struct.error, IndexError, ValueError) as error:
        raise _unknown() from error


def _blanked(data: bytes) -> bytes:
    boxes = list(_boxes(data, 0, len(data)))
    meta = next((box for box in boxes if box.name == _META), None)
    if meta is None:
        raise _unknown()
    file = bytearray(data)
    inner = {box.name: box for box in _boxes(data, meta.content + 4, meta.end)}
    kinds = _kinds(data, inner[b"iinf"]) if b"iinf" in inner else {}
    places = list(_places(data, inner, kinds)) if b"iloc" in inner else []
    for name, box in inner.items():
        if name in {b"uuid", b"udta", b"xml ", b"bxml"}:
            _free(file, box)
    for kind, extents in places:
        if kind in _NOTES:
            _blank(file, kind, extents)
    end = 0
    is_still = all(box.name != b"moov" for box in boxes)
    used = sorted(
        extent
        for kind, extents in places
        if kind not in _NOTES or kind == _EXIF
        for extent in extents
    )
    for box in boxes:
        if box.name not in _KEPT:
            _free(file, box)
            continue
        end = box.end
        if box.name == b"mdat" and is_still:
            _blank_unused(file, box, used)
    return bytes(file[:end])


def _boxes(data: bytes, start: int, end: int) -> Iterator[_Box]:
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        size, name = struct.unpack_from(">L4s", data, start)
        content = start + 8
        if size == _SIZE_FOLLOWS:
            (size,) = struct.unpack_from(">Q", data, content)
            content += 8
        elif size == _TO_THE_END:
            size = end - start
        if size < content - start or start + size > end:
            return
        yield _Box(name, start, content, start + size)
        start += size
    raise _unknown()


def _kinds(data: bytes, iinf: _Box) -> dict[int, bytes]:
    """The type of each item."""
    version = data[iinf.content]
    kinds: dict[int, bytes] = {}
    for box in _boxes(data, iinf.content + (8 if version else 6), iinf.end):
        if box.name != b"infe":
            continue
        version = data[box.content]
        layout = {2: ">HH4s", 3: ">LH4s"}.get(version)
        if layout is None:
            raise _unknown()
        item, _, kind = struct.unpack_from(layout, data, box.content + 4)
        kinds[item] = kind
    return kinds


def _places(
    data: bytes, inner: dict[bytes, _Box], kinds: dict[int, bytes]
) -> Iterator[tuple[bytes, list[tuple[int, int]]]]:
    """The type of each item, and the parts of the file that it is, by start and end."""
    iloc = inner[b"iloc"]
    place = iloc.content
    version, _, _, _, sizes, more_sizes = data[place : place + 6]
    offset_size, length_size, base_size, index_size = (
        sizes >> 4,
        sizes & 15,
        more_sizes >> 4,
        more_sizes & 15 if version in {1, 2} else 0,
    )
    place += 6

    def number(size: int) -> int:
        nonlocal place
        if place + size > iloc.end:
            raise _unknown()
        place += size
        return int.from_bytes(data[place - size : place], "big")

    id_size = 4 if version == _LONG_IDS else 2
    count = number(id_size)
    left = _MOST_ITEMS
    for _ in range(count):
        item = number(id_size)
        method = number(2) & 15 if version in {1, 2} else _IN_FILE
        number(2)
        base = number(base_size)
        extents: list[tuple[int, int]] = []
        for _ in range(number(2)):
            left -= 1
            number(index_size)
            start, length = base + number(offset_size), number(length_size)
            if method == _IN_META:
                start += inner[b"idat"].content if b"idat" in inner else 0
            elif method != _IN_FILE:
                raise _unknown()
            if left < 0 or start + length > len(data):
                raise _unknown()
            extents.append((start, start + length if length else len(data)))
        yield kinds.get(item, b""), extents


def _blank(file: bytearray, kind: bytes, extents: list[tuple[int, int]]) -> None:
    # Readers expect valid EXIF behind the length of what may stand before it.
    valid = bytes(4) + exif_of_turn(UPRIGHT) if kind == _EXIF else b""
    for start, end in extents:
        if end - start < len(valid):
            raise _unknown()
        file[start:end] = valid.ljust(end - start, b"\x00" if kind == _EXIF else b" ")
        valid = b""


def _blank_unused(file: bytearray, box: _Box, used: list[tuple[int, int]]) -> None:
    place = box.content
    for start, end in [*used, (box.end, box.end)]:
        here = min(start, box.end)
        if here > place:
            file[place:here] = bytes(here - place)
        place = max(place, min(end, box.end))


def _free(file: bytearray, box: _Box) -> None:
    file[box.start + 4 : box.start + 8] = b"free"
    file[box.content : box.end] = bytes(box.end - box.content)


def _unknown() -> UnreadableImage:
    return UnreadableImage("damaged", words={"kind": "image/heic"})
