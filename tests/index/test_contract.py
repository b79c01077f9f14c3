"""One contract for every backend, checked against a naive reference.

What decides is compared: an exact index as it answers, any other one re-ranked from the rows.
"""

import random
import tempfile
import threading
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import ExitStack
from contextlib import closing
from contextlib import contextmanager
from contextlib import suppress
from itertools import count
from itertools import product
from pathlib import Path
from typing import Any
from typing import ClassVar
from typing import TypeGuard

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.stateful import invariant
from hypothesis.stateful import precondition
from hypothesis.stateful import rule
from numpy.typing import NDArray

from fake_remote_index import FakeRemoteBackend
from mien.errors import IndexUnavailable
from mien.index.auto import AutoBackend
from mien.index.base import NOTHING
from mien.index.base import ExactSearch
from mien.index.base import Hit
from mien.index.base import IndexBackend
from mien.index.base import VectorIndex
from mien.index.exact import ExactBackend
from mien.index.exact import ExactIndex
from mien.index.int8.backend import Int8Backend
from mien.index.int8.index import Upkeep
from mien.index.int8.kernels import PortableKernel
from mien.index.milvus import MilvusBackend
from mien.index.milvus_client import connect
from mien.index.origin import UNASKED
from mien.index.rerank import Examples
from mien.index.rerank import RerankedIndex
from mien.storage.database import Database
from mien.storage.pgvector import PgvectorBackend
from mien.storage.turns import FileTurns
from postgresql_server import PostgreSQL
from rounded_index import RoundedBackend

pytestmark = pytest.mark.thorough

DIMENSION = 8
# Every change makes a new snapshot, as only large galleries have.
AT_ONCE = Upkeep(kept_from=0, tail_rows=0, tail_share=0)
# The servers that have been started for backends that ask one.
RUNNING: dict[str, Any] = {}
IN_USE: dict[str, Path] = {}


def place_of(folder: Path, kind: str, clear: Callable[[str], None]) -> str:
    """One of a few places in a server that are emptied again and again: the folder's own.

    It is the folder's for as long as a file in there says so. Making a place takes longer than what
    most tests do in it, and a database is a thousand files.
    """
    mine = folder / "place"
    if not mine.exists():
        names = (f"{kind}{number}" for number in count())
        name = next(each for each in names if each not in IN_USE or not IN_USE[each].exists())
        clear(name)
        IN_USE[name] = mine
        mine.write_text(name, encoding="ascii")
    return mine.read_text(encoding="ascii")


def over_pgvector(folder: Path) -> IndexBackend:
    server = RUNNING["pgvector"]

    def clear(name: str) -> None:
        if name not in IN_USE:
            server.make_database(name)
        with psycopg.connect(server.url(name).replace("+psycopg", "")) as connection:
            connection.execute("drop schema if exists mien_index cascade")

    return PgvectorBackend(Database(server.url(place_of(folder, "pgvector", clear))))


def over_milvus(folder: Path) -> IndexBackend:
    def clear(name: str) -> None:
        with closing(connect(RUNNING["milvus"], "", seconds=30)) as client:
            for each in client.list_collections():
                if each.startswith(f"{name}_"):
                    client.delete(each, filter='id != ""')

    return MilvusBackend(
        RUNNING["milvus"],
        token="",
        name=place_of(folder, "milvus", clear),
        turns=FileTurns(folder / "turns"),
    )


