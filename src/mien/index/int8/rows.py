"""All rows of an index: the base that lasts, and a small tail of what has come since.

Changed by one thread at a time and searched by any. A search works on the state that it found:
adding appends behind what it sees, and taking out replaces a mask.
"""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from itertools import compress
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.index.base import Hit
from mien.index.chosen import MOST_GATHERED
from mien.index.chosen import ChosenGroups
from mien.index.int8.base import Base
from mien.index.int8.base import Draft
from mien.index.int8.ids import joined
from mien.index.int8.ids import numbered
from mien.index.int8.ids import pack
from mien.index.int8.kernels import Kernel
from mien.index.int8.nearest import NOBODY
from mien.index.int8.nearest import Nearest
from mien.index.int8.rounding import rounded
from mien.index.int8.rounding import scale_of
from mien.index.shapes import require_queries
from mien.index.shapes import require_vectors

_FIRST_CAPACITY: Final = 64
# What is compared at a time is little enough for its scores to stay in the cache until they have
# been looked at, and enough for the calls to take no time.
_SCORES_AT_ONCE: Final = 1 << 15
_QUERIES_AT_ONCE: Final = 64
# Rows that are put together stay in the cache until they have been compared.
_GATHERED_AT_ONCE: Final = 2048


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """What one search sees; rows of the base come first, then those of the tail.

    Attributes:
        base: rows that last.
        base_alive: bool, shape (len(base),); None where nothing was taken out.
        tail: int8, shape (capacity, stride).
        tail_alive: bool, shape (rows of the tail,).
        tail_group_of: int32, shape (capacity,), number of a group.
        count: rows that can be found.
        groups: groups that can be found.
    """

    base: Base
    base_alive: NDArray[np.bool_] | None = field(repr=False)
    tail: NDArray[np.int8] = field(repr=False)
    tail_alive: NDArray[np.bool_] = field(repr=False)
    tail_group_of: NDArray[np.int32] = field(repr=False)
    count: int
    groups: int

    def groups_of(self, rows: NDArray[np.intp]) -> NDArray[np.int32]:
        """Numbers of the groups of rows; `NOBODY` for those that were taken out."""
        found = np.full(len(rows), NOBODY, np.int32)
        in_base = rows < len(self.base)
        base, tail = rows[in_base], rows[~in_base] - len(self.base)
        of_base = self.base.group_of[base]
        if self.base_alive is not None:
            of_base = np.where(self.base_alive[base], of_base, NOBODY)
        found[in_base] = of_base
        found[~in_base] = np.where(self.tail_alive[tail], self.tail_group_of[tail], NOBODY)
        return found

    def gathered(self, rows: NDArray[np.intp]) -> NDArray[np.int8]:
        """Rows by their numbers, put together."""
        made = np.empty((len(rows), self.tail.shape[1]), np.int8)
        in_base = rows < len(self.base)
        made[in_base] = self.base.vectors[rows[in_base]]
        made[~in_base] = self.tail[rows[~in_base] - len(self.base)]
        return made


@dataclass(frozen=True, slots=True, eq=False)
class _Chosen:
    """Groups that alone are searched.

    Attributes:
        state: of the rows.
        searched: bool, by the number of a group.
        rows: their rows, ascending, where they are few; None where all rows are gone through.
    """

    state: _State
    searched: NDArray[np.bool_] = field(repr=False)
    rows: NDArray[np.intp] | None = field(repr=False)

    def groups_of(self, rows: NDArray[np.intp]) -> NDArray[np.int32]:
        """See `_State.groups_of`; `NOBODY` also for those of other groups."""
        groups = self.state.groups_of(rows)
        there = groups != NOBODY
        there[there] = self.searched[groups[there]]
        return np.where(there, groups, np.int32(NOBODY))


