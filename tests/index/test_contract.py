"""One contract for every backend, checked against a naive reference."""

import random
import threading
from collections.abc import Callable

import numpy as np
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

from mien.index.base import Hit
from mien.index.base import VectorIndex
from mien.index.build import build_index
from mien.index.exact import ExactIndex

DIMENSION = 8
BACKENDS: dict[str, Callable[[int], VectorIndex]] = {"exact": ExactIndex, "default": build_index}
Rows = dict[str, tuple[str, NDArray[np.float32]]]

# A file's tests share one process; the few examples that take long are no failure of the code.
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(params=sorted(BACKENDS))
def build(request: pytest.FixtureRequest) -> Callable[[int], VectorIndex]:
    return BACKENDS[request.param]


def unit(seed: int, count: int = 1, dimension: int = DIMENSION) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension))
    made: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made.astype(np.float32)


def fill(index: VectorIndex, rows: Rows) -> None:
    if rows:
        index.upsert(
            list(rows),
            [group for group, _ in rows.values()],
            np.stack([vector for _, vector in rows.values()]),
        )


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


# Few groups, keys and directions, so that ties, replacements and crowded groups are common.
some_rows = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=2),
    st.tuples(st.sampled_from("PQRST"), st.integers(0, 12).map(lambda seed: unit(seed)[0])),
    max_size=40,
)


@pytest.mark.parametrize("backend", sorted(BACKENDS))
@QUICK
@given(rows=some_rows, seed=st.integers(0, 20), groups=st.integers(1, 7))
def test_answers_as_the_naive_reference(backend: str, rows: Rows, seed: int, groups: int) -> None:
    index = BACKENDS[backend](DIMENSION)
    fill(index, rows)
    query = unit(seed)
    [found] = index.search(query, groups=groups)
    assert same(found, naive(rows, query[0], groups))
    assert len({hit.group for hit in found}) == len(found)


@pytest.mark.parametrize("backend", sorted(BACKENDS))
@QUICK
@given(rows=some_rows, order=st.randoms(use_true_random=False), seed=st.integers(0, 20))
def test_the_order_of_adding_changes_nothing(
    backend: str, rows: Rows, order: random.Random, seed: int
) -> None:
    one, other = BACKENDS[backend](DIMENSION), BACKENDS[backend](DIMENSION)
    fill(one, rows)
    keys = sorted(rows)
    order.shuffle(keys)
    for key in keys:
        fill(other, {key: rows[key]})
    assert one.search(unit(seed), groups=4) == other.search(unit(seed), groups=4)


@pytest.mark.parametrize("backend", sorted(BACKENDS))
@QUICK
@given(rows=some_rows, seeds=st.lists(st.integers(0, 30), max_size=40))
def test_many_queries_at_once_are_each_answered_as_if_alone(
    backend: str, rows: Rows, seeds: list[int]
) -> None:
    index = BACKENDS[backend](DIMENSION)
    fill(index, rows)
    queries = np.concatenate([unit(seed) for seed in seeds]) if seeds else unit(0, 0)
    together = index.search(queries, groups=3)
    assert together == [index.search(query[None], groups=3)[0] for query in queries]


