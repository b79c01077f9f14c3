import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.decision.rank import Ranked
from mien.decision.rank import rank
from mien.decision.similarity import similarity_to
from mien.index.exact import ExactIndex
from mien.index.rerank import Examples

DIMENSION = 8


def unit(seed: int, count: int = 1) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / length, dtype=np.float32)


def ranked(
    examples: dict[str, NDArray[np.float32]], query: NDArray[np.float32], *, limit: int = 10
) -> tuple[Ranked, ...]:
    index = ExactIndex.of(
        [f"{person}-{n}" for person, vectors in examples.items() for n in range(len(vectors))],
        [person for person, vectors in examples.items() for _ in vectors],
        np.concatenate([unit(0, 0), *examples.values()]),
    )
    [found] = rank(index, query, limit=limit)
    return found


def test_with_one_example_the_similarity_is_the_cosine() -> None:
    ada, query = unit(1), unit(2)
    [found] = ranked({"ada": ada}, query)
    assert found.similarity == found.example_similarity
    assert found.similarity == pytest.approx(float((ada @ query.T)[0, 0]), abs=1e-6)
    assert (found.examples, found.similarity_to_best) == (1, None)


def test_several_examples_count_half_by_the_nearest_and_half_by_their_mean() -> None:
    ada, query = unit(1, 3), unit(2)
    [found] = ranked({"ada": ada}, query)
    cosines = (ada @ query.T)[:, 0]
    mean = ada.sum(axis=0) / np.linalg.norm(ada.sum(axis=0))
    assert found.similarity == pytest.approx((cosines.max() + mean @ query[0]) / 2, abs=1e-6)
    assert found.face_id == f"ada-{int(cosines.argmax())}"
    assert found.examples == 3


def test_a_person_may_be_compared_by_other_examples_than_the_indexs() -> None:
    ada, bob, query = unit(1, 3), unit(2), unit(1)
    index = ExactIndex.of(
        ["ada-0", "ada-1", "ada-2", "bob-0"], ["ada"] * 3 + ["bob"], np.concatenate([ada, bob])
    )
    left = Examples(["ada-1", "ada-2"], ada[1:])
    [without] = rank(index, query, limit=5, instead=[{"ada": left}])
    expected = ranked({"ada": ada[1:], "bob": bob}, query)
    assert [(each.person_id, each.similarity, each.examples) for each in without] == [
        (each.person_id, each.similarity, each.examples) for each in expected
    ]
    [alone] = rank(index, query, limit=5, instead=[{"ada": None}])
    assert [each.person_id for each in alone] == ["bob"]


def test_an_example_under_a_wrong_name_does_not_win_over_two_right_ones() -> None:
    bob = unit(5)
    ada = np.concatenate([unit(3), unit(4), bob])
    found = ranked({"ada": ada, "bob": bob}, bob)
    assert found[0].person_id == "bob"


def test_the_similarity_is_between_the_best_person_and_each_other() -> None:
    ada, bob, query = unit(1), unit(2), unit(1)
    best, other = ranked({"ada": ada, "bob": bob}, query)
    assert best.similarity_to_best is None
    assert other.similarity_to_best == pytest.approx(float((ada @ bob.T)[0, 0]), abs=1e-6)


@given(st.integers(0, 10**6), st.permutations(range(6)))
def test_permuting_the_gallery_changes_nothing(seed: int, order: list[int]) -> None:
    examples = {f"p{i}": unit(seed + i, 1 + i % 3) for i in range(6)}
    shuffled = {f"p{i}": examples[f"p{i}"] for i in order}
    query = unit(seed + 100)
    assert ranked(examples, query) == ranked(shuffled, query)


@given(st.integers(0, 10**6), st.integers(1, 5))
def test_a_person_alone_is_as_similar_as_in_a_gallery(seed: int, count: int) -> None:
    ada, query = unit(seed, count), unit(seed + 1)
    examples = {f"ada-{number}": vector for number, vector in enumerate(ada)}
    [found] = ranked({"ada": ada}, query)
    similarity, face_id = similarity_to(query[0], examples)
    assert similarity == pytest.approx(found.similarity, abs=1e-6)
    assert face_id == found.face_id


def test_an_empty_gallery_ranks_nobody() -> None:
    assert ranked({}, unit(1)) == ()


def test_no_more_people_than_asked_for() -> None:
    examples = {f"p{i}": unit(i) for i in range(20)}
    assert len(ranked(examples, unit(50), limit=3)) == 3
