"""What an index that only comes near is worth once the rows have spoken."""

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.index.base import Hit
from mien.index.base import VectorIndex
from mien.index.exact import ExactIndex
from mien.index.rerank import Examples
from mien.index.rerank import RerankedIndex
from rounded_index import RoundedBackend

DIMENSION = 32
PEOPLE = 400


def unit(seed: int, count: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION))
    made: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made.astype(np.float32)


VECTORS = unit(1, PEOPLE)
NAMES = [f"p{number:03}" for number in range(PEOPLE)]


class Rows:
    """Reads one example a person, and remembers what it was asked for."""

    def __init__(self, gone: Sequence[str] = ()) -> None:
        self.gone = set(gone)
        self.asked: list[list[str]] = []

    def __call__(self, people: Sequence[str]) -> Mapping[str, Examples]:
        self.asked.append(list(people))
        return {
            name: Examples([f"{name}-face"], VECTORS[[NAMES.index(name)]])
            for name in people
            if name not in self.gone
        }


def rounded(steps: int) -> VectorIndex:
    index = RoundedBackend(steps=steps).open("g", contract_id="c", dimension=DIMENSION)
    with index.writing() as writer:
        writer.upsert([f"{name}-face" for name in NAMES], NAMES, VECTORS)
        writer.commit(0)
    return index


def exact() -> ExactIndex:
    return ExactIndex.of([f"{name}-face" for name in NAMES], NAMES, VECTORS)


def test_coarse_candidates_are_put_in_the_true_order_with_the_true_similarities() -> None:
    queries = unit(2, 20)
    coarse = rounded(steps=12)
    expected = exact().search(queries, groups=5)
    assert RerankedIndex(coarse, Rows()).search(queries, groups=5) == expected
    # By itself it would have answered otherwise.
    by_itself = coarse.search(queries, groups=5)
    assert [[hit.group for hit in hits] for hits in by_itself] != [
        [hit.group for hit in hits] for hits in expected
    ]


def test_people_whom_the_rows_do_not_have_leave_no_gap() -> None:
    query = unit(3, 1)
    gone = [hit.group for hit in exact().search(query, groups=150)[0]]
    rows = Rows(gone)
    [found] = RerankedIndex(rounded(127), rows).search(query, groups=10)
    assert [hit.group for hit in found] == [
        hit.group for hit in exact().search(query, groups=160)[0][150:]
    ]


def test_everybody_gone_is_nobody_found() -> None:
    assert RerankedIndex(rounded(127), Rows(NAMES)).search(unit(3, 2), groups=3) == [[], []]


def test_each_person_is_read_once() -> None:
    rows = Rows()
    index = RerankedIndex(rounded(127), rows)
    [found] = index.search(unit(4, 1), groups=13)
    index.search(unit(4, 1), groups=13)
    members = index.members([hit.group for hit in found])
    assert len(members) == 13
    assert len(rows.asked) == 1
    assert len(index) == index.groups == PEOPLE


def test_a_person_who_was_not_there_is_not_asked_for_again() -> None:
    rows = Rows(["p000"])
    index = RerankedIndex(rounded(127), rows)
    assert index.members(["p000", "p001"]).keys() == {"p001"}
    assert index.members(["p000"]) == {}
    assert len(rows.asked) == 1


def test_the_nearest_example_decides_whichever_the_index_has_named() -> None:
    query = unit(5, 1)
    near, far = query[0], unit(6, 1)[0]

    class Mistaken(ExactIndex):
        def search(
            self,
            queries: NDArray[np.float32],
            *,
            groups: int,
            among: Collection[str] | None = None,
        ) -> list[list[Hit]]:
            return [[Hit("far", "P", 0.1)] for _ in queries]

    examples = Examples(["far", "near"], np.stack([far, near]))
    index = RerankedIndex(Mistaken(DIMENSION), lambda _people: {"P": examples})
    [[hit]] = index.search(query, groups=1)
    assert hit.key == "near"
    assert hit.similarity > 0.999
