"""What the system says of a disk, as errors of Mien: full, read-only, or not doing what is asked."""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mien.errors import StorageError
from mien.errors import StorageFailed
from mien.errors import StorageFull
from mien.errors import StorageReadOnly

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says where there is no room, or no more of it for this account or file."""

# Less than this is what a photo takes, so that the next one may not be stored.
_LITTLE_BYTES: Final = 1024 * 1024


@contextmanager
def told_of_files(which: str = "") -> Iterator[None]:
    """Let an error of the system in the block be told as one of the stored files.

    Args:
        which: `temporary` for those that go with the request; else the stored ones.

    Raises:
        StorageFull, StorageReadOnly, StorageFailed: what it means.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull(which) from error
        if error.errno == errno.EROFS:
            raise StorageReadOnly(which) from error
        raise StorageFailed(which) from error


def trouble_of_files(folder: Path) -> StorageError | None:
    """What is wrong with the disk of the stored files; writes a small file to find out."""
    # Several threads may look at the same moment.
    trial = folder / f".trial-{os.getpid()}-{threading.get_ident()}"
    try:
        with told_of_files():
            descriptor = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.write(descriptor, bytes(4096))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
                trial.unlink()
            return StorageFull() if is_nearly_full(folder) else None
    except StorageError as error:
        return error


def trouble_of_database(folder: Path) -> StorageError | None:
    """What can be seen to be wrong with the disk of a database without writing to it."""
    try:
        if os.statvfs(folder).f_flag & os.ST_RDONLY:
            return StorageReadOnly("database")
        return StorageFull("database") if is_nearly_full(folder) else None
    except OSError:
        return StorageFailed("database")


def is_nearly_full(folder: Path) -> bool:
    """Whether the disk of a folder may have no room for one more photo."""
    found = os.statvfs(folder)
    return found.f_blocks > 0 and found.f_bavail * found.f_frsize < _LITTLE_BYTES


@dataclass(frozen=True, slots=True)
class Room:
    """How much a disk holds, and how much of that is free for this account."""

    free_bytes: int
    total_bytes: int


def room_of(folder: Path) -> Room | None:
    """The room of a folder's disk; None where the system does not say."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    if not found.f_blocks:
        return None
    return Room(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)
