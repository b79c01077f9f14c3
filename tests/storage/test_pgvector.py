"""Vectors inside PostgreSQL: what the contract of all indexes does not say."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import closing
from pathlib import Path

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.errors import IndexUnavailable
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.people.forget import forget_person
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services
from mien.index.base import NOTHING
from mien.storage import vector_tables
from mien.storage.database import Database
from mien.storage.models import new_id
from mien.storage.pgvector import PgvectorBackend
from postgresql_server import PostgreSQL
from servers import free_port

DIMENSION = 16
ADA, BOB = draw_photo(["ada"]), draw_photo(["bob"])


@pytest.fixture
def address(pgvector: PostgreSQL) -> str:
    return pgvector.make_database(f"mien_{new_id()[:8]}")


@pytest.fixture
def backend(address: str) -> Iterator[PgvectorBackend]:
    with closing(PgvectorBackend(Database(address))) as made:
        yield made


@pytest.fixture
def processes(tmp_path: Path, address: str) -> Iterator[list[Services]]:
    """The same installation as two processes have it."""
    with ExitStack() as made:
        yield [
            made.enter_context(
                closing(make_runtime(tmp_path, database_url=address, index="pgvector"))
            ).services
            for _ in range(2)
        ]


def ask(address: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        done = connection.execute(statement.encode())
        return done.fetchall() if done.description else []


def vectors_in(address: str) -> int:
    """How many vectors there are in all tables of them."""
    tables = ask(address, "select format('mien_index.%I', tablename) from pg_tables"
                          " where schemaname = 'mien_index' and tablename <> 'gallery'")  # fmt: skip
    return sum(len(ask(address, f"select key from {table}")) for [table] in tables)  # noqa: S608


def unit(count: int, seed: int = 0, dimension: int = DIMENSION) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_the_verbs_search_inside_the_database_and_forget_there(
    processes: list[Services], address: str
) -> None:
    one, other = processes
    ada = enrol(acting(one), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada"))
    enrol(acting(other), gallery="default", source=Upload(BOB), subject=NamedPerson("Bob"))
    for process in processes:
        [answer] = identify(acting(process), gallery="default", photo=Upload(ADA)).answers
        assert (answer.decision, answer.candidates[0].person) == ("match", ada.person)
    assert vectors_in(address) == 2
    assert forget_person(acting(other), gallery="default", person_id=ada.person.id).complete
    assert vectors_in(address) == 1
    [answer] = identify(acting(one), gallery="default", photo=Upload(ADA)).answers
    assert [each.person.name for each in answer.candidates] == ["Bob"]


@pytest.mark.parametrize("how", ["drop schema mien_index cascade", "table alone"])
def test_what_somebody_has_dropped_by_hand_is_filled_again(
    processes: list[Services], address: str, how: str
) -> None:
    enrol(acting(processes[0]), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada"))
    identify(acting(processes[1]), gallery="default", photo=Upload(ADA))
    if how == "table alone":
        [[table]] = ask(address, "select vectors from mien_index.gallery")
        how = f"drop table {table}"
    ask(address, how)
    for process in processes:
        [answer] = identify(acting(process), gallery="default", photo=Upload(ADA)).answers
        assert answer.decision == "match"
    assert vectors_in(address) == 1


def test_a_database_without_the_extension_says_how_it_comes_there(pgvector: PostgreSQL) -> None:
    name = f"plain_{new_id()[:8]}"
    ask(pgvector.url(), f"create role {name} login")
    address = pgvector.make_database(name)
    ask(pgvector.url(), f"alter database {name} owner to {name}")
    as_role = address.replace("postgres@", f"{name}@")
    with closing(PgvectorBackend(Database(as_role))) as backend:
        with pytest.raises(IndexUnavailable) as told:
            backend.open("g", contract_id="one", dimension=DIMENSION)
        assert told.value.key == "index_unavailable.no_vector"
        assert list(backend.kept()) == []
        ask(address, "create extension vector")
        assert len(backend.open("g", contract_id="one", dimension=DIMENSION)) == 0
        backend.drop("g")
    ask(address, f"revoke create on database {name} from {name}; drop schema mien_index cascade")
    ask(address, f"alter database {name} owner to postgres")
    with closing(PgvectorBackend(Database(as_role))) as backend:
        with pytest.raises(IndexUnavailable) as told:
            backend.open("g", contract_id="one", dimension=DIMENSION)
        assert told.value.key == "index_unavailable.no_schema"


def test_an_extension_that_is_too_old_says_so(
    backend: PgvectorBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_tables, "_LEAST_VERSION", (99, 0))
    with pytest.raises(IndexUnavailable) as told:
        backend.open("g", contract_id="one", dimension=DIMENSION)
    assert told.value.key == "index_unavailable.old_vector"


def test_a_server_that_is_gone_is_an_index_that_cannot_be_reached() -> None:
    backend = PgvectorBackend(Database(f"postgresql:///mien?host=127.0.0.1&port={free_port()}"))
    for ask_it in (
        lambda: backend.open("g", contract_id="one", dimension=DIMENSION),
        backend.kept,
        lambda: backend.drop("g"),
    ):
        with pytest.raises(IndexUnavailable) as told:
            ask_it()
        assert told.value.key == "index_unavailable"
    backend.close()


def test_connections_that_were_cut_are_made_again(backend: PgvectorBackend, address: str) -> None:
    index = backend.open("g", contract_id="one", dimension=DIMENSION)
    assert index.applied_revision == NOTHING
    ask(address, "select pg_terminate_backend(pid) from pg_stat_activity"
                 " where datname = current_database() and pid <> pg_backend_pid()")  # fmt: skip
    assert index.applied_revision == NOTHING


def test_people_with_hundreds_of_examples_leave_room_for_others(backend: PgvectorBackend) -> None:
    index = backend.open("g", contract_id="one", dimension=DIMENSION)
    near = np.repeat(unit(1), 300, axis=0)
    with index.writing() as writer:
        writer.upsert([f"n{i}" for i in range(300)], ["crowd"] * 300, near)
        writer.upsert([f"o{i}" for i in range(9)], [f"p{i}" for i in range(9)], unit(9, 1))
        writer.commit(1)
    [found] = index.search(unit(1), groups=5)
    assert len({hit.group for hit in found}) == 5
    assert found[0].group == "crowd"


def test_an_approximate_index_that_somebody_makes_is_used_and_finds_enough(
    backend: PgvectorBackend, address: str
) -> None:
    index = backend.open("g", contract_id="one", dimension=DIMENSION)
    vectors, keys = unit(3_000), [f"k{i}" for i in range(3_000)]
    with index.writing() as writer:
        writer.upsert(keys, keys, vectors)
        writer.commit(1)
    exact = index.search(vectors[:5], groups=10)
    [[table]] = ask(address, "select vectors from mien_index.gallery")
    ask(address, f"create index on {table} using hnsw (numbers halfvec_ip_ops)")
    # So few are as quickly compared one by one, which is what the server would do.
    ask(address, "do $$ begin execute format('alter database %I set enable_seqscan = off',"
                 " current_database()); end $$")  # fmt: skip
    backend.close()
    near = index.search(vectors[:5], groups=10)
    assert [hits[0] for hits in near] == [hits[0] for hits in exact]
    # More than the graph is asked for at a time are found as well.
    assert len(index.search(vectors[:1], groups=600)[0]) == 600
    # A connection tells what it has done when it ends.
    backend.close()
    scans = "select idx_scan from pg_stat_user_indexes where indexrelname like '%numbers%'"
    end = time.monotonic() + 10
    while (scanned := ask(address, scans)[0][0]) == 0 and time.monotonic() < end:
        time.sleep(0.05)
    assert scanned


def test_vectors_lie_in_their_rows(backend: PgvectorBackend, address: str) -> None:
    index = backend.open("g", contract_id="one", dimension=2_000)
    with index.writing() as writer:
        writer.upsert(["a"], ["P"], unit(1, dimension=2_000))
        writer.commit(1)
    [[table]] = ask(address, "select vectors from mien_index.gallery")
    size = "select pg_relation_size(reltoastrelid) from pg_class where oid = '{}'::regclass"
    assert ask(address, size.format(table)) == [(0,)]
