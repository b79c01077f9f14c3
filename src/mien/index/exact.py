"""Exact search: every stored vector is compared with the query; the reference for all others."""

import threading
from collections import Counter
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mien.index.base import NOTHING
from mien.index.base import Hit
from mien.index.chosen import MOST_GATHERED
from mien.index.chosen import ChosenGroups
from mien.index.exact_rows import State
from mien.index.exact_rows import best_groups
from mien.index.exact_rows import products
from mien.index.shapes import require_queries
from mien.index.shapes import require_vectors

_FIRST_CAPACITY = 256
_MOST_DEAD = 0.25
_ROWS_AT_ONCE = 5_000
# So many queries at a time bound the memory that their similarities take.
_QUERIES_AT_ONCE = 16


class ExactBackend:
    """Indexes in the memory of this process, each a float32 matrix; they end with it."""

    name = "exact"
    capacity = None
    kept_apart = False
    cannot_keep = False

    def open(self, gallery_id: str, *, contract_id: str, dimension: int) -> "ExactIndex":
        """See `IndexBackend.open`."""
        del gallery_id, contract_id  # nothing is kept that could be another's
        return ExactIndex(dimension)

    def drop(self, gallery_id: str) -> None:
        """See `IndexBackend.drop`."""

    def kept(self) -> Collection[str]:
        """See `IndexBackend.kept`."""
        return ()

    def erase_removed(self, gallery_id: str) -> bool:
        """See `IndexBackend.erase_removed`."""
        del gallery_id  # nothing is kept
        return True

    def close(self) -> None:
        """See `IndexBackend.close`."""


