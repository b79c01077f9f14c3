"""From similarities to rates of error, and from the rate that is accepted to a threshold. Pure.

The false match rate of one comparison (FMR) is measured; beyond where the data are dense it is a
generalised Pareto tail. A search compares a face with everybody, and the false matches of one
probe come together: some faces are like many others. With the rate of a probe gamma distributed
over the probes, the share of strangers' searches with a false match (FPIR) is that of a negative
binomial, 1 - (1 + v m) ** (-1 / v), where m is FMR times the comparisons and v the overdispersion
(Greenwood and Yule, Journal of the Royal Statistical Society 83, 1920). With v = 0 it is the
binomial model of Grother and Phillips, "Models of large population recognition performance", CVPR
2004; it never exceeds m, the bound of ISO/IEC 19795-1.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

from mien.packs.calibration import Calibration
from mien.packs.calibration import Tail

_ODDS = 20.0
"""How many times likelier the best person has to be than the next."""
_STEPS = 60
_LEAST_LOG = 1e-300


def false_match_rate(calibration: Calibration, similarity: float) -> float:
    """Share of comparisons of two people that reach a similarity (FMR).

    Not below what the data can speak of; see `Tail.least_rate`.
    """
    return max(_modelled_rate(calibration, similarity), calibration.tail.least_rate)


def false_non_match_rate(calibration: Calibration, threshold: float) -> float:
    """Share of comparisons of one person's photos that stay below a threshold (FNMR)."""
    knots = calibration.genuine
    return _interpolated([at for at, _ in knots], [share for _, share in knots], threshold)


def genuine_quantile(calibration: Calibration, share: float) -> float:
    """The similarity below which this share of one person's photos stay; undoes the above.

    Args:
        calibration: of the gallery's embeddings.
        share: in [0, 1]; beyond the knots, that of the nearest knot.
    """
    knots = calibration.genuine
    return _interpolated([missed for _, missed in knots], [at for at, _ in knots], share)


def comparisons(calibration: Calibration, *, people: int, faces: int) -> float:
    """How many independent comparisons a search of a gallery counts as.

    Args:
        calibration: of the gallery's embeddings.
        people: who have at least one example.
        faces: their examples.
    """
    if people < 1:
        return 0.0
    # The power of the mean is at least the mean of the powers, so people with an unequal number
    # of examples are counted a little too often rather than too rarely.
    return float(people * (max(faces, people) / people) ** calibration.examples_power)


def expected_rate(calibration: Calibration, similarity: float, comparisons: float) -> float:
    """Share of strangers' searches in which somebody reaches a similarity (FPIR).

    Args:
        calibration: of the gallery's embeddings.
        similarity: in [-1, 1].
        comparisons: that one search makes.
    """
    return _search_rate(calibration, false_match_rate(calibration, similarity), comparisons)


def least_expected_rate(calibration: Calibration, comparisons: float) -> float:
    """The smallest share of strangers' searches (FPIR) that the data can speak of.

    Args:
        calibration: of the gallery's embeddings.
        comparisons: that one search makes.
    """
    return _search_rate(calibration, calibration.tail.least_rate, comparisons)


def threshold_for(calibration: Calibration, *, accepted: float, comparisons: float) -> float:
    """The least similarity that strangers reach no more often than is accepted.

    Never falls as the comparisons grow. Beyond what the data can speak of it follows the model.

    Args:
        calibration: of the gallery's embeddings.
        accepted: share of strangers' searches (FPIR), or with one comparison FMR, in (0, 1).
        comparisons: that one search makes; below 1 counts as 1.
    """
    return _threshold(calibration, accepted, max(comparisons, 1.0))


@lru_cache(maxsize=1024)
def _threshold(calibration: Calibration, accepted: float, comparisons: float) -> float:
    low, high = -1.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        rate = _search_rate(calibration, _modelled_rate(calibration, middle), comparisons)
        low, high = (middle, high) if rate > accepted else (low, middle)
    return high


