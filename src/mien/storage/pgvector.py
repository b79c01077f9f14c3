"""The vectors of galleries inside the PostgreSQL that holds the rows, searched there by pgvector.

One table of vectors a gallery, in a schema of its own, and one row that says up to which revision
it is the rows'. Vectors are kept in half precision, which halves what a search has to read; what
decides is read from the rows anyway.
"""

import threading
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import closing
from contextlib import contextmanager
from typing import Any
from typing import Final
from typing import TypeVar

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import errors
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from mien.errors import IndexUnavailable
from mien.errors import StorageError
from mien.index.base import NOTHING
from mien.index.base import Hit
from mien.index.shapes import require_queries
from mien.index.shapes import require_vectors
from mien.storage.database import Database
from mien.storage.halfvec import HalfVector
from mien.storage.halfvec import register
from mien.storage.vector_tables import SAVE
from mien.storage.vector_tables import SCHEMA
from mien.storage.vector_tables import Connection
from mien.storage.vector_tables import State
from mien.storage.vector_tables import about
from mien.storage.vector_tables import best_of
from mien.storage.vector_tables import erase
from mien.storage.vector_tables import floor_of
from mien.storage.vector_tables import make
from mien.storage.vector_tables import new_table
from mien.storage.vector_tables import removed_since
from mien.storage.vector_tables import row_of
from mien.storage.vector_tables import set_up
from mien.storage.vector_tables import state_of

CONNECTIONS: Final = 10
"""So many at most are opened by a process to search and to fill, besides those for the rows."""

_TRIES: Final = 3

_Result = TypeVar("_Result")


