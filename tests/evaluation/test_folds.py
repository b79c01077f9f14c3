import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.evaluation.folds import accuracy_of
from mien.evaluation.folds import best_threshold
from mien.evaluation.folds import judge_folds


def test_the_best_threshold_makes_the_fewest_errors() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.35, 0.6, 0.8])
    same = np.array([False, False, True, False, True, True])
    threshold = best_threshold(scores, same)
    assert int(((scores >= threshold) != same).sum()) == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=30))
def test_no_other_threshold_makes_fewer_errors(pairs: list[tuple[int, bool]]) -> None:
    scores = np.array([score for score, _ in pairs], dtype=np.float64)
    same = np.array([kind for _, kind in pairs])

    def errors(threshold: float) -> int:
        return int(((scores >= threshold) != same).sum())

    assert errors(best_threshold(scores, same)) == min(
        errors(cut) for cut in np.arange(-0.5, 10.5, 0.5)
    )


def test_each_fold_is_judged_by_the_others() -> None:
    random = np.random.default_rng(0)
    same = np.tile([True, False], 300)
    scores = np.where(same, 0.6, 0.1) + random.normal(0, 0.05, 600)
    fold = np.repeat(np.arange(3), 200)
    perfect = accuracy_of(judge_folds(scores, same, fold))
    assert (perfect.mean, perfect.standard_error) == (1.0, 0.0)
    # One fold on another scale: its own threshold would be perfect, that of the others is not.
    scores[fold == 2] += 0.7
    results = judge_folds(scores, same, fold)
    assert results[2].accuracy == pytest.approx(0.5, abs=0.05)
    shares = [result.accuracy for result in results]
    shown = accuracy_of(results)
    assert shown.mean == pytest.approx(sum(shares) / 3)
    assert shown.standard_error == pytest.approx(np.std(shares, ddof=1) / 3**0.5)


def test_a_single_fold_has_the_error_of_its_number_of_pairs() -> None:
    scores = np.array([0.1, 0.2, 0.9, 0.15])
    same = np.array([False, False, True, True])
    results = judge_folds(scores, same, np.zeros(4, dtype=np.int_))
    shown = accuracy_of(results)
    assert shown.mean == 0.75
    assert shown.standard_error == pytest.approx((0.75 * 0.25 / 4) ** 0.5)
