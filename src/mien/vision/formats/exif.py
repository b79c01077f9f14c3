"""Which way up a picture is to be shown, and nothing else of its metadata."""

import re
import struct
from typing import Final

UPRIGHT: Final = 1
"""EXIF's number for a picture that needs no turn; the others run to 8."""

_ORIENTATION_TAG: Final = 0x0112
_SHORT: Final = 3
_MOST_TURN: Final = 8
_ENTRY_BYTES: Final = 12
_IDENTIFIER: Final = b"Exif\x00\x00"
_IN_XMP: Final = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])")


def turn_in_exif(data: bytes) -> int | None:
    """EXIF's number of the turn, 1 to 8; None where a block of EXIF says none that is valid.

    Args:
        data: the block, with or without its identifier.
    """
    block = data.removeprefix(_IDENTIFIER)
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return None
    try:
        (start,) = struct.unpack_from(f"{order}L", block, 4)
        (count,) = struct.unpack_from(f"{order}H", block, start)
        for place in range(start + 2, start + 2 + count * _ENTRY_BYTES, _ENTRY_BYTES):
            tag, kind, _, value = struct.unpack_from(f"{order}HHLH", block, place)
            if tag == _ORIENTATION_TAG and kind == _SHORT:
                return value if UPRIGHT <= value <= _MOST_TURN else None
    except struct.error:
        pass  # damaged metadata says nothing about the pixels
    return None


def turn_in_xmp(data: bytes) -> int | None:
    """The same out of a packet of XMP, which some programs write alone."""
    found = _IN_XMP.search(data)
    return int(found[1]) if found else None


def exif_of_turn(turn: int) -> bytes:
    """A block of EXIF, without its identifier, that says the turn and nothing else."""
    entry = struct.pack(">HHLHH", _ORIENTATION_TAG, _SHORT, 1, turn, 0)
    return struct.pack(">2sHLH", b"MM", 42, 8, 1) + entry + bytes(4)
