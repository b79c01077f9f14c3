import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decision.rates import comparisons
from mien.decision.rates import expected_rate
from mien.decision.rates import false_match_rate
from mien.decision.rates import false_non_match_rate
from mien.decision.rates import genuine_quantile
from mien.decision.rates import margin_for
from mien.decision.rates import odds
from mien.decision.rates import threshold_for
from mien.packs.calibration import Calibration
from mien.vision.fake import FakeEngine


def drawn() -> Calibration:
    calibration = FakeEngine(calibrated=True).summary.calibration
    assert calibration is not None
    return calibration


CALIBRATION = drawn()
SIMILARITIES = st.floats(-1, 1, allow_nan=False)


@given(SIMILARITIES, SIMILARITIES)
def test_the_false_match_rate_falls_and_the_false_non_match_rate_rises_with_the_threshold(
    one: float, other: float
) -> None:
    low, high = min(one, other), max(one, other)
    assert false_match_rate(CALIBRATION, low) >= false_match_rate(CALIBRATION, high)
    assert false_non_match_rate(CALIBRATION, low) <= false_non_match_rate(CALIBRATION, high)


def test_rates_agree_with_the_distribution_that_they_were_made_from() -> None:
    # Random directions of 64 dimensions: normal with a deviation of an eighth.
    for similarity in (0.0, 0.1, 0.2, 0.3, 0.35):
        normal = 0.5 * math.erfc(similarity * 8 / math.sqrt(2))
        assert false_match_rate(CALIBRATION, similarity) == pytest.approx(normal, rel=0.01)


def test_no_rate_below_what_the_data_can_speak_of_is_stated() -> None:
    assert false_match_rate(CALIBRATION, 1.0) == CALIBRATION.tail.least_rate


@given(SIMILARITIES, st.floats(1, 1e6))
def test_the_expected_rate_is_between_that_of_one_comparison_and_their_sum(
    similarity: float, count: float
) -> None:
    one = false_match_rate(CALIBRATION, similarity)
    together = expected_rate(CALIBRATION, similarity, count)
    assert 0 < together <= min(1.0, one * count) * (1 + 1e-9)
    assert together >= expected_rate(CALIBRATION, similarity, 1.0) * (1 - 1e-9)


def test_one_comparison_errs_as_often_as_the_false_match_rate_says() -> None:
    threshold = threshold_for(CALIBRATION, accepted=0.001, comparisons=1)
    assert false_match_rate(CALIBRATION, threshold) == pytest.approx(0.001, rel=0.01)


@given(st.sampled_from([0.3, 0.1, 0.01, 1e-3, 1e-4]), st.floats(1, 1000))
def test_a_threshold_has_the_rate_that_was_accepted(accepted: float, count: float) -> None:
    threshold = threshold_for(CALIBRATION, accepted=accepted, comparisons=count)
    if false_match_rate(CALIBRATION, threshold) > CALIBRATION.tail.least_rate:
        found = expected_rate(CALIBRATION, threshold, count)
        assert found == pytest.approx(accepted, rel=1e-3)


def test_examples_count_for_less_than_people() -> None:
    assert comparisons(CALIBRATION, people=0, faces=0) == 0
    assert comparisons(CALIBRATION, people=10, faces=10) == 10
    two_each = comparisons(CALIBRATION, people=10, faces=20)
    assert 10 < two_each < 20
    assert two_each == pytest.approx(10 * 2**0.6)


def test_the_spread_of_probes_brings_false_matches_together() -> None:
    # As in a negative binomial: strangers with many false matches leave fewer with any.
    alone = CALIBRATION.model_copy(update={"spread": ((0.1, 1e-9), (1e-5, 1e-9))})
    rate = false_match_rate(alone, 0.3)
    assert expected_rate(alone, 0.3, 200) == pytest.approx(1 - math.exp(-200 * rate), rel=1e-6)
    assert expected_rate(CALIBRATION, 0.3, 200) < expected_rate(alone, 0.3, 200)


def test_a_negative_binomial_simulation_agrees() -> None:
    random = np.random.default_rng(5)
    spread, mean = 0.5, 0.8
    rates = random.gamma(1 / spread, spread * mean, size=200_000)
    any_match = (random.poisson(rates) > 0).mean()
    calibration = CALIBRATION.model_copy(update={"spread": ((0.1, spread), (1e-5, spread))})
    rate = false_match_rate(calibration, 0.2)
    found = expected_rate(calibration, 0.2, mean / rate)
    assert found == pytest.approx(any_match, abs=0.005)


def test_the_margin_makes_the_best_twenty_times_likelier() -> None:
    threshold = 0.35
    margin = margin_for(CALIBRATION, threshold=threshold, between=None)
    # Beyond the start of the tail, impostors fall exponentially.
    assert 0 < margin <= math.log(20) * CALIBRATION.tail.scale * 1.05


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_margin_grows_with_the_similarity_of_two_people(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    assert margin_for(CALIBRATION, threshold=0.4, between=low) <= margin_for(
        CALIBRATION, threshold=0.4, between=high
    )


def test_beyond_the_end_of_a_tail_the_margin_stays() -> None:
    start = CALIBRATION.tail.start
    ends = CALIBRATION.tail.model_copy(update={"shape": -0.1, "scale": 0.03})
    calibration = CALIBRATION.model_copy(update={"tail": ends})
    assert false_match_rate(calibration, start + 0.3) == ends.least_rate
    margins = [
        margin_for(calibration, threshold=start + beyond, between=None)
        for beyond in (0.27, 0.295, 0.3, 0.4, 0.5)
    ]
    assert margins == pytest.approx([margins[0]] * len(margins))
    assert 0.01 < margins[0] < 0.1


def test_rates_are_told_as_odds_of_two_digits() -> None:
    rates = (1.0, 0.5, 0.35, 0.28, 0.001, 0.00123, 1 / 123456)
    assert [odds(rate) for rate in rates] == [1, 2, 3, 4, 1000, 810, 120_000]


def test_the_knots_of_a_tail_are_met_without_a_jump() -> None:
    start = CALIBRATION.tail.start
    around = [false_match_rate(CALIBRATION, start + step) for step in (-1e-6, 0.0, 1e-6)]
    assert all(one == pytest.approx(next_, rel=1e-4) for one, next_ in pairwise(around))


@given(st.floats(0.001, 0.9))
def test_the_quantile_of_the_genuine_undoes_their_rate(share: float) -> None:
    at = genuine_quantile(CALIBRATION, share)
    assert false_non_match_rate(CALIBRATION, at) == pytest.approx(share, rel=1e-9)
