"""Groups that alone are searched: what indexes in memory know of them from one search to the next."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Sized
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST_GATHERED: Final = 0.3
"""Up to this share of the rows, putting those together that are searched costs less than comparing
the others as well."""


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """Some groups as they were looked up for the last search of some: nothing of their vectors.

    Attributes:
        groups: which.
        table: where they were looked up.
        size: how many groups that had.
        belongs: bool, whether each place is one of theirs.
    """

    groups: frozenset[str]
    table: Sized
    size: int
    belongs: NDArray[np.bool_]


class ChosenGroups:
    """Remembers the groups of the last search: to look up many takes longer than to compare them."""

    def __init__(self) -> None:
        self._last: _Looked | None = None

    def belonging(
        self,
        groups: Collection[str],
        table: Sized,
        look_up: Callable[[], NDArray[np.bool_]],
    ) -> NDArray[np.bool_]:
        """Whether each place of a table of groups is one of these: bool.

        Args:
            groups: which; remembered where nobody can change them.
            table: of the groups that there are; it only grows, and another one is another object.
            look_up: finds them in it. As large as the table is afterwards: another thread may add
                groups meanwhile, and none goes.
        """
        size, known = len(table), self._last
        if (
            known is not None
            and known.groups is groups
            and known.table is table
            and known.size == size
        ):
            return known.belongs
        belongs = look_up()
        if isinstance(groups, frozenset):
            self._last = _Looked(groups, table, size, belongs)
        return belongs