def margin_for(calibration: Calibration, *, threshold: float, between: float | None) -> float:
    """How far the best person has to be ahead of another for the other to be ruled out.

    So far that the best is 20 times likelier than the other: the logarithm of those odds over the
    slope, at the threshold, of the logarithm of the likelihood ratio of genuine to impostor. If
    the two people look alike, a photo of one is like the other from the outset; what tells them
    apart shrinks by as much, and the margin grows by as much.

    Args:
        calibration: of the gallery's embeddings.
        threshold: from which it is a match.
        between: similarity of the two people's examples, in [-1, 1]; None when not known.
    """
    # A fitted tail may end: further out there would be no slope, and every other person a doubt.
    furthest = threshold_for(calibration, accepted=calibration.tail.least_rate, comparisons=1.0)
    plain = math.log(_ODDS) / _evidence_slope(calibration, min(threshold, furthest))
    apart = calibration.genuine_mean - calibration.impostor_mean
    beyond = 0.0 if between is None else max(between - calibration.impostor_mean, 0.0)
    left = apart - calibration.likeness_carried * beyond
    return 2.0 if left <= 0 else min(plain * apart / left, 2.0)


def _search_rate(calibration: Calibration, rate: float, comparisons: float) -> float:
    expected = rate * comparisons
    spread = _spread(calibration, rate)
    return -math.expm1(-math.log1p(spread * expected) / spread)


def _spread(calibration: Calibration, rate: float) -> float:
    # The logarithm of the overdispersion is close to linear in that of the rate.
    knots = calibration.spread
    return math.exp(
        _interpolated(
            [-math.log(at) for at, _ in knots],
            [math.log(value) for _, value in knots],
            -math.log(max(rate, _LEAST_LOG)),
        )
    )


def _modelled_rate(calibration: Calibration, similarity: float) -> float:
    if similarity >= calibration.tail.start:
        return _tail_rate(calibration.tail, similarity)
    knots = calibration.impostors
    return math.exp(
        _interpolated([at for at, _ in knots], [math.log(share) for _, share in knots], similarity)
    )


def _tail_rate(tail: Tail, similarity: float) -> float:
    beyond = (similarity - tail.start) / tail.scale
    if abs(tail.shape) < _EXPONENTIAL:
        return tail.rate * math.exp(-beyond)
    base = 1 + tail.shape * beyond
    return tail.rate * float(base ** (-1 / tail.shape)) if base > 0 else 0.0


_EXPONENTIAL = 1e-6


@lru_cache(maxsize=1024)
def _evidence_slope(calibration: Calibration, similarity: float) -> float:
    """Slope of ln(genuine density / impostor density), per unit of similarity."""
    # Both tails towards each other are close to normal here: the genuine falls to the left by
    # its own mean and deviation, the impostor by its modelled rate.
    step = _SLOPE_STEP
    low = math.log(max(_modelled_rate(calibration, similarity - step), _LEAST_LOG))
    high = math.log(max(_modelled_rate(calibration, similarity + step), _LEAST_LOG))
    falling = (low - high) / (2 * step)
    below = max(false_non_match_rate(calibration, similarity), 1e-4)
    lower = max(false_non_match_rate(calibration, similarity - 4 * step), 1e-5)
    rising = max((math.log(below) - math.log(lower)) / (4 * step), 0.0)
    return max(falling + rising, _LEAST_SLOPE)


_SLOPE_STEP = 0.01
_LEAST_SLOPE = 1.0


def _interpolated(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """Linear between the knots, level beyond them; xs rise."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    at = next(i for i, right in enumerate(xs) if x <= right)
    share = (x - xs[at - 1]) / (xs[at] - xs[at - 1])
    return ys[at - 1] + share * (ys[at] - ys[at - 1])


def odds(rate: float) -> int:
    """A rate as N of "1 of N", to two digits that count.

    Args:
        rate: in (0, 1].
    """
    return max(round(float(f"{1 / rate:.2g}")), 1)
