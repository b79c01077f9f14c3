import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.evaluation import curves

SCORES = st.lists(st.integers(-20, 20).map(lambda each: each / 20), min_size=1, max_size=40).map(
    lambda each: np.array(each, dtype=np.float64)
)
RATE = st.floats(0.0001, 0.9)
GENUINE = np.array([0.9, 0.8, 0.6, 0.4])
IMPOSTOR = np.array([0.5, 0.4, 0.3, 0.2, 0.1])


def test_what_reaches_a_threshold_passes() -> None:
    both = curves.curve(GENUINE, IMPOSTOR)
    at = dict(zip(both.thresholds.tolist(), zip(both.fmr, both.fnmr, strict=True), strict=True))
    assert at[math.inf] == (0, 1)
    assert at[0.5] == pytest.approx((0.2, 0.25))
    # 0.4 is the score of one of either kind, and both pass.
    assert at[0.4] == pytest.approx((0.4, 0))
    assert at[0.1] == pytest.approx((1, 0))


def test_the_share_that_passes_is_counted_by_hand() -> None:
    assert curves.accepted_at(GENUINE, IMPOSTOR, 0.2) == 0.75
    assert curves.accepted_at(GENUINE, IMPOSTOR, 0.1) == 0.75
    assert curves.accepted_at(np.array([0.5, 0.6]), IMPOSTOR, 0.1) == 0.5
    assert curves.accepted_at(GENUINE, IMPOSTOR, 0.4) == 1.0


def test_a_rate_needs_one_over_itself_impostors() -> None:
    assert curves.can_show(1e-3, 1000)
    assert not curves.can_show(1e-3, 999)
    # 0.29 * 100 is a little less than 29 in binary.
    assert curves.allowed_errors(0.29, 100) == 29


def test_equal_error_is_found_between_two_thresholds() -> None:
    # From (FMR 0, FNMR 0.25) at 0.6 to (0.2, 0.25) at 0.5 to (0.4, 0) at 0.4.
    assert curves.equal_error_rate(GENUINE, IMPOSTOR) == pytest.approx(0.2 + 0.2 * 0.05 / 0.45)
    assert curves.equal_error_rate(np.array([0.9]), np.array([0.1])) == 0
    assert curves.equal_error_rate(np.array([0.1]), np.array([0.9])) == 1
    assert curves.equal_error_rate(np.array([0.5]), np.array([0.5])) == 0.5


def test_the_area_counts_equal_scores_half() -> None:
    assert curves.area_under_curve(GENUINE, IMPOSTOR) == pytest.approx((5 + 5 + 5 + 3.5) / 20)


@given(SCORES, SCORES, RATE, RATE)
def test_more_is_accepted_where_more_impostors_may_pass(
    genuine: curves.Array, impostor: curves.Array, one: float, other: float
) -> None:
    less, more = sorted((one, other))
    assert curves.accepted_at(genuine, impostor, less) <= curves.accepted_at(
        genuine, impostor, more
    )
    passing = float((impostor >= curves.threshold_at(impostor, more)).mean())
    # A rate that was meant to be a share of them is taken as one.
    assert passing <= more + 1e-9


@given(SCORES, SCORES, RATE)
def test_the_order_of_pairs_changes_nothing(
    genuine: curves.Array, impostor: curves.Array, rate: float
) -> None:
    turned, mixed = genuine[::-1], np.roll(impostor, 1)
    assert curves.accepted_at(turned, mixed, rate) == curves.accepted_at(genuine, impostor, rate)
    assert curves.equal_error_rate(turned, mixed) == curves.equal_error_rate(genuine, impostor)
    assert curves.area_under_curve(turned, mixed) == pytest.approx(
        curves.area_under_curve(genuine, impostor)
    )


@given(SCORES, SCORES)
def test_swapping_the_kinds_turns_the_area_over(
    genuine: curves.Array, impostor: curves.Array
) -> None:
    area = curves.area_under_curve(genuine, impostor)
    assert curves.area_under_curve(impostor, genuine) == pytest.approx(1 - area)
    error = curves.equal_error_rate(genuine, impostor)
    assert 0 <= error <= 1
    # What is no worse than chance errs at most half of the time somewhere.
    assert min(error, curves.equal_error_rate(impostor, genuine)) <= 0.5 + 1e-9


@given(SCORES, SCORES, RATE)
def test_counting_everything_once_is_not_weighing(
    genuine: curves.Array, impostor: curves.Array, rate: float
) -> None:
    falling = np.sort(impostor)[::-1]
    weighed = curves.weighted_accepted_at(
        genuine,
        falling,
        rate,
        of_genuine=np.ones(len(genuine)),
        of_impostor=np.ones(len(impostor)),
    )
    assert weighed == pytest.approx(curves.accepted_at(genuine, impostor, rate))


def test_counting_nothing_tells_nothing() -> None:
    nothing = curves.weighted_accepted_at(
        GENUINE, IMPOSTOR, 0.1, of_genuine=np.zeros(4), of_impostor=np.ones(5)
    )
    assert math.isnan(nothing)
