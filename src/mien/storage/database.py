"""One database, two ways in: reading sees one moment, writing is all or nothing."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import create_engine
from sqlalchemy import event
from sqlalchemy import make_url
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import DatabaseError
from sqlalchemy.exc import InterfaceError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import Session

from mien.errors import DatabaseUnreachable
from mien.errors import StorageError

_WRITE = "mien_write"
MOMENT_CACHE = "mien_moment"
"""Where a session of a moment keeps what has been looked up; others have no such place."""
_BUSY_MILLISECONDS = 30_000
# Readers are brief; one that is not (a backup) is not waited for by whoever forgets somebody.
_SCRUB_MILLISECONDS = 2_000


class _Moment:
    """One session for everything that is read until it is closed; opened when first asked for."""

    def __init__(self) -> None:
        self._session: Session | None = None

    def open(self, engine: Engine) -> Session:
        if self._session is None:
            self._session = Session(engine, expire_on_commit=False, info={MOMENT_CACHE: {}})
        return self._session

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


class _Moments(threading.local):
    """The moment of each thread, while it has one."""

    present: _Moment | None = None


class Database:
    """A database by its SQLAlchemy address; connects when first used.

    Args:
        url: SQLite or PostgreSQL.

    Raises:
        DatabaseUnreachable: the address cannot be understood or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            if parsed.get_backend_name() == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            # Parameters hold names and embeddings, so they never reach a message or a log.
            engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
        except (ArgumentError, ImportError, ValueError) as error:
            raise DatabaseUnreachable(
                "The database address cannot be used. It looks like sqlite:////path/mien.db "
                "or postgresql://user:password@host/name, and PostgreSQL needs the extra "
                "mien[postgresql]."
            ) from error
        self.dialect = engine.dialect.name
        self._engine = engine
        if self.dialect == "sqlite":
            event.listen(engine, "do_connect", _make_private)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            self._reading = engine
        else:
            # One moment for all the rows that one answer is made of, as SQLite gives by itself.
            self._reading = engine.execution_options(isolation_level="REPEATABLE READ")
        self._writing = engine.execution_options(**{_WRITE: True})
        self._moments = _Moments()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment of the database and changes nothing.

        Between `begin_moment` and `end_moment` every call gives the same session.

        Raises:
            DatabaseUnreachable: the database does not answer.
        """
        moment = self._moments.present
        if moment is None:
            with _translated(), Session(self._reading, expire_on_commit=False) as session:
                # Closing rolls back; an explicit rollback would also empty the rows that were read.
                yield session
            return
        try:
            with _translated():
                yield moment.open(self._reading)
        except (SQLAlchemyError, DatabaseUnreachable):
            # A session in which a statement has failed answers nothing more.
            moment.close()
            raise

    def begin_moment(self) -> None:
        """Let what this thread reads from now on be of one moment, in one transaction.

        For one request or command after the other; nothing is opened before something is read.
        The moment is over with `end_moment`, and a new one begins with the next reading after
        `write` or `rest`.
        """
        self._moments.present = _Moment()

    def rest(self) -> None:
        """Hold no transaction during what takes long, such as looking at a photo.

        One that is held keeps others from clearing the log of what was erased.
        """
        moment = self._moments.present
        if moment is not None:
            moment.close()

    def end_moment(self) -> None:
        """Let every reading of this thread be of its own moment again."""
        self.rest()
        self._moments.present = None

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are committed at the end of the block, or not at all.

        Raises:
            DatabaseUnreachable: the database does not answer, or is locked for too long.
        """
        # What is read afterwards has to show what is written now.
        self.rest()
        with (
            _translated(),
            Session(self._writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A bare connection in a writing transaction, for migrations.

        Foreign keys are not enforced meanwhile: SQLite changes a table by making it anew, and
        dropping the old one would otherwise take along every row that refers to it.
        """
        with _translated(), self._writing.connect() as connection:
            driver = connection.connection.driver_connection
            if self.dialect == "sqlite" and driver is not None:
                driver.execute("pragma foreign_keys = off")
            try:
                with connection.begin():
                    yield connection
            finally:
                if self.dialect == "sqlite" and driver is not None:
                    driver.execute("pragma foreign_keys = on")

    def find_damage(self) -> tuple[str, ...]:
        """What the database says is wrong with itself; nothing when it is whole.

        Only SQLite can be asked; of other databases nothing is known here.
        """
        if self.dialect != "sqlite":
            return ()
        with self.read() as session:
            said = [str(line) for line in session.scalars(text("pragma integrity_check"))]
            loose = [row[0] for row in session.execute(text("pragma foreign_key_check"))]
        damage = [] if said == ["ok"] else said
        damage += [
            f"{loose.count(table)} row(s) of {table} refer to nothing" for table in set(loose)
        ]
        return tuple(damage)

    def copy_to(self, path: Path) -> None:
        """Copy the database as it is at one moment into a new file, while others write.

        Raises:
            StorageError: it is no SQLite database.
        """
        if self.dialect != "sqlite":
            raise StorageError(
                "Only a SQLite database is copied by Mien. For PostgreSQL use pg_dump, and copy "
                "the folder `files` of MIEN_HOME after it."
            )
        with _translated(), self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is None:
                raise StorageError("The database cannot be copied.")
            target = sqlite3.connect(path)
            try:
                driver.backup(target)
            finally:
                target.close()

    def scrub(self) -> bool:
        """Bring what was erased out of the database's own log as far as it can be done.

        SQLite overwrites deleted rows (secure_delete) but keeps older pages in its write-ahead
        log until a checkpoint; other databases have their own vacuum.

        Returns:
            Whether it is done; False when somebody has been reading an older moment all the
            while, and the next scrub has to finish it.
        """
        if self.dialect != "sqlite":
            return True
        with _translated(), self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is None:
                return False
            driver.execute(f"pragma busy_timeout = {_SCRUB_MILLISECONDS}")
            try:
                busy, _, _ = driver.execute("pragma wal_checkpoint(truncate)").fetchone()
            finally:
                driver.execute(f"pragma busy_timeout = {_BUSY_MILLISECONDS}")
            return not busy

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, NoFreeConnection) as error:
        raise DatabaseUnreachable(
            "The database does not answer. Check MIEN_DATABASE_URL, that the server runs "
            "and that its disk has room; then run `mien db check`."
        ) from error
    except DatabaseError as error:
        # Its subclasses are about what was asked; the class itself is what SQLite says of a
        # file that it cannot make sense of.
        if type(error) is not DatabaseError:
            raise
        raise DatabaseUnreachable(
            "The database file is damaged or is no database. Restore it from a backup, or name "
            "another with MIEN_DATABASE_URL."
        ) from error


def _make_private(
    _dialect: object, _record: object, arguments: list[Any], _parameters: object
) -> None:
    # SQLite would let everybody on the machine read a new file, and its log takes the file's mode.
    path = str(arguments[0])
    if not path.startswith((":", "file:")):
        # Never opened when it is there: closing it would drop the locks of other connections.
        # What else stands in the way is told by SQLite, which tries the same next.
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(connection: Any, _record: object) -> None:
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


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that starts by reading and then writes would fail when another wrote in
    # between; taking the write lock at once makes it wait its turn.
    immediate = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("begin immediate" if immediate else "begin")
