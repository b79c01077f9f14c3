"""Measure how often similarities mislead, on photos of which it is known whom they show. Pure.

Every person weighs the same, however many photos there are of them: a pair of photos counts as
one over the product of its two people's photos. Beyond the start of the tail, where one of a
thousand pairs of different people lies, the excess is fitted as a generalised Pareto distribution
by probability-weighted moments (Hosking and Wallis, "Parameter and quantile estimation for the
generalized Pareto distribution", Technometrics 29, 1987).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.errors import InvalidInput
from mien.vision.calibration import Calibration
from mien.vision.calibration import Measured
from mien.vision.calibration import Tail

LEAST_PEOPLE, LEAST_GENUINE = 100, 100
_TAIL_RATE = 1e-3
_BODY_RATES = (0.9999, 0.999, 0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02)
_LOW_RATES = (0.01, 0.005, 0.002)
_GENUINE_SHARES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99)
_SPREAD_RATES = (1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5)
_LEAST_COUNT = 20
_LEAST_SPREAD = 0.01
# Measured on people with two, three and five examples and three recognisers: comparing with the
# nearest example and the mean of k counts as k ** 0.4 to 0.7 comparisons with one.
_EXAMPLES_POWER = 0.6
# The fit is trusted one decade beyond one of all pairs of people; further out, what was not
# among the data (twins, one person under two names) decides, and no fit knows of it.
_BEYOND = 0.1
_ROWS_AT_ONCE = 256
_LOOK_ALIKE_RATE = 1e-3


def fit_calibration(
    embeddings: NDArray[np.float32],
    people: Sequence[str],
    *,
    contract_id: str,
    data: str,
    protocol: str,
) -> Calibration:
    """Measure a calibration.

    Args:
        embeddings: float32, shape (n, dimension), unit length.
        people: whom each shows, same length.
        contract_id: of the embeddings.
        data: the set, in words.
        protocol: anything to be known beyond how pairs are made and weighed.

    Raises:
        InvalidInput: there are fewer than 100 people or 100 pairs of photos of one person, or the
            labels cannot be right.
    """
    _, who, counts = np.unique(np.asarray(people), return_inverse=True, return_counts=True)
    pairs = _Pairs(embeddings, who, 1.0 / counts[who])
    genuine = pairs.genuine
    if len(counts) < LEAST_PEOPLE or len(genuine.similarities) < LEAST_GENUINE:
        raise InvalidInput(
            f"There are {len(counts)} people and {len(genuine.similarities)} pairs of photos of "
            f"one person; a calibration needs {LEAST_PEOPLE} people and {LEAST_GENUINE} pairs. "
            "Add people, and people with two photos or more.",
            field="people",
        )
    impostors = pairs.impostors
    if not impostors.mean < genuine.mean:
        raise InvalidInput(
            "Photos of one person are no more alike than those of two. See whether each folder "
            "holds the photos of one person.",
            field="people",
        )
    tail = _fit_tail(impostors, people=len(counts))
    knots = [
        (impostors.reached_by(rate), rate)
        for rate in (*_BODY_RATES, *_LOW_RATES)
        if rate > tail.rate
    ]
    return Calibration(
        contract_id=contract_id,
        measured=Measured(
            data=data,
            protocol=protocol,
            people=len(counts),
            photos=len(embeddings),
            impostor_pairs=impostors.count,
            genuine_pairs=len(genuine.similarities),
        ),
        impostor_mean=_rounded(impostors.mean),
        impostors=(*_rising(knots, below=tail.start), (tail.start, tail.rate)),
        tail=tail,
        spread=_spread(embeddings, who, impostors),
        genuine_mean=_rounded(genuine.mean),
        genuine=_rising([(genuine.reached_by(1 - share), share) for share in _GENUINE_SHARES]),
        likeness_carried=_likeness_carried(embeddings, who, impostors),
        examples_power=_EXAMPLES_POWER,
    )


class _Weighed:
    """Similarities, each with its weight, in rising order."""

    def __init__(self, similarities: NDArray[np.float32], weights: NDArray[np.float64]) -> None:
        order = np.argsort(similarities, kind="stable")
        self.similarities = similarities[order].astype(np.float64)
        self.weights = weights[order] / weights.sum()
        self.count = len(order)
        self.mean = float(self.similarities @ self.weights)
        self._reaching = np.cumsum(self.weights[::-1])[::-1]

    def reached_by(self, rate: float) -> float:
        """The similarity that this share reaches."""
        at = int(np.searchsorted(-self._reaching, -rate))
        return float(self.similarities[min(at, self.count - 1)])

    def rate_at(self, similarity: float) -> float:
        """The share that reaches a similarity."""
        at = int(np.searchsorted(self.similarities, similarity))
        return float(self._reaching[at]) if at < self.count else 0.0

    def beyond(self, start: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Excesses over a start, rising, and their weights."""
        at = int(np.searchsorted(self.similarities, start, side="right"))
        return self.similarities[at:] - start, self.weights[at:]


