"""An index that only comes near, as one of 8-bit vectors does."""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from mien.errors import IndexUnavailable
from mien.index.base import Hit
from mien.index.base import IndexWriter
from mien.index.exact import ExactIndex


class RoundedBackend:
    """Indexes in memory whose vectors are rounded.

    Args:
        steps: into so many an axis is divided on either side of zero; fewer are coarser.
        capacity: how many vectors an index holds at most.
    """

    name = "rounded"
    kept_apart = False
    cannot_keep = False

    def __init__(self, *, steps: int = 127, capacity: int | None = None) -> None:
        self.steps = steps
        self.capacity = capacity

    def open(self, gallery_id: str, *, contract_id: str, dimension: int) -> "RoundedIndex":
        """See `IndexBackend.open`."""
        return RoundedIndex(dimension, steps=self.steps, capacity=self.capacity)

    def drop(self, gallery_id: str) -> None:
        """See `IndexBackend.drop`."""

    def kept(self) -> Collection[str]:
        """See `IndexBackend.kept`."""
        return ()

    def erase_removed(self, _gallery_id: str) -> bool:
        """See `IndexBackend.erase_removed`."""
        return True

    def close(self) -> None:
        """See `IndexBackend.close`."""


class RoundedIndex:
    """Searches rounded vectors; has no members, for they would not be the rows'."""

    is_exact = False

    def __init__(self, dimension: int, *, steps: int, capacity: int | None) -> None:
        self._rounded = ExactIndex(dimension)
        self._steps = steps
        self._capacity = capacity

    @property
    def dimension(self) -> int:
        """See `VectorIndex.dimension`."""
        return self._rounded.dimension

    @property
    def applied_revision(self) -> int:
        """See `VectorIndex.applied_revision`."""
        return self._rounded.applied_revision

    def __len__(self) -> int:
        return len(self._rounded)

    def held(self, keys: Sequence[str]) -> set[str]:
        """See `VectorIndex.held`."""
        return self._rounded.held(keys)

    @property
    def groups(self) -> int:
        """See `VectorIndex.groups`."""
        return self._rounded.groups

    @contextmanager
    def writing(self, *, floor: int = 0) -> "Iterator[_RoundingWriter]":
        """See `VectorIndex.writing`."""
        with self._rounded.writing(floor=floor) as writer:
            room = None if self._capacity is None else self._capacity - len(self)
            yield _RoundingWriter(writer, self._steps, room)

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """See `VectorIndex.search`."""
        return self._rounded.search(queries, groups=groups, among=among)

    def overwrite_removed(self) -> None:
        """See `VectorIndex.overwrite_removed`."""
        self._rounded.overwrite_removed()

    def close(self) -> None:
        """See `VectorIndex.close`."""


class _RoundingWriter:
    def __init__(self, writer: IndexWriter, steps: int, room: int | None) -> None:
        self._writer = writer
        self._steps = steps
        self._room = room
        self.applied_revision = writer.applied_revision

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        if self._room is not None:
            if len(keys) > self._room:
                raise IndexUnavailable
            self._room -= len(keys)
        rounded = (np.rint(vectors * self._steps) / self._steps).astype(np.float32)
        self._writer.upsert(keys, groups, rounded)

    def remove(self, keys: Sequence[str]) -> None:
        self._writer.remove(keys)

    def commit(self, revision: int) -> None:
        self._writer.commit(revision)
