"""What a source tells of the one file that it gives."""

from typing import Protocol


class ByteProgress(Protocol):
    """Bytes so far, and in all where that is known."""

    def __call__(self, done_bytes: int, total_bytes: int | None, /) -> None:
        """Take note of the bytes."""