class Rows:
    """Rows of one gallery as signed bytes.

    Args:
        dimension: length of the vectors.
        base: with what to begin.
        kernel: compares them.
    """

    def __init__(self, dimension: int, base: Base, kernel: Kernel) -> None:
        self._dimension = dimension
        self._kernel = kernel
        self._tail_keys: list[str] = []
        self._tail_row_of: dict[str, int] = {}
        # Groups are numbered: first those of the base, then those that only the tail has.
        self._more_groups: list[str] = []
        self._more_group_at: dict[str, int] = {}
        self._sizes = np.bincount(base.group_of, minlength=len(base.groups))
        self._chosen_groups = ChosenGroups()
        self._to_overwrite: list[int] = []
        self._later: list[int] = []
        self._state = _State(
            base=base,
            base_alive=None,
            tail=np.empty((0, base.vectors.shape[1]), np.int8),
            tail_alive=np.empty(0, np.bool_),
            tail_group_of=np.empty(0, np.int32),
            count=len(base),
            groups=len(base.groups),
        )

    def __len__(self) -> int:
        return self._state.count

    def held(self, keys: Sequence[str]) -> set[str]:
        """See `VectorIndex.held`."""
        # The state first: a key that moves from the base into the tail meanwhile is seen there.
        state = self._state
        in_tail = {key for key in keys if key in self._tail_row_of}
        rows = state.base.keys.find(keys)
        is_there = rows >= 0
        if state.base_alive is not None:
            is_there &= state.base_alive[rows]
        return in_tail.union(compress(keys, is_there.tolist()))

    @property
    def groups(self) -> int:
        """How many groups can be found."""
        return self._state.groups

    @property
    def base(self) -> Base:
        """The rows that last."""
        return self._state.base

    @property
    def tail_rows(self) -> int:
        """Rows of the tail, also those that were taken out."""
        return len(self._state.tail_alive)

    @property
    def dead_rows(self) -> int:
        """Rows of the base that were taken out or replaced."""
        alive = self._state.base_alive
        return 0 if alive is None else int(len(alive) - np.count_nonzero(alive))

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """See `IndexWriter.upsert`."""
        require_vectors(keys, groups, vectors, self._dimension)
        # Of a key that is given twice the last vector counts.
        last = list({key: position for position, key in enumerate(keys)}.values())
        if not last:
            return
        state = self._without([keys[i] for i in last], self._state)
        state = self._appended(
            state, [keys[i] for i in last], [groups[i] for i in last], rounded(vectors[last])
        )
        self._state = replace(state, groups=int(np.count_nonzero(self._sizes)))

    def remove(self, keys: Sequence[str]) -> None:
        """See `IndexWriter.remove`."""
        wanted = list(dict.fromkeys(keys))
        state = self._without(wanted, self._state)
        for key in wanted:
            self._tail_row_of.pop(key, None)
        self._state = replace(state, groups=int(np.count_nonzero(self._sizes)))

    def overwrite_removed(self) -> None:
        """Overwrite the rows of the tail that were taken out before the last call."""
        self._state.tail[self._to_overwrite] = 0
        self._to_overwrite, self._later = self._later, []

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """See `VectorIndex.search`."""
        require_queries(queries, self._dimension)
        state = self._state
        if not state.count or groups < 1:
            return [[] for _ in queries]
        chosen = None if among is None else self._chosen(state, among)
        found = []
        for start in range(0, len(queries), _QUERIES_AT_ONCE):
            found += self._search(state, queries[start : start + _QUERIES_AT_ONCE], groups, chosen)
        return found

    def draft(self, revision: int) -> Draft:
        """What a new base of all these rows is made of; they may change meanwhile.

        Args:
            revision: up to which they are the gallery's.
        """
        state, tail_keys = self._state, self._tail_keys
        in_base = np.arange(len(state.base))
        if state.base_alive is not None:
            in_base = np.flatnonzero(state.base_alive)
        in_tail = np.flatnonzero(state.tail_alive)
        keys = joined([state.base.keys.take(in_base), pack([tail_keys[row] for row in in_tail])])
        rows = np.concatenate([in_base, in_tail + len(state.base)])
        order = keys.order()
        rows = rows[order]
        numbers = state.groups_of(rows)
        used, group_of = np.unique(numbers, return_inverse=True)
        base_groups = used[used < len(state.base.groups)].astype(np.intp)
        more = [self._more_groups[number - len(state.base.groups)] for number in
                used[len(base_groups):]]  # fmt: skip
        groups, renumbered = numbered(joined([state.base.groups.take(base_groups), pack(more)]))

        return Draft(
            keys=keys.take(order),
            groups=groups,
            group_of=renumbered[group_of],
            stride=state.tail.shape[1],
            gather=lambda part: state.gathered(rows[part]),
            revision=revision,
        )

    def _search(
        self,
        state: _State,
        queries: NDArray[np.float32],
        wanted: int,
        chosen: "_Chosen | None",
    ) -> list[list[Hit]]:
        scan = self._kernel.prepare(rounded(queries))
        step = _SCORES_AT_ONCE // len(queries)
        if chosen is None or chosen.rows is None:
            nearest = Nearest(
                len(queries), wanted, state.groups_of if chosen is None else chosen.groups_of
            )
            for first, rows in _parts(state, step):
                nearest.look(first, scan(rows))
            return [self._hits(state, rows, scores) for rows, scores in nearest.best()]
        few = chosen.rows
        nearest = Nearest(len(queries), wanted, lambda places: state.groups_of(few[places]))
        step = min(step, _GATHERED_AT_ONCE)
        for start in range(0, len(few), step):
            nearest.look(start, scan(state.gathered(few[start : start + step])))
        return [self._hits(state, few[places], scores) for places, scores in nearest.best()]

    def _chosen(self, state: _State, groups: Collection[str]) -> "_Chosen":
        searched = self._searched(state.base, groups)
        in_base = np.flatnonzero(searched[state.base.group_of])
        in_tail = np.flatnonzero(searched[state.tail_group_of[: len(state.tail_alive)]])
        few = np.concatenate([in_base, in_tail + len(state.base)])
        is_few = len(few) <= MOST_GATHERED * (len(state.base) + len(state.tail_alive))
        return _Chosen(state, searched, few if is_few else None)

    def _searched(self, base: Base, groups: Collection[str]) -> NDArray[np.bool_]:
        """Whether each group is one of these, by its number."""

        def look_up() -> NDArray[np.bool_]:
            ids, inside = list(groups), len(base.groups)
            numbers = base.groups.find(ids)
            more = [
                self._more_group_at[each] + inside for each in ids if each in self._more_group_at
            ]
            searched = np.zeros(inside + len(self._more_group_at), np.bool_)
            searched[numbers[numbers >= 0]] = True
            searched[more] = True
            return searched

        return self._chosen_groups.belonging(groups, self._more_group_at, look_up)

    def _hits(
        self, state: _State, rows: NDArray[np.intp], scores: NDArray[np.float64]
    ) -> list[Hit]:
        similarities = np.clip(scores / scale_of(self._dimension) ** 2, -1.0, 1.0)
        return [
            Hit(self._key(state.base, row), self._group(state.base, number), similarity)
            for row, number, similarity in zip(
                rows.tolist(), state.groups_of(rows).tolist(), similarities.tolist(), strict=True
            )
        ]

    def _key(self, base: Base, row: int) -> str:
        inside = len(base)
        return base.keys[row] if row < inside else self._tail_keys[row - inside]

    def _group(self, base: Base, number: int) -> str:
        inside = len(base.groups)
        return base.groups[number] if number < inside else self._more_groups[number - inside]

    # These make the next state without showing it: whoever calls them publishes the last one in a
    # single assignment.

    def _without(self, keys: Sequence[str], state: _State) -> _State:
        base, alive = state.base, state.base_alive
        rows = base.keys.find(keys)
        rows = rows[rows >= 0]
        if alive is not None:
            rows = rows[alive[rows]]
        if len(rows):
            alive = np.ones(len(base), np.bool_) if alive is None else alive.copy()
            alive[rows] = False
            np.subtract.at(self._sizes, base.group_of[rows], 1)
        tail = [self._tail_row_of[key] for key in keys if key in self._tail_row_of]
        tail_alive = state.tail_alive
        if tail:
            tail_alive = tail_alive.copy()
            tail_alive[tail] = False
            np.subtract.at(self._sizes, state.tail_group_of[tail], 1)
            self._later += tail
        return replace(
            state,
            base_alive=alive,
            tail_alive=tail_alive,
            count=state.count - len(rows) - len(tail),
        )

    def _appended(
        self,
        old: _State,
        keys: Sequence[str],
        groups: Sequence[str],
        rows: NDArray[np.int8],
    ) -> _State:
        before = len(old.tail_alive)
        after = before + len(keys)
        tail, group_of = old.tail, old.tail_group_of
        if after > len(tail):
            capacity = max(after, 2 * len(tail), _FIRST_CAPACITY)
            tail = np.zeros((capacity, rows.shape[1]), np.int8)
            tail[:before] = old.tail[:before]
            group_of = np.zeros(capacity, np.int32)
            group_of[:before] = old.tail_group_of[:before]
        tail[before:after] = rows
        numbers = self._numbers(old.base, groups)
        group_of[before:after] = numbers
        np.add.at(self._sizes, numbers, 1)
        # Only grows behind what a running search looks at.
        self._tail_keys += keys
        self._tail_row_of.update(zip(keys, range(before, after), strict=True))
        return replace(
            old,
            tail=tail,
            tail_group_of=group_of,
            tail_alive=np.concatenate([old.tail_alive, np.ones(len(keys), np.bool_)]),
            count=old.count + len(keys),
        )

    def _numbers(self, base: Base, groups: Sequence[str]) -> NDArray[np.intp]:
        numbers = base.groups.find(groups)
        for position in np.flatnonzero(numbers < 0):
            group = groups[int(position)]
            place = self._more_group_at.setdefault(group, len(self._more_groups))
            if place == len(self._more_groups):
                self._more_groups.append(group)
            numbers[position] = len(base.groups) + place
        missing = len(base.groups) + len(self._more_groups) - len(self._sizes)
        if missing > 0:
            # Room ahead, so that groups that come one by one are not copied each time.
            more = max(missing, len(self._more_groups))
            self._sizes = np.concatenate([self._sizes, np.zeros(more, self._sizes.dtype)])
        return numbers


def _parts(state: _State, step: int) -> Iterator[tuple[int, NDArray[np.int8]]]:
    """All rows, some at a time, and the number of the first of them."""
    for start in range(0, len(state.base), step):
        yield start, state.base.vectors[start : start + step]
    rows = state.tail[: len(state.tail_alive)]
    for start in range(0, len(rows), step):
        yield len(state.base) + start, rows[start : start + step]
