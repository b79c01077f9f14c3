import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Column
from sqlalchemy import Integer
from sqlalchemy import MetaData
from sqlalchemy import Table
from sqlalchemy import create_engine
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text

from mien.storage.types import UtcTime
from mien.storage.types import Vector

TABLE = Table(
    "kept", MetaData(), Column("id", Integer), Column("at", UtcTime), Column("vector", Vector)
)


def through_the_database(folder: Path, **values: object) -> tuple[object, ...]:
    engine = create_engine(f"sqlite:///{folder / 'types.db'}")
    try:
        with engine.begin() as connection:
            TABLE.metadata.create_all(connection)
            connection.execute(insert(TABLE).values(**values))
            raw = connection.execute(text("select at, vector from kept")).one()
            kept = connection.execute(select(TABLE.c.at, TABLE.c.vector)).one()
    finally:
        engine.dispose()
    return (*raw, *kept)


def test_a_time_of_any_zone_comes_back_as_the_same_moment_in_utc(tmp_path: Path) -> None:
    kathmandu = dt.timezone(dt.timedelta(hours=5, minutes=45))
    at = dt.datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=kathmandu)
    *_, kept, _ = through_the_database(tmp_path, at=at)
    assert kept == at
    assert isinstance(kept, dt.datetime)
    assert kept.tzinfo is dt.UTC


@pytest.mark.parametrize("order", ["<f4", ">f4", "f8"])
def test_a_vector_is_little_endian_single_precision_on_every_machine(
    tmp_path: Path, order: str
) -> None:
    vector = np.array([1.5, -2.25, 0.0], dtype=order)
    _, raw, _, kept = through_the_database(tmp_path, vector=vector)
    assert raw == b"\x00\x00\xc0\x3f\x00\x00\x10\xc0\x00\x00\x00\x00"
    assert isinstance(kept, np.ndarray)
    assert kept.dtype == np.float32
    assert kept.tolist() == [1.5, -2.25, 0.0]


def test_nothing_stays_nothing(tmp_path: Path) -> None:
    assert through_the_database(tmp_path, id=1) == (None, None, None, None)
