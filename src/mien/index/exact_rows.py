"""The rows of an exact index as one search sees them, and the best of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.index.base import Hit
from mien.index.cosine import cosines

_ROWS_AT_ONCE = 5_000
# More than single precision errs by on unit vectors; rows this close are compared exactly.
_MARGIN = 1e-5


@dataclass(frozen=True, slots=True)
class State:
    """What one search of the exact index sees. Rows below `count` never change; removed ones are masked.

    Attributes:
        vectors: float32, shape (capacity, dimension).
        alive: bool, shape (count,).
        group_of: int64, shape (capacity,), position in `groups`.
        keys: one a row.
        groups: ids, each once.
        group_at: position in `groups` of each id.
        count: rows in use.
    """

    vectors: NDArray[np.float32]
    alive: NDArray[np.bool_]
    group_of: NDArray[np.int64]
    keys: list[str]
    groups: list[str]
    group_at: dict[str, int]
    count: int


def products(
    queries: NDArray[np.float32], vectors: NDArray[np.float32], rows: NDArray[np.intp]
) -> NDArray[np.float32]:
    """The product of each query with some rows, which are put together some at a time."""
    products = np.empty((len(queries), len(rows)), np.float32)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        products[:, part] = queries @ vectors[rows[part]].T
    return products


def best_groups(
    query: NDArray[np.float32],
    similarities: NDArray[np.float32],
    looked_at: NDArray[np.intp] | None,
    state: State,
    wanted: int,
) -> list[Hit]:
    """The best row of each of the best groups.

    Args:
        query: float32, shape (dimension,).
        similarities: float32, of the rows that are looked at; of rows that cannot be found minus
            infinity.
        looked_at: their numbers; None for all rows.
        state: what the rows are.
        wanted: how many groups.
    """
    if not len(similarities):
        return []
    take = min(len(similarities), 4 * wanted)
    while True:
        least = np.partition(similarities, -take)[-take]
        sure = np.flatnonzero((similarities >= least) & np.isfinite(similarities))
        sure = sure if looked_at is None else looked_at[sure]
        enough = len({int(group) for group in state.group_of[sure]}) >= wanted
        # Rows outside are no better than the last one inside, so enough groups are the best.
        if enough or take == len(similarities):
            break
        take = min(len(similarities), 4 * take)
    rows = np.flatnonzero((similarities >= least - _MARGIN) & np.isfinite(similarities))
    rows = rows if looked_at is None else looked_at[rows]
    # Equally similar ones come in the order of their keys, so that every index agrees.
    exact = cosines(state.vectors[rows], query)
    order = sorted(range(len(rows)), key=lambda i: (-exact[i], state.keys[rows[i]]))
    best: dict[int, int] = {}
    for i in order:
        best.setdefault(int(state.group_of[rows[i]]), i)
    return [
        Hit(
            key=state.keys[rows[i]],
            group=state.groups[group],
            similarity=float(exact[i]),
        )
        for group, i in list(best.items())[:wanted]
    ]