class _Pairs:
    """All pairs of photos, apart by whether they show one person."""

    def __init__(
        self, embeddings: NDArray[np.float32], who: NDArray[np.intp], weight: NDArray[np.float64]
    ) -> None:
        same: list[NDArray[np.float32]] = []
        same_weight: list[NDArray[np.float64]] = []
        other: list[NDArray[np.float32]] = []
        other_weight: list[NDArray[np.float64]] = []
        for start in range(0, len(embeddings), _ROWS_AT_ONCE):
            rows = np.arange(start, min(start + _ROWS_AT_ONCE, len(embeddings)))
            similarities = embeddings[rows] @ embeddings.T
            later = np.arange(len(embeddings))[None, :] > rows[:, None]
            together = who[rows][:, None] == who[None, :]
            weights = weight[rows][:, None] * weight[None, :]
            same.append(similarities[later & together])
            same_weight.append(weights[later & together])
            other.append(similarities[later & ~together])
            other_weight.append(weights[later & ~together])
        self.genuine = _Weighed(np.concatenate(same), np.concatenate(same_weight))
        self.impostors = _Weighed(np.concatenate(other), np.concatenate(other_weight))


def _fit_tail(impostors: _Weighed, *, people: int) -> Tail:
    start = _rounded(impostors.reached_by(_TAIL_RATE))
    rate = impostors.rate_at(start)
    excess, weights = impostors.beyond(start)
    weights = weights / weights.sum()
    # The i-th of them in rising order has this share above it, half of its own included.
    above = np.cumsum(weights[::-1])[::-1] - weights / 2
    first = float(excess @ weights)
    second = float((excess * above) @ weights)
    # Hosking and Wallis give the shape the other sign. Where all excess is equal there is none.
    even = first - 2 * second
    shape = float(np.clip(2 - first / even, -0.5, 0.5)) if even > 0 else -0.5
    return Tail(
        start=start,
        rate=rate,
        shape=shape,
        # So that the mean is that of the excess, also where the shape was clipped.
        scale=first * (1 - shape),
        least_rate=_BEYOND * 2.0 / (people * (people - 1)),
    )


def _spread(
    embeddings: NDArray[np.float32], who: NDArray[np.intp], impostors: _Weighed
) -> tuple[tuple[float, float], ...]:
    """Overdispersion of the false matches of one probe among one photo of everybody else."""
    first = np.unique(who, return_index=True)[1]
    ones = embeddings[first]
    similarities = ones @ ones.T
    np.fill_diagonal(similarities, -1.0)
    others = len(ones) - 1
    found: list[tuple[float, float]] = []
    for rate in _SPREAD_RATES:
        matches = (similarities >= impostors.reached_by(rate)).sum(axis=1)
        if matches.sum() < _LEAST_COUNT:
            break
        mean = matches.mean()
        # Pairs of matches of one probe, over what they would be by chance.
        together = (matches * (matches - 1)).mean() / mean**2 * others / (others - 1)
        value = max(float(together) - 1, found[-1][1] if found else 0.0, _LEAST_SPREAD)
        found.append((rate, value))
    return tuple(found)


def _likeness_carried(
    embeddings: NDArray[np.float32], who: NDArray[np.intp], impostors: _Weighed
) -> float:
    """Regression of a photo's similarity to B on the likeness of its person's example to B's."""
    first = np.unique(who, return_index=True)[1]
    examples = embeddings[first]
    photos = np.setdiff1d(np.arange(len(who)), first)
    start = impostors.reached_by(_LOOK_ALIKE_RATE) / 2
    top = bottom = 0.0
    for photo in photos:
        likeness = (examples @ examples[who[photo]]).astype(np.float64)
        similarity = (examples @ embeddings[photo]).astype(np.float64)
        alike = likeness >= start
        alike[who[photo]] = False
        top += float(((likeness - impostors.mean) * (similarity - impostors.mean))[alike].sum())
        bottom += float(((likeness - impostors.mean) ** 2)[alike].sum())
    return float(np.clip(top / bottom, 0.0, 1.0)) if bottom else 0.0


def _rising(
    knots: Sequence[tuple[float, float]], *, below: float = 1.1
) -> tuple[tuple[float, float], ...]:
    kept: list[tuple[float, float]] = []
    for at, share in sorted((_rounded(at), share) for at, share in knots):
        if at < below and (not kept or at > kept[-1][0]):
            kept.append((at, share))
    return tuple(kept)


def _rounded(value: float) -> float:
    return round(float(value), 6)
