"""Count what is asked of a database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from mien.storage.database import Database


@contextmanager
def counted_statements(database: Database) -> Iterator[list[str]]:
    """Every SQL statement that is sent to the database within the block, in its order."""
    sent: list[str] = []

    def note(
        _connection: object, _cursor: object, statement: str, _parameters: object, *_: object
    ) -> None:
        sent.append(statement)

    event.listen(database._engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database._engine, "before_cursor_execute", note)
