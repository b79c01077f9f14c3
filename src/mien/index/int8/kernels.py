"""Products of rows of signed bytes, by the processor's own instructions where they can be had."""

from functools import cache
from typing import Any
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


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
        library = self._library
        if len(queries) == 1:
            # Quicker for a single query than the other one, which is far quicker for several.
            return lambda rows: np.asarray(library.cdist(queries, rows, metric="dot")).T
        packed = library.dots_pack(queries, dtype="int8")
        return lambda rows: np.asarray(library.dots_packed(rows, packed))


class PortableKernel:
    """NumPy's: rows as float32, whose sums of such products are exact up to a dimension of 1,040."""

    name = "numpy"

    def prepare(self, queries: NDArray[np.int8]) -> Scan:
        """See `Kernel.prepare`."""
        columns = queries.T.astype(np.float32)
        return lambda rows: rows.astype(np.float32) @ columns
