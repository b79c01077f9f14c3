"""From the name of an index backend to the backend, with what it needs."""

from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from typing import TypeAlias

from mien.index.base import IndexBackend
from mien.options import IndexName
from mien.storage.database import Database


def build_backend(name: IndexName, *, home: Path, database: Database) -> IndexBackend:
    """The backend of this name; reads and opens nothing yet.

    Args:
        name: as the setting has it.
        home: folder of the installation; a backend that keeps files has a folder of its own in it.
        database: the rows, for a backend that searches where they are.
    """
    return _BACKENDS[name](home, database)


def _exact(_home: Path, _database: Database) -> IndexBackend:
    from mien.index.exact import ExactBackend

    return ExactBackend()


def _pgvector(_home: Path, database: Database) -> IndexBackend:
    from mien.storage.pgvector import PgvectorBackend

    return PgvectorBackend(database)


_Build: TypeAlias = Callable[[Path, Database], IndexBackend]
# Each imports what it needs only when it is chosen.
_BACKENDS: Final[Mapping[IndexName, _Build]] = {"exact": _exact, "pgvector": _pgvector}
