"""Bring database and stored files back from an archive that `back_up` has written."""

import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path
from pathlib import PurePosixPath
from typing import IO

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text

from mien.errors import DatabaseOutdated
from mien.errors import FileMissing
from mien.errors import InvalidInput
from mien.errors import StorageFull
from mien.maintenance.swap import DATABASE
from mien.maintenance.swap import recover
from mien.maintenance.swap import swap
from mien.maintenance.swap import workshop
from mien.storage.binding import find_installation_id
from mien.storage.database import Database
from mien.storage.disk import FULL
from mien.storage.file_references import referenced
from mien.storage.files import FileStore
from mien.storage.marker import write_marker
from mien.storage.migrate import current_revision
from mien.storage.migrate import known_revisions
from mien.storage.models import FaceRow
from mien.storage.use import used_by_nobody

_FILES_NAME = "files"
# What belongs to a database: itself, its log and the log's index.
_OF_DATABASE = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back.

    Attributes:
        schema: the database's revision; older than this version's needs `mien db upgrade`.
        faces: examples of people.
        files: crops and photos.
        missing: files that rows speak of and that are not in the archive.
    """

    home: Path
    schema: str
    faces: int
    files: int
    missing: tuple[str, ...]


def restore(home: Path, *, source: Path, force: bool = False) -> Restored:
    """Fill a home folder from an archive, wholly or not at all.

    Everything is unpacked and looked at beside the folder before anything in it changes. One that
    is killed is finished by whoever opens the home next, or has changed nothing.

    Args:
        home: to be filled; made when it is not there.
        source: the archive.
        force: replace what is in the home.

    Raises:
        InvalidInput: the archive is none, or the home holds something and may not be replaced.
        DatabaseBusy: a server, a command or another program has the database open.
        StorageFull: there is no room for what is in the archive; nothing was changed.
        StorageFailed: something in the home cannot be moved; nothing was changed.
        DatabaseOutdated: the archive comes from a newer version of Mien.
        DatabaseUnreachable: the database in it is damaged.
    """
    recover(home)
    if _held(home) and not force:
        raise InvalidInput("home_in_use", words={"home": home}, field="MIEN_HOME")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with used_by_nobody(home / DATABASE), workshop(home) as folder:
        new = folder / "new"
        _unpack(source, new)
        found, installation = _look(home, new)
        if installation is not None:
            write_marker(new / _FILES_NAME, installation)
        swap(home, folder, held=_held(home))
    return found


def _held(home: Path) -> list[str]:
    """What of an installation a home holds."""
    return [name for name in (*_OF_DATABASE, _FILES_NAME) if os.path.lexists(home / name)]


def _unpack(source: Path, folder: Path) -> None:
    """Write what an archive holds, and nothing that `back_up` would not have put into it."""
    files = FileStore(folder / _FILES_NAME)
    files.root.mkdir(mode=0o700)
    try:
        with tarfile.open(source, "r:*") as archive:
            for entry in archive:
                content = archive.extractfile(entry) if entry.isreg() else None
                if content is None:
                    raise _foreign(source)
                with content, _created(_place(entry.name, folder, files, source)) as target:
                    shutil.copyfileobj(content, target)
                    target.flush()
                    os.fsync(target.fileno())
    except (OSError, tarfile.TarError, EOFError) as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise StorageFull("target", words={"path": folder.parent.parent}) from error
        raise InvalidInput("backup_not_readable", words={"path": source}, field="file") from error
    if not (folder / DATABASE).is_file():
        raise _foreign(source)


def _created(path: Path) -> IO[bytes]:
    # Readable by this account alone from its first byte on.
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _place(name: str, folder: Path, files: FileStore, source: Path) -> Path:
    if name == DATABASE:
        return folder / DATABASE
    try:
        path = files.path(PurePosixPath(name).name)
    except FileMissing as error:
        raise _foreign(source) from error
    if path != folder / name:
        raise _foreign(source)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return path


def _look(home: Path, folder: Path) -> tuple[Restored, str | None]:
    """Make sure that a database can be used, count what is there, and say whose it is."""
    database = Database(folder / DATABASE)
    try:
        schema = current_revision(database)
        if schema is None or schema not in known_revisions():
            raise DatabaseOutdated("backup", words={"have": schema or "none"})
        with database.read() as session:
            damage = session.scalars(text("pragma integrity_check")).all()
            faces = session.scalar(select(func.count()).select_from(FaceRow)) or 0
            names = referenced(session)
            installation = find_installation_id(session)
    finally:
        database.close()
    for path in folder.glob(f"{DATABASE}-*"):
        path.unlink()
    if damage != ["ok"]:
        raise InvalidInput("backup_damaged", field="file")
    store = FileStore(folder / _FILES_NAME)
    missing = tuple(sorted(name for name in names if not store.exists(name)))
    restored = Restored(home, schema, faces, len(names) - len(missing), missing)
    return restored, installation


def _foreign(source: Path) -> InvalidInput:
    return InvalidInput("no_backup", words={"path": source}, field="file")