class PgvectorBackend:
    """Indexes in the database of the rows; every process that uses it sees the same ones.

    Args:
        database: the rows, in PostgreSQL.
    """

    name = "pgvector"
    capacity = None
    kept_apart = False
    cannot_keep = False

    def __init__(self, database: Database) -> None:
        self._engine = database.engine_beside(connections=CONNECTIONS)
        event.listen(self._engine, "connect", set_up)
        self._is_made = False
        self._making = threading.Lock()

    def open(self, gallery_id: str, *, contract_id: str, dimension: int) -> "PgvectorIndex":
        """See `IndexBackend.open`."""
        self.make()
        with self.connected() as connection:
            state = state_of(connection, gallery_id)
            if state is not None and (state.contract_id, state.dimension) != (
                contract_id,
                dimension,
            ):
                erase(connection, gallery_id)
                connection.commit()
        return PgvectorIndex(self, gallery_id, contract_id, dimension)

    def drop(self, gallery_id: str) -> None:
        """See `IndexBackend.drop`."""
        if self.has_tables():
            with self.connected() as connection:
                erase(connection, gallery_id)
                connection.commit()

    def erase_removed(self, gallery_id: str) -> bool:
        """See `IndexBackend.erase_removed`; also for processes that search with something else."""
        if not self.has_tables():
            return True
        try:
            with self.connected() as connection:
                state = state_of(connection, gallery_id)
                floor = floor_of(connection, gallery_id)
            if state is None:
                return True
            if floor is None or state.revision < floor:
                self.drop(gallery_id)
                return True
            index = PgvectorIndex(self, gallery_id, state.contract_id, state.dimension)
            with index.writing() as writer:
                if writer.applied_revision > NOTHING:
                    writer.remove(
                        removed_since(writer.connection, gallery_id, writer.applied_revision)
                    )
                    writer.commit(writer.applied_revision)
        except errors.UndefinedTable as error:
            raise IndexUnavailable from error
        return True

    def kept(self) -> Collection[str]:
        """See `IndexBackend.kept`."""
        if not self.has_tables():
            return ()
        with self.connected() as connection:
            rows = connection.execute("select gallery_id from mien_index.gallery").fetchall()
        return [str(row[0]) for row in rows]

    def close(self) -> None:
        """See `IndexBackend.close`."""
        self._engine.dispose()

    def make(self) -> None:
        """Have everything that an index needs in the database.

        Raises:
            IndexUnavailable: it cannot be reached, or lacks what Mien may not bring.
        """
        with self._making:
            if self._is_made:
                return
            with self.connected() as connection:
                make(connection)
                connection.commit()
            self._is_made = True

    def has_tables(self) -> bool:
        """Whether the place for indexes is there; what was taken away is made again when needed."""
        with self.connected() as connection:
            [there] = row_of(connection, "select to_regclass('mien_index.gallery') is not null")
        if not there:
            self._is_made = False
        return bool(there)

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A transaction in which nothing of the rows is read; undone unless it is committed.

        Raises:
            IndexUnavailable: it cannot be had, or breaks.
            psycopg.errors.UndefinedTable: what was asked about is not there any more.
        """
        try:
            with closing(self._engine.raw_connection()) as proxied:
                driver: Any = proxied.driver_connection
                yield driver
        except errors.UndefinedTable:
            raise
        except (psycopg.Error, SQLAlchemyError) as error:
            raise IndexUnavailable from error
        except StorageError as error:
            if isinstance(error, IndexUnavailable):
                raise
            raise IndexUnavailable from error


class PgvectorIndex:
    """One gallery's table; every question is asked of the database.

    Args:
        backend: has the connections.
        gallery_id: which gallery.
        contract_id: under which its embeddings were made.
        dimension: length of the vectors.
    """

    is_exact = False

    def __init__(
        self, backend: PgvectorBackend, gallery_id: str, contract_id: str, dimension: int
    ) -> None:
        self._backend = backend
        self._gallery_id = gallery_id
        self._contract_id = contract_id
        self._dimension = dimension

    @property
    def dimension(self) -> int:
        """See `VectorIndex.dimension`."""
        return self._dimension

    @property
    def applied_revision(self) -> int:
        """See `VectorIndex.applied_revision`."""
        return self._asked(lambda _, state: state.revision, NOTHING)

    def __len__(self) -> int:
        return self._asked(lambda _, state: state.examples, 0)

    def held(self, keys: Sequence[str]) -> set[str]:
        """See `VectorIndex.held`."""
        some = list(keys)

        def ask(connection: Connection, state: State) -> set[str]:
            question = about(state.vectors, "select key from {} where key = any(%s)")
            return {str(key) for [key] in connection.execute(question, [some])}

        return self._asked(ask, otherwise=set[str]())

    @property
    def groups(self) -> int:
        """See `VectorIndex.groups`."""
        return self._asked(lambda _, state: state.people, 0)

    @contextmanager
    def writing(self, *, floor: int = 0) -> "Iterator[_Writer]":
        """See `VectorIndex.writing`."""
        if not self._backend.has_tables():
            self._backend.make()
        try:
            with self._backend.connected() as connection:
                # Held until the transaction ends, by this name only; who searches waits for nobody.
                connection.execute(
                    "select pg_advisory_xact_lock(hashtextextended(%s, 0))",
                    [f"{SCHEMA}/{self._gallery_id}"],
                )
                state = self._mine(state_of(connection, self._gallery_id))
                if state is None or state.revision < floor:
                    state = None
                yield _Writer(connection, self, state)
        except errors.UndefinedTable as error:
            raise IndexUnavailable from error

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """See `VectorIndex.search`."""
        require_queries(queries, self._dimension)
        people = None if among is None else list(among)
        if groups < 1 or not len(queries) or people == []:
            return [[] for _ in queries]

        def ask(connection: Connection, state: State) -> list[list[Hit]]:
            return [best_of(connection, state.vectors, query, groups, people) for query in queries]

        return self._asked(ask, [[] for _ in queries])

    def overwrite_removed(self) -> None:
        """See `VectorIndex.overwrite_removed`; nothing of it is in this process."""

    def close(self) -> None:
        """See `VectorIndex.close`; the connections are the backend's."""

    @property
    def gallery_id(self) -> str:
        """Whose vectors they are."""
        return self._gallery_id

    @property
    def contract_id(self) -> str:
        """Under which contract they were made."""
        return self._contract_id

    def _mine(self, state: State | None) -> State | None:
        mine = (self._contract_id, self._dimension)
        if state is None or (state.contract_id, state.dimension) != mine:
            return None
        return state

    def _asked(self, ask: Callable[[Connection, State], _Result], otherwise: _Result) -> _Result:
        """What the database says of the vectors; the other value where it has none of them."""
        for _ in range(_TRIES):
            try:
                with self._backend.connected() as connection:
                    state = self._mine(state_of(connection, self._gallery_id))
                    return otherwise if state is None else ask(connection, state)
            except errors.UndefinedTable:
                # Another process has filled a new table and dropped the one that was looked up.
                if not self._backend.has_tables():
                    return otherwise
        raise IndexUnavailable


