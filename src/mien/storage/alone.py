"""Be the only process of an installation that does something long, or learn that another does.

Whoever ends, however that is, lets go: PostgreSQL by the connection that has the lock, SQLite,
which is of one machine, by a file beside it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from mien.storage.database import Database


@contextmanager
def alone(database: Database, name: str) -> Iterator[bool]:
    """Do something alone for the length of a block.

    Args:
        database: which all processes of the installation share.
        name: of what is done.

    Returns:
        Whether nobody else does it; True also where the disk takes no locks.

    Raises:
        DatabaseUnreachable: the database does not answer.
    """
    if database.dialect == "sqlite":
        with _by_file(Path(f"{database.place}-{name}")) as is_mine:
            yield is_mine
    else:
        with _by_database(database, name) as is_mine:
            yield is_mine


@contextmanager
def _by_file(path: Path) -> Iterator[bool]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        yield True
        return
    try:
        is_mine = True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            is_mine = False
        except OSError:
            pass
        yield is_mine
    finally:
        os.close(descriptor)


@contextmanager
def _by_database(database: Database, name: str) -> Iterator[bool]:
    question = text("select pg_try_advisory_lock(hashtextextended(:name, 2))")
    with database.single_connection() as connection:
        is_mine = bool(connection.scalar(question, {"name": name}))
        # Of the session, not of a transaction that would stay open all the while.
        connection.commit()
        yield is_mine
