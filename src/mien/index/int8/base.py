"""The rows that most searches go over: in the order of their keys, in memory or in a shared file."""

import time
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Final
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.index.int8.ids import PackedIds

GATHERED_ROWS: Final = 32_768
"""So many rows are put together at a time where a base is made, which bounds the memory."""


class Eraser(Protocol):
    """Overwrites rows where they lie."""

    def __call__(self, rows: NDArray[np.intp]) -> None:
        """Overwrite rows with zeros, for good.

        Raises:
            OSError: they cannot be.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """Rows that are there for long. Nothing is added, and what is taken out is overwritten.

    Attributes:
        vectors: int8, shape (n, stride).
        keys: of each row, ascending.
        groups: ids of the groups, ascending.
        group_of: int32, shape (n,), position in `groups`.
        erase: overwrites rows.
        revision: of the gallery, up to which these are its rows.
        made_at: when, in seconds since the epoch.
        inode: device and number of the file, where it is one.
        marks: of the history of the rows that it was made from; see `Origin.marks`.
    """

    vectors: NDArray[np.int8] = field(repr=False)
    keys: PackedIds
    groups: PackedIds
    group_of: NDArray[np.int32] = field(repr=False)
    erase: Eraser
    revision: int
    made_at: float
    inode: tuple[int, int] | None = None
    marks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.vectors)

    def erase_keys(self, keys: Collection[str]) -> None:
        """Overwrite the rows of these keys, as far as they are here, for good.

        Raises:
            OSError: they cannot be.
        """
        rows = self.keys.find(list(keys))
        rows = rows[rows >= 0]
        if len(rows):
            self.erase(rows)


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """What a base is to be made of.

    Attributes:
        keys: of each row, ascending, each once.
        groups: ids of the groups, ascending, each once.
        group_of: int32, shape (len(keys),), position in `groups`.
        stride: bytes of a row.
        gather: gives rows by their positions in `keys`: int8, shape (n, stride).
        revision: of the gallery.
    """

    keys: PackedIds
    groups: PackedIds
    group_of: NDArray[np.int32] = field(repr=False)
    stride: int
    gather: Callable[[slice], NDArray[np.int8]]
    revision: int

    def __len__(self) -> int:
        return len(self.keys)

    def parts(self) -> Iterator[tuple[slice, NDArray[np.int8]]]:
        """All rows, some at a time."""
        for start in range(0, len(self), GATHERED_ROWS):
            part = slice(start, min(start + GATHERED_ROWS, len(self)))
            yield part, self.gather(part)


def in_memory(draft: Draft) -> Base:
    """A base of this process alone."""
    vectors = np.empty((len(draft), draft.stride), np.int8)
    for part, rows in draft.parts():
        vectors[part] = rows

    def erase(rows: NDArray[np.intp]) -> None:
        vectors[rows] = 0

    return Base(
        vectors, draft.keys, draft.groups, draft.group_of, erase, draft.revision, time.time()
    )
