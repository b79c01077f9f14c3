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
        # Its quickest kernels compute four columns at a time. A single query fills them when four
        # rows are read as one: the first column has the query where the first of them lies and
        # zeros elsewhere, and so on. The products come out in the order of the rows.
        wide = np.zeros((together, count, together, stride), np.int8)
        for place in range(together):
            wide[place, :, place] = queries
        several = self._packed(wide.reshape(together * count, together * stride))
        single = several if together == 1 else self._packed(queries)

        def scan(rows: NDArray[np.int8]) -> NDArray[Any]:
            whole = len(rows) - len(rows) % together
            found = several(rows[:whole].reshape(-1, together * stride)).reshape(-1, count)
            return found if whole == len(rows) else np.concatenate([found, single(rows[whole:])])

        return scan

    def _packed(self, queries: NDArray[np.int8]) -> Scan:
        library = self._library
        packed = library.dots_pack(queries, dtype="int8")

        def scan(rows: NDArray[np.int8]) -> NDArray[Any]:
            if not len(rows):
                return np.empty((0, len(queries)), np.int32)
            return np.asarray(library.dots_packed(rows, packed))

        return scan


class PortableKernel:
    """NumPy's: rows as float32, whose sums of such products are exact up to a dimension of 1,040."""

    name = "numpy"

    def prepare(self, queries: NDArray[np.int8]) -> Scan:
        """See `Kernel.prepare`."""
        columns = queries.T.astype(np.float32)
        return lambda rows: rows.astype(np.float32) @ columns
