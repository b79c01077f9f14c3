"""How far a measured share can be trusted. Pure.

95 % intervals throughout. A share of independent trials has the exact interval of Clopper and
Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
Biometrika 26 (1934): never too narrow, also where nothing went wrong. Pairs that share people are
not independent; there people are drawn anew, with a pair counting as often as both its people were
drawn: Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1 (2007).
"""

import math
from collections.abc import Callable
from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Interval: TypeAlias = tuple[float, float]
"""Low and high end."""

_TAIL = 0.025
_STEPS = 60
_DRAWS = 1000
_FRACTION_STEPS = 500
_TINY = 1e-300
_CLOSE = 1e-13


def clopper_pearson(count: int, of: int) -> Interval | None:
    """The interval of a share of independent trials; None without any.

    Args:
        count: trials that went so.
        of: all trials.
    """
    if of == 0:
        return None
    low = 0.0 if count == 0 else _beta_quantile(_TAIL, count, of - count + 1)
    high = 1.0 if count == of else _beta_quantile(1 - _TAIL, count + 1, of - count)
    return low, high


def by_drawing_people(
    figure: Callable[[NDArray[np.float64]], float], *, people: int
) -> Interval | None:
    """The interval of a figure when people are drawn anew; None when it never can be told.

    Args:
        figure: from how often each person was drawn, float64, shape (people,), to the figure;
            not a number when nothing is left to tell it from.
        people: how many.
    """
    return inner_interval(np.array([figure(counted) for counted in people_drawn_anew(people)]))


def people_drawn_anew(people: int) -> Iterator[NDArray[np.float64]]:
    """How often each person is drawn, a thousand times: float64, shape (people,)."""
    # Always the same draws, so that the same figures have the same interval.
    random = np.random.default_rng(0)
    even = np.full(people, 1 / people)
    for _ in range(_DRAWS):
        yield random.multinomial(people, even).astype(np.float64)


def inner_interval(values: NDArray[np.float64]) -> Interval | None:
    """Where the inner 95 % of the values lie; None when none is a number."""
    told = values[~np.isnan(values)]
    if not len(told):
        return None
    low, high = np.quantile(told, [_TAIL, 1 - _TAIL])
    return float(low), float(high)


def hull(*intervals: Interval | None) -> Interval | None:
    """The least interval that holds all; None when there is none."""
    known = [each for each in intervals if each is not None]
    if not known:
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def _beta_quantile(probability: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _beta(middle, a, b) < probability else (low, middle)
    return (low + high) / 2


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x > (a + 1) / (a + b + 2):
        return 1 - front * _fraction(1 - x, b, a) / b
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    # Lentz's method, as in Numerical Recipes, section 6.4.
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _FRACTION_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away(1 + term * d)
            c = _away(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return value


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
