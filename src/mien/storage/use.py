"""Whether some process uses a SQLite database, so that nobody puts another in its place.

Every process that has it open holds a lock on a file beside it, shared with the others; who
replaces it holds the lock alone. The system lets go of a lock when its process ends, however it
ends. Nodes that share a disk see each other's as far as the disk passes locks on, and SQLite in
this mode of writing works on no other.
"""

import contextlib
import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mien.errors import DatabaseBusy
from mien.errors import DatabaseReplaced

_SUFFIX: Final = "-use"


class OpenFile:
    """The file of a database, as this process uses it.

    Args:
        path: where it lies.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._held: int | None = None
        self._identity: tuple[int, int] | None = None

    def take(self) -> None:
        """Use it from now on; done before every connection.

        Raises:
            DatabaseBusy: it is being replaced.
        """
        with self._lock:
            if self._held is None:
                self._held = _locked(self._path, fcntl.LOCK_SH)
                if self._held is None:
                    raise DatabaseBusy("replaced")

    def check_again(self) -> None:
        """The same as `check`, once there was a connection; nothing before.

        Raises:
            DatabaseReplaced: see there.
        """
        if self._identity is not None:
            self.check()

    def check(self) -> None:
        """Make sure that the file which this process uses is the one that lies there.

        Raises:
            DatabaseReplaced: it is not; what is written now would be in no database any more.
        """
        found = _identity(self._path)
        if self._identity is None:
            self._identity = found
        elif found != self._identity:
            raise DatabaseReplaced

    def let_go(self) -> None:
        """Use it no more."""
        with self._lock:
            held, self._held = self._held, None
            self._identity = None
        if held is not None and held >= 0:
            os.close(held)


@contextmanager
def used_by_nobody(path: Path) -> Iterator[None]:
    """Keep everybody from using a database while its file is replaced.

    Raises:
        DatabaseBusy: somebody uses it.
    """
    held = _locked(path, fcntl.LOCK_EX)
    if held is None:
        raise DatabaseBusy("in_use", words={"database": path})
    try:
        if _is_open_elsewhere(path):
            raise DatabaseBusy("in_use", words={"database": path})
        yield
    finally:
        if held >= 0:
            os.close(held)


def _locked(path: Path, kind: int) -> int | None:
    """A descriptor that holds the lock; below 0 where there are no locks; None if another has it."""
    lock = path.with_name(f"{path.name}{_SUFFIX}")
    try:
        # Where the administrator runs this, a link of the account that serves leads nowhere.
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        # Of another account, or on a disk that cannot be written: SQLite's own locks are left.
        return -1
    with contextlib.suppress(OSError):
        # What the administrator runs must not shut out the account that serves.
        owner = path.stat()
        if os.geteuid() == 0 and owner.st_uid != 0 and os.fstat(descriptor).st_nlink == 1:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        return -1
    return descriptor


def _is_open_elsewhere(path: Path) -> bool:
    """Whether a connection is open that holds no such lock, as that of another program."""
    if not path.exists():
        return False
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        # Every connection that has once read keeps a lock that excludes this one.
        connection.execute("pragma locking_mode = exclusive")
        connection.execute("begin exclusive")
    except sqlite3.DatabaseError as error:
        return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    finally:
        connection.close()
    return False


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
