"""What changes note in a folder before they write files into it.

A change holds its journal's lock until its rows are committed or its files removed. A journal that
nobody holds is of a process that was killed, and names just what that one left behind.
"""

import contextlib
import fcntl
import os
import re
import secrets
import socket
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mien.storage.disk import told_of_files
from mien.storage.files import OTHERS_SECONDS
from mien.storage.files import WRITING
from mien.storage.files import new_name


@contextmanager
def journal(root: Path, require_own: Callable[[], None]) -> Iterator[Callable[[str], str]]:
    """Gives names of files that are about to be written, each noted; gone when the block ends.

    Made with the first name, so that a change which writes nothing costs nothing.
    """
    path = root / WRITING / f"{machine()}.{os.getpid()}.{secrets.token_hex(8)}"
    with contextlib.ExitStack() as held:
        descriptor: int | None = None

        def noted(extension: str) -> str:
            nonlocal descriptor
            name = new_name(extension)
            with told_of_files():
                if descriptor is None:
                    require_own()
                    path.parent.mkdir(mode=0o700, exist_ok=True)
                    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                    held.callback(os.close, descriptor)
                    held.callback(_remove, path)
                    # Where there are no locks, nobody can take the journal either.
                    with contextlib.suppress(OSError):
                        fcntl.flock(descriptor, fcntl.LOCK_EX)
                os.write(descriptor, f"{name}\n".encode("ascii"))
            return name

        yield noted


def abandoned(root: Path) -> Iterator[list[str]]:
    """The names that changes noted which were killed, one change after the other.

    Changes that go on are passed over: those of this machine by the lock that they hold, those of
    others, whose locks may not be seen from here, for an hour.
    """
    for path in sorted((root / WRITING).glob("*")):
        try:
            if not path.name.startswith(f"{machine()}.") and not _is_old(path):
                continue
            opened = path.open("r+b")
        except OSError:
            continue
        with opened:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            yield opened.read().decode("ascii", "replace").split()
            path.unlink(missing_ok=True)


def machine() -> str:
    """The name of this machine, as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", socket.gethostname()) or "unnamed"


def _remove(path: Path) -> None:
    # A change that is done is not to fail for it; whoever looks later finds nothing to do.
    with contextlib.suppress(OSError):
        path.unlink()


def _is_old(path: Path) -> bool:
    return path.stat().st_mtime < time.time() - OTHERS_SECONDS
