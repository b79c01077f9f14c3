"""From the name of an index backend to the backend, with what it needs."""

from abc import ABC
from abc import abstractmethod
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Final
from typing import TypeAlias

import structlog
from sqlalchemy import func
from sqlalchemy import select

from mien.errors import IndexUnavailable
from mien.gallery.index_origin import RowsOf
from mien.index.base import IndexBackend
from mien.index.beside import Beside
from mien.index.beside import Kept
from mien.index.origin import Origin
from mien.options import INDEX_FOLDER
from mien.options import IndexName
from mien.storage.database import Database

_log = structlog.get_logger(__name__)


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

    Removes what another one has kept in files of the home, as far as that can be done. What is kept
    there later, by a command or a server with another setting, and what the database has of
    another one, is left to them; whoever is removed is erased from it, too.

    Args:
        name: as the setting has it.
        home: folder of the installation; a backend that keeps files has a folder of its own in it.
        database: the rows, for a backend that searches where they are.
        milvus: for the backend of this name.
    """
    folder, origin = home / INDEX_FOLDER, RowsOf(database)
    others: list[Kept] = []
    if name not in _KEEP_FILES:
        _discard_files(folder)
        others.append(_Files(folder, origin))
    if name != "pgvector" and database.dialect == "postgresql":
        others.append(_Tables(database))
    backend = _BACKENDS[name](folder, database, milvus or MilvusAccess())
    return Beside(backend, others) if others else backend


_KEEP_FILES: Final = frozenset({"auto", "int8"})


class _Left(ABC):
    """See `Kept`: what another setting may keep, which nobody has to import while it is not there."""

    def __init__(self) -> None:
        self._made: IndexBackend | None = None

    def drop(self, gallery_id: str) -> None:
        """See `IndexBackend.drop`."""
        if self._is_there():
            self._keeper.drop(gallery_id)

    def kept(self) -> Collection[str]:
        """See `IndexBackend.kept`."""
        return self._keeper.kept() if self._is_there() else ()

    def erase_removed(self, gallery_id: str) -> bool:
        """See `IndexBackend.erase_removed`."""
        return not self._is_there() or self._keeper.erase_removed(gallery_id)

    def close(self) -> None:
        """See `IndexBackend.close`."""
        if self._made is not None:
            self._made.close()

    @property
    def _keeper(self) -> IndexBackend:
        # Of two that are made at once one is let go; neither has opened anything yet.
        self._made = self._made or self._make()
        return self._made

    @abstractmethod
    def _is_there(self) -> bool:
        """Whether anything of it is there."""

    @abstractmethod
    def _make(self) -> IndexBackend:
        """What keeps it."""


class _Files(_Left):
    """The files of the 8-bit index.

    Args:
        folder: where they would be.
        origin: the rows.
    """

    def __init__(self, folder: Path, origin: Origin) -> None:
        super().__init__()
        self._folder = folder
        self._origin = origin

    def _is_there(self) -> bool:
        return self._folder.exists()

    def _make(self) -> IndexBackend:
        from mien.index.int8.backend import Int8Backend

        return Int8Backend(self._folder, origin=self._origin)


class _Tables(_Left):
    """Vectors in the database of the rows.

    Args:
        database: the rows, in PostgreSQL.
    """

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def _is_there(self) -> bool:
        with self._database.read_beside() as session:
            return session.scalar(select(func.to_regclass("mien_index.gallery"))) is not None

    def _make(self) -> IndexBackend:
        from mien.storage.pgvector import PgvectorBackend

        return PgvectorBackend(self._database)


def _discard_files(folder: Path) -> None:
    """Remove what the 8-bit index has kept: nobody needs it any more."""
    if folder.exists():
        from mien.index.int8.folder import drop_all

        try:
            drop_all(folder)
        except IndexUnavailable as error:
            _log.warning("Files of another index cannot be removed", code=error.code)


def _auto(folder: Path, database: Database, _milvus: MilvusAccess) -> IndexBackend:
    from mien.index.auto import AutoBackend

    return AutoBackend(folder, origin=RowsOf(database))


def _exact(_folder: Path, _database: Database, _milvus: MilvusAccess) -> IndexBackend:
    from mien.index.exact import ExactBackend

    return ExactBackend()


def _int8(folder: Path, database: Database, _milvus: MilvusAccess) -> IndexBackend:
    from mien.index.int8.backend import Int8Backend

    return Int8Backend(folder, origin=RowsOf(database))


def _milvus(folder: Path, database: Database, milvus: MilvusAccess) -> IndexBackend:
    from mien.index.milvus import MilvusBackend
    from mien.storage.turns import turns_of

    return MilvusBackend(
        milvus.address,
        token=milvus.token,
        name=milvus.name,
        turns=turns_of(database, folder.parent / "index-turns"),
    )


def _pgvector(_folder: Path, database: Database, _milvus: MilvusAccess) -> IndexBackend:
    from mien.storage.pgvector import PgvectorBackend

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
