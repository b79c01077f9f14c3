"""Measure how often similarities mislead, on photos of which it is known whom they show. Pure.

Beyond the start of the tail, where one of a thousand pairs of different people lies, the excess
is fitted as a generalised Pareto distribution by probability-weighted moments (Hosking and Wallis,
"Parameter and quantile estimation for the generalized Pareto distribution", Technometrics 29,
1987).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.decision.count_pairs import BIN_WIDTH
from mien.decision.count_pairs import CountedPairs
from mien.decision.count_pairs import blocks
from mien.decision.count_pairs import count_pairs
from mien.errors import InvalidInput
from mien.packs.calibration import Calibration
from mien.packs.calibration import Measured
from mien.packs.calibration import Tail

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
    genuine, impostors = count_pairs(embeddings, who)
    if len(counts) < LEAST_PEOPLE or genuine.count < LEAST_GENUINE:
        raise InvalidInput(
            "too_little_to_calibrate",
            words={
                "people": len(counts),
                "pairs": genuine.count,
                "least_people": LEAST_PEOPLE,
                "least_pairs": LEAST_GENUINE,
            },
            field="people",
        )
    if not impostors.mean < genuine.mean:
        raise InvalidInput("not_separable", field="people")
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
            genuine_pairs=genuine.count,
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


def _fit_tail(impostors: CountedPairs, *, people: int) -> Tail:
    start, rate, excess, weights = impostors.tail_from(_TAIL_RATE)
    # The i-th of them in rising order has this share above it, half of its own included.
    above = np.cumsum(weights[::-1])[::-1] - weights / 2
    first = float(excess @ weights)
    second = float((excess * above) @ weights)
    # Hosking and Wallis give the shape the other sign. Where all excess is equal there is none.
    even = first - 2 * second
    shape = float(np.clip(2 - first / even, -0.5, 0.5)) if even > 0 else -0.5
    return Tail(
        start=_rounded(start),
        rate=rate,
        shape=shape,
        # So that the mean is that of the excess, also where the shape was clipped.
        scale=max(first, BIN_WIDTH / 2) * (1 - shape),
        least_rate=_BEYOND * 2.0 / (people * (people - 1)),
    )


def _spread(
    embeddings: NDArray[np.float32], who: NDArray[np.intp], impostors: CountedPairs
) -> tuple[tuple[float, float], ...]:
    """Overdispersion of the false matches of one probe among one photo of everybody else."""
    ones = embeddings[np.unique(who, return_index=True)[1]]
    others = len(ones) - 1
    found: list[tuple[float, float]] = []
    of_each = _matches(ones, [impostors.reached_by(rate) for rate in _SPREAD_RATES])
    for rate, matches in zip(_SPREAD_RATES, of_each, strict=True):
        if matches.sum() < _LEAST_COUNT:
            break
        mean = matches.mean()
        # Pairs of matches of one probe, over what they would be by chance.
        together = (matches * (matches - 1)).mean() / mean**2 * others / (others - 1)
        value = max(float(together) - 1, found[-1][1] if found else 0.0, _LEAST_SPREAD)
        found.append((rate, value))
    return tuple(found)


def _matches(ones: NDArray[np.float32], thresholds: Sequence[float]) -> NDArray[np.int64]:
    """How many others each reaches a threshold with.

    Args:
        ones: float32, shape (people, dimension), unit length: an embedding of each.
        thresholds: similarities.

    Returns:
        int64, shape (thresholds, people).
    """
    found = np.zeros((len(thresholds), len(ones)), np.int64)
    for rows in blocks(len(ones), len(ones)):
        similarities = ones[rows] @ ones.T
        # Nobody is another to themselves.
        np.fill_diagonal(similarities[:, rows], -1.0)
        for at, threshold in enumerate(thresholds):
            found[at, rows] = np.count_nonzero(similarities >= threshold, axis=1)
    return found


def _likeness_carried(
    embeddings: NDArray[np.float32], who: NDArray[np.intp], impostors: CountedPairs
) -> float:
    """Regression of a photo's similarity to B on the similarity of its person's example to B's."""
    first = np.unique(who, return_index=True)[1]
    examples = embeddings[first]
    photos = np.setdiff1d(np.arange(len(who)), first)
    start = impostors.reached_by(_LOOK_ALIKE_RATE) / 2
    top = bottom = 0.0
    for rows in blocks(len(photos), len(examples)):
        some = photos[rows]
        alike_examples = examples[who[some]] @ examples.T
        alike = alike_examples >= start
        alike[np.arange(len(some)), who[some]] = False
        beyond = alike_examples[alike].astype(np.float64) - impostors.mean
        similarity = (embeddings[some] @ examples.T)[alike].astype(np.float64)
        top += float(beyond @ (similarity - impostors.mean))
        bottom += float(beyond @ beyond)
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
