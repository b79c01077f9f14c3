"""Candidates of an index that only comes near, ranked anew by the rows' own vectors."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.index.base import Hit
from mien.index.base import VectorIndex
from mien.index.cosine import cosines
from mien.index.shapes import require_queries

# Of synthetic vectors rounded to 8 bits, 50 held all of the ten that are truly nearest, 20 at times
# one of 200 less. See `docs/decisions/0006-index-backends.md`.
_LEAST_CANDIDATES = 50
# So few people are all read from the rows, which takes no longer than to ask 8-bit vectors for some
# of them; see `docs/decisions/0020-filters.md`.
_READ_AT_ONCE = 100


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """All vectors of one group, as the rows have them.

    Attributes:
        keys: ids of the vectors, ascending; one at least.
        vectors: float32, shape (len(keys), dimension), unit length.
    """

    keys: Sequence[str]
    vectors: NDArray[np.float32] = field(repr=False)


ReadExamples: TypeAlias = Callable[[Sequence[str]], Mapping[str, Examples]]
"""From ids of groups to what the rows have of them; groups without rows are left out."""


class RerankedIndex:
    """The `ExactSearch` behind which any index may stand; for one thread and one moment of the rows.

    Asks the index for more groups than are wanted, reads all their vectors, and answers by these.
    As long as the index names the right groups, however it orders them, the answers are an exact
    index's. Whom the rows do not have at this moment is passed over.

    Args:
        index: names candidates.
        read: from the rows; each group is read once.
    """

    def __init__(self, index: VectorIndex, read: ReadExamples) -> None:
        self._index = index
        self._read = read
        self._known: dict[str, Examples | None] = {}

    def __len__(self) -> int:
        return len(self._index)

    @property
    def groups(self) -> int:
        """See `ExactSearch.groups`."""
        return self._index.groups

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """See `ExactSearch.search`."""
        if groups < 1:
            return [[] for _ in queries]
        asked = max(_LEAST_CANDIDATES, 2 * groups)
        if among is not None and len(among) <= max(asked, _READ_AT_ONCE):
            require_queries(queries, self._index.dimension)
            known = self._examples(among)
            return [_ranked(query, list(known), known)[:groups] for query in queries]
        while True:
            found = self._index.search(queries, groups=asked, among=among)
            known = self._examples({hit.group for hits in found for hit in hits})
            ranked = [
                _ranked(query, [hit.group for hit in hits], known)
                for query, hits in zip(queries, found, strict=True)
            ]
            if all(
                len(best) >= groups or len(hits) < asked
                for best, hits in zip(ranked, found, strict=True)
            ):
                return [best[:groups] for best in ranked]
            # Candidates whom the rows do not have take the places of others.
            asked *= 2

    def members(self, groups: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """See `ExactSearch.members`."""
        return {group: found.vectors for group, found in self._examples(groups).items()}

    def _examples(self, groups: Iterable[str]) -> dict[str, Examples]:
        wanted = set(groups)
        unread = sorted(wanted - self._known.keys())
        if unread:
            found = self._read(unread)
            self._known.update((group, found.get(group)) for group in unread)
        known = {group: self._known[group] for group in wanted}
        return {group: examples for group, examples in known.items() if examples is not None}


def _ranked(
    query: NDArray[np.float32], groups: Sequence[str], known: Mapping[str, Examples]
) -> list[Hit]:
    hits = []
    for group in groups:
        examples = known.get(group)
        if examples is not None:
            similarities = cosines(examples.vectors, query)
            # Of equally similar ones the first, whose key is the least.
            best = int(similarities.argmax())
            hits.append(Hit(examples.keys[best], group, float(similarities[best])))
    return sorted(hits, key=lambda hit: (-hit.similarity, hit.key))
