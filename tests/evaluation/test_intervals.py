import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.evaluation.intervals import by_drawing_people
from mien.evaluation.intervals import clopper_pearson
from mien.evaluation.intervals import hull


def test_the_exact_interval_is_that_of_the_tables() -> None:
    assert clopper_pearson(2, 10) == pytest.approx((0.025211, 0.556095), abs=1e-6)
    assert clopper_pearson(50, 100) == pytest.approx((0.398321, 0.601679), abs=1e-6)
    # Without an error: 1 - 0.025 ** (1 / n).
    assert clopper_pearson(0, 1500) == pytest.approx((0, 1 - 0.025 ** (1 / 1500)), abs=1e-9)
    assert clopper_pearson(7, 7) == pytest.approx((0.025 ** (1 / 7), 1), abs=1e-9)
    assert clopper_pearson(0, 0) is None


def tail(count: int, of: int, share: float) -> float:
    """How likely at least so many are."""
    return sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(count, of + 1))


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 60), st.data())
def test_beyond_each_end_lies_a_fortieth(of: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, of))
    interval = clopper_pearson(count, of)
    assert interval is not None
    low, high = interval
    assert low <= count / of <= high
    if count > 0:
        assert tail(count, of, low) == pytest.approx(0.025, abs=1e-6)
    if count < of:
        assert 1 - tail(count + 1, of, high) == pytest.approx(0.025, abs=1e-6)


def test_millions_of_trials_are_no_trouble() -> None:
    interval = clopper_pearson(7_000, 7_000_000)
    assert interval == pytest.approx((0.0009767, 0.0010237), abs=1e-6)


def test_drawing_people_agrees_with_what_is_known_of_means() -> None:
    values = np.random.default_rng(1).normal(0, 1, 400)

    def mean(drawn: NDArray[np.float64]) -> float:
        return float((values * drawn).sum() / drawn.sum())

    interval = by_drawing_people(mean, people=400)
    assert interval is not None
    error = values.std() / 20
    assert interval == pytest.approx(
        (values.mean() - 1.96 * error, values.mean() + 1.96 * error), abs=0.015
    )
    assert by_drawing_people(mean, people=400) == interval


def test_a_figure_that_can_never_be_told_has_no_interval() -> None:
    assert by_drawing_people(lambda _: math.nan, people=3) is None
    assert hull(None, None) is None
    assert hull(None, (0.2, 0.3), (0.25, 0.4)) == (0.2, 0.4)
