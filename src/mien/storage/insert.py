"""Insert a row unless one like it is there: the statements that databases spell differently."""

from collections.abc import Sequence
from typing import Any
from typing import TypeVar

from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from mien.storage.models import Base

_Row = TypeVar("_Row", bound=Base)


def insert_unless_there(
    session: Session, model: type[_Row], values: dict[str, Any], *, unique: Sequence[str]
) -> _Row | None:
    """Insert a row in one statement; None when one with the same unique columns is there already.

    Args:
        session: writing.
        model: of the table.
        values: by column.
        unique: the columns of a unique constraint.
    """
    statement = (
        _dialect(session)
        .insert(model)
        .values(**values)
        .on_conflict_do_nothing(index_elements=list(unique))
        .returning(model)
    )
    found: _Row | None = session.scalar(statement)
    return found


def insert_or_lock(
    session: Session, model: type[_Row], values: dict[str, Any], *, unique: Sequence[str]
) -> _Row:
    """Insert a row, or take the one that is there as it is now; others wait for it until the end.

    Args:
        session: writing.
        model: of the table.
        values: by column, of a new row.
        unique: the columns of a unique constraint.
    """
    statement = (
        _dialect(session)
        .insert(model)
        .values(**values)
        .on_conflict_do_update(
            index_elements=list(unique), set_={name: values[name] for name in unique}
        )
        .returning(model)
    )
    found: _Row = session.scalars(statement, execution_options={"populate_existing": True}).one()
    return found


def _dialect(session: Session) -> Any:
    return postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
