"""Bring database and stored files back from an archive that `back_up` has written."""

import os
import shutil
import tarfile
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from pathlib import PurePosixPath
from typing import IO

from sqlalchemy import func
from sqlalchemy import inspect
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.orm import Session

from mien.access.actor import OPERATOR
from mien.errors import DatabaseOutdated
from mien.errors import FileMissing
from mien.errors import FilesOfAnotherDatabase
from mien.errors import InvalidInput
from mien.errors import StorageFull
from mien.index.int8.folder import drop_all
from mien.maintenance.swap import DATABASE
from mien.maintenance.swap import recover
from mien.maintenance.swap import swap
from mien.maintenance.swap import workshop
from mien.options import INDEX_FOLDER
from mien.storage.binding import find_installation_id
from mien.storage.database import Database
from mien.storage.disk import FULL
from mien.storage.erase_again import ErasedAgain
from mien.storage.erase_again import erase_again
from mien.storage.erased import NAME as ERASURES
from mien.storage.erased import Erased
from mien.storage.erased import ErasureList
from mien.storage.erased import erased_by
from mien.storage.erased import read_list
from mien.storage.erased import write_list
from mien.storage.file_references import referenced
from mien.storage.files import FileStore
from mien.storage.folder_store import FolderStore
from mien.storage.marker import read_marker
from mien.storage.marker import write_marker
from mien.storage.migrate import current_revision
from mien.storage.migrate import known_revisions
from mien.storage.models import EventRow
from mien.storage.models import FaceRow
from mien.storage.shared_erasures import shared_erasures
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
        erasures_known: whether it is known what was erased since the backup was made: by the list
            in the home, by the database that was there, or by a list that was given.
        people_erased: people who were in the archive and had been erased since; they are not in
            what was restored.
        galleries_erased: whole galleries, likewise.
        faces_erased: examples, those of people and galleries included.
    """

    home: Path
    schema: str
    faces: int
    files: int
    missing: tuple[str, ...]
    erasures_known: bool = False
    people_erased: int = 0
    galleries_erased: int = 0
    faces_erased: int = 0


def restore(
    home: Path,
    *,
    source: Path,
    force: bool = False,
    erasures: Path | None = None,
    store: FileStore | None = None,
) -> Restored:
    """Fill a home folder from an archive, wholly or not at all.

    Everything is unpacked and looked at beside the folder before anything in it changes. One that
    is killed is finished by whoever opens the home next, or has changed nothing. What was erased
    since the archive was made is erased from it there, too, so that nobody ever meets it.

    Args:
        home: to be filled; made when it is not there.
        source: the archive.
        force: replace what is in the home.
        erasures: a list of what was erased, from another home.
        store: where the files go, if not into the home. They are there before the home changes;
            nothing that is there already is replaced or removed.

    Raises:
        FilesOfAnotherDatabase: the store holds files of another installation.
        FilesUnavailable: the store does not answer.
        InvalidInput: the archive is none, or the home holds something and may not be replaced.
        DatabaseBusy: a server, a command or another program has the database open.
        StorageFull: there is no room for what is in the archive; nothing was changed.
        StorageFailed: something in the home cannot be moved; nothing was changed.
        IndexUnavailable: files of indexes on a disk of their own cannot be removed; likewise.
        DatabaseOutdated: the archive comes from a newer version of Mien.
        DatabaseUnreachable: the database in it is damaged.
    """
    given = None if erasures is None else read_list(erasures)
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
        known = _Known.of(home, installation, given, store)
        again = _erase_again(new, known.erased)
        # What had been erased when the archive was made is in no list of this machine, perhaps,
        # and in older archives still.
        listed = known.erased | erased_by(new / DATABASE)
        _clear_beside(new)
        if store is not None:
            _hand_over(new / _FILES_NAME, store, installation, home, erased=again.files)
        if store is not None and installation is not None:
            _share(listed, store, installation)
        if listed:
            write_list(new / ERASURES, listed)
        # An index of other rows may have the revision of these.
        if os.path.ismount(home / INDEX_FOLDER):
            # A disk of its own stays where it is mounted; what is on it can be made again.
            drop_all(home / INDEX_FOLDER)
            going: tuple[str, ...] = ()
        else:
            going = (INDEX_FOLDER,)
        if listed:
            going = (*going, ERASURES)
        held = [name for name in going if os.path.lexists(home / name)]
        swap(home, folder, held=[*_held(home), *held])
    return replace(
        found,
        faces=found.faces - len(again.faces),
        files=found.files - len(set(again.files) - set(found.missing)),
        missing=tuple(name for name in found.missing if name not in again.files),
        erasures_known=known.is_known,
        people_erased=len(again.people),
        galleries_erased=len(again.galleries),
        faces_erased=len(again.faces) + len(again.binned),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known to be erased, and whether that can be all."""

    erased: frozenset[Erased]
    is_known: bool

    @classmethod
    def of(
        cls,
        home: Path,
        installation: str | None,
        given: frozenset[Erased] | None,
        store: FileStore | None,
    ) -> "_Known":
        """From the home as it is, before anything in it is replaced.

        Args:
            home: to be filled.
            installation: the id of what comes in.
            given: a list from elsewhere.
            store: where the files go, if not into the home.
        """
        shared = None if store is None else shared_erasures(store)
        if store is not None and shared is not None and store.read_marker() == installation:
            given = (given or frozenset()) | shared.read()
        listed = ErasureList(home / ERASURES).read()
        told = erased_by(home / DATABASE, with_bin=True)
        # Of another installation nothing is known here that is of any use to this one.
        marker = read_marker(home / _FILES_NAME)
        named = None if marker is None else marker.partition(" ")[0]
        own = named is None or installation is None or named == installation
        here = os.path.lexists(home / ERASURES) or (home / DATABASE).is_file()
        return cls(listed | told | (given or frozenset()), given is not None or (here and own))


