"""Products of rows of signed bytes, by the processor's own instructions where they can be had."""

from functools import cache
from typing import Any
from typing import Final
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_COLUMNS: Final = 4
_MOST_TOGETHER: Final = 2048
"""Bytes of rows that are read as one."""
_CONVERTED_BYTES: Final = 1 << 18


class Scan(Protocol):
    """Some queries, made ready to be compared with many rows."""

    def __call__(self, rows: NDArray[np.int8]) -> NDArray[Any]:
        """The product of each row with each query.

        Args:
            rows: int8, shape (n, stride), one row behind the other.

        Returns:
            Whole numbers of some type, shape (n, queries).
        """


class Kernel(Protocol):
    """A way to compute products of bytes."""

    @property
    def name(self) -> str:
        """What it is called where figures are shown."""

    def prepare(self, queries: NDArray[np.int8]) -> Scan:
        """Make queries ready; int8, shape (n, stride), n at least 1."""


@cache
def best_kernel() -> Kernel:
    """The quickest that this machine has."""
    try:
        import numkong
    except ImportError:
        return PortableKernel()
    return (
        NumkongKernel(numkong) if has_instructions(numkong.get_capabilities()) else PortableKernel()
    )


def has_instructions(capabilities: dict[str, bool]) -> bool:
    """Whether numkong has more for this processor than plain loops, which NumPy outruns."""
    return any(there for name, there in capabilities.items() if name != "serial")


class NumkongKernel:
    """numkong's: AVX2, AVX-512 with VNNI, NEON and SVE, chosen by it for the processor.

    Lets go of Python's lock while it computes.

    Args:
        library: the module.
    """

    name = "numkong"

    def __init__(self, library: Any) -> None:
        self._library = library

    def prepare(self, queries: NDArray[np.int8]) -> Scan:
        """See `Kernel.prepare`."""
        count, stride = queries.shape
        together = max(_COLUMNS // count, 1)
        if together * stride > _MOST_TOGETHER:
            together = 1
        wide = np.zeros((together, count, together, stride), np.int8)
        for place in range(together):
            wide[place, :, place] = queries
        library = self._library
        return _Together(
            library,
            together,
            library.dots_pack(wide.reshape(together * count, together * stride), dtype="int8"),
            library.dots_pack(queries, dtype="int8"),
            count,
        )


class _Together:
    """See `Scan`. Several rows are read as one.

    The quickest kernels compute four columns at a time. A single query fills them when four rows
    are read as one: the first column has the query where the first of them lies and zeros
    elsewhere, and so on. The products come out in the order of the rows.

    Args:
        library: numkong.
        rows: how many are read as one.
        columns: queries as columns for these.
        single: queries for one row.
        count: how many queries.
    """

    def __init__(self, library: Any, rows: int, columns: Any, single: Any, count: int) -> None:
        self._library = library
        self._rows = rows
        self._columns = columns
        self._single = single
        self._count = count

    def __call__(self, rows: NDArray[np.int8]) -> NDArray[Any]:
        whole = len(rows) - len(rows) % self._rows
        wide = rows[:whole].reshape(-1, self._rows * rows.shape[1])
        if whole == len(rows):
            return self._products(wide, self._columns)
        rest = self._products(rows[whole:], self._single)
        return np.concatenate([self._products(wide, self._columns), rest])

    def _products(self, rows: NDArray[np.int8], columns: Any) -> NDArray[Any]:
        if not len(rows):
            return np.empty((0, self._count), np.int32)
        return np.asarray(self._library.dots_packed(rows, columns)).reshape(-1, self._count)


class PortableKernel:
    """NumPy's: rows as float32, whose sums of such products are exact up to a dimension of 1,040."""

    name = "numpy"

    def prepare(self, queries: NDArray[np.int8]) -> Scan:
        """See `Kernel.prepare`."""
        return _Converted(queries.T.astype(np.float32))


class _Converted:
    """See `Scan`.

    Args:
        columns: the queries.
    """

    def __init__(self, columns: NDArray[np.float32]) -> None:
        self._columns = columns

    def __call__(self, rows: NDArray[np.int8]) -> NDArray[Any]:
        # What is converted at a time stays in the cache until it has been multiplied.
        step = max(_CONVERTED_BYTES // rows.shape[1], 1)
        made = np.empty((len(rows), self._columns.shape[1]), np.float32)
        for start in range(0, len(rows), step):
            some = rows[start : start + step].astype(np.float32)
            np.matmul(some, self._columns, out=made[start : start + step])
        return made
