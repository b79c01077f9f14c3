"""The exact index while a gallery is small, and that of 8-bit vectors once it is large."""

import threading
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.index.base import NOTHING
from mien.index.base import Hit
from mien.index.base import IndexWriter
from mien.index.base import VectorIndex
from mien.index.exact import ExactIndex
from mien.index.int8.backend import Int8Backend
from mien.index.int8.index import USUAL
from mien.index.int8.index import Int8Index
from mien.index.int8.index import Upkeep
from mien.index.origin import Origin

# From there on reading the candidates' rows costs less than comparing unrounded vectors saves; see
# `docs/decisions/0017-int8-index.md`.
EXACT_UP_TO: Final = 50_000


class AutoBackend:
    """Chooses for each gallery by its size; one that has grown stays with the other index.

    Args:
        folder: where bases of large galleries are kept.
        exact_up_to: faces up to which a gallery is searched exactly.
        upkeep: of the large ones.
        origin: the rows, which are asked how large a gallery is.
    """

    name = "auto"
    capacity = None
    kept_apart = True

    def __init__(
        self,
        folder: Path,
        *,
        exact_up_to: int = EXACT_UP_TO,
        upkeep: Upkeep = USUAL,
        origin: Origin,
    ) -> None:
        self._large = Int8Backend(folder, upkeep=upkeep, origin=origin)
        self._exact_up_to = exact_up_to
        self._origin = origin

    def open(self, gallery_id: str, *, contract_id: str, dimension: int) -> "AutoIndex":
        """See `IndexBackend.open`."""
        large = self._large.open(gallery_id, contract_id=contract_id, dimension=dimension)
        many = self._exact_up_to + 1
        is_large = (
            large.applied_revision > NOTHING or self._origin.faces(gallery_id, at_most=many) == many
        )
        return AutoIndex(large, exact_up_to=self._exact_up_to, is_large=is_large)

    def drop(self, gallery_id: str) -> None:
        """See `IndexBackend.drop`."""
        self._large.drop(gallery_id)

    def kept(self) -> Collection[str]:
        """See `IndexBackend.kept`."""
        return self._large.kept()

    def erase_removed(self, gallery_id: str) -> bool:
        """See `IndexBackend.erase_removed`."""
        return self._large.erase_removed(gallery_id)

    @property
    def cannot_keep(self) -> bool:
        """See `IndexBackend.cannot_keep`."""
        return self._large.cannot_keep

    def close(self) -> None:
        """See `IndexBackend.close`."""
        self._large.close()


class AutoIndex:
    """See `VectorIndex`. Who decides by it asks for `now` first, which stays what it is.

    Args:
        large: the index for when there are many; it is used if it has something kept.
        exact_up_to: how many are few.
        is_large: whether there are many, as far as is known before they are read.

    Attributes:
        now: the index that has the vectors at this moment.
    """

    def __init__(self, large: Int8Index, *, exact_up_to: int, is_large: bool) -> None:
        self._large = large
        self._exact_up_to = exact_up_to
        self._writing = threading.Lock()
        self.now: ExactIndex | Int8Index = large if is_large else ExactIndex(large.dimension)

    @property
    def dimension(self) -> int:
        """See `VectorIndex.dimension`."""
        return self._large.dimension

    @property
    def is_exact(self) -> bool:
        """See `VectorIndex.is_exact`."""
        return self.now.is_exact

    @property
    def applied_revision(self) -> int:
        """See `VectorIndex.applied_revision`."""
        return self.now.applied_revision

    def __len__(self) -> int:
        return len(self.now)

    def held(self, keys: Sequence[str]) -> set[str]:
        """See `VectorIndex.held`."""
        now = self.now
        # Of one that is not used the large index has what it could not overwrite in a file.
        return now.held(keys) if now is self._large else now.held(keys) | self._large.held(keys)

    @property
    def groups(self) -> int:
        """See `VectorIndex.groups`."""
        return self.now.groups

    @contextmanager
    def writing(self, *, floor: int = 0) -> "Iterator[IndexWriter]":
        """See `VectorIndex.writing`."""
        floor = max(floor, 0)
        with self._writing:
            now = self.now
            with now.writing(floor=floor) as writer:
                if isinstance(now, ExactIndex):
                    yield _Growing(writer, partial(self._grow, now))
                else:
                    yield writer

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """See `VectorIndex.search`."""
        return self.now.search(queries, groups=groups, among=among)

    def members(self, groups: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """See `ExactSearch.members`; only of an index that is exact."""
        now = self.now
        return now.members(groups) if isinstance(now, ExactIndex) else {}

    def overwrite_removed(self) -> None:
        """See `VectorIndex.overwrite_removed`."""
        if self.now is not self._large:
            self._large.erase_owed()
        self.now.overwrite_removed()

    def close(self) -> None:
        """See `VectorIndex.close`."""
        self._large.close()

    def _grow(self, exact: ExactIndex, removed: Sequence[str], revision: int) -> None:
        if removed:
            # Another process may have kept them.
            self._large.erase_kept(removed)
        if len(exact) > self._exact_up_to:
            with self._large.writing(floor=revision) as writer:
                if writer.applied_revision == NOTHING:
                    for keys, groups, vectors in exact.rows():
                        writer.upsert(keys, groups, vectors)
                writer.commit(max(revision, writer.applied_revision))
            self.now = self._large


def settled(index: VectorIndex) -> VectorIndex:
    """The index behind one that may become another: this one stays exact, or never was."""
    return index.now if isinstance(index, AutoIndex) else index


class _Growing:
    """See `IndexWriter`; tells of the commit.

    Args:
        writer: of the index that is used.
        committed: is told which keys were taken out, and the revision.
    """

    def __init__(
        self, writer: IndexWriter, committed: Callable[[Sequence[str], int], None]
    ) -> None:
        self._writer = writer
        self._committed = committed
        self._removed: list[str] = []

    @property
    def applied_revision(self) -> int:
        """See `IndexWriter.applied_revision`."""
        return self._writer.applied_revision

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """See `IndexWriter.upsert`."""
        self._writer.upsert(keys, groups, vectors)

    def remove(self, keys: Sequence[str]) -> None:
        """See `IndexWriter.remove`."""
        self._writer.remove(keys)
        self._removed += keys

    def commit(self, revision: int) -> None:
        """See `IndexWriter.commit`."""
        self._writer.commit(revision)
        self._committed(self._removed, revision)
