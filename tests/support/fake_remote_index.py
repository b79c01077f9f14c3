"""An index as a server would keep it: shared by processes, there after a restart, at times away."""

import sqlite3
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import closing
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.errors import IndexUnavailable
from mien.index.base import NOTHING
from mien.index.base import Hit

_TABLES = """
pragma journal_mode = wal;
create table if not exists kept (
    gallery_id text primary key, contract_id text, dimension integer, revision integer
);
create table if not exists vector (
    gallery_id text, key text, person text, numbers blob, primary key (gallery_id, key)
);
"""


class FakeRemoteBackend:
    """Indexes in a SQLite file; several backends over one folder stand for several processes.

    Vectors are kept in half precision. Set `away` to let it be out of reach.

    Args:
        folder: where the file lies.
    """

    name = "remote"
    capacity = None
    kept_apart = False
    cannot_keep = False

    def __init__(self, folder: Path) -> None:
        self._file = folder / "index.db"
        self.away = False
        self.written = 0
        with self.connected() as connection:
            connection.executescript(_TABLES)

    def open(self, gallery_id: str, *, contract_id: str, dimension: int) -> "FakeRemoteIndex":
        """See `IndexBackend.open`."""
        with self.connected() as connection:
            connection.execute("begin immediate")
            known = connection.execute(
                "select contract_id, dimension from kept where gallery_id = ?", [gallery_id]
            ).fetchone()
            if known not in (None, (contract_id, dimension)):
                _erase(connection, gallery_id)
            connection.execute("commit")
        return FakeRemoteIndex(self, gallery_id, contract_id, dimension)

    def drop(self, gallery_id: str) -> None:
        """See `IndexBackend.drop`."""
        with self.connected() as connection:
            connection.execute("begin immediate")
            _erase(connection, gallery_id)
            connection.execute("commit")

    def erase_removed(self, _gallery_id: str) -> bool:
        """See `IndexBackend.erase_removed`."""
        return False

    def kept(self) -> Collection[str]:
        """See `IndexBackend.kept`."""
        with self.connected() as connection:
            return [row[0] for row in connection.execute("select gallery_id from kept")]

    def close(self) -> None:
        """See `IndexBackend.close`."""

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """A connection; what goes wrong with it is that the server cannot be reached."""
        if self.away:
            raise IndexUnavailable
        try:
            with closing(sqlite3.connect(self._file, isolation_level=None)) as connection:
                connection.execute("pragma synchronous = off")
                yield connection
        except sqlite3.Error as error:
            raise IndexUnavailable from error


class FakeRemoteIndex:
    """One gallery's rows of the file; every question is asked of the file."""

    is_exact = False

    def __init__(
        self, backend: FakeRemoteBackend, gallery_id: str, contract_id: str, dimension: int
    ) -> None:
        self._backend = backend
        self._gallery_id = gallery_id
        self._contract_id = contract_id
        self.dimension = dimension

    @property
    def applied_revision(self) -> int:
        """See `VectorIndex.applied_revision`."""
        with self._backend.connected() as connection:
            return self._revision(connection)

    def __len__(self) -> int:
        return self._count("count(*)")

    def held(self, keys: Sequence[str]) -> set[str]:
        """See `VectorIndex.held`."""
        return {key for key in keys if self._count("count(*)", key)}

    @property
    def groups(self) -> int:
        """See `VectorIndex.groups`."""
        return self._count("count(distinct person)")

    @contextmanager
    def writing(self, *, floor: int = 0) -> "Iterator[_Writer]":
        """See `VectorIndex.writing`."""
        with self._backend.connected() as connection:
            # One writer at a time; others see nothing of it until it has committed.
            connection.execute("begin immediate")
            revision = self._revision(connection)
            if revision < floor:
                _erase(connection, self._gallery_id)
                revision = NOTHING
            place = (self._gallery_id, self._contract_id, self.dimension)
            yield _Writer(connection, self._backend, place, revision)

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """See `VectorIndex.search`."""
        if queries.ndim != 2 or queries.shape[1] != self.dimension:
            raise ValueError(f"expected queries of shape (n, {self.dimension})")
        with self._backend.connected() as connection:
            rows = connection.execute(
                "select key, person, numbers from vector join kept using (gallery_id)"
                " where gallery_id = ? and contract_id = ?",
                [self._gallery_id, self._contract_id],
            ).fetchall()
        if among is not None:
            rows = [row for row in rows if row[1] in among]
        return [self._best(rows, query, groups) for query in queries]

    def overwrite_removed(self) -> None:
        """See `VectorIndex.overwrite_removed`; nothing of it is in this process."""

    def close(self) -> None:
        """See `VectorIndex.close`."""

    def _best(
        self, rows: Sequence[tuple[str, str, bytes]], query: NDArray[np.float32], wanted: int
    ) -> list[Hit]:
        best: dict[str, Hit] = {}
        for key, person, numbers in rows:
            vector = np.frombuffer(numbers, np.float16).astype(np.float32)
            hit = Hit(key, person, float(np.clip(vector @ query, -1, 1)))
            if person not in best or best[person].similarity < hit.similarity:
                best[person] = hit
        return sorted(best.values(), key=lambda hit: -hit.similarity)[: max(wanted, 0)]

    def _revision(self, connection: sqlite3.Connection) -> int:
        found = connection.execute(
            "select revision from kept where gallery_id = ? and contract_id = ?",
            [self._gallery_id, self._contract_id],
        ).fetchone()
        return NOTHING if found is None else int(found[0])

    def _count(self, what: str, key: object = None) -> int:
        with self._backend.connected() as connection:
            found = connection.execute(
                f"select {what} from vector join kept using (gallery_id)"  # noqa: S608 - ours
                " where gallery_id = ? and contract_id = ? and (? is null or key = ?)",
                [self._gallery_id, self._contract_id, key, key],
            ).fetchone()
        return int(found[0])


class _Writer:
    def __init__(
        self,
        connection: sqlite3.Connection,
        backend: FakeRemoteBackend,
        place: tuple[str, str, int],
        revision: int,
    ) -> None:
        self._connection = connection
        self._backend = backend
        self._place = place
        self.applied_revision = revision

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        if vectors.shape != (len(keys), self._place[2]) or len(groups) != len(keys):
            raise ValueError(f"expected {len(keys)} groups and vectors")
        if self._backend.away:
            raise IndexUnavailable
        self._connection.executemany(
            "insert or replace into vector values (?, ?, ?, ?)",
            [
                (self._place[0], key, group, vector.astype(np.float16).tobytes())
                for key, group, vector in zip(keys, groups, vectors, strict=True)
            ],
        )
        self._backend.written += len(keys)

    def remove(self, keys: Sequence[str]) -> None:
        self._connection.executemany(
            "delete from vector where gallery_id = ? and key = ?",
            [(self._place[0], key) for key in keys],
        )

    def commit(self, revision: int) -> None:
        # In the transaction of the vectors: after a crash both are there or neither.
        self._connection.execute(
            "insert or replace into kept values (?, ?, ?, ?)", [*self._place, revision]
        )
        self._connection.execute("commit")


def _erase(connection: sqlite3.Connection, gallery_id: str) -> None:
    connection.execute("delete from vector where gallery_id = ?", [gallery_id])
    connection.execute("delete from kept where gallery_id = ?", [gallery_id])