class AnyHistory(RuleBasedStateMachine):
    """Adds, replaces and removes in any order; after each step the reference must agree."""

    def __init__(self) -> None:
        super().__init__()
        self.index = build_index(DIMENSION)
        self.rows: Rows = {}

    @rule(rows=some_rows)
    def add_or_replace(self, rows: Rows) -> None:
        fill(self.index, rows)
        # An upsert puts a key where it belongs now, whatever it belonged to before.
        self.rows.update(rows)

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        gone = data.draw(st.lists(st.sampled_from(sorted(self.rows)), max_size=20))
        self.index.remove([*gone, "unknown"])
        for key in gone:
            self.rows.pop(key, None)

    @invariant()
    def agrees_with_the_reference(self) -> None:
        assert len(self.index) == len(self.rows)
        assert all(key in self.index for key in self.rows)
        query = unit(len(self.rows))
        [found] = self.index.search(query, groups=3)
        assert same(found, naive(self.rows, query[0], 3))


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(
    max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_an_empty_index_finds_nothing(build: Callable[[int], VectorIndex]) -> None:
    index = build(DIMENSION)
    assert index.dimension == DIMENSION
    assert len(index) == 0
    assert index.search(unit(1, 2), groups=5) == [[], []]
    assert index.search(unit(1, 0), groups=5) == []
    index.remove(["nothing"])
    index.upsert([], [], unit(1, 0))
    assert index.search(unit(1), groups=5) == [[]]


def test_a_group_with_many_vectors_does_not_crowd_out_the_others(
    build: Callable[[int], VectorIndex],
) -> None:
    index = build(DIMENSION)
    query = unit(1)
    near = query + 0.01 * unit(2, 500)
    near = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    index.upsert([f"near-{i:03}" for i in range(500)], ["crowd"] * 500, near)
    index.upsert(["p", "q"], ["P", "Q"], unit(3, 2))
    [found] = index.search(query, groups=3)
    assert found[0].group == "crowd"
    assert {hit.group for hit in found} == {"crowd", "P", "Q"}


def test_equal_vectors_come_in_the_order_of_their_keys(
    build: Callable[[int], VectorIndex],
) -> None:
    index = build(DIMENSION)
    vector = unit(5)
    for number in np.random.default_rng(0).permutation(300):
        index.upsert([f"k{number:03}"], [f"g{number:03}"], vector)
    [found] = index.search(vector, groups=4)
    assert [hit.key for hit in found] == ["k000", "k001", "k002", "k003"]
    assert {hit.similarity for hit in found} == {found[0].similarity}


def test_similarities_stay_within_their_scale(build: Callable[[int], VectorIndex]) -> None:
    index = build(DIMENSION)
    vectors = unit(9, 200)
    index.upsert([str(i) for i in range(200)], [str(i) for i in range(200)], vectors)
    found = index.search(vectors, groups=1)
    assert all(-1 <= hit.similarity <= 1 for [hit] in found)
    assert [hit.key for [hit] in found] == [str(i) for i in range(200)]


def test_of_a_key_given_twice_the_last_vector_counts(
    build: Callable[[int], VectorIndex],
) -> None:
    index = build(DIMENSION)
    index.upsert(["a", "a"], ["P", "Q"], unit(1, 2))
    assert len(index) == 1
    assert [hit.group for hit in index.search(unit(1, 2)[:1], groups=5)[0]] == ["Q"]
    index.remove(["a"])
    assert index.search(unit(1), groups=5) == [[]]


def test_what_was_removed_is_not_found_after_compaction_either(
    build: Callable[[int], VectorIndex],
) -> None:
    index = build(DIMENSION)
    vectors = unit(4, 1000)
    keys = [f"k{i}" for i in range(1000)]
    index.upsert(keys, [f"g{i % 50}" for i in range(1000)], vectors)
    index.remove(keys[::2])
    index.remove(keys[1::4])
    assert len(index) == 250
    left = {key: (f"g{int(key[1:]) % 50}", vectors[int(key[1:])]) for key in keys[3::4]}
    [found] = index.search(vectors[:1], groups=10)
    assert same(found, naive(left, vectors[0], 10))


def test_replacing_again_and_again_does_not_grow_the_index_without_end() -> None:
    index = ExactIndex(DIMENSION)
    for seed in range(500):
        index.upsert(["a", "b"], ["P", "Q"], unit(seed, 2))
    assert len(index) == 2
    assert index._state.count < 10


@pytest.mark.parametrize(
    ("keys", "groups", "shape"),
    [(["a"], ["P"], (1, DIMENSION + 1)), (["a"], ["P"], (2, DIMENSION)), (["a"], [], (1, 8))],
)
def test_what_does_not_fit_together_is_refused(
    build: Callable[[int], VectorIndex], keys: list[str], groups: list[str], shape: tuple[int, int]
) -> None:
    index = build(DIMENSION)
    with pytest.raises(ValueError, match="expected"):
        index.upsert(keys, groups, np.zeros(shape, np.float32))
    assert len(index) == 0


def test_a_query_of_another_dimension_is_refused(build: Callable[[int], VectorIndex]) -> None:
    index = build(DIMENSION)
    for shape in ((1, DIMENSION - 1), (DIMENSION,)):
        with pytest.raises(ValueError, match="expected queries"):
            index.search(np.zeros(shape, np.float32), groups=1)


def test_a_search_never_sees_half_a_change(build: Callable[[int], VectorIndex]) -> None:
    """One key is always there, replaced all the while; others come and go in pairs."""
    index = build(DIMENSION)
    vector = unit(1)
    index.upsert(["always"], ["A"], vector)
    others = [f"o{i}" for i in range(400)]
    stop = threading.Event()
    torn: list[str] = []

    def look() -> None:
        while not stop.is_set():
            [found] = index.search(vector, groups=3)
            groups = [hit.group for hit in found]
            if groups[:1] != ["A"] or "always" not in index or len(index) not in (1, 401):
                torn.append(f"{groups} {len(index)}")

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for seed in range(60):
        index.upsert(others, others, unit(seed, 400))
        index.upsert(["always"], ["A"], vector)
        index.remove(others)
    stop.set()
    for thread in threads:
        thread.join()
    assert torn == []
