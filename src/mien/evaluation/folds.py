"""Accuracy over folds, each judged at the best threshold of the others. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class FoldResult:
    """What came of one fold.

    Attributes:
        accuracy: share of its pairs judged rightly.
        threshold: with which.
        pairs: how many.
    """

    accuracy: float
    threshold: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Share of pairs judged rightly.

    Attributes:
        mean: over the folds.
        standard_error: of the mean, from how the folds differ; with one fold from the number of
            its pairs.
    """

    mean: float
    standard_error: float


def judge_folds(
    scores: NDArray[np.float64], same: NDArray[np.bool_], fold: NDArray[np.int_]
) -> list[FoldResult]:
    """Judge each fold at the threshold that is best for all others.

    A single fold has no others and is judged at its own best, which flatters it a little.
    """
    results = []
    numbers = np.unique(fold)
    for number in numbers:
        test = fold == number
        train = ~test if len(numbers) > 1 else test
        threshold = best_threshold(scores[train], same[train])
        right = (scores[test] >= threshold) == same[test]
        results.append(FoldResult(float(right.mean()), threshold, int(test.sum())))
    return results


def accuracy_of(results: list[FoldResult]) -> Accuracy:
    """Mean over the folds and its standard error."""
    shares = np.array([result.accuracy for result in results])
    mean = float(shares.mean())
    if len(results) > 1:
        return Accuracy(mean, float(shares.std(ddof=1)) / len(results) ** 0.5)
    return Accuracy(mean, (mean * (1 - mean) / results[0].pairs) ** 0.5)


def best_threshold(scores: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    """The threshold, halfway between two scores, with the fewest errors."""
    ranked, place_of = np.unique(scores, return_inverse=True)
    same_at = np.bincount(place_of, weights=same, minlength=len(ranked))
    other_at = np.bincount(place_of, weights=~same, minlength=len(ranked))
    # Cutting before place i calls everything below "different" and the rest "same".
    right = np.concatenate([[0], np.cumsum(other_at)]) + np.concatenate(
        [np.cumsum(same_at[::-1])[::-1], [0]]
    )
    place = int(right.argmax())
    if place == 0:
        return float(ranked[0])
    if place == len(ranked):
        return float(np.nextafter(ranked[-1], np.inf))
    return float((ranked[place - 1] + ranked[place]) / 2)