BACKENDS: dict[str, Callable[[Path], IndexBackend]] = {
    "exact": lambda _folder: ExactBackend(),
    "auto": lambda folder: AutoBackend(folder, exact_up_to=20, upkeep=AT_ONCE, origin=UNASKED),
    "int8": lambda folder: Int8Backend(folder, origin=UNASKED),
    "int8 anew": lambda folder: Int8Backend(
        folder, upkeep=Upkeep(tail_rows=4, tail_share=0), origin=UNASKED
    ),
    "int8 kept": lambda folder: Int8Backend(folder, upkeep=AT_ONCE, origin=UNASKED),
    "int8 portable": lambda folder: Int8Backend(
        folder, kernel=PortableKernel(), upkeep=AT_ONCE, origin=UNASKED
    ),
    "rounded": lambda _folder: RoundedBackend(),
    "remote": FakeRemoteBackend,
    "pgvector": over_pgvector,
    "milvus": over_milvus,
}
# Those whose indexes outlive a process and are seen by others.
KEPT = {"remote", "pgvector", "milvus"}
# Those of which the newest base outlives it, and is taken over by others.
KEPT_NOW_AND_THEN = {"int8 kept", "int8 portable"}
# What a backend asks, by the fixture that starts it.
SERVERS = {"pgvector", "milvus"}
Rows = dict[str, tuple[str, NDArray[np.float32]]]
Again = Callable[[], IndexBackend]

# A file's tests share one process; the few examples that take long are no failure of the code.
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module", params=sorted(BACKENDS))
def name(request: pytest.FixtureRequest) -> str:
    """What a backend is called here; the server that it asks is there."""
    called = str(request.param)
    if called in SERVERS:
        RUNNING[called] = request.getfixturevalue(called)
    return called


@pytest.fixture(scope="module")
def started_pgvector(pgvector: PostgreSQL) -> None:
    RUNNING["pgvector"] = pgvector


@pytest.fixture(scope="module")
def started_milvus(milvus: str) -> None:
    RUNNING["milvus"] = milvus


@pytest.fixture
def again(name: str, tmp_path: Path) -> Iterator[Again]:
    """Makes a backend over one place, as every process and every start does."""
    with ExitStack() as made:

        def make() -> IndexBackend:
            backend = BACKENDS[name](tmp_path)
            made.callback(backend.close)
            return backend

        yield make
    (tmp_path / "place").unlink(missing_ok=True)


@pytest.fixture
def backend(again: Again) -> IndexBackend:
    return again()


@pytest.fixture
def index(backend: IndexBackend) -> VectorIndex:
    return opened(backend)


def opened(
    backend: IndexBackend,
    gallery: str = "g",
    *,
    contract: str = "one",
    dimension: int = DIMENSION,
) -> VectorIndex:
    return backend.open(gallery, contract_id=contract, dimension=dimension)


@contextmanager
def fresh(name: str) -> Iterator[VectorIndex]:
    """An index of its own for one example of many."""
    with tempfile.TemporaryDirectory() as folder:
        backend = BACKENDS[name](Path(folder))
        yield opened(backend)
        backend.close()


def unit(seed: int, count: int = 1, dimension: int = DIMENSION) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension))
    made: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made.astype(np.float32)


def put(
    index: VectorIndex,
    keys: Sequence[str],
    groups: Sequence[str],
    vectors: NDArray[np.float32],
) -> None:
    with index.writing() as writer:
        writer.upsert(keys, groups, vectors)
        writer.commit(writer.applied_revision + 1)


def take_out(index: VectorIndex, keys: Sequence[str]) -> None:
    with index.writing() as writer:
        writer.remove(keys)
        writer.commit(writer.applied_revision + 1)


def break_off(
    index: VectorIndex,
    keys: Sequence[str],
    groups: Sequence[str],
    vectors: NDArray[np.float32],
    *,
    floor: int = 0,
) -> None:
    """Add vectors, and fail before they are committed."""
    with suppress(MemoryError), index.writing(floor=floor) as writer:
        writer.upsert(keys, groups, vectors)
        raise MemoryError


def fill(index: VectorIndex, rows: Rows) -> None:
    if rows:
        put(
            index,
            list(rows),
            [group for group, _ in rows.values()],
            np.stack([vector for _, vector in rows.values()]),
        )


def may_decide(index: VectorIndex) -> TypeGuard[ExactSearch]:
    return index.is_exact


def deciding(index: VectorIndex, rows: Rows) -> ExactSearch:
    """What the gallery makes of an index over these rows."""
    if may_decide(index):
        return index
    return RerankedIndex(index, lambda groups: read(rows, groups))


