"""Counted pairs against the same figures of sorted ones."""

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.decision import count_pairs as counting
from mien.decision.count_pairs import BIN_WIDTH
from mien.decision.count_pairs import CountedPairs
from mien.decision.count_pairs import count_pairs

RATES = (0.9999, 0.99, 0.77, 0.5, 0.21, 0.03, 0.002, 0.001, 0.0003, 0.00005)


def photos(people: int, *, seed: int) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Random directions, one to four photos around each, in no order."""
    random = np.random.default_rng(seed)
    who = random.permutation(np.repeat(np.arange(people), random.integers(1, 5, size=people)))
    found = random.normal(size=(people, 16))[who] + 0.7 * random.normal(size=(len(who), 16))
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit.astype(np.float32), who


class Sorted:
    """All pairs in rising order, with what they weigh."""

    def __init__(
        self, embeddings: NDArray[np.float32], who: NDArray[np.intp], *, same: bool
    ) -> None:
        rows, columns = np.triu_indices(len(who), k=1)
        meant = (who[rows] == who[columns]) == same
        rows, columns = rows[meant], columns[meant]
        similarities = (embeddings @ embeddings.T)[rows, columns].astype(np.float64)
        each = np.bincount(who)[who]
        weights = 1.0 / (each[rows] * each[columns])
        order = np.argsort(similarities)
        self.similarities = similarities[order]
        self.weights = weights[order] / weights.sum()

    def reached_by(self, rate: float) -> float:
        reaching = np.cumsum(self.weights[::-1])[::-1]
        return float(self.similarities[np.argmax(reaching <= rate)])


def both(*, same: bool, seed: int = 1) -> tuple[CountedPairs, Sorted]:
    embeddings, who = photos(150, seed=seed)
    genuine, impostors = count_pairs(embeddings, who)
    return genuine if same else impostors, Sorted(embeddings, who, same=same)


@pytest.mark.parametrize("same", [True, False])
def test_number_and_mean_are_those_of_all_pairs(same: bool) -> None:
    counted, exact = both(same=same)
    assert counted.count == len(exact.similarities)
    assert counted.mean == pytest.approx(exact.similarities @ exact.weights, abs=1e-6)


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("rate", RATES)
def test_what_a_share_reaches_is_exact_within_two_bins(same: bool, rate: float) -> None:
    counted, exact = both(same=same)
    expected = exact.reached_by(rate) if rate > exact.weights[-1] else exact.similarities[-1]
    assert counted.reached_by(rate) == pytest.approx(expected, abs=2 * BIN_WIDTH)


def test_the_tail_is_that_of_the_pairs_above_its_start() -> None:
    counted, exact = both(same=False)
    start, rate, excess, weights = counted.tail_from(0.001)
    assert start == pytest.approx(exact.reached_by(0.001), abs=2 * BIN_WIDTH)
    above = exact.similarities >= start
    assert rate == pytest.approx(exact.weights[above].sum())
    assert weights.sum() == pytest.approx(1)
    share = exact.weights[above] / exact.weights[above].sum()
    assert excess @ weights == pytest.approx((exact.similarities[above] - start) @ share, abs=1e-6)
    assert (np.diff(excess) > 0).all()


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings, who = photos(150, seed=2)
    _, whole = count_pairs(embeddings, who)
    monkeypatch.setattr(counting, "_PAIRS_AT_ONCE", 7 * len(who))
    _, some = count_pairs(embeddings, who)
    assert some.count == whole.count
    assert some.mean == pytest.approx(whole.mean)
    for rate in RATES:
        assert some.reached_by(rate) == pytest.approx(whole.reached_by(rate), abs=2 * BIN_WIDTH)


def test_pairs_that_are_all_one_photo_are_counted_at_the_end() -> None:
    embeddings = np.zeros((4, 16), np.float32)
    embeddings[:, 0] = 1 + 1e-6
    genuine, impostors = count_pairs(embeddings, np.array([0, 0, 1, 1]))
    assert (genuine.count, impostors.count) == (2, 4)
    assert impostors.reached_by(0.001) == pytest.approx(1, abs=1e-5)
    start, rate, excess, weights = impostors.tail_from(0.001)
    assert start == pytest.approx(1, abs=BIN_WIDTH + 1e-6)
    assert (rate, len(excess), list(weights)) == (1, 1, [1])


@pytest.mark.thorough
def test_memory_does_not_grow_with_the_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_PAIRS_AT_ONCE", 2**15)
    peaks = []
    for people in (200, 800):
        embeddings, who = photos(people, seed=3)
        tracemalloc.start()
        count_pairs(embeddings, who)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Sixteen times the pairs, and nothing more than bins that were empty before.
    assert peaks[1] < 1.5 * peaks[0]
