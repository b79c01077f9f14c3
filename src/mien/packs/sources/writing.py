"""Writes a stream to a file and refuses more bytes than the manifest names."""

from typing import IO
from typing import Protocol

from mien.errors import SourceUnavailable
from mien.packs.progress import ByteProgress

CHUNK_BYTES = 1 << 18


class Readable(Protocol):
    """Gives the next bytes, at most so many; none at the end."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""


def copy_stream(
    stream: Readable,
    out: IO[bytes],
    *,
    name: str,
    size_bytes: int,
    progress: ByteProgress,
) -> None:
    """Copy to the end of the stream.

    Raises:
        SourceUnavailable: the stream is longer than `size_bytes`; `name` begins the message.
    """
    done = 0
    while chunk := stream.read(CHUNK_BYTES):
        done += len(chunk)
        if done > size_bytes:
            raise too_long(name, size_bytes)
        out.write(chunk)
        progress(done, size_bytes)


def too_long(name: str, size_bytes: int) -> SourceUnavailable:
    """The error for more bytes than the manifest names."""
    return SourceUnavailable("too_long", words={"name": name, "size_bytes": size_bytes})
