"""The segments of a JPEG file, as far as its own picture goes."""

import re
import struct
from dataclasses import dataclass
from dataclasses import field
from typing import Final

from mien.errors import UnreadableImage
from mien.errors import UnsupportedImage
from mien.vision.formats.exif import UPRIGHT
from mien.vision.formats.exif import exif_of_turn
from mien.vision.formats.exif import turn_in_exif
from mien.vision.formats.exif import turn_in_xmp

MEDIA_TYPE: Final = "image/jpeg"
END: Final = b"\xff\xd9"
"""The marker behind the picture."""

# Encoders write about ten; a crafted file with thousands keeps a processor busy for minutes.
_MOST_SCANS: Final = 40
# The largest profiles and panoramas come in some hundred.
_MOST_SEGMENTS: Final = 10_000
_START: Final = b"\xff\xd8"
_EXIF: Final = b"Exif\x00\x00"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_PROFILE: Final = b"ICC_PROFILE\x00"
_SOS, _EOI, _DHP, _EXP = 0xDA, 0xD9, 0xDE, 0xDF
# Markers that stand alone: restarts, a further start, and one for arithmetic coding.
_ALONE: Final = {0x01, *range(0xD0, 0xD9)}
_APP0, _APP1, _APP2, _APP14, _APP15, _COM = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_FRAMES: Final = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
# One table of eight bits in blocks of cosines: baseline, extended, progressive, and the same with
# arithmetic coding.
_READ_FRAMES: Final = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
_PROGRESSIVE: Final = {0xC2, 0xCA}
_READ_BITS: Final = 8
_READ_COMPONENTS: Final = {1, 3, 4}
_ALL_COEFFICIENTS: Final = (1 << 64) - 1
_FRAME_BYTES: Final = 6
# A marker between segments, and one that ends a scan: restarts and stuffed bytes belong to it.
_MARKER: Final = re.compile(rb"\xff([\x01-\xfe])")
_END_OF_SCAN: Final = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")


@dataclass(frozen=True, slots=True)
class JpegFile:
    """What was found before the end of the picture.

    Attributes:
        width: pixels, as stored.
        height: pixels, as stored.
        components: 1 for grey, 3 for colour, 4 for print.
        coefficients: numbers that a decoder keeps for the whole picture; 0 for one that is read
            line by line.
        turn: EXIF's number of the turn to be made, 1 to 8.
        is_ended: whether the end is marked; where it is not, the last scan runs to the end of the
            file.
        picture: the parts of the file that the picture is made of, without an end marker.
        profile: the parts that hold its colour profile.
    """

    width: int
    height: int
    components: int
    coefficients: int
    turn: int
    is_ended: bool
    picture: tuple[memoryview, ...] = field(repr=False)
    profile: tuple[memoryview, ...] = field(repr=False)

    def for_decoder(self) -> bytes:
        """The picture alone, without any end marker that it may have had."""
        return b"".join((_START, *self.picture))

    def for_storage(self) -> bytes:
        """A whole file of the very same picture: with its turn and profile, and nothing else."""
        turn = b""
        if self.turn != UPRIGHT:
            content = _EXIF + exif_of_turn(self.turn)
            turn = struct.pack(">BBH", 0xFF, _APP1, 2 + len(content)) + content
        # Adobe's and JFIF's segments are part of the picture; readers expect them first.
        return b"".join((_START, turn, *self.profile, *self.picture, END))


