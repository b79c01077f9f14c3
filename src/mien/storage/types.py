"""Column types that keep their promises on every database."""

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import JSON
from sqlalchemy import DateTime
from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

Json = JSON().with_variant(JSONB(), "postgresql")


class UtcTime(TypeDecorator[dt.datetime]):
    """An aware time; stored as UTC, given back as UTC, also by databases that know no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: dt.datetime | None, _dialect: Dialect
    ) -> dt.datetime | None:
        """To the database."""
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: Any, _dialect: Dialect) -> dt.datetime | None:
        """From the database."""
        if value is None:
            return None
        time: dt.datetime = value
        return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)


class Vector(TypeDecorator[NDArray[np.float32]]):
    """A float32 vector as little-endian bytes."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(
        self, value: NDArray[np.float32] | None, _dialect: Dialect
    ) -> bytes | None:
        """To the database."""
        return None if value is None else np.ascontiguousarray(value, dtype="<f4").tobytes()

    def process_result_value(
        self, value: bytes | None, _dialect: Dialect
    ) -> NDArray[np.float32] | None:
        """From the database; the array is read-only."""
        return None if value is None else np.frombuffer(value, dtype="<f4").astype(np.float32)
