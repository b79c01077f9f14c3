"""One database, two ways in: reading sees one moment, writing is all or nothing."""

import sqlite3
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL
from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import create_engine
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import InterfaceError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import Session

from mien.errors import DatabaseBusy
from mien.errors import DatabaseUnreachable
from mien.errors import StorageError
from mien.storage import postgresql
from mien.storage import sqlite
from mien.storage.disk import trouble_of_database
from mien.storage.use import OpenFile
from mien.storage.writers import BRIEF_SECONDS
from mien.storage.writers import WAIT_SECONDS
from mien.storage.writers import Writers

_GUARD_SECONDS = 1.0

MOMENT_CACHE = "mien_moment"
"""Where a session of a moment keeps what has been looked up; others have no such place."""


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
        address: the file of a SQLite database, or the SQLAlchemy address of one or of PostgreSQL.

    Attributes:
        place: where it is, for people: the file, or the address without password and options.

    Raises:
        DatabaseUnreachable: the address cannot be understood or its driver is not installed.
    """

    def __init__(self, address: str | Path) -> None:
        try:
            # A file may be called anything; in an address some characters mean something else.
            parsed = (
                URL.create("sqlite", database=str(address))
                if isinstance(address, Path)
                else make_url(address)
            )
            if parsed.get_backend_name() == "postgresql":
                parsed = postgresql.with_driver(parsed)
            # Parameters hold names and embeddings, so they never reach a message or a log.
            engine = create_engine(parsed, hide_parameters=True, pool_timeout=WAIT_SECONDS)
        except (ArgumentError, ImportError, ValueError) as error:
            raise DatabaseUnreachable("address") from error
        self.dialect = engine.dialect.name
        self.place = _place(parsed)
        self._path = sqlite.path_of(parsed) if self.dialect == "sqlite" else None
        self._engine = engine
        if self.dialect == "sqlite":
            self._file = None if self._path is None else OpenFile(self._path)
            sqlite.prepare(engine, self._path, self._file)
            self._reading = engine
        else:
            self._file = None
            postgresql.prepare(engine)
            self._reading = postgresql.for_reading(engine)
        self._writing = engine.execution_options(**{sqlite.WRITE: "usual"})
        self._writing_briefly = engine.execution_options(**{sqlite.WRITE: "brief"})
        self._migrating = engine.execution_options(**{sqlite.WRITE: "long"})
        self._writers = Writers(one_at_a_time=self.dialect == "sqlite")
        self._moments = _Moments()
        self._check: Callable[[Session], None] | None = None
        self._read_unchecked_until = 0.0

    def guard(self, check: Callable[[Session], None]) -> None:
        """Have the rows kept from code that they are not made for.

        A process that serves lives longer than the schema may stay as it is: another may bring the
        database to a newer version at any time.

        Args:
            check: raises where the code must not go on; called at the beginning of every
                transaction that writes, in it, and once a second of one that reads.
        """
        self._check = check

    def exists(self) -> bool:
        """Whether there is a database to ask; of a server it is not known before it is asked.

        Raises:
            DatabaseReplaced: there was, and its file is gone or another.
        """
        if self._file is not None:
            self._file.check_again()
        return self._path is None or self._path.exists()

    def make(self) -> None:
        """Make the file of a SQLite database where it is not there; nothing else ever does.

        A server's database is made by its own programs.
        """
        if self._path is not None:
            sqlite.make(self._path)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment of the database and changes nothing.

        Between `begin_moment` and `end_moment` every call gives the same session.

        Raises:
            DatabaseUnreachable: the database does not answer.
            DatabaseMissing: there is none yet.
        """
        moment = self._moments.present
        if moment is None:
            with _translated(), Session(self._reading, expire_on_commit=False) as session:
                self._check_now_and_then(session)
                # Closing rolls back; an explicit rollback would also empty the rows that were read.
                yield session
            return
        try:
            with _translated():
                session = moment.open(self._reading)
                self._check_now_and_then(session)
                yield session
        except (SQLAlchemyError, StorageError):
            # A session in which a statement has failed answers nothing more.
            moment.close()
            raise

    @contextmanager
    def read_beside(self) -> Iterator[Session]:
        """A session that reads the present moment, whatever moment this thread is in the midst of.

        Raises:
            DatabaseUnreachable: the database does not answer.
            DatabaseMissing: there is none yet.
        """
        with _translated(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    def begin_moment(self) -> None:
        """Let what this thread reads from now on be of one moment, in one transaction.

        For one request or command after the other; nothing is opened before something is read.
        The moment is over with `end_moment`, and a new one begins with the next reading after
        `write` or `rest`.
        """
        self.rest()
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
    def write(self, *, briefly: bool = False) -> Iterator[Session]:
        """A session whose changes are committed at the end of the block, or not at all.

        Args:
            briefly: wait for nobody for long; for what may as well be written another time.

        Raises:
            DatabaseUnreachable: the database does not answer.
            DatabaseBusy: others have held it, or a row, for too long.
            DatabaseReplaced: its file is another than the one that is open here.
            StorageFull, StorageReadOnly, StorageFailed: nothing can be written.
        """
        # What is read afterwards has to show what is written now, also where something was read
        # beside it.
        self.rest()
        try:
            with (
                self._writers.joined(BRIEF_SECONDS if briefly else WAIT_SECONDS),
                _translated(),
                Session(
                    self._writing_briefly if briefly else self._writing, expire_on_commit=False
                ) as session,
                session.begin(),
            ):
                if briefly and self.dialect != "sqlite":
                    postgresql.wait_briefly(session.connection())
                if self._check is not None:
                    self._check(session)
                yield session
            if self._file is not None:
                # What was written into a file that is no database any more is told as not written.
                self._file.check()
        finally:
            self.rest()

    def driver_connection(self) -> Any:
        """A connection of the driver's own, bounded in time like all others; whoever asks closes it.

        For libraries that speak to the database themselves.

        Raises:
            DatabaseUnreachable, DatabaseBusy: there is none to be had.
        """
        with _translated():
            connection = self._engine.raw_connection()
            connection.detach()
            return connection.dbapi_connection

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A bare connection in a writing transaction, for migrations; waits as long as it takes.

        Foreign keys are not enforced meanwhile: SQLite changes a table by making it anew, and
        dropping the old one would otherwise take along every row that refers to it.
        """
        with _translated(), self._migrating.connect() as connection:
            if self.dialect == "sqlite":
                with sqlite.without_foreign_keys(connection), connection.begin():
                    yield connection
                return
            with connection.begin(), postgresql.without_limits(connection):
                yield connection

    def engine_beside(self, *, connections: int) -> Engine:
        """Another engine to the same server, with connections of its own, bounded in time as these.

        For what is asked while a transaction is open here: nobody then waits for a connection that
        is kept by who waits for the same.

        Args:
            connections: how many at most.
        """
        engine = create_engine(
            self._engine.url,
            hide_parameters=True,
            pool_timeout=WAIT_SECONDS,
            pool_size=connections,
            max_overflow=0,
        )
        postgresql.prepare(engine)
        return engine

    @contextmanager
    def single_connection(self) -> Iterator[Connection]:
        """A connection to a server that is closed at the end of the block, never handed on.

        Raises:
            DatabaseUnreachable: the database does not answer.
        """
        engine = self.engine_beside(connections=1)
        try:
            with _translated(), engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def trouble(self) -> StorageError | None:
        """What keeps anything from being written, as far as the disk shows; only of SQLite."""
        return None if self._path is None else trouble_of_database(self._path.parent)

    def find_damage(self) -> tuple[str, ...]:
        """What the database says is wrong with itself; nothing when it is whole.

        Only SQLite can be asked; of other databases nothing is known here.
        """
        if self.dialect != "sqlite":
            return ()
        with self.read() as session:
            return sqlite.find_damage(session)

    def copy_to(self, path: Path) -> None:
        """Copy the database as it is at one moment into a new file, while others write.

        Raises:
            StorageError: it is no SQLite database.
        """
        if self.dialect != "sqlite":
            raise StorageError("only_sqlite")
        with _translated(), self._engine.connect() as connection:
            sqlite.copy_to(connection, path)

    def scrub(self, *, patience: float = 1.0) -> bool:
        """Bring what was erased out of the database's own log as far as it can be done.

        SQLite overwrites deleted rows (secure_delete) but keeps older pages in its write-ahead
        log until a checkpoint; other databases have their own vacuum.

        Args:
            patience: the share of the usual time to wait at most for who is in the way.

        Returns:
            Whether it is done; False when somebody has been reading an older moment all the
            while, and the next scrub has to finish it.
        """
        if self.dialect != "sqlite":
            return True
        with _translated(), self._engine.connect() as connection:
            return sqlite.clear_log(connection, patience=patience)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
        if self._file is not None:
            self._file.let_go()

    def _check_now_and_then(self, session: Session) -> None:
        now = time.monotonic()
        if self._check is not None and now >= self._read_unchecked_until:
            self._check(session)
            self._read_unchecked_until = now + _GUARD_SECONDS


def _place(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return url.database or "memory"
    # Options may hold further secrets.
    return URL.create(
        url.drivername,
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
    ).render_as_string()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except NoFreeConnection as error:
        raise DatabaseBusy from error
    except DBAPIError as error:
        known = sqlite.failure(error.orig) or postgresql.failure(error.orig)
        if known is not None:
            raise known from error
        if isinstance(error, (OperationalError, InterfaceError)):
            raise DatabaseUnreachable from error
        # The others are about what was asked.
        raise
    except sqlite3.Error as error:
        # Of what is asked of the driver itself.
        raise sqlite.failure(error) or DatabaseUnreachable() from error
