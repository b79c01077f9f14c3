"""Copy the database and the stored files into one archive, while others go on working."""

import os
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mien.access import permissions
from mien.errors import FileMissing
from mien.errors import InvalidInput
from mien.errors import StorageFailed
from mien.errors import StorageFull
from mien.errors import StorageReadOnly
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.storage.binding import require_fitting
from mien.storage.database import Database
from mien.storage.disk import FULL
from mien.storage.file_references import referenced
from mien.storage.files import place_of

_DATABASE_NAME = "mien.db"
_FILES_NAME = "files"
# Photos are compressed already; the vectors hardly can be.
_COMPRESSION = 1


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What an archive holds.

    Attributes:
        files: how many crops and photos.
        missing: files that rows speak of and that are not there.
    """

    path: Path
    files: int
    missing: tuple[str, ...]


def back_up(call: Call, *, target: Path) -> BackedUp:
    """Write an archive that is the whole of one moment; unpacked, it is a home folder.

    Args:
        call: who asks, and with what.
        target: the file to be made, readable by this account alone.

    Raises:
        InvalidInput: the file exists or cannot be made.
        StorageError: the database is none that can be copied like this.
        DatabaseUnreachable: it does not answer.
        FilesOfAnotherDatabase, FilesUnavailable: the stored files cannot be read, or those that
            rows speak of are not there because the store is another one.
        StorageFull, StorageFailed: the archive cannot be written; nothing is left of it.
    """
    permissions.require(call.actor, "maintenance.back_up")
    with _written_whole(target) as part, tempfile.TemporaryDirectory(dir=part.parent) as folder:
        copy = Path(folder) / _DATABASE_NAME
        with tarfile.open(part, "w:gz", compresslevel=_COMPRESSION) as archive:
            added: set[str] = set()
            missing: set[str] | None = None
            while True:
                names = _copy_database(call.services, copy)
                gone = {
                    name for name in sorted(names - added) if not _add(archive, call.services, name)
                }
                added |= names - gone
                # Somebody may be forgotten between the copy and their files; a newer copy no
                # longer speaks of them. What is gone twice is really missing.
                if gone in (set(), missing):
                    break
                missing = gone
            if gone:
                # Of files of which it is not known whose they are none is called missing.
                require_fitting(call.services.database, call.services.files)
            archive.add(copy, _DATABASE_NAME, filter=_anonymous)
    return BackedUp(path=target, files=len(added), missing=tuple(sorted(gone)))


def _copy_database(services: Services, copy: Path) -> set[str]:
    copy.unlink(missing_ok=True)
    services.database.copy_to(copy)
    copied = Database(copy)
    try:
        with copied.read() as session:
            return referenced(session)
    finally:
        copied.close()


def _add(archive: tarfile.TarFile, services: Services, name: str) -> bool:
    try:
        size, source = services.files.locate(name).open()
    except FileMissing:
        return False
    entry = tarfile.TarInfo(f"{_FILES_NAME}/{place_of(name)}")
    entry.size = size
    entry.mtime = int(time.time())
    with closing(source):
        archive.addfile(_anonymous(entry), source)
    return True


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


@contextmanager
def _written_whole(target: Path) -> Iterator[Path]:
    """A file to be written beside the target, which takes its name when all is well."""
    part = target.with_name(f"{target.name}.part")
    if target.exists():
        raise InvalidInput("file_exists", words={"path": target}, field="file")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    except OSError as error:
        raise InvalidInput(
            "file_not_made", words={"path": target, "why": error.strerror}, field="file"
        ) from error
    try:
        yield part
        part.rename(target)
    except (OSError, StorageFull, StorageReadOnly) as error:
        # Nothing but the archive and what is copied for it is written.
        if isinstance(error, (StorageFull, StorageReadOnly)) or error.errno in FULL:
            raise StorageFull("target", words={"path": target}) from error
        raise StorageFailed(
            "target", words={"path": target, "why": error.strerror or type(error).__name__}
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
