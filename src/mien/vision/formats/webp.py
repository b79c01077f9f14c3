"""The chunks of a WebP file."""

import struct
from typing import Final

from mien.errors import UnreadableImage
from mien.vision.formats.exif import UPRIGHT
from mien.vision.formats.exif import exif_of_turn

_HEAD_BYTES: Final = 12
_EXTENDED: Final = b"VP8X"
_PICTURE: Final = {_EXTENDED, b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"}
# Bits of the first byte of the extended header.
_HAS_EXIF, _HAS_XMP = 0x08, 0x04
_MOST_CHUNKS: Final = 10_000


def webp_for_storage(data: bytes, turn: int) -> bytes:
    """A file of the very same picture: with its turn and profile, and nothing else.

    Args:
        data: a file whose picture can be read.
        turn: EXIF's number, 1 to 8.

    Raises:
        UnreadableImage: it has far too many parts.
    """
    view = memoryview(data)
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    chunks: list[bytes] = []
    place = _HEAD_BYTES
    for _ in range(_MOST_CHUNKS):
        if place + 8 > end:
            break
        name, length = struct.unpack_from("<4sL", data, place)
        if name == _EXTENDED and place + 8 < end:
            # Without this header a file has neither metadata nor a profile.
            flags = data[place + 8] & ~(_HAS_EXIF | _HAS_XMP)
            flags |= _HAS_EXIF if turn != UPRIGHT else 0
            content = bytes([flags]) + data[place + 9 : place + 8 + length]
            chunks.append(_chunk(name, content))
        elif name in _PICTURE:
            chunks.append(_chunk(name, bytes(view[place + 8 : min(end, place + 8 + length)])))
        place += 8 + length + length % 2
    else:
        raise UnreadableImage("damaged", words={"kind": "image/webp"})
    if turn != UPRIGHT:
        chunks.append(_chunk(b"EXIF", exif_of_turn(turn)))
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<L", len(body)) + body


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<L", len(content)) + content + bytes(len(content) % 2)