class _Writer:
    """See `IndexWriter`. All of it is one transaction.

    Args:
        connection: in a transaction that nobody else of this index has.
        index: what is written to.
        state: from where to go on; None begins with an empty table, aside.
    """

    def __init__(self, connection: Connection, index: PgvectorIndex, state: State | None) -> None:
        self.connection = connection
        self._index = index
        self._is_new = state is None
        self._table = new_table(connection, index.dimension) if state is None else state.vectors
        self._examples, self._people = (0, 0) if state is None else (state.examples, state.people)
        self.applied_revision = NOTHING if state is None else state.revision

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """See `IndexWriter.upsert`."""
        require_vectors(keys, groups, vectors, self._index.dimension)
        # Of a key that is given twice the last vector counts.
        last = {key: position for position, key in enumerate(keys)}
        with self._counted(list(last), set(groups)), self.connection.cursor() as cursor:
            register(cursor)
            cursor.executemany(
                about(
                    self._table,
                    "insert into {} values (%s, %s, %b) on conflict (key) do update"
                    " set person = excluded.person, numbers = excluded.numbers",
                ),
                [(key, groups[i], HalfVector(vectors[i])) for key, i in last.items()],
            )

    def remove(self, keys: Sequence[str]) -> None:
        """See `IndexWriter.remove`."""
        some = list(keys)
        with self._counted(some, set()):
            self.connection.execute(
                about(self._table, "delete from {} where key = any(%s)"), [some]
            )

    def commit(self, revision: int) -> None:
        """See `IndexWriter.commit`."""
        if self._is_new:
            self._finish_new_table()
        self.connection.execute(
            SAVE,
            [
                *[self._index.gallery_id, self._index.contract_id, self._index.dimension],
                *[revision, self._table, self._examples, self._people],
            ],
        )
        self.connection.commit()

    def _finish_new_table(self) -> None:
        # What is quicker once for all than for each vector; of many it takes longer than a search.
        driver: Any = self.connection
        silence, driver.silence = driver.silence, None
        try:
            self.connection.execute("set local statement_timeout = 0")
            self.connection.execute(about(self._table, "create index on {} (person)"))
            self.connection.execute(about(self._table, "analyze {}"))
            self._examples, self._people = row_of(
                self.connection,
                about(self._table, "select count(*), count(distinct person) from {}"),
            )
            erase(self.connection, self._index.gallery_id)
        finally:
            driver.silence = silence

    @contextmanager
    def _counted(self, keys: list[str], people: set[str]) -> Iterator[None]:
        """Keep the counts right over a change of some keys, which may now belong to these people."""
        if self._is_new:
            yield
            return
        owners = self.connection.execute(
            about(self._table, "select distinct person from {} where key = any(%s)"), [keys]
        ).fetchall()
        touched = [*people.union(str(owner) for [owner] in owners)]
        before = self._count(keys, touched)
        yield
        after = self._count(keys, touched)
        self._examples += after[0] - before[0]
        self._people += after[1] - before[1]

    def _count(self, keys: list[str], people: list[str]) -> tuple[int, int]:
        examples, groups = row_of(
            self.connection,
            about(
                self._table,
                "select (select count(*) from {0} where key = any(%s)),"
                " (select count(distinct person) from {0} where person = any(%s))",
            ),
            [keys, people],
        )
        return int(examples), int(groups)
