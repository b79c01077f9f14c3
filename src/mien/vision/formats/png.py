"""The chunks of a PNG file that its picture is made of."""

import struct
import zlib
from dataclasses import dataclass
from dataclasses import field
from typing import Final

from mien.errors import UnreadableImage
from mien.errors import UnsupportedImage
from mien.vision.formats.exif import UPRIGHT
from mien.vision.formats.exif import exif_of_turn
from mien.vision.formats.exif import turn_in_exif
from mien.vision.formats.exif import turn_in_xmp

MEDIA_TYPE: Final = "image/png"
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

_HEADER: Final = b"IHDR"
_END: Final = b"IEND"
_PIXELS: Final = b"IDAT"
_EXIF: Final = b"eXIf"
_TEXTS: Final = {b"tEXt", b"zTXt", b"iTXt"}
_XMP: Final = b"XML:com.adobe.xmp"
# Where programs kept EXIF before there was a chunk for it: in hexadecimal, below three lines.
_OLD_EXIF: Final = {b"Raw profile type exif", b"Raw profile type APP1"}
_LINES_ABOVE: Final = 3
_TEXT_BYTES: Final = 256 * 1024
# What says how the numbers are to be read, and what is only needed to see the colours as meant.
_MEANING: Final = {b"PLTE", b"tRNS"}
_COLOURS: Final = {b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"sBIT", b"mDCV", b"cLLI"}
_HEADER_BYTES: Final = 13
# Length, name and checksum of a chunk.
_FRAME_BYTES: Final = 12
_MOST_CHUNKS: Final = 200_000


@dataclass(frozen=True, slots=True)
class PngFile:
    """What was found before the end of the picture.

    Attributes:
        width: pixels, as stored.
        height: pixels, as stored.
        turn: EXIF's number of the turn to be made, 1 to 8.
        meaning: whole chunks that come before the pixels and are needed to read them.
        colours: whole chunks that say which colours are meant.
        pixels: the compressed pixels, in parts.
    """

    width: int
    height: int
    turn: int
    meaning: tuple[memoryview, ...] = field(repr=False)
    colours: tuple[memoryview, ...] = field(repr=False)
    pixels: tuple[memoryview, ...] = field(repr=False)

    def for_decoder(self) -> bytes:
        """The picture alone, as a whole file."""
        return self._file(())

    def for_storage(self) -> bytes:
        """A file of the very same picture: with its turn and colours, and nothing else."""
        turn = () if self.turn == UPRIGHT else (_chunk(_EXIF, exif_of_turn(self.turn)),)
        return self._file((*self.colours, *turn))

    def _file(self, more: tuple[bytes | memoryview, ...]) -> bytes:
        header, *others = self.meaning
        pixels = _chunk(_PIXELS, b"".join(self.pixels))
        return b"".join((SIGNATURE, header, *more, *others, pixels, _chunk(_END, b"")))


def read_png(data: bytes) -> PngFile:
    """Find the chunks of a file; texts and the like are passed over, however long they are.

    Raises:
        UnreadableImage: there is no whole header, what is needed to read the pixels is damaged,
            or there are far too many parts.
        UnsupportedImage: the picture is animated.
    """
    view = memoryview(data)
    meaning: list[memoryview] = []
    colours: list[memoryview] = []
    pixels: list[memoryview] = []
    turn = turn_by_text = None
    place = len(SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        if place + 8 > len(data):
            break
        length, name = struct.unpack_from(">L4s", data, place)
        chunk = view[place : place + _FRAME_BYTES + length]
        content = chunk[8 : 8 + length]
        place += _FRAME_BYTES + length
        if name == _PIXELS:
            pixels.append(content)
            continue
        if name == _END:
            break
        if len(chunk) < _FRAME_BYTES + length:
            # The rest of the file is gone; what is missing shows when the pixels are decoded.
            break
        if name == _HEADER or name in _MEANING:
            _check(chunk)
            meaning.append(chunk)
        elif name == b"acTL" and int.from_bytes(content[:4], "big") > 1:
            raise UnsupportedImage("animated")
        elif name in _COLOURS and _is_whole(chunk):
            colours.append(chunk)
        elif name == _EXIF and turn is None:
            turn = turn_in_exif(bytes(content))
        elif name in _TEXTS:
            turn_by_text = turn_by_text or _turn_in_text(name, content)
    else:
        raise UnreadableImage("png_chunks", words={"most": _MOST_CHUNKS})
    if (
        not meaning
        or bytes(meaning[0][4:8]) != _HEADER
        or len(meaning[0]) < _FRAME_BYTES + _HEADER_BYTES
    ):
        raise UnreadableImage("header", words={"kind": MEDIA_TYPE})
    width, height = struct.unpack_from(">LL", meaning[0], 8)
    return PngFile(
        width=width,
        height=height,
        turn=turn or turn_by_text or UPRIGHT,
        meaning=tuple(meaning),
        colours=tuple(colours),
        pixels=tuple(pixels),
    )


def _turn_in_text(name: bytes, content: memoryview) -> int | None:
    """The turn that a text says, if it is one of those that programs keep metadata in."""
    keyword = bytes(content[:80]).partition(b"\x00")[0]
    if keyword != _XMP and keyword not in _OLD_EXIF:
        return None
    text = bytes(content[len(keyword) + 1 :])
    is_compressed = name == b"zTXt"
    if name == b"iTXt":
        is_compressed = text[:1] == b"\x01"
        text = text[2:].split(b"\x00", 2)[-1]
    elif is_compressed:
        text = text[1:]
    try:
        if is_compressed:
            text = zlib.decompressobj().decompress(text, _TEXT_BYTES)
        if keyword == _XMP:
            return turn_in_xmp(text)
        lines = text[:_TEXT_BYTES].split(b"\n", _LINES_ABOVE)
        return turn_in_exif(bytes.fromhex(lines[-1].decode("ascii")))
    except (zlib.error, ValueError):
        return None  # damaged metadata says nothing about the pixels


def _check(chunk: memoryview) -> None:
    if not _is_whole(chunk):
        raise UnreadableImage("damaged", words={"kind": MEDIA_TYPE})


def _is_whole(chunk: memoryview) -> bool:
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")


def _chunk(name: bytes, content: bytes) -> bytes:
    framed = name + content
    return struct.pack(">L", len(content)) + framed + struct.pack(">L", zlib.crc32(framed))
