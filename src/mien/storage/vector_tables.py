"""The tables of vectors in PostgreSQL, and what is asked of them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import Final
from typing import TypeAlias

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import errors
from psycopg import sql

from mien.errors import IndexUnavailable
from mien.index.base import Hit
from mien.storage.halfvec import HalfVector
from mien.storage.halfvec import register

SCHEMA: Final = "mien_index"
"""Holds nothing but indexes: whoever drops it, or leaves it out of a dump, loses no row."""

_LEAST_VERSION: Final = (0, 8)
_MADE_BY_ONE: Final = 7_261_108_451_903

# A scan is too short a work for the compiler, however many rows it reads. The other two are of
# approximate indexes, where somebody has made one: how far it looks, and that it goes on looking.
_SETTINGS: Final = """
set jit = off;
set hnsw.ef_search = 400;
set hnsw.iterative_scan = relaxed_order
"""
_TABLE: Final = """
create table if not exists mien_index.gallery (
    gallery_id text primary key,
    contract_id text not null,
    dimension integer not null,
    revision bigint not null,
    vectors text not null,
    examples bigint not null,
    people bigint not null
)
"""
# A table of vectors that somebody has dropped by hand is one that has never been filled.
_STATE: Final = """
select contract_id, dimension, revision, vectors, examples, people
from mien_index.gallery where gallery_id = %s and to_regclass(vectors) is not null
"""
_NEAREST: Final = """
select key, person, -(numbers <#> %(query)b) from {}
order by numbers <#> %(query)b limit %(take)s
"""
# The offset keeps an approximate index out of it: that would look at the nearest of all, and find
# few of some people or none.
_NEAREST_AMONG: Final = """
select key, person, -away from (
    select key, person, numbers <#> %(query)b as away from {} where person = any(%(people)s) offset 0
) as theirs
order by away limit %(take)s
"""
SAVE: Final = """
insert into mien_index.gallery values (%s, %s, %s, %s, %s, %s, %s)
on conflict (gallery_id) do update set contract_id = excluded.contract_id,
    dimension = excluded.dimension, revision = excluded.revision, vectors = excluded.vectors,
    examples = excluded.examples, people = excluded.people
"""

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class State:
    """What is said of a gallery's vectors.

    Attributes:
        vectors: the table that they are in, with its schema.
        examples: how many there are.
        people: how many groups they belong to.
    """

    contract_id: str
    dimension: int
    revision: int
    vectors: str
    examples: int
    people: int


def state_of(connection: Connection, gallery_id: str) -> State | None:
    """What is said of a gallery's vectors; None where there are none."""
    row = connection.execute(_STATE, [gallery_id]).fetchone()
    return None if row is None else State(*row)


def floor_of(connection: Connection, gallery_id: str) -> int | None:
    """From where on it is remembered who was removed from a gallery; None where it is gone."""
    row = connection.execute(
        "select floor_revision from gallery where id = %s", [gallery_id]
    ).fetchone()
    return None if row is None else int(row[0])


def removed_since(connection: Connection, gallery_id: str, revision: int) -> list[str]:
    """Ids of the faces that were removed from a gallery after a revision."""
    rows = connection.execute(
        "select face_id from removed_face where gallery_id = %s and revision > %s",
        [gallery_id, revision],
    ).fetchall()
    return [str(row[0]) for row in rows]


def best_of(
    connection: Connection,
    table: str,
    query: NDArray[np.float32],
    wanted: int,
    people: list[str] | None = None,
) -> list[Hit]:
    """The nearest vector of each of the nearest groups.

    Args:
        connection: in a transaction.
        table: of the vectors.
        query: float32, shape (dimension,), unit length.
        wanted: how many groups at most.
        people: the groups that are searched; None for all.
    """
    question = about(table, _NEAREST if people is None else _NEAREST_AMONG)
    take = 4 * wanted
    while True:
        with connection.cursor() as cursor:
            register(cursor)
            rows = cursor.execute(
                question, {"query": HalfVector(query), "take": take, "people": people}
            ).fetchall()
        best: dict[str, Hit] = {}
        # Equally similar ones come as the table happens to have them.
        for key, person, similarity in sorted(rows, key=lambda row: (-row[2], row[0])):
            best.setdefault(person, Hit(key, person, float(np.clip(similarity, -1.0, 1.0))))
        # Rows beyond are no better than the last one, so enough groups are the best.
        if len(best) >= wanted or len(rows) < take:
            return list(best.values())[:wanted]
        take *= 4


def new_table(connection: Connection, dimension: int) -> str:
    """Make an empty table of vectors, of which nothing is said yet; gives its name."""
    table = f"{SCHEMA}.v_{secrets.token_hex(8)}"
    connection.execute(
        about(
            table,
            f"create table {{}} (key text primary key, person text not null,"
            f" numbers halfvec({int(dimension)}) not null)",
        )
    )
    # Beside the row instead of in it, each vector would be fetched by itself in every scan.
    connection.execute(about(table, "alter table {} alter column numbers set storage plain"))
    return table


def erase(connection: Connection, gallery_id: str) -> None:
    """Drop the vectors of a gallery and what is said of them."""
    row = connection.execute(
        "delete from mien_index.gallery where gallery_id = %s returning vectors", [gallery_id]
    ).fetchone()
    if row is not None:
        connection.execute(about(str(row[0]), "drop table if exists {}"))


def make(connection: Connection) -> None:
    """Make the place for the vectors of all galleries, unless it is there.

    Raises:
        IndexUnavailable: something is missing that Mien may not bring.
    """
    # Two that make the same at once would be in each other's way.
    connection.execute("select pg_advisory_xact_lock(%s)", [_MADE_BY_ONE])
    version = _version(connection)
    if version is None:
        try:
            connection.execute("create extension if not exists vector")
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            raise IndexUnavailable("no_vector") from error
        version = _version(connection) or ""
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < _LEAST_VERSION:
        raise IndexUnavailable("old_vector", words={"version": version})
    try:
        connection.execute(f"create schema if not exists {SCHEMA}")
        connection.execute(_TABLE)
    except errors.InsufficientPrivilege as error:
        raise IndexUnavailable("no_schema", words={"schema": SCHEMA}) from error


def _version(connection: Connection) -> str | None:
    row = connection.execute(
        "select extversion from pg_extension where extname = 'vector'"
    ).fetchone()
    return None if row is None else str(row[0])


def row_of(
    connection: Connection, question: str | sql.Composed, values: Sequence[object] = ()
) -> tuple[Any, ...]:
    """The one row of an answer that has one."""
    row: tuple[Any, ...] | None = connection.execute(question, values).fetchone()
    assert row is not None  # noqa: S101 - an aggregate has one row
    return row


def about(table: str, statement: str) -> sql.Composed:
    """A statement with the name of a table in it."""
    return sql.SQL(statement).format(sql.Identifier(*table.split(".")))


def set_up(connection: Any, _record: object) -> None:
    """Tell a new connection of the driver how it is going to be used."""
    connection.execute(_SETTINGS)
    connection.commit()
