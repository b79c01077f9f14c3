"""The pictures of a video, at moments some time apart, upright and at a size for finding faces.

A file is only ever read through the object it is opened with: formats that name other files or
addresses, such as playlists, are not among those that are read, and no protocol may be used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from typing import Any
from typing import Final

import numpy as np

from mien.errors import VideoRefused
from mien.errors import VideoUnavailable
from mien.vision.types import ImageRGB

MOST_SECONDS: Final = 4 * 3600
"""Longer videos are refused."""
MOST_PIXELS: Final = 36_000_000
"""Of one picture; 8K has 33 million."""
MOST_RATE: Final = 250
"""Pictures a second, on the average, of the fastest video that is read."""
LONG_SIDE: Final = 1920
"""In pixels; larger pictures are made smaller before faces are looked for."""

_CONTAINERS: Final = "mov,mp4,matroska,webm,avi,mpegts"
_CODECS: Final = (
    "h264,hevc,mpeg4,mpeg2video,mpeg1video,mjpeg,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d"
)
_SPARE_PICTURES: Final = 1_000
_MOST_DAMAGED: Final = 100
"""So many damaged packets in a row end a video."""
_MICROSECONDS: Final = 1_000_000
_MOST_STRETCH: Final = 4.0
_QUARTER_DEGREES: Final = 90


@dataclass(frozen=True, slots=True, eq=False)
class VideoPicture:
    """One picture of a video.

    Attributes:
        at: seconds from its beginning.
        image_rgb: uint8, shape (height, width, 3), upright, contiguous.
    """

    at: float
    image_rgb: ImageRGB


class Video:
    """A video that is open for reading, once, from its beginning.

    Args:
        container: PyAV's.
        stream: PyAV's, of its pictures.
        library: the module `av`.
    """

    def __init__(self, container: Any, stream: Any, library: Any) -> None:
        self._container = container
        self._stream = stream
        self._library = library
        duration = container.duration
        self.duration: float | None = duration / _MICROSECONDS if duration else None
        """In seconds, as the file says; None where it does not."""

    def pictures(self, every: float) -> Iterator[VideoPicture]:
        """Its pictures, the next one at least so many seconds after the last.

        A video that breaks off ends there.

        Raises:
            VideoRefused: nothing of it can be read, it is too long, or its pictures are too large
                or too many.
        """
        due, start, count = 0.0, None, 0
        for frame in self._frames():
            count += 1
            if frame.time is None:
                continue
            start = frame.time if start is None else start
            at = frame.time - start
            if at > MOST_SECONDS:
                raise _too_long()
            if count > max(at, 0.0) * MOST_RATE + _SPARE_PICTURES:
                raise VideoRefused("too_many_pictures")
            if at >= due:
                # Times come rounded; half a millisecond early is not early.
                due = at + every - 0.0005
                yield VideoPicture(at, self._upright(frame))
        if start is None:
            raise _damaged()

    def _frames(self) -> Iterator[Any]:
        """What can be decoded; what is damaged is passed over."""
        damaged = 0
        packets = self._container.demux(self._stream)
        while damaged <= _MOST_DAMAGED:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                frames = packet.decode()
            except self._library.error.FFmpegError:
                damaged += 1
                continue
            damaged = 0
            yield from frames

    def _upright(self, frame: Any) -> ImageRGB:
        ratio = self._stream.codec_context.sample_aspect_ratio
        stretch = float(ratio) if ratio else 1.0
        if not 1 / _MOST_STRETCH <= stretch <= _MOST_STRETCH:
            stretch = 1.0
        width, height = frame.width * stretch, float(frame.height)
        share = min(1.0, LONG_SIDE / max(width, height))
        try:
            pixels = frame.reformat(
                width=max(1, round(width * share)),
                height=max(1, round(height * share)),
                format="rgb24",
            ).to_ndarray()
        except (self._library.error.FFmpegError, ValueError) as error:
            raise _damaged() from error
        # Counterclockwise, as `rot90` turns.
        turns = round(frame.rotation / _QUARTER_DEGREES)
        return np.ascontiguousarray(np.rot90(pixels, turns % 4))


@contextmanager
def open_video(file: IO[bytes]) -> Iterator[Video]:
    """A video, while it is read.

    Args:
        file: its bytes; can be read from any place.

    Raises:
        VideoRefused: it is none that is read, or is too long.
        VideoUnavailable: the library that reads videos is not installed.
    """
    library = require_library()
    options = {
        "protocol_whitelist": "",
        "format_whitelist": _CONTAINERS,
        "codec_whitelist": _CODECS,
        "max_pixels": str(MOST_PIXELS),
    }
    try:
        container = library.open(file, options=options, metadata_errors="replace")
    except (library.error.FFmpegError, ValueError) as error:
        raise VideoRefused("unknown") from error
    try:
        yield _checked(container, library)
    finally:
        container.close()


def require_library() -> Any:
    """The module `av`.

    Raises:
        VideoUnavailable: it is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise VideoUnavailable from error
    # What is wrong with a file is told by errors; FFmpeg's own lines may quote of it.
    av.logging.set_level(None)
    return av


def _checked(container: Any, library: Any) -> Video:
    if not container.streams.video:
        raise VideoRefused("no_pictures")
    stream = container.streams.video[0]
    context = stream.codec_context
    if context is None or context.codec.name not in _CODECS.split(","):
        raise VideoRefused("codec")
    # The options of the file are not those of what decodes it.
    context.options = {"max_pixels": str(MOST_PIXELS)}
    # The networks have the cores.
    context.thread_count = 1
    video = Video(container, stream, library)
    if video.duration is not None and video.duration > MOST_SECONDS:
        raise _too_long()
    return video


def _too_long() -> VideoRefused:
    return VideoRefused("too_long", words={"most_hours": MOST_SECONDS // 3600})


def _damaged() -> VideoRefused:
    # Of pictures that are too large FFmpeg says no more than that they cannot be decoded.
    return VideoRefused("damaged", words={"most_megapixels": MOST_PIXELS // 1_000_000})
