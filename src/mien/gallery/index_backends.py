"""From the name of an index backend to the backend, with what it needs."""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Final
from typing import TypeAlias

from mien.index.base import IndexBackend
from mien.options import INDEX_FOLDER
from mien.options import IndexName
from mien.storage.database import Database


@dataclass(frozen=True, slots=True)
class MilvusAccess:
    """How a Milvus is reached.

    Attributes:
        address: such as `http://milvus.example.org:19530`.
        token: `user:password` or an API key; empty where none is asked for.
        name: what the names of the collections begin with.
    """

    address: str = ""
    token: str = field(default="", repr=False)
    name: str = "mien"


def build_backend(
    name: IndexName, *, home: Path, database: Database, milvus: MilvusAccess | None = None
) -> IndexBackend:
    """The backend of this name; reads and opens nothing yet.

    Removes what another one has kept in files of the home.

    Args:
        name: as the setting has it.
        home: folder of the installation; a backend that keeps files has a folder of its own in it.
        database: the rows, for a backend that searches where they are.
        milvus: for the backend of this name.

    Raises:
        IndexUnavailable: files of another backend cannot be removed.
    """
    return _BACKENDS[name](home, database, milvus or MilvusAccess())


def _auto(home: Path, _database: Database, _milvus: MilvusAccess) -> IndexBackend:
    from mien.index.auto import AutoBackend

    return AutoBackend(home / INDEX_FOLDER)


def _exact(home: Path, _database: Database, _milvus: MilvusAccess) -> IndexBackend:
    from mien.index.exact import ExactBackend

    _discard_files(home)
    return ExactBackend()


def _int8(home: Path, _database: Database, _milvus: MilvusAccess) -> IndexBackend:
    from mien.index.int8.backend import Int8Backend

    return Int8Backend(home / INDEX_FOLDER)


def _discard_files(home: Path) -> None:
    """Remove what `int8` has kept: nobody would hear any more of who is deleted, and overwrite it."""
    if (home / INDEX_FOLDER).exists():
        from mien.index.int8.folder import drop_all

        drop_all(home / INDEX_FOLDER)


def _milvus(home: Path, database: Database, milvus: MilvusAccess) -> IndexBackend:
    from mien.index.milvus import MilvusBackend
    from mien.storage.turns import turns_of

    _discard_files(home)
    return MilvusBackend(
        milvus.address,
        token=milvus.token,
        name=milvus.name,
        turns=turns_of(database, home / "index-turns"),
    )


def _pgvector(home: Path, database: Database, _milvus: MilvusAccess) -> IndexBackend:
    from mien.storage.pgvector import PgvectorBackend

    _discard_files(home)
    return PgvectorBackend(database)


_Build: TypeAlias = Callable[[Path, Database, MilvusAccess], IndexBackend]
# Each imports what it needs only when it is chosen.
_BACKENDS: Final[Mapping[IndexName, _Build]] = {
    "auto": _auto,
    "exact": _exact,
    "int8": _int8,
    "milvus": _milvus,
    "pgvector": _pgvector,
}
