"""Searches of some people, and of several galleries as if they were one."""

from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.index.base import ExactSearch
from mien.index.base import Hit


@dataclass(frozen=True, slots=True, eq=False)
class Narrowed:
    """The `ExactSearch` of some groups of another one: who decides by it knows of no others.

    Attributes:
        whole: what is searched.
        among: the groups, all of which it can find.
        vectors: how many vectors they have.
    """

    whole: ExactSearch
    among: frozenset[str]
    vectors: int

    def __len__(self) -> int:
        return self.vectors

    @property
    def groups(self) -> int:
        """See `ExactSearch.groups`."""
        return len(self.among)

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """See `ExactSearch.search`."""
        some = self.among if among is None else self.among.intersection(among)
        if not some:
            return [[] for _ in queries]
        return self.whole.search(queries, groups=groups, among=some)

    def members(self, groups: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """See `ExactSearch.members`."""
        return self.whole.members([group for group in groups if group in self.among])


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """The `ExactSearch` of several whose groups are all different.

    Attributes:
        parts: one at least.
    """

    parts: Sequence[ExactSearch]

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    @property
    def groups(self) -> int:
        """See `ExactSearch.groups`."""
        return sum(part.groups for part in self.parts)

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """See `ExactSearch.search`."""
        found = [part.search(queries, groups=groups, among=among) for part in self.parts]
        return [
            sorted(
                (hit for hits in of_one for hit in hits),
                key=lambda hit: (-hit.similarity, hit.key),
            )[: max(groups, 0)]
            for of_one in zip(*found, strict=True)
        ]

    def members(self, groups: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """See `ExactSearch.members`."""
        return {
            group: vectors for part in self.parts for group, vectors in part.members(groups).items()
        }
