"""The folder of one gallery's files: made privately, never through a link, one process at a time."""

import errno
import fcntl
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path
from typing import Final

from mien.errors import IndexUnavailable

_LOCK: Final = "lock"
_GOING: Final = ".going"
_LOOK_SECONDS: Final = 0.02
# What is done under the lock takes milliseconds, or as long as one reading of a file.
LOCK_SECONDS: Final = 10.0
"""So long is waited for whoever has the lock: its process may have been stopped while it had it."""


class Place:
    """A folder, and what may be done in it.

    Args:
        path: of the folder; that of its root is above it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> None:
        """Have the folder.

        Raises:
            OSError: it cannot be made, or something else is in its place.
        """
        for folder in (self.path.parent, self.path):
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700, parents=True)
                _give_to_owner_of_home(folder, home=self.path.parent.parent)
            _require_folder(folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one who changes what lies here. Does not make the folder.

        Raises:
            TimeoutError: somebody else does not let go of it.
            OSError: there is no folder, or no lock in it for this account.
        """
        for folder in (self.path.parent, self.path):
            _require_folder(folder)
        descriptor = self.file(_LOCK)
        try:
            wait_for(descriptor, LOCK_SECONDS)
            yield
        finally:
            os.close(descriptor)

    def file(self, name: str, more: int = 0) -> int:
        """A descriptor of a file in this folder, which is made when it is not there.

        Args:
            name: of the file.
            more: flags of `os.open`, beyond what is usual here.

        Raises:
            OSError: it cannot be had, or is a link.
        """
        path, flags = self.path / name, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if more & os.O_EXCL:
                raise
        else:
            _give_to_owner_of_home(descriptor, home=self.path.parent.parent)
            return descriptor
        descriptor = os.open(path, flags)
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            os.close(descriptor)
            raise OSError(errno.EINVAL, "not a file of its own", str(path))
        return descriptor

    def sync(self) -> None:
        """Have the names of what lies here on the disk."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong with a file here comes out as an index that cannot be reached."""
    try:
        yield
    except OSError as error:
        raise IndexUnavailable from error


def names(folder: Path) -> list[str]:
    """What is in a folder; nothing where there is none.

    Raises:
        OSError: it cannot be looked at, which is not the same as empty.
    """
    try:
        return [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []


def remove(path: Path) -> None:
    """Remove a folder, or whatever stands in its place; whoever writes in it meanwhile is outrun.

    Raises:
        OSError: it cannot be removed.
    """
    try:
        if not stat.S_ISDIR(path.lstat().st_mode):
            path.unlink()
            return
    except FileNotFoundError:
        return
    # Out of the way first: nobody finds it any more to write into it.
    aside = path.with_name(f"{secrets.token_hex(8)}{_GOING}")
    with suppress(FileNotFoundError):
        path.rename(aside)
        shutil.rmtree(aside)
    if aside.exists():
        shutil.rmtree(aside)


def inode(path: Path) -> tuple[int, int] | None:
    """Device and number of a file; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def wait_for(descriptor: int, patience: float) -> None:
    """Take the lock of a file, which goes with its descriptor.

    Raises:
        TimeoutError: somebody has it for longer than this many seconds.
    """
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > end:
                raise TimeoutError(errno.ETIMEDOUT, "somebody else has the lock") from error
            time.sleep(_LOOK_SECONDS)
        else:
            return


def _require_folder(path: Path) -> None:
    # Where the administrator runs this, a link of the account that serves leads nowhere.
    if not stat.S_ISDIR(path.lstat().st_mode):
        raise NotADirectoryError(errno.ENOTDIR, "not a folder of its own", str(path))


def _give_to_owner_of_home(what: Path | int, *, home: Path) -> None:
    """What the administrator runs must not shut out the account that serves."""
    if os.geteuid() == 0:
        with suppress(OSError):
            owner = home.stat()
            os.chown(what, owner.st_uid, owner.st_gid)