def read(rows: Rows, groups: Sequence[str]) -> Mapping[str, Examples]:
    keys = {
        group: sorted(key for key, (owner, _) in rows.items() if owner == group) for group in groups
    }
    return {
        group: Examples(some, np.stack([rows[key][1] for key in some]))
        for group, some in keys.items()
        if some
    }


def naive(rows: Rows, query: NDArray[np.float32], groups: int) -> list[Hit]:
    """The same answer by the plainest means."""
    scored = sorted(
        (-float(np.sum(vector.astype(np.float64) * query.astype(np.float64))), key, group)
        for key, (group, vector) in rows.items()
    )
    best: dict[str, Hit] = {}
    for negative, key, group in scored:
        best.setdefault(group, Hit(key, group, min(max(-negative, -1.0), 1.0)))
    return list(best.values())[:groups]


def same(found: list[Hit], expected: list[Hit]) -> bool:
    return [(hit.key, hit.group) for hit in found] == [
        (hit.key, hit.group) for hit in expected
    ] and np.allclose([hit.similarity for hit in found], [hit.similarity for hit in expected])


# The same each time, as who asks again and again has it.
SOME = frozenset("QT")

# Those that `some_rows` draws from.
EVERY_KEY = ["".join(pair) for pair in product("abcdef", ["", *"abcdef"])]
# Few groups, keys and directions, so that ties, replacements and crowded groups are common.
some_rows = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=2),
    st.tuples(st.sampled_from("PQRST"), st.integers(0, 12).map(lambda seed: unit(seed)[0])),
    max_size=40,
)


@QUICK
@given(rows=some_rows, seed=st.integers(0, 20), groups=st.integers(1, 7))
def test_answers_as_the_naive_reference(name: str, rows: Rows, seed: int, groups: int) -> None:
    query = unit(seed)
    with fresh(name) as index:
        fill(index, rows)
        [found] = deciding(index, rows).search(query, groups=groups)
        [candidates] = index.search(query, groups=groups)
    assert same(found, naive(rows, query[0], groups))
    assert len({hit.group for hit in candidates}) == len(candidates) <= groups
    assert all(rows[hit.key][0] == hit.group for hit in candidates)


@QUICK
@given(
    rows=some_rows,
    asked=st.tuples(st.integers(0, 20), st.integers(1, 7)),
    among=st.sets(st.sampled_from([*"PQRST", "nobody"])),
    gone=st.sets(st.sampled_from("abcdef")),
)
def test_some_groups_are_searched_as_if_there_were_no_others(
    name: str, rows: Rows, asked: tuple[int, int], among: set[str], gone: set[str]
) -> None:
    query, groups = unit(asked[0]), asked[1]
    left = {key: row for key, row in rows.items() if key not in gone}
    some = {key: row for key, row in left.items() if row[0] in among}
    with fresh(name) as index:
        fill(index, rows)
        take_out(index, sorted(gone))
        [found] = deciding(index, left).search(query, groups=groups, among=among)
        [candidates] = index.search(query, groups=groups, among=frozenset(among))
        [everybody] = index.search(query, groups=groups, among="PQRST")
        [unbound] = index.search(query, groups=groups)
    assert same(found, naive(some, query[0], groups))
    assert len(candidates) == min(groups, len({group for group, _ in some.values()}))
    assert {hit.group for hit in candidates} <= among
    assert all(some[hit.key][0] == hit.group for hit in candidates)
    assert [hit.similarity for hit in everybody] == pytest.approx(
        [hit.similarity for hit in unbound], abs=1e-6
    )


@QUICK
@given(
    people=st.integers(1, 300),
    among=st.floats(0, 1),
    seed=st.integers(0, 20),
    queries=st.integers(0, 3),
)
def test_any_share_of_many_groups_is_searched_as_the_reference_does(
    name: str, people: int, among: float, seed: int, queries: int
) -> None:
    owners = [f"person {number % people}" for number in range(330)]
    keys = [f"face {number}" for number in range(330)]
    rows = dict(zip(keys, zip(owners, unit(seed, 330), strict=True), strict=True))
    chosen = sorted(set(owners))[: round(among * people)]
    asked = unit(seed + 50, queries) if queries else unit(0, 0)
    some = {key: row for key, row in rows.items() if row[0] in chosen}
    with fresh(name) as index:
        fill(index, rows)
        found = deciding(index, rows).search(asked, groups=5, among=chosen)
        # Not read from the rows, however few they are.
        candidates = index.search(asked, groups=5, among=chosen)
    assert len(found) == len(candidates) == len(asked)
    for query, hits, named in zip(asked, found, candidates, strict=True):
        expected = naive(some, query, 5)
        assert same(hits, expected)
        assert len(named) == len(expected)
        assert {hit.group for hit in named} <= set(chosen)