def read_jpeg(data: bytes) -> JpegFile:
    """Find the segments of the first picture of a file.

    What lies in segments of applications (previews, maps of depth) and behind the end (the video
    of a moving photo, further pictures) is passed over.

    Raises:
        UnreadableImage: there is no whole header, or there are far too many parts.
        UnsupportedImage: the picture is coded in a way that is not read.
    """
    view = memoryview(data)
    picture: list[memoryview] = []
    profile: list[memoryview] = []
    turns: dict[bytes, int] = {}
    frame: tuple[int, bytes] | None = None
    scans: list[bytes] = []
    segments = marker = 0
    is_ended = False
    place = len(_START)
    while found := _MARKER.search(data, place):
        start, marker = found.start(), found[1][0]
        segments += 1
        if segments > _MOST_SEGMENTS:
            raise UnreadableImage("jpeg_segments", words={"most": _MOST_SEGMENTS})
        if marker == _EOI:
            is_ended = True
            break
        if marker in _ALONE:
            place = start + 2
            continue
        end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        if end < start + 4 or end > len(data):
            break
        content = view[start + 4 : end]
        if marker in _FRAMES:
            if frame is not None:
                # A second frame belongs to another picture, or is one of a hierarchy.
                raise UnreadableImage("damaged", words={"kind": MEDIA_TYPE})
            frame = (marker, bytes(content))
        elif marker in {_DHP, _EXP}:
            raise UnsupportedImage("jpeg_process")
        elif marker == _SOS:
            scans.append(bytes(content))
            if len(scans) > _MOST_SCANS:
                raise UnreadableImage("jpeg_scans", words={"most": _MOST_SCANS})
            behind = _END_OF_SCAN.search(data, end)
            end = behind.start() if behind else len(data)
        place = end
        if _APP0 <= marker <= _APP15 or marker == _COM:
            _sort(marker, view[start:end], turns, picture, profile)
        else:
            picture.append(view[start:end])
    if frame is None or not scans:
        raise UnreadableImage("header", words={"kind": MEDIA_TYPE})
    width, height, coefficients = _measure(*frame, scans=len(scans))
    if not is_ended:
        if marker != _SOS or place < len(data) or not _are_all(frame, scans):
            raise UnreadableImage("truncated", words={"kind": MEDIA_TYPE})
        # Half of the marker that is missing.
        picture[-1] = picture[-1][: len(bytes(picture[-1]).rstrip(b"\xff"))]
    return JpegFile(
        width=width,
        height=height,
        components=frame[1][_FRAME_BYTES - 1],
        coefficients=coefficients,
        turn=turns.get(_EXIF) or turns.get(_XMP) or UPRIGHT,
        is_ended=is_ended,
        picture=tuple(picture),
        profile=tuple(profile),
    )


def _sort(
    marker: int,
    segment: memoryview,
    turns: dict[bytes, int],
    picture: list[memoryview],
    profile: list[memoryview],
) -> None:
    content = segment[4:]
    if marker == _APP1:
        for name, turn_in in ((_EXIF, turn_in_exif), (_XMP, turn_in_xmp)):
            if name not in turns and bytes(content[: len(name)]) == name:
                turn = turn_in(bytes(content))
                if turn is not None:
                    turns[name] = turn
    elif marker == _APP2 and bytes(content[: len(_PROFILE)]) == _PROFILE:
        profile.append(segment)
    # These two say which colours the components are.
    elif (marker == _APP0 and bytes(content[:5]) == b"JFIF\x00") or (
        marker == _APP14 and bytes(content[:5]) == b"Adobe"
    ):
        picture.append(segment)


def _are_all(frame: tuple[int, bytes], scans: list[bytes]) -> bool:
    """Whether no further scan could make the picture any better."""
    if frame[0] not in _PROGRESSIVE:
        described = sum(scan[0] for scan in scans if scan)
        return described >= frame[1][_FRAME_BYTES - 1]
    missing = dict.fromkeys(frame[1][_FRAME_BYTES::3], _ALL_COEFFICIENTS)
    for scan in scans:
        count = scan[0] if scan else 0
        if len(scan) < 2 * count + 4:
            return False
        first, last, precision = scan[2 * count + 1 : 2 * count + 4]
        if precision & 15 == 0:
            done = (1 << last + 1) - (1 << first) if first <= last else 0
            for component in scan[1 : 2 * count + 1 : 2]:
                missing[component] = missing.get(component, 0) & ~done
    return not any(missing.values())


def _measure(marker: int, frame: bytes, *, scans: int) -> tuple[int, int, int]:
    """Width, height, and how many coefficients are kept for the whole picture."""
    if len(frame) < _FRAME_BYTES:
        raise UnreadableImage("header", words={"kind": MEDIA_TYPE})
    bits, height, width, components = struct.unpack_from(">BHHB", frame)
    if bits != _READ_BITS:
        raise UnsupportedImage("jpeg_bits", words={"bits": bits})
    if marker not in _READ_FRAMES or components not in _READ_COMPONENTS:
        raise UnsupportedImage("jpeg_process")
    samplings = [divmod(each, 16) for each in frame[_FRAME_BYTES + 1 :: 3][:components]]
    if len(samplings) < components or not width or not height:
        raise UnreadableImage("header", words={"kind": MEDIA_TYPE})
    if marker not in _PROGRESSIVE and scans == 1:
        return width, height, 0
    most = max(across * down for across, down in samplings) or 1
    shares = sum(across * down for across, down in samplings) / most
    return width, height, int(width * height * shares)
