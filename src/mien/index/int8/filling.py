"""What is given to an index that begins with nothing, kept in little room until it is all there."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.index.int8.base import Draft
from mien.index.int8.ids import PackedIds
from mien.index.int8.ids import joined
from mien.index.int8.ids import numbered
from mien.index.int8.ids import pack
from mien.index.int8.rounding import rounded
from mien.index.int8.rounding import stride_of
from mien.index.shapes import require_vectors

_BLOCK_ROWS: Final = 65_536


class Filling:
    """All rows of a gallery, one lot after the other.

    No id is a Python string for longer than its lot, and rows are never copied as a whole.

    Args:
        dimension: length of the vectors.
    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._blocks: list[NDArray[np.int8]] = []
        self._count = 0
        self._keys: list[PackedIds] = []
        self._groups: list[PackedIds] = []
        # Positions from which on a key does not count; by far most of the time there are none.
        self._removed: list[tuple[int, Sequence[str]]] = []

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """See `IndexWriter.upsert`."""
        require_vectors(keys, groups, vectors, self._dimension)
        rows = rounded(vectors)
        while len(rows):
            if self._count == len(self._blocks) * _BLOCK_ROWS:
                self._blocks.append(np.empty((_BLOCK_ROWS, stride_of(self._dimension)), np.int8))
            start = self._count % _BLOCK_ROWS
            some = rows[: _BLOCK_ROWS - start]
            self._blocks[-1][start : start + len(some)] = some
            self._count += len(some)
            rows = rows[len(some) :]
        self._keys.append(pack(keys))
        self._groups.append(pack(groups))

    def remove(self, keys: Sequence[str]) -> None:
        """See `IndexWriter.remove`."""
        if self._count and keys:
            self._removed.append((self._count, list(keys)))

    def draft(self, revision: int) -> Draft:
        """What a base of all that was given is made of.

        Args:
            revision: of the gallery, up to which it is given.
        """
        keys, groups = joined(self._keys), joined(self._groups)
        order = self._counting(keys)
        group_ids, group_of = numbered(groups.take(order))

        def gather(part: slice) -> NDArray[np.int8]:
            some = order[part]
            blocks, places = some // _BLOCK_ROWS, some % _BLOCK_ROWS
            rows = np.empty((len(some), stride_of(self._dimension)), np.int8)
            for block in np.unique(blocks):
                here = blocks == block
                rows[here] = self._blocks[block][places[here]]
            return rows

        return Draft(
            keys=keys.take(order),
            groups=group_ids,
            group_of=group_of,
            stride=stride_of(self._dimension),
            gather=gather,
            revision=revision,
        )

    def _counting(self, keys: PackedIds) -> NDArray[np.intp]:
        """Positions of what counts, in the order of the keys: the last of each, unless removed."""
        order = keys.order()
        inorder = keys.packed[order]
        is_last = np.ones(len(order), np.bool_)
        is_last[:-1] = inorder[1:] != inorder[:-1]
        order = order[is_last]
        counting = np.ones(len(order), np.bool_)
        for end, removed in self._removed:
            places = keys.take(order).find(list(removed))
            places = places[places >= 0]
            counting[places[order[places] < end]] = False
        return order[counting]
