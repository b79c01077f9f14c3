"""Turns: one of all processes of an installation does something at a time, the others wait.

The database that they share decides: PostgreSQL by a lock of its own, for processes on several
machines; SQLite, which is of one machine, by a file beside it.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextlib import ExitStack
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from typing import Protocol
from typing import TypeAlias

from sqlalchemy import Engine
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from mien.errors import IndexUnavailable
from mien.errors import StorageError
from mien.storage.database import Database
from mien.storage.writers import WAIT_SECONDS

MakeSure: TypeAlias = Callable[[], None]
"""Raises `IndexUnavailable` once the turn may be another's, whose connection was cut."""

_CONNECTIONS: Final = 4
_LOOK_SECONDS: Final = 0.02


class Turns(Protocol):
    """The turns of an installation."""

    def taken(self, name: str) -> AbstractContextManager[MakeSure]:
        """Have the turn of this name for the length of a block.

        Raises:
            IndexUnavailable: those before do not get on.
        """

    def close(self) -> None:
        """Let go of connections; called once."""


def turns_of(database: Database, folder: Path) -> Turns:
    """The turns of an installation; connects to nothing yet.

    Args:
        database: which all its processes share.
        folder: for files of turns where that is SQLite; made with the first turn.
    """
    if database.dialect == "sqlite":
        return FileTurns(folder)
    return PostgresqlTurns(database.engine_beside(connections=_CONNECTIONS))


class FileTurns:
    """Turns among all who take them in a folder.

    Args:
        folder: made with the first turn.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def taken(self, name: str) -> Iterator[MakeSure]:
        """See `Turns.taken`."""
        path = self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.turn"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise IndexUnavailable from error
        try:
            end = time.monotonic() + WAIT_SECONDS
            while not _is_taken(descriptor):
                if time.monotonic() > end:
                    raise IndexUnavailable
                time.sleep(_LOOK_SECONDS)
            yield _is_always_mine
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """See `Turns.close`."""


class PostgresqlTurns:
    """Turns among all who take them in a database.

    Args:
        engine: of PostgreSQL, for nothing else.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def taken(self, name: str) -> Iterator[MakeSure]:
        """See `Turns.taken`."""
        with ExitStack() as held:
            try:
                connection = held.enter_context(self._engine.connect())
                connection.execute(
                    text("select pg_advisory_xact_lock(hashtextextended(:name, 1))"),
                    {"name": name},
                )
            except (SQLAlchemyError, StorageError) as error:
                raise IndexUnavailable from error

            def make_sure() -> None:
                try:
                    connection.execute(text("select 1"))
                except SQLAlchemyError as error:
                    raise IndexUnavailable from error

            yield make_sure

    def close(self) -> None:
        """See `Turns.close`."""
        self._engine.dispose()


def _is_taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_always_mine() -> None:
    """A lock on a file ends with the process that has it, never before."""
