"""The blocks of a GIF file."""

from typing import Final

from mien.errors import UnreadableImage

_HEAD_BYTES: Final = 13
_EXTENSION, _PICTURE, _TRAILER = 0x21, 0x2C, 0x3B
_COMMENT, _TEXT, _APPLICATION = 0xFE, 0x01, 0xFF
_HAS_TABLE: Final = 0x80
# How often it is repeated, and its colour profile.
_KEPT: Final = {b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"}
_MOST_BLOCKS: Final = 1_000_000


def gif_for_storage(data: bytes) -> bytes:
    """A file of the very same pictures, without comments and what programs have added.

    Args:
        data: a file whose first picture can be read.

    Raises:
        UnreadableImage: its blocks cannot be told apart.
    """
    try:
        return _without_notes(data)
    except IndexError as error:
        raise UnreadableImage("damaged", words={"kind": "image/gif"}) from error


def _without_notes(data: bytes) -> bytes:
    place = _HEAD_BYTES + _table_bytes(data[10])
    kept = [data[:place]]
    left = _MOST_BLOCKS
    while place < len(data) and left > 0:
        start, kind = place, data[place]
        if kind == _EXTENSION:
            label = data[place + 1]
            place, left = _behind(data, place + 2, left)
            named = bytes(data[start + 3 : start + 14])
            if label in {_COMMENT, _TEXT} or (label == _APPLICATION and named not in _KEPT):
                continue
        elif kind == _PICTURE:
            place += 10 + _table_bytes(data[place + 9]) + 1
            place, left = _behind(data, place, left)
        else:
            break
        kept.append(data[start:place])
    if left <= 0:
        raise UnreadableImage("damaged", words={"kind": "image/gif"})
    return b"".join((*kept, bytes([_TRAILER])))


def _table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & _HAS_TABLE else 0


def _behind(data: bytes, place: int, left: int) -> tuple[int, int]:
    """Where the blocks of a chain end, and how many more may be looked at."""
    while left > 0 and place < len(data):
        left -= 1
        length = data[place]
        place += 1 + length
        if not length:
            break
    return place, left
