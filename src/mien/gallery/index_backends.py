"""From the name of an index backend to the backend, with what it needs."""

from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from typing import TypeAlias

from mien.index.base import IndexBackend
from mien.options import INDEX_FOLDER
from mien.options import IndexName
from mien.storage.database import Database


def build_backend(name: IndexName, *, home: Path, database: Database) -> IndexBackend:
    """The backend of this name; opens nothing yet.

    Removes what another one has kept in files of the home.

    Args:
        name: as the setting has it.
        home: folder of the installation; a backend that keeps files has a folder of its own in it.
        database: the rows, for a backend that searches where they are.

    Raises:
        IndexUnavailable: files of another backend cannot be removed.
    """
    return _BACKENDS[name](home, database)


def _auto(home: Path, _database: Database) -> IndexBackend:
    from mien.index.auto import AutoBackend

    return AutoBackend(home / INDEX_FOLDER)


def _exact(home: Path, _database: Database) -> IndexBackend:
    from mien.index.exact import ExactBackend

    _discard_files(home)
    return ExactBackend()


def _int8(home: Path, _database: Database) -> IndexBackend:
    from mien.index.int8.backend import Int8Backend

    return Int8Backend(home / INDEX_FOLDER)


def _discard_files(home: Path) -> None:
    """Remove what `int8` has kept: nobody would hear any more of who is deleted, and overwrite it."""
    if (home / INDEX_FOLDER).exists():
        from mien.index.int8.folder import drop_all

        drop_all(home / INDEX_FOLDER)


_Build: TypeAlias = Callable[[Path, Database], IndexBackend]
# Each imports what it needs only when it is chosen.
_BACKENDS: Final[Mapping[IndexName, _Build]] = {"auto": _auto, "exact": _exact, "int8": _int8}