class ExactIndex:
    """The rows' own vectors and one matrix product a search.

    Args:
        dimension: length of the vectors.
    """

    is_exact = True

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._writing = threading.Lock()
        self._now = _Now(_Vectors(dimension), NOTHING)

    @classmethod
    def of(cls, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]) -> Self:
        """An index of vectors that belong to no rows, as an evaluation has them.

        Args:
            keys: one id a vector.
            groups: what each belongs to, same length.
            vectors: float32, shape (len(keys), dimension), unit length.
        """
        index = cls(vectors.shape[1])
        with index.writing() as writer:
            writer.upsert(keys, groups, vectors)
            writer.commit(0)
        return index

    @property
    def dimension(self) -> int:
        """See `VectorIndex.dimension`."""
        return self._dimension

    @property
    def applied_revision(self) -> int:
        """See `VectorIndex.applied_revision`."""
        return self._now.revision

    def __len__(self) -> int:
        return len(self._now.vectors)

    def held(self, keys: Sequence[str]) -> set[str]:
        """See `VectorIndex.held`."""
        return self._now.vectors.held(keys)

    @property
    def groups(self) -> int:
        """See `VectorIndex.groups`."""
        return self._now.vectors.groups

    @contextmanager
    def writing(self, *, floor: int = 0) -> "Iterator[_Writer]":
        """See `VectorIndex.writing`."""
        with self._writing:
            now = self._now
            if now.revision < floor:
                now = _Now(_Vectors(self._dimension), NOTHING)
            yield _Writer(now, self._publish)

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """See `VectorIndex.search`."""
        return self._now.vectors.search(queries, groups=groups, among=among)

    def members(self, groups: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """See `ExactSearch.members`."""
        return self._now.vectors.members(groups)

    def rows(self) -> Iterator[tuple[list[str], list[str], NDArray[np.float32]]]:
        """All keys, their groups and vectors, some at a time; nobody writes meanwhile."""
        return self._now.vectors.rows()

    def overwrite_removed(self) -> None:
        """See `VectorIndex.overwrite_removed`."""
        with self._writing:
            self._now.vectors.overwrite_removed()

    def close(self) -> None:
        """See `VectorIndex.close`."""

    def _publish(self, now: "_Now") -> None:
        self._now = now


@dataclass(frozen=True, slots=True)
class _Now:
    """Vectors and the revision up to which they are the rows'; replaced together."""

    vectors: "_Vectors"
    revision: int


class _Writer:
    """See `IndexWriter`. What it adds to published vectors is found at once.

    Args:
        now: what is to be changed.
        publish: shows it to searches.
    """

    def __init__(self, now: _Now, publish: Callable[[_Now], None]) -> None:
        self._vectors = now.vectors
        self._publish = publish
        self.applied_revision = now.revision

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """See `IndexWriter.upsert`."""
        self._vectors.upsert(keys, groups, vectors)

    def remove(self, keys: Sequence[str]) -> None:
        """See `IndexWriter.remove`."""
        self._vectors.remove(keys)

    def commit(self, revision: int) -> None:
        """See `IndexWriter.commit`."""
        self._publish(_Now(self._vectors, revision))


class _Vectors:
    """A float32 matrix, changed by one thread at a time and searched by any.

    Adding appends behind what running searches see, removing replaces a mask: a search works on
    the state that it found and needs no lock while it computes.
    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._row_of: dict[str, int] = {}
        self._sizes: Counter[str] = Counter()
        self._chosen = ChosenGroups()
        self._state = self._empty(_FIRST_CAPACITY)
        # Rows that are masked and hold a vector still; a search may have begun before the later.
        self._to_overwrite: list[int] = []
        self._later: list[int] = []

    def __len__(self) -> int:
        # Of the state that a search would find now: `_row_of` is changed key by key.
        return int(np.count_nonzero(self._state.alive))

    def held(self, keys: Sequence[str]) -> set[str]:
        return {key for key in keys if key in self._row_of}

    @property
    def groups(self) -> int:
        return len(self._sizes)

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        require_vectors(keys, groups, vectors, self._dimension)
        # Of a key that is given twice the last vector counts.
        last = list({key: position for position, key in enumerate(keys)}.values())
        known = [self._row_of[key] for key in set(keys) if key in self._row_of]
        state = self._appended(
            _masked(self._state, known),
            [keys[i] for i in last],
            [groups[i] for i in last],
            vectors[last],
        )
        self._resize(removed=known, added=[groups[i] for i in last])
        self._later += known
        self._state = self._compacted(state)

    def remove(self, keys: Sequence[str]) -> None:
        known = [self._row_of.pop(key) for key in set(keys) if key in self._row_of]
        self._resize(removed=known, added=())
        self._later += known
        self._state = self._compacted(_masked(self._state, known))

    def overwrite_removed(self) -> None:
        self._state.vectors[self._to_overwrite] = 0
        self._to_overwrite, self._later = self._later, []

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        require_queries(queries, self._dimension)
        state = self._state
        if not state.count or groups < 1:
            return [[] for _ in queries]
        searched = state.alive if among is None else state.alive & self._belonging(state, among)
        few = np.flatnonzero(searched) if among is not None else None
        if few is not None and len(few) > MOST_GATHERED * state.count:
            few = None
        left_out = np.flatnonzero(~searched) if few is None else None
        found = []
        for start in range(0, len(queries), _QUERIES_AT_ONCE):
            some = queries[start : start + _QUERIES_AT_ONCE]
            if few is None:
                similarities = some @ state.vectors[: state.count].T
                similarities[:, left_out] = -np.inf
            else:
                similarities = products(some, state.vectors, few)
            found += [
                best_groups(query, row, few, state, groups)
                for query, row in zip(some, similarities, strict=True)
            ]
        return found

    def _belonging(self, state: State, groups: Collection[str]) -> NDArray[np.bool_]:
        """Which rows are of some groups: bool, shape (count,)."""

        def look_up() -> NDArray[np.bool_]:
            places = [state.group_at[group] for group in groups if group in state.group_at]
            belongs = np.zeros(len(state.group_at), np.bool_)
            belongs[places] = True
            return belongs

        belongs = self._chosen.belonging(groups, state.group_at, look_up)
        return belongs[state.group_of[: state.count]]

    def members(self, groups: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        state = self._state
        places = [state.group_at[group] for group in groups if group in state.group_at]
        group_of = state.group_of[: state.count]
        found: dict[str, list[int]] = {}
        for row in np.flatnonzero(np.isin(group_of, places) & state.alive):
            found.setdefault(state.groups[int(group_of[row])], []).append(int(row))
        return {
            group: state.vectors[sorted(rows, key=lambda row: state.keys[row])]
            for group, rows in found.items()
        }

    def rows(self) -> Iterator[tuple[list[str], list[str], NDArray[np.float32]]]:
        state = self._state
        alive = np.flatnonzero(state.alive)
        for start in range(0, len(alive), _ROWS_AT_ONCE):
            some = alive[start : start + _ROWS_AT_ONCE]
            yield (
                [state.keys[row] for row in some],
                [state.groups[state.group_of[row]] for row in some],
                state.vectors[some],
            )

    def _resize(self, *, removed: Sequence[int], added: Sequence[str]) -> None:
        self._sizes.update(added)
        for row in removed:
            group = self._state.groups[int(self._state.group_of[row])]
            self._sizes[group] -= 1
            if not self._sizes[group]:
                del self._sizes[group]

    def _empty(self, capacity: int) -> State:
        return State(
            vectors=np.empty((capacity, self._dimension), np.float32),
            alive=np.empty(0, np.bool_),
            group_of=np.empty(capacity, np.int64),
            keys=[],
            groups=[],
            group_at={},
            count=0,
        )

    # These make the next state without showing it: whoever calls them publishes the last one in a
    # single assignment.

    def _appended(
        self,
        old: State,
        keys: Sequence[str],
        groups: Sequence[str],
        vectors: NDArray[np.float32],
    ) -> State:
        count = old.count + len(keys)
        matrix, group_of = old.vectors, old.group_of
        if count > len(matrix):
            capacity = max(count, 2 * len(matrix))
            matrix = np.empty((capacity, self._dimension), np.float32)
            matrix[: old.count] = old.vectors[: old.count]
            group_of = np.empty(capacity, np.int64)
            group_of[: old.count] = old.group_of[: old.count]
        matrix[old.count : count] = vectors
        for offset, (key, group) in enumerate(zip(keys, groups, strict=True)):
            position = old.group_at.setdefault(group, len(old.group_at))
            # Lists only grow behind what a running search looks at.
            if position == len(old.groups):
                old.groups.append(group)
            group_of[old.count + offset] = position
            self._row_of[key] = old.count + offset
            old.keys.append(key)
        alive = np.concatenate([old.alive, np.ones(len(keys), np.bool_)])
        return State(matrix, alive, group_of, old.keys, old.groups, old.group_at, count)

    def _compacted(self, old: State) -> State:
        rows = np.flatnonzero(old.alive)
        if len(rows) >= (1 - _MOST_DEAD) * old.count:
            return old
        # The old matrix goes as a whole, once the searches that look at it are done.
        self._to_overwrite, self._later = [], []
        # Every key is still there and only gets another row, so `_row_of` is never seen empty.
        return self._appended(
            self._empty(max(_FIRST_CAPACITY, len(rows))),
            [old.keys[row] for row in rows],
            [old.groups[old.group_of[row]] for row in rows],
            old.vectors[rows],
        )


def _masked(state: State, rows: Sequence[int]) -> State:
    alive = state.alive.copy()
    alive[list(rows)] = False
    return replace(state, alive=alive)