@QUICK
@given(rows=some_rows)
def test_members_are_the_rows_own_vectors_in_the_order_of_their_keys(name: str, rows: Rows) -> None:
    with fresh(name) as index:
        fill(index, rows)
        found = deciding(index, rows).members(["P", "Q", "nobody"])
    expected = read(rows, ["P", "Q"])
    assert set(found) == set(expected)
    for group, examples in expected.items():
        assert found[group].dtype == np.float32
        assert np.array_equal(found[group], examples.vectors)


@QUICK
@given(rows=some_rows, order=st.randoms(use_true_random=False), seed=st.integers(0, 20))
def test_the_order_of_adding_changes_nothing(
    name: str, rows: Rows, order: random.Random, seed: int
) -> None:
    keys = sorted(rows)
    order.shuffle(keys)
    with fresh(name) as one, fresh(name) as other:
        fill(one, rows)
        for key in keys:
            fill(other, {key: rows[key]})
        found = [deciding(each, rows).search(unit(seed), groups=4) for each in (one, other)]
    assert found[0] == found[1]


@QUICK
@given(rows=some_rows, seeds=st.lists(st.integers(0, 30), max_size=40))
def test_many_queries_at_once_are_each_answered_as_if_alone(
    name: str, rows: Rows, seeds: list[int]
) -> None:
    queries = np.concatenate([unit(seed) for seed in seeds]) if seeds else unit(0, 0)
    with fresh(name) as index:
        fill(index, rows)
        search = deciding(index, rows)
        together = search.search(queries, groups=3)
        assert together == [search.search(query[None], groups=3)[0] for query in queries]


class AnyHistory(RuleBasedStateMachine):
    """Adds, replaces and removes in any order; after each step the reference must agree."""

    backend_name: ClassVar = "exact"

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.backend = BACKENDS[self.backend_name](Path(self._folder.name))
        self.index = opened(self.backend)
        self.rows: Rows = {}
        self.revision = NOTHING

    def teardown(self) -> None:
        self.backend.close()
        self._folder.cleanup()

    @rule(rows=some_rows, data=st.data())
    def change(self, rows: Rows, data: st.DataObject) -> None:
        gone = []
        if self.rows:
            gone = data.draw(st.lists(st.sampled_from(sorted(self.rows)), max_size=20))
        self.revision += 1
        with self.index.writing() as writer:
            if rows:
                vectors = np.stack([vector for _, vector in rows.values()])
                writer.upsert(list(rows), [group for group, _ in rows.values()], vectors)
            writer.remove([*gone, "unknown"])
            writer.commit(self.revision)
        # An upsert puts a key where it belongs now, whatever it belonged to before.
        self.rows.update(rows)
        for key in gone:
            self.rows.pop(key, None)

    @rule()
    def break_off(self) -> None:
        with self.index.writing():
            pass

    @rule(rows=some_rows)
    def begin_anew(self, rows: Rows) -> None:
        self.revision += 2
        with self.index.writing(floor=self.revision) as writer:
            assert writer.applied_revision == NOTHING
            if rows:
                vectors = np.stack([vector for _, vector in rows.values()])
                writer.upsert(list(rows), [group for group, _ in rows.values()], vectors)
            writer.commit(self.revision)
        self.rows = dict(rows)

    @precondition(lambda self: self.backend_name in KEPT | KEPT_NOW_AND_THEN)
    @rule()
    def open_again(self) -> None:
        self.index.close()
        self.backend.close()
        self.backend = BACKENDS[self.backend_name](Path(self._folder.name))
        self.index = opened(self.backend)
        if self.backend_name in KEPT_NOW_AND_THEN:
            # A revision without a change makes no new snapshot.
            with self.index.writing() as writer:
                assert writer.applied_revision <= self.revision
                writer.commit(self.revision)

    @invariant()
    def agrees_with_the_reference(self) -> None:
        assert self.index.applied_revision == self.revision
        assert len(self.index) == len(self.rows)
        assert self.index.groups == len({group for group, _ in self.rows.values()})
        assert self.index.held(EVERY_KEY) == set(self.rows)
        query = unit(len(self.rows))
        search = deciding(self.index, self.rows)
        [found] = search.search(query, groups=3)
        assert same(found, naive(self.rows, query[0], 3))
        [found] = search.search(query, groups=3, among=SOME)
        [candidates] = self.index.search(query, groups=3, among=SOME)
        some = {key: row for key, row in self.rows.items() if row[0] in SOME}
        assert len(candidates) == len(naive(some, query[0], 3))
        assert all(some[hit.key][0] == hit.group for hit in candidates)
        assert same(found, naive(some, query[0], 3))


