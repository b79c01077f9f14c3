"""What every vector index promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Hit:
    """The nearest stored vector of one group.

    Attributes:
        key: id of the vector (a face).
        group: id of what it belongs to (a person).
        similarity: cosine in [-1, 1].
    """

    key: str
    group: str
    similarity: float


class VectorIndex(Protocol):
    """Unit vectors in, hits out; a cache of rows that may be thrown away and rebuilt.

    Safe to search from several threads while another changes it: a search sees the index as it
    was before or after a change, never in between.
    """

    @property
    def dimension(self) -> int:
        """Length of the vectors."""

    def __len__(self) -> int:
        """How many vectors can be found."""

    def __contains__(self, key: object) -> bool:
        """Whether the vector of this key can be found."""

    @property
    def groups(self) -> int:
        """How many groups can be found."""

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """Add vectors, or replace those whose key is known.

        Args:
            keys: one id a vector.
            groups: what each belongs to, same length.
            vectors: float32, shape (len(keys), dimension), unit length.
        """

    def remove(self, keys: Sequence[str]) -> None:
        """Take vectors out; unknown keys are passed over."""

    def search(self, queries: NDArray[np.float32], *, groups: int) -> list[list[Hit]]:
        """Find, for each query, the groups whose nearest vector is most similar.

        Args:
            queries: float32, shape (n, dimension), unit length.
            groups: how many groups at most.

        Returns:
            One list a query, most similar first, each group once with its best vector.
        """

    def members(self, groups: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """All vectors of some groups, those of a group in the order of their keys.

        Returns:
            For each group that can be found, float32, shape (n, dimension).
        """
