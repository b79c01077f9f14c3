"""Run by Alembic; the connection comes from `mien.storage.migrate`."""

from typing import Any
from typing import Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from mien.storage.models import Base


def _plain_types(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write our own column types as what they are made of: a migration outlives our classes."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=_plain_types,
)
with context.begin_transaction():
    context.run_migrations()
