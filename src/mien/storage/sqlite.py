"""What SQLite needs that other databases do not: settings of a connection, copying, clearing its log."""

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path
from typing import Any
from typing import Final
from typing import Literal
from typing import TypeAlias

from sqlalchemy import URL
from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import event
from sqlalchemy import text
from sqlalchemy.orm import Session

from mien.errors import DatabaseBusy
from mien.errors import DatabaseMissing
from mien.errors import DatabaseOutdated
from mien.errors import DatabaseUnreachable
from mien.errors import StorageError
from mien.errors import StorageFailed
from mien.errors import StorageFull
from mien.errors import StorageReadOnly
from mien.storage.use import OpenFile
from mien.storage.writers import BRIEF_SECONDS
from mien.storage.writers import WAIT_SECONDS

WRITE: Final = "mien_write"
"""The execution option of connections that are going to write: how they wait for their turn."""
_BUSY_MILLISECONDS: Final = round(WAIT_SECONDS * 1000)
_BRIEF_MILLISECONDS: Final = round(BRIEF_SECONDS * 1000)
# Of several processes that start at once one migrates and the others wait for it.
_LONG_MILLISECONDS: Final = 300_000
# Readers are brief; one that is not (a backup) is not waited for by whoever forgets somebody.
_SCRUB_MILLISECONDS: Final = 2_000
_CHECKPOINT_SECONDS: Final = 0.01
_LACKS = re.compile(r"no such (table|column)\b|table \S+ has no column\b")

Wait: TypeAlias = Literal["usual", "brief", "long"]
"""How long a transaction that writes waits for others."""

_WAITS: Final[Mapping[Wait, int]] = {
    "usual": _BUSY_MILLISECONDS,
    "brief": _BRIEF_MILLISECONDS,
    "long": _LONG_MILLISECONDS,
}


def prepare(engine: Engine, path: Path | None, file: OpenFile | None) -> None:
    """Let every connection of an engine be made as Mien needs it.

    Args:
        engine: to the database.
        path: its file; None for one in memory.
        file: the same, as this process uses it.
    """
    if path is not None and file is not None:

        def take(*_: object) -> None:
            file.check_again()
            _require_file(path)
            file.take()

        def check(*_: object) -> None:
            file.check()

        event.listen(engine, "do_connect", take)
        event.listen(engine, "connect", check)
        event.listen(engine, "checkout", check)
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)


def path_of(url: URL) -> Path | None:
    """The file of a database; None for one in memory."""
    name = url.database or ":"
    return None if name.startswith((":", "file:")) else Path(name)


def make(path: Path) -> None:
    """Make an empty file for a database, unless it is there."""
    # SQLite would let everybody on the machine read a new file, and its log takes the file's mode.
    # Never opened when it is there: closing it would drop the locks of other connections. What
    # else stands in the way is told by SQLite, which tries the same next.
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Let foreign keys not be enforced in transactions within the block."""
    driver = connection.connection.driver_connection
    if driver is None:
        yield
        return
    driver.execute("pragma foreign_keys = off")
    try:
        yield
    finally:
        driver.execute("pragma foreign_keys = on")


def failure(error: BaseException | None) -> StorageError | None:
    """What an error of the driver means; None for one that says nothing more."""
    if not isinstance(error, sqlite3.Error):
        return None
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return DatabaseBusy()
        case sqlite3.SQLITE_FULL:
            return StorageFull("database")
        case sqlite3.SQLITE_READONLY:
            return StorageReadOnly("database")
        case sqlite3.SQLITE_IOERR:
            return StorageFailed("database")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return DatabaseUnreachable("damaged")
        case sqlite3.SQLITE_ERROR if _LACKS.match(str(error)):
            return DatabaseOutdated("tables")
    return None


def find_damage(session: Session) -> tuple[str, ...]:
    """What the database says is wrong with itself; nothing when it is whole."""
    said = [str(line) for line in session.scalars(text("pragma integrity_check"))]
    loose = [row[0] for row in session.execute(text("pragma foreign_key_check"))]
    damage = [] if said == ["ok"] else said
    damage += [f"{loose.count(table)} row(s) of {table} refer to nothing" for table in set(loose)]
    return tuple(damage)


def copy_to(connection: Connection, path: Path) -> None:
    """Copy the database as it is at one moment into a new file, while others write.

    Raises:
        StorageError: there is no connection to copy by.
    """
    driver = connection.connection.driver_connection
    if driver is None:
        raise StorageError("not_copied")
    target = sqlite3.connect(path)
    try:
        driver.backup(target)
    finally:
        target.close()


def clear_log(connection: Connection, *, patience: float = 1.0) -> bool:
    """Empty the write-ahead log, which keeps older pages until a checkpoint.

    Args:
        connection: to the database.
        patience: the share of the usual time to wait at most.

    Returns:
        False when somebody has been reading an older moment all the while.
    """
    driver = connection.connection.driver_connection
    if driver is None:
        return False
    ends = time.monotonic() + patience * _SCRUB_MILLISECONDS / 1000
    try:
        while True:
            left = max(1, round((ends - time.monotonic()) * 1000))
            driver.execute(f"pragma busy_timeout = {left}")
            busy, _, _ = driver.execute("pragma wal_checkpoint(truncate)").fetchone()
            if not busy:
                return True
            # SQLite waits for readers and writers by itself, but for no other checkpoint.
            if time.monotonic() >= ends:
                return False
            time.sleep(_CHECKPOINT_SECONDS)
    finally:
        driver.execute(f"pragma busy_timeout = {_BUSY_MILLISECONDS}")


def _require_file(path: Path) -> None:
    # SQLite would make an empty database in the place of one that was lost or lies elsewhere, and
    # to that one every stored photo is a stranger.
    # A link to what is not there counts as nothing: SQLite would make its target. What else stands
    # in the way is told by SQLite.
    if path.parent.is_dir() and not path.exists():
        raise DatabaseMissing


def _prepare_connection(connection: Any, _record: object) -> None:
    # The driver's own idea of when to begin is older than SAVEPOINT and BEGIN IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {_BUSY_MILLISECONDS}",
        # An embedding of 2 kB wastes most of a small page.
        "page_size = 16384",
        "journal_mode = wal",
        # An acknowledged enrolment survives a power cut, not only a crash.
        "synchronous = full",
        "foreign_keys = on",
        # What is erased is overwritten, not only unlinked.
        "secure_delete = on",
    ):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that starts by reading and then writes would fail when another wrote in
    # between; taking the write lock at once makes it wait its turn.
    wait = connection.get_execution_options().get(WRITE)
    if wait is None:
        connection.exec_driver_sql("begin")
        return
    connection.exec_driver_sql(f"pragma busy_timeout = {_WAITS[wait]}")
    try:
        connection.exec_driver_sql("begin immediate")
    finally:
        connection.exec_driver_sql(f"pragma busy_timeout = {_BUSY_MILLISECONDS}")