class AnyHistoryAuto(AnyHistory):
    backend_name: ClassVar = "auto"


class AnyHistoryInt8(AnyHistory):
    backend_name: ClassVar = "int8"


class AnyHistoryInt8Anew(AnyHistory):
    backend_name: ClassVar = "int8 anew"


class AnyHistoryInt8Kept(AnyHistory):
    backend_name: ClassVar = "int8 kept"


class AnyHistoryRounded(AnyHistory):
    backend_name: ClassVar = "rounded"


class AnyHistoryRemote(AnyHistory):
    backend_name: ClassVar = "remote"


class AnyHistoryMilvus(AnyHistory):
    backend_name: ClassVar = "milvus"


class AnyHistoryPgvector(AnyHistory):
    backend_name: ClassVar = "pgvector"


TestAnyHistory = AnyHistory.TestCase
TestAnyHistoryAuto = AnyHistoryAuto.TestCase
TestAnyHistoryInt8 = AnyHistoryInt8.TestCase
TestAnyHistoryInt8Anew = AnyHistoryInt8Anew.TestCase
TestAnyHistoryInt8Kept = AnyHistoryInt8Kept.TestCase
TestAnyHistoryRounded = AnyHistoryRounded.TestCase
TestAnyHistoryRemote = AnyHistoryRemote.TestCase
TestAnyHistoryPgvector = pytest.mark.usefixtures("started_pgvector", "pgvector")(
    AnyHistoryPgvector.TestCase
)
TestAnyHistoryMilvus = pytest.mark.usefixtures("started_milvus", "milvus")(
    AnyHistoryMilvus.TestCase
)
for case in (
    TestAnyHistory,
    TestAnyHistoryAuto,
    TestAnyHistoryInt8,
    TestAnyHistoryInt8Anew,
    TestAnyHistoryInt8Kept,
    TestAnyHistoryRounded,
    TestAnyHistoryRemote,
    TestAnyHistoryPgvector,
    TestAnyHistoryMilvus,
):
    case.settings = settings(
        max_examples=20,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
# It would be collected once more by this name.
del case


def test_thousands_of_keys_are_asked_about_at_once(index: VectorIndex) -> None:
    keys = [f"key {number}" for number in range(1_300)]
    put(index, keys[:900], ["P"] * 900, unit(1, 900))
    take_out(index, keys[100:200])
    there = [*keys[:100], *keys[200:900]]
    assert index.held([*keys[::-1], keys[0], "nobody's", ""]) == set(there)
    assert index.held([]) == set()


def test_an_empty_index_finds_nothing(index: VectorIndex) -> None:
    assert index.dimension == DIMENSION
    assert (len(index), index.groups, index.applied_revision) == (0, 0, NOTHING)
    assert not index.held(["nothing"])
    assert index.search(unit(1, 2), groups=5) == [[], []]
    assert index.search(unit(1, 0), groups=5) == []
    take_out(index, ["nothing"])
    put(index, [], [], unit(1, 0))
    assert index.search(unit(1), groups=5) == [[]]
    assert index.applied_revision == 1


def test_no_groups_are_found_when_none_are_asked_for(index: VectorIndex) -> None:
    put(index, ["a"], ["P"], unit(1))
    assert index.search(unit(1), groups=0) == [[]]
    assert deciding(index, {"a": ("P", unit(1)[0])}).search(unit(1), groups=0) == [[]]


def test_a_group_with_many_vectors_does_not_crowd_out_the_others(index: VectorIndex) -> None:
    query = unit(1)
    near = query + 0.01 * unit(2, 500)
    near = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    put(index, [f"near-{i:03}" for i in range(500)], ["crowd"] * 500, near)
    put(index, ["p", "q"], ["P", "Q"], unit(3, 2))
    [found] = index.search(query, groups=3)
    assert found[0].group == "crowd"
    assert {hit.group for hit in found} == {"crowd", "P", "Q"}


def test_similarities_stay_within_their_scale(index: VectorIndex) -> None:
    vectors = unit(9, 200)
    put(index, [str(i) for i in range(200)], [str(i) for i in range(200)], vectors)
    found = index.search(vectors, groups=1)
    assert all(-1 <= hit.similarity <= 1 for [hit] in found)
    assert [hit.key for [hit] in found] == [str(i) for i in range(200)]


def test_of_a_key_given_twice_the_last_vector_counts(index: VectorIndex) -> None:
    put(index, ["a", "a"], ["P", "Q"], unit(1, 2))
    assert len(index) == 1
    assert [hit.group for hit in index.search(unit(1, 2)[:1], groups=5)[0]] == ["Q"]
    take_out(index, ["a"])
    assert index.search(unit(1), groups=5) == [[]]


def test_what_was_removed_is_not_found_after_compaction_either(index: VectorIndex) -> None:
    vectors = unit(4, 1000)
    keys = [f"k{i}" for i in range(1000)]
    put(index, keys, [f"g{i % 50}" for i in range(1000)], vectors)
    take_out(index, keys[::2])
    take_out(index, keys[1::4])
    assert len(index) == 250
    left = {key: (f"g{int(key[1:]) % 50}", vectors[int(key[1:])]) for key in keys[3::4]}
    [found] = deciding(index, left).search(vectors[:1], groups=10)
    assert same(found, naive(left, vectors[0], 10))


@pytest.mark.parametrize(
    ("keys", "groups", "shape"),
    [(["a"], ["P"], (1, DIMENSION + 1)), (["a"], ["P"], (2, DIMENSION)), (["a"], [], (1, 8))],
)
def test_what_does_not_fit_together_is_refused(
    index: VectorIndex, keys: list[str], groups: list[str], shape: tuple[int, int]
) -> None:
    with pytest.raises(ValueError, match="expected"):
        put(index, keys, groups, np.zeros(shape, np.float32))
    assert (len(index), index.applied_revision) == (0, NOTHING)


def test_a_query_of_another_dimension_is_refused(index: VectorIndex) -> None:
    for shape in ((1, DIMENSION - 1), (DIMENSION,)):
        with pytest.raises(ValueError, match="expected queries"):
            index.search(np.zeros(shape, np.float32), groups=1)


def test_a_search_never_sees_half_a_change(index: VectorIndex) -> None:
    """One key is always there, replaced all the while; others come and go in pairs."""
    vector = unit(1)
    put(index, ["always"], ["A"], vector)
    others = [f"o{i}" for i in range(200)]
    stop = threading.Event()
    torn: list[str] = []

    def look() -> None:
        while not stop.is_set():
            [found] = index.search(vector, groups=3)
            groups = [hit.group for hit in found]
            # One of the others is at times the very same vector.
            if "A" not in groups[:2] or not index.held(["always"]) or len(index) not in (1, 201):
                torn.append(f"{groups} {len(index)}")

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for seed in range(40):
        put(index, others, others, unit(seed, 200))
        put(index, ["always"], ["A"], vector)
        take_out(index, others)
    stop.set()
    for thread in threads:
        thread.join()
    assert torn == []


def test_overwriting_what_was_removed_changes_no_answer(index: VectorIndex) -> None:
    vectors = np.eye(8, dtype=np.float32)
    keys = [f"k{number}" for number in range(8)]
    with index.writing() as writer:
        writer.upsert(keys, keys, vectors)
        writer.commit(1)
    with index.writing() as writer:
        writer.remove(["k3"])
        writer.commit(2)
    before = index.search(vectors, groups=8)
    for _ in range(3):
        index.overwrite_removed()
    with index.writing() as writer:
        writer.upsert(["k8"], ["k8"], vectors[3:4])
        writer.commit(3)
    assert index.search(vectors[:3], groups=3) == [found[:3] for found in before[:3]]
    assert index.search(vectors[3:4], groups=1)[0][0].key == "k8"


def test_a_revision_is_what_was_committed_and_no_more(index: VectorIndex) -> None:
    with index.writing() as writer:
        assert writer.applied_revision == NOTHING
        writer.upsert(["a"], ["P"], unit(1))
        writer.commit(7)
    assert index.applied_revision == 7
    break_off(index, ["b"], ["Q"], unit(2))
    assert index.applied_revision == 7
    assert index.held(["a"])
    # The same again does no harm, whether or not the first time has left something.
    with index.writing() as writer:
        assert writer.applied_revision == 7
        writer.upsert(["b"], ["Q"], unit(2))
        writer.remove(["nobody"])
        writer.commit(8)
    assert (len(index), index.groups, index.applied_revision) == (2, 2, 8)


def test_below_the_floor_an_index_begins_anew_aside(index: VectorIndex) -> None:
    with index.writing() as writer:
        writer.upsert(["old"], ["P"], unit(1))
        writer.commit(3)
    with index.writing(floor=3) as writer:
        assert writer.applied_revision == 3
    with index.writing(floor=4) as writer:
        assert writer.applied_revision == NOTHING
        writer.upsert(["new"], ["Q"], unit(2))
        # Others search what there was meanwhile.
        assert [hit.key for hit in index.search(unit(1), groups=5)[0]] == ["old"]
        assert (len(index), index.applied_revision) == (1, 3)
        writer.commit(5)
    assert [hit.key for hit in index.search(unit(1), groups=5)[0]] == ["new"]
    assert (index.held(["old"]), index.groups, index.applied_revision) == (set(), 1, 5)


def test_what_a_broken_off_first_filling_has_left_is_not_built_upon(index: VectorIndex) -> None:
    break_off(index, ["removed since"], ["P"], unit(1))
    with index.writing() as writer:
        writer.upsert(["still there"], ["Q"], unit(2))
        writer.commit(1)
    assert not index.held(["removed since"])
    assert len(index) == 1


def test_a_new_filling_that_is_broken_off_leaves_what_there_was(index: VectorIndex) -> None:
    with index.writing() as writer:
        writer.upsert(["old"], ["P"], unit(1))
        writer.commit(3)
    break_off(index, ["new"], ["Q"], unit(2), floor=9)
    assert (index.held(["old", "new"]), index.applied_revision) == ({"old"}, 3)


def test_one_writes_at_a_time_and_who_has_waited_sees_what_was_done(again: Again) -> None:
    one = opened(again())
    # Of an index that outlives its process, the other writer is another process.
    other = opened(again()) if again().name in KEPT else one
    entered, seen = threading.Event(), []

    def wait_and_look() -> None:
        entered.set()
        with other.writing() as writer:
            seen.append(writer.applied_revision)

    thread = threading.Thread(target=wait_and_look)
    with one.writing() as writer:
        thread.start()
        assert entered.wait(5)
        thread.join(0.1)
        assert thread.is_alive()
        writer.upsert(["a"], ["P"], unit(1))
        writer.commit(4)
    thread.join(10)
    assert seen == [4]


def test_what_is_kept_is_there_for_the_next_process_with_its_revision(
    again: Again, name: str
) -> None:
    is_kept = name in KEPT | KEPT_NOW_AND_THEN
    backend = again()
    index = opened(backend)
    with index.writing() as writer:
        writer.upsert(["a"], ["P"], unit(1))
        writer.commit(6)
    index.close()
    backend.close()
    later = again()
    found = opened(later)
    if is_kept:
        assert (len(found), found.applied_revision, found.held(["a"])) == (1, 6, {"a"})
        assert list(later.kept()) == ["g"]
    else:
        assert (len(found), found.applied_revision) == (0, NOTHING)
        assert list(later.kept()) == []


@pytest.mark.parametrize("how", [{"contract": "two"}, {"dimension": DIMENSION + 1}])
def test_vectors_of_another_contract_are_never_believed(
    again: Again, how: dict[str, object]
) -> None:
    put(opened(again()), ["a"], ["P"], unit(1))
    found = opened(again(), **how)  # type: ignore[arg-type]  # one of its two keywords
    assert (len(found), found.applied_revision, found.held(["a"])) == (0, NOTHING, set())
    assert found.search(unit(1, dimension=found.dimension), groups=1) == [[]]
    # They are gone, not only hidden.
    assert len(opened(again())) == 0


def test_galleries_know_nothing_of_each_other(backend: IndexBackend) -> None:
    one, other = opened(backend, "one"), opened(backend, "other")
    put(one, ["a"], ["P"], unit(1))
    put(other, ["a"], ["Q"], unit(2))
    take_out(other, ["a"])
    assert [hit.group for hit in one.search(unit(1), groups=5)[0]] == ["P"]
    assert (len(one), len(other)) == (1, 0)


def test_nothing_is_kept_of_a_gallery_that_was_dropped(again: Again) -> None:
    backend = again()
    for gallery in ("one", "other"):
        put(opened(backend, gallery), ["a"], ["P"], unit(1))
    backend.drop("one")
    backend.drop("never seen")
    assert "one" not in again().kept()
    assert (len(opened(again(), "one")), opened(again(), "one").applied_revision) == (0, NOTHING)
    if backend.name in KEPT:
        assert len(opened(again(), "other")) == 1


def test_an_index_that_is_full_says_so_and_keeps_what_it_has() -> None:
    backend = RoundedBackend(capacity=2)
    index = opened(backend)
    put(index, ["a", "b"], ["P", "Q"], unit(1, 2))
    with pytest.raises(IndexUnavailable):
        put(index, ["c"], ["R"], unit(3))
    assert (len(index), index.applied_revision) == (2, 0)


def test_an_index_that_is_away_says_so(tmp_path: Path) -> None:
    backend = FakeRemoteBackend(tmp_path)
    index = opened(backend)
    put(index, ["a"], ["P"], unit(1))
    backend.away = True
    questions: list[Callable[[], object]] = [
        lambda: index.applied_revision,
        lambda: len(index),
        lambda: index.held(["a"]),
        lambda: index.groups,
        lambda: index.search(unit(1), groups=1),
        lambda: put(index, ["b"], ["Q"], unit(2)),
        lambda: opened(backend, "other"),
        lambda: backend.drop("g"),
        backend.kept,
    ]
    for ask in questions:
        with pytest.raises(IndexUnavailable) as told:
            ask()
        assert told.value.code == "index_unavailable"
    backend.away = False
    assert (len(index), index.applied_revision) == (1, 0)


def test_equal_vectors_of_an_exact_index_come_in_the_order_of_their_keys() -> None:
    vector = unit(5)
    keys = [f"k{number:03}" for number in np.random.default_rng(0).permutation(300)]
    index = ExactIndex.of(keys, keys, np.repeat(vector, 300, axis=0))
    [found] = index.search(vector, groups=4)
    assert [hit.key for hit in found] == ["k000", "k001", "k002", "k003"]
    assert {hit.similarity for hit in found} == {found[0].similarity}


def test_replacing_again_and_again_does_not_grow_the_index_without_end() -> None:
    index = ExactIndex(DIMENSION)
    for seed in range(500):
        put(index, ["a", "b"], ["P", "Q"], unit(seed, 2))
    assert len(index) == 2
    assert index._now.vectors._state.count < 10
