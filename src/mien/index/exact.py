"""Exact search: every stored vector is compared with the query; the reference for all others."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.index.base import Hit

_FIRST_CAPACITY = 256
_MOST_DEAD = 0.25


@dataclass(frozen=True, slots=True)
class _State:
    """What one search sees. Rows below `count` never change; removed ones are masked.

    Attributes:
        vectors: float32, shape (capacity, dimension).
        alive: bool, shape (count,).
        group_of: int64, shape (capacity,), position in `groups`.
        keys: one a row.
        groups: ids, each once.
        count: rows in use.
    """

    vectors: NDArray[np.float32]
    alive: NDArray[np.bool_]
    group_of: NDArray[np.int64]
    keys: list[str]
    groups: list[str]
    count: int


class ExactIndex:
    """A float32 matrix and one product a search.

    Adding appends behind what running searches see, removing replaces a mask: a search works on
    the state that it found and needs no lock while it computes.
    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._lock = threading.Lock()
        self._row_of: dict[str, int] = {}
        self._group_at: dict[str, int] = {}
        self._state = self._empty(_FIRST_CAPACITY)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return self._dimension

    def __len__(self) -> int:
        return len(self._row_of)

    def __contains__(self, key: object) -> bool:
        return key in self._row_of

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """See `VectorIndex.upsert`."""
        if vectors.shape != (len(keys), self._dimension) or len(groups) != len(keys):
            raise ValueError(
                f"expected {len(keys)} groups and vectors of shape "
                f"({len(keys)}, {self._dimension}), got {len(groups)} and {vectors.shape}"
            )
        with self._lock:
            known = [key for key in keys if key in self._row_of]
            if known:
                self._mask(known)
            self._append(keys, groups, vectors)

    def remove(self, keys: Sequence[str]) -> None:
        """See `VectorIndex.remove`."""
        with self._lock:
            self._mask([key for key in keys if key in self._row_of])
            if self._state.count and len(self._row_of) < (1 - _MOST_DEAD) * self._state.count:
                self._compact()

    def search(self, queries: NDArray[np.float32], *, groups: int) -> list[list[Hit]]:
        """See `VectorIndex.search`."""
        if queries.ndim != 2 or queries.shape[1] != self._dimension:  # noqa: PLR2004 - rows, columns
            raise ValueError(
                f"expected queries of shape (n, {self._dimension}), got {queries.shape}"
            )
        state = self._state
        if not state.count or groups < 1:
            return [[] for _ in queries]
        similarities = queries @ state.vectors[: state.count].T
        similarities[:, ~state.alive] = -np.inf
        return [_best_groups(row, state, groups) for row in similarities]

    def _empty(self, capacity: int) -> _State:
        return _State(
            vectors=np.empty((capacity, self._dimension), np.float32),
            alive=np.empty(0, np.bool_),
            group_of=np.empty(capacity, np.int64),
            keys=[],
            groups=[],
            count=0,
        )

    def _append(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        old = self._state
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
            position = self._group_at.setdefault(group, len(self._group_at))
            # Lists only grow behind what a running search looks at.
            if position == len(old.groups):
                old.groups.append(group)
            group_of[old.count + offset] = position
            self._row_of[key] = old.count + offset
            old.keys.append(key)
        self._state = _State(
            vectors=matrix,
            alive=np.concatenate([old.alive, np.ones(len(keys), np.bool_)]),
            group_of=group_of,
            keys=old.keys,
            groups=old.groups,
            count=count,
        )

    def _mask(self, keys: Sequence[str]) -> None:
        if not keys:
            return
        old = self._state
        alive = old.alive.copy()
        for key in keys:
            row = self._row_of.pop(key)
            alive[row] = False
            # A running search may still see the row; nobody who comes later finds its numbers.
        self._state = _State(
            vectors=old.vectors,
            alive=alive,
            group_of=old.group_of,
            keys=old.keys,
            groups=old.groups,
            count=old.count,
        )

    def _compact(self) -> None:
        old = self._state
        rows = np.flatnonzero(old.alive)
        self._row_of, self._group_at = {}, {}
        self._state = self._empty(max(_FIRST_CAPACITY, len(rows)))
        self._append(
            [old.keys[row] for row in rows],
            [old.groups[old.group_of[row]] for row in rows],
            old.vectors[rows],
        )


def _best_groups(similarities: NDArray[np.float32], state: _State, wanted: int) -> list[Hit]:
    """The best row of each of the best groups, from one row of similarities (count,)."""
    take = min(len(similarities), 4 * wanted)
    while True:
        rows = np.argpartition(similarities, -take)[-take:]
        rows = rows[np.isfinite(similarities[rows])]
        # Equal similarities come in the order of their keys, so that every index agrees.
        order = sorted(rows.tolist(), key=lambda row: (-similarities[row], state.keys[row]))
        best: dict[int, int] = {}
        for row in order:
            best.setdefault(int(state.group_of[row]), row)
        # Rows outside are no better than the last one inside, so enough groups are the best.
        if len(best) >= wanted or take == len(similarities) or len(rows) < take:
            return [
                Hit(
                    key=state.keys[row],
                    group=state.groups[group],
                    similarity=float(np.clip(similarities[row], -1.0, 1.0)),
                )
                for group, row in list(best.items())[:wanted]
            ]
        take = min(len(similarities), 4 * take)