def _share(listed: frozenset[Erased], store: FileStore, installation: str) -> None:
    """Let other nodes know what was erased."""
    store.installation = installation
    shared = shared_erasures(store)
    if shared is not None:
        shared.add(sorted(listed - shared.read()))


def _hand_over(
    folder: Path, store: FileStore, installation: str | None, home: Path, *, erased: tuple[str, ...]
) -> None:
    """Bring unpacked files into a store elsewhere, and say there whose they are."""
    marker = store.read_marker()
    if marker != installation and (marker is not None or store.holds_any()):
        raise FilesOfAnotherDatabase(
            "unclaimed" if marker is None else "marker",
            words={
                "database": home / DATABASE,
                "folder": store.place,
                "installation": installation or "nothing",
                "marker": marker or "nothing",
            },
        )
    if installation is not None:
        store.write_marker(installation)
    unpacked = FolderStore(folder)
    names = set(unpacked.names())
    for name in sorted(names - store.present(names)):
        store.write(name, unpacked.read(name))
    store.delete(erased)
    shutil.rmtree(folder)


def _erase_again(folder: Path, erased: frozenset[Erased]) -> ErasedAgain:
    """Take out of what is going to be put in place what was erased since."""
    database = Database(folder / DATABASE)
    try:
        with database.write() as session:
            again = erase_again(session, erased)
            if not again.is_nothing:
                _record(session, again)
        if not again.is_nothing:
            database.scrub()
    finally:
        database.close()
    FolderStore(folder / _FILES_NAME).delete(again.files)
    return again


def _record(session: Session, again: ErasedAgain) -> None:
    """Tell the audit trail, unless it is that of a version which had no such columns."""
    columns = {column["name"] for column in inspect(session.connection()).get_columns("event")}
    if "actor_kind" not in columns:
        return
    about = [(person_id, gallery_id) for person_id, gallery_id in again.people]
    about += [("", gallery_id) for gallery_id in again.galleries]
    facts = {"faces": len(again.faces), "photos": len(again.photos)}
    session.add_all(
        EventRow(
            kind="erasure_reapplied",
            actor_kind=OPERATOR.kind,
            subject_id=subject_id or None,
            gallery_id=gallery_id or None,
            facts={} if subject_id or gallery_id else facts,
        )
        for subject_id, gallery_id in about or [("", "")]
    )


def _clear_beside(folder: Path) -> None:
    """Remove what opening a database has left beside it; all that is new is in its file."""
    for path in folder.glob(f"{DATABASE}-*"):
        path.unlink()


def _held(home: Path) -> list[str]:
    """What of an installation a home holds."""
    return [name for name in (*_OF_DATABASE, _FILES_NAME) if os.path.lexists(home / name)]


def _unpack(source: Path, folder: Path) -> None:
    """Write what an archive holds, and nothing that `back_up` would not have put into it."""
    files = FolderStore(folder / _FILES_NAME)
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


def _place(name: str, folder: Path, files: FolderStore, source: Path) -> Path:
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
    _clear_beside(folder)
    if damage != ["ok"]:
        raise InvalidInput("backup_damaged", field="file")
    store = FolderStore(folder / _FILES_NAME)
    missing = tuple(sorted(name for name in names if not store.exists(name)))
    restored = Restored(home, schema, faces, len(names) - len(missing), missing)
    return restored, installation


def _foreign(source: Path) -> InvalidInput:
    return InvalidInput("no_backup", words={"path": source}, field="file")
