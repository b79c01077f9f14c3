"""A change that fails takes the files that it wrote with it; one that is killed leaves word of them.

Each change notes the names of its files in a journal in the store before it writes them, and holds
the journal's lock until its rows are committed or its files removed. A journal that nobody holds is
of a process that was killed, and names just what that one left behind.
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
from typing import Final

from mien.errors import FilesOfAnotherDatabase
from mien.errors import FilesUnavailable
from mien.errors import StorageError
from mien.storage.binding import bind
from mien.storage.database import Database
from mien.storage.disk import told_of_files
from mien.storage.file_references import referenced
from mien.storage.files import FileStore

WRITING: Final = "writing"
"""Folder in the store, for the journals."""
# Locks of another machine may not be seen here, and no request lasts as long.
_OTHERS_SECONDS = 3600


@contextmanager
def written_files(database: Database, files: FileStore) -> Iterator[Callable[[bytes, str], str]]:
    """Something that stores bytes under an extension; if the block fails, they are removed again.

    Files that rows refer to nevertheless stay: an interruption can arrive when the rows are
    already committed.

    Raises:
        FilesUnavailable: the folder is not the one that belongs to the database.
        StorageFull, StorageReadOnly, StorageFailed: the disk does not take a file.
    """
    if files.installation is None:
        try:
            bind(database, files)
        except (FilesOfAnotherDatabase, FilesUnavailable) as error:
            # Whoever sends a photo is not told of folders and databases.
            raise FilesUnavailable from error
    written: list[str] = []
    with _journal(files) as note:

        def put(data: bytes, extension: str) -> str:
            name = files.new_name(extension)
            with told_of_files():
                note(name)
            written.append(name)
            files.write(name, data)
            return name

        try:
            yield put
        except BaseException:
            # If the database does not answer now, the files are removed later.
            with contextlib.suppress(StorageError), database.read() as session:
                files.delete(set(written) - referenced(session, written))
            raise


def abandoned(files: FileStore) -> Iterator[list[str]]:
    """The names that changes noted which were killed, one change after the other.

    Asking for the next means that the one before is dealt with; it is not told of again. Changes
    that go on are passed over: those of this machine by the lock that they hold, those of others,
    whose locks may not be seen from here, for an hour.
    """
    for path in sorted((files.root / WRITING).glob("*")):
        try:
            if not path.name.startswith(f"{_machine()}.") and not _is_old(path):
                continue
            journal = path.open("r+b")
        except OSError:
            continue
        with journal:
            try:
                fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            yield journal.read().decode("ascii", "replace").split()
            path.unlink(missing_ok=True)


@contextmanager
def _journal(files: FileStore) -> Iterator[Callable[[str], None]]:
    """Notes names of files that are about to be written; gone when the block ends.

    Made with the first name, so that a change which writes nothing costs nothing.
    """
    path = files.root / WRITING / f"{_machine()}.{os.getpid()}.{secrets.token_hex(8)}"
    with contextlib.ExitStack() as held:
        descriptor: int | None = None

        def note(name: str) -> None:
            nonlocal descriptor
            if descriptor is None:
                files.require_own()
                path.parent.mkdir(mode=0o700, exist_ok=True)
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                held.callback(os.close, descriptor)
                held.callback(_remove, path)
                # Where there are no locks, nobody can take the journal either.
                with contextlib.suppress(OSError):
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
            os.write(descriptor, f"{name}\n".encode("ascii"))

        yield note


def _machine() -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", socket.gethostname()) or "unnamed"


def _remove(path: Path) -> None:
    # A change that is done is not to fail for it; whoever looks later finds nothing to do.
    with contextlib.suppress(OSError):
        path.unlink()


def _is_old(path: Path) -> bool:
    return path.stat().st_mtime < time.time() - _OTHERS_SECONDS
