"""A vector in half precision, as pgvector's type `halfvec` is sent."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor
from psycopg.adapt import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format


@dataclass(frozen=True, slots=True, eq=False)
class HalfVector:
    """A parameter of a statement.

    Attributes:
        numbers: float32, shape (dimension,).
    """

    numbers: NDArray[np.float32]


class _HalfVectorDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: HalfVector) -> Buffer:
        # The length, a field that is not used, and the numbers; most significant byte first.
        return struct.pack(">hh", len(obj.numbers), 0) + obj.numbers.astype(">f2").tobytes()


def register(cursor: Cursor[object]) -> None:
    """Let a cursor take such vectors; which type they are follows from where they stand."""
    cursor.adapters.register_dumper(HalfVector, _HalfVectorDumper)
