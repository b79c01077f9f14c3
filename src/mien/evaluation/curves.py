"""From similarities to rates of error. Pure.

A threshold lets through what reaches it: FMR is the share of impostors at or above it, FNMR the
share of genuine below it, so that equal scores stand on the same side. The same functions serve
for searches, where "impostors" are strangers' best similarities and "genuine" are those of people
to themselves, below everything when somebody else came first.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NOT_ACQUIRED = -1.0
"""The similarity of a pair with a photo in which no face was found: as different as can be."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Both errors at every threshold that makes a difference.

    Attributes:
        thresholds: float64, shape (n,), falling.
        fmr: share of impostors at or above, rising.
        fnmr: share of genuine below, falling.
    """

    thresholds: Array
    fmr: Array
    fnmr: Array


def curve(genuine: Array, impostor: Array) -> Curve:
    """Both errors from a threshold above everything down to the lowest score."""
    scores = np.unique(np.concatenate([genuine, impostor]))[::-1]
    thresholds = np.concatenate([[np.inf], scores])
    return Curve(
        thresholds=thresholds,
        fmr=share_reaching(impostor, thresholds),
        fnmr=1 - share_reaching(genuine, thresholds),
    )


def share_reaching(scores: Array, thresholds: Array) -> Array:
    """Share of the scores at or above each threshold."""
    ranked = np.sort(scores)
    below = np.searchsorted(ranked, thresholds, side="left")
    return np.asarray((len(ranked) - below) / max(len(ranked), 1), dtype=np.float64)


def allowed_errors(rate: float, trials: int) -> int:
    """How many errors a rate allows in so many trials."""
    return min(math.floor(rate * trials + _ROUNDING), trials)


def can_show(rate: float, trials: int) -> bool:
    """Whether so many trials are enough for one error at this rate."""
    return allowed_errors(rate, trials) >= 1


def threshold_at(impostor: Array, rate: float) -> float:
    """The least threshold that no larger share of the impostors reaches than the rate.

    Where there are fewer impostors than 1 / rate it lies just above all of them.
    """
    allowed = allowed_errors(rate, len(impostor))
    if allowed == len(impostor):
        return -math.inf
    return float(np.nextafter(np.sort(impostor)[::-1][allowed], np.inf))


def accepted_at(genuine: Array, impostor: Array, rate: float) -> float:
    """Share of the genuine that pass where this share of the impostors does (TAR at FAR)."""
    return float((genuine >= threshold_at(impostor, rate)).mean())


def weighted_accepted_at(
    genuine: Array, impostor: Array, rate: float, *, of_genuine: Array, of_impostor: Array
) -> float:
    """The same with scores that count several times; not a number when none counts.

    Args:
        genuine: float64, shape (n,).
        impostor: float64, shape (m,), falling.
        rate: of the impostors.
        of_genuine: how often each counts.
        of_impostor: likewise.
    """
    total, all_impostors = float(of_genuine.sum()), float(of_impostor.sum())
    if total <= 0 or all_impostors <= 0:
        return math.nan
    counted = np.cumsum(of_impostor)
    place = int(np.searchsorted(counted, rate * all_impostors + _ROUNDING, side="right"))
    cut = impostor[place] if place < len(impostor) else -math.inf
    return float(of_genuine[genuine > cut].sum()) / total


def drawn_accepted_at(
    genuine: Array,
    impostor: Array,
    rates: Sequence[float],
    *,
    of_genuine: Array,
    of_impostor: Array,
) -> Array:
    """`weighted_accepted_at` of many draws at several rates at once.

    Args:
        genuine: float64, shape (n,).
        impostor: float64, shape (m,), falling.
        rates: of the impostors.
        of_genuine: how often each counts in each draw, shape (draws, n).
        of_impostor: likewise, shape (draws, m).

    Returns:
        float64, shape (len(rates), draws).
    """
    total, counted = of_genuine.sum(axis=1), np.cumsum(of_impostor, axis=1)
    cuts = np.append(impostor, -math.inf)
    told = np.full((len(rates), len(total)), math.nan)
    for place, rate in enumerate(rates):
        allowed = rate * counted[:, -1:] + _ROUNDING
        cut = cuts[(counted <= allowed).sum(axis=1)]
        passed = (of_genuine * (genuine > cut[:, None])).sum(axis=1)
        some = (total > 0) & (counted[:, -1] > 0)
        told[place, some] = passed[some] / total[some]
    return told


def equal_error_rate(genuine: Array, impostor: Array) -> float:
    """Where both errors are equal, on the straight line between the two nearest thresholds."""
    both = curve(genuine, impostor)
    after = int(np.argmax(both.fmr >= both.fnmr))
    # At the first threshold, above everything, FMR is 0 and FNMR 1.
    before = after - 1
    gap_before = both.fnmr[before] - both.fmr[before]
    gap_after = both.fmr[after] - both.fnmr[after]
    share = gap_before / (gap_before + gap_after)
    return float(both.fmr[before] + share * (both.fmr[after] - both.fmr[before]))


def area_under_curve(genuine: Array, impostor: Array) -> float:
    """How often a genuine score is above an impostor's; equal ones count half."""
    ranked = np.sort(impostor)
    below = np.searchsorted(ranked, genuine, side="left")
    up_to = np.searchsorted(ranked, genuine, side="right")
    return float((below + up_to).mean() / 2 / len(ranked))
