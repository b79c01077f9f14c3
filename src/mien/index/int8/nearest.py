"""The groups whose best rows score highest, kept while many rows go by."""

from collections.abc import Callable
from typing import Any
from typing import Final

import numpy as np
from numpy.typing import NDArray

NOBODY: Final = -1
"""The group of a row that is not there any more."""

GroupsOf = Callable[[NDArray[np.intp]], NDArray[np.int32]]
"""From rows to their groups' numbers, `NOBODY` for those that are not to be found."""

# Below every score, and the same number in every type that scores may have.
_LOWEST: Final = -(2.0**31)
# More rows wait before they are looked at one by one: that is a fixed cost, whatever their number.
_WAITING_A_QUERY: Final = 200


class Nearest:
    """For each of several queries the best groups so far, each with its best row.

    Rows below the worst of the groups that are kept change nothing and are passed over at once, so
    that the longer it goes on the less is left to do.

    Args:
        queries: how many.
        wanted: how many groups to keep for each.
        groups_of: tells the groups of rows.
    """

    def __init__(self, queries: int, wanted: int, groups_of: GroupsOf) -> None:
        self._wanted = wanted
        self._groups_of = groups_of
        self._least = np.full(queries, _LOWEST)
        self._rows = [np.empty(0, np.intp)] * queries
        self._scores = [np.empty(0, np.float64)] * queries
        self._waiting: list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]] = []
        self._count = 0

    def look(self, first: int, scores: NDArray[Any]) -> None:
        """Take note of rows.

        Args:
            first: the number of the first one.
            scores: of each row for each query, shape (rows, queries).
        """
        # Compared in their own type: to change that of all of them would take longer.
        places = np.flatnonzero(scores > self._least.astype(scores.dtype))
        if len(places):
            rows, queries = np.divmod(places, len(self._least))
            found = scores[rows, queries].astype(np.float64)
            self._waiting.append((rows + first, queries, found))
            self._count += len(rows)
            if self._count > _WAITING_A_QUERY * len(self._least):
                self._settle()

    def best(self) -> list[tuple[NDArray[np.intp], NDArray[np.float64]]]:
        """For each query the best row of each of the best groups, and their scores, best first."""
        self._settle()
        return list(zip(self._rows, self._scores, strict=True))

    def _settle(self) -> None:
        if not self._waiting:
            return
        rows, queries, scores = (np.concatenate(some) for some in zip(*self._waiting, strict=True))
        self._waiting, self._count = [], 0
        order = np.argsort(queries, kind="stable")
        ends = np.searchsorted(queries[order], np.arange(len(self._least) + 1))
        for query in np.unique(queries):
            mine = order[ends[query] : ends[query + 1]]
            kept_rows, kept_scores = self._leading(
                np.concatenate([self._rows[query], rows[mine]]),
                np.concatenate([self._scores[query], scores[mine]]),
            )
            self._rows[query], self._scores[query] = kept_rows, kept_scores
            if len(kept_rows) == self._wanted:
                self._least[query] = kept_scores[-1]

    def _leading(
        self, rows: NDArray[np.intp], scores: NDArray[np.float64]
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        groups = self._groups_of(rows)
        there = groups != NOBODY
        rows, scores, groups = rows[there], scores[there], groups[there]
        take = 4 * self._wanted
        while take < len(rows):
            part = np.argpartition(scores, -take)[-take:]
            chosen = _first_of_each(scores[part], groups[part])
            if len(chosen) >= self._wanted:
                # Whoever is outside is no better than the last one inside.
                chosen = part[chosen]
                break
            take *= 4
        else:
            chosen = _first_of_each(scores, groups)
        chosen = chosen[: self._wanted]
        return rows[chosen], scores[chosen]


def _first_of_each(scores: NDArray[np.float64], groups: NDArray[np.int32]) -> NDArray[np.intp]:
    """Positions of the best of each group, best first."""
    order = np.argsort(-scores, kind="stable")
    _, firsts = np.unique(groups[order], return_index=True)
    firsts.sort()
    return order[firsts]
