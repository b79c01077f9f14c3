"""Accuracy on labelled pairs, as the protocol of Labeled Faces in the Wild has it."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.decision.similarity import similarity_to
from mien.decision.similarity import verification_threshold
from mien.evaluation import curves
from mien.evaluation.acquire import Acquired
from mien.evaluation.acquire import Sample
from mien.evaluation.figures import Made
from mien.evaluation.figures import OperatingSettings
from mien.evaluation.figures import PairBand
from mien.evaluation.figures import PairsAtSettings
from mien.evaluation.figures import PairsFigures
from mien.evaluation.figures import RateIntervals
from mien.evaluation.folds import accuracy_of
from mien.evaluation.folds import best_threshold
from mien.evaluation.folds import judge_folds
from mien.evaluation.intervals import Interval
from mien.evaluation.intervals import by_drawing_people
from mien.evaluation.intervals import clopper_pearson
from mien.evaluation.intervals import hull
from mien.evaluation.pairs_file import Pair
from mien.evaluation.pairs_file import PhotoName
from mien.evaluation.shares import share
from mien.evaluation.shares import thirds
from mien.vision.types import EngineSummary

RATES = ("1e-2", "1e-3", "1e-4")
_BANDED_AT = "1e-3"


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Pairs with their similarities.

    Attributes:
        pairs: in the order of their list.
        photos: the photo of each name, by its path.
        scores: float64, shape (n,), -1 where a photo was not acquired.
        same: bool, shape (n,).
        samples: by path.
    """

    pairs: Sequence[Pair]
    photos: Mapping[PhotoName, str]
    scores: NDArray[np.float64]
    same: NDArray[np.bool_]
    samples: Mapping[str, Sample]

    @property
    def genuine(self) -> NDArray[np.float64]:
        """Similarities of the pairs of one person."""
        return self.scores[self.same]

    @property
    def impostor(self) -> NDArray[np.float64]:
        """Similarities of the pairs of two people."""
        return self.scores[~self.same]


def score_pairs(
    pairs: Sequence[Pair], photos: Mapping[PhotoName, str], samples: Mapping[str, Sample]
) -> Scored:
    """Compare the photos of each pair, as `mien verify` does."""

    def score(pair: Pair) -> float:
        one, other = (samples.get(photos[name]) for name in (pair.one, pair.other))
        if one is None or other is None:
            return curves.NOT_ACQUIRED
        return similarity_to(one.embedding, {"other": other.embedding})[0]

    return Scored(
        pairs=pairs,
        photos=photos,
        scores=np.array([score(pair) for pair in pairs], dtype=np.float64),
        same=np.array([pair.same for pair in pairs], dtype=np.bool_),
        samples=samples,
    )


def measure_pairs(
    scored: Scored,
    acquired: Acquired,
    *,
    summary: EngineSummary,
    settings: OperatingSettings,
    made: Made,
) -> PairsFigures:
    """Every figure of the pairs.

    Args:
        scored: the pairs.
        acquired: what came of their photos.
        summary: of the engine that made the embeddings.
        settings: of the gallery at which answers are judged.
        made: what the embeddings were made with.
    """
    genuine, impostor = scored.genuine, scored.impostor
    fold = np.array([pair.fold for pair in scored.pairs])
    results = judge_folds(scored.scores, scored.same, fold)
    people = {name.person for pair in scored.pairs for name in (pair.one, pair.other)}
    return PairsFigures(
        made=made,
        pairs=len(scored.pairs),
        same=len(genuine),
        different=len(impostor),
        people=len(people),
        photos=len(set(scored.photos.values())),
        folds=len(results),
        accuracy=accuracy_of(results),
        fold_results=results,
        threshold=best_threshold(scored.scores, scored.same),
        tar_at_far={rate: curves.accepted_at(genuine, impostor, float(rate)) for rate in RATES},
        tar_at_far_interval=_intervals(scored),
        only_bounds=[rate for rate in RATES if not curves.can_show(float(rate), len(impostor))],
        eer=curves.equal_error_rate(genuine, impostor),
        auc=curves.area_under_curve(genuine, impostor),
        at_gallery_settings=_at_settings(scored, summary, settings),
        by_quality=_by_quality(scored),
        not_acquired=sorted(acquired.refused),
        not_acquired_reasons=dict(acquired.refused),
    )


def _at_settings(
    scored: Scored, summary: EngineSummary, settings: OperatingSettings
) -> PairsAtSettings:
    threshold = verification_threshold(summary, accepted=settings.accepted_fmr)
    return PairsAtSettings(
        gallery=settings.gallery,
        threshold=threshold,
        accepted_fmr=settings.accepted_fmr if summary.calibration else None,
        fmr=share(scored.impostor >= threshold),
        fnmr=share(scored.genuine < threshold),
    )


def _intervals(scored: Scored) -> RateIntervals:
    people = {name.person for pair in scored.pairs for name in (pair.one, pair.other)}
    number = {person: place for place, person in enumerate(sorted(people))}
    one, other = (
        np.array([number[name.person] for name in names])
        for names in zip(*((pair.one, pair.other) for pair in scored.pairs), strict=True)
    )
    genuine, impostor = scored.genuine, scored.impostor
    of_one = one[scored.same]
    falling = np.argsort(-impostor, kind="stable")
    ranked = impostor[falling]
    of_first, of_second = one[~scored.same][falling], other[~scored.same][falling]

    def interval(rate: float) -> Interval | None:
        passing = int((genuine >= curves.threshold_at(impostor, rate)).sum())
        drawn = by_drawing_people(
            lambda drawn: curves.weighted_accepted_at(
                genuine,
                ranked,
                rate,
                of_genuine=drawn[of_one],
                of_impostor=drawn[of_first] * drawn[of_second],
            ),
            people=len(number),
        )
        # Drawing people anew says nothing where no pair went wrong.
        both = hull(drawn, clopper_pearson(passing, len(genuine)))
        if both is None or curves.can_show(rate, len(impostor)):
            return both
        return 0.0, both[1]

    return {rate: interval(float(rate)) for rate in RATES}


def _by_quality(scored: Scored) -> list[PairBand]:
    threshold = curves.threshold_at(scored.impostor, float(_BANDED_AT))
    both = [
        tuple(scored.samples.get(scored.photos[name]) for name in (pair.one, pair.other))
        for pair in scored.pairs
    ]
    there = np.array([one is not None and other is not None for one, other in both])
    scores, same = scored.scores[there], scored.same[there]
    acquired = [(one, other) for one, other in both if one is not None and other is not None]
    values = {
        "quality score": [min(one.quality.score, other.quality.score) for one, other in acquired],
        "size in pixels": [
            min(one.quality.size_px, other.quality.size_px) for one, other in acquired
        ],
        "turn of the head": [max(abs(one.yaw), abs(other.yaw)) for one, other in acquired],
    }
    return [
        PairBand(
            by=by,
            low=low,
            high=high,
            fmr=share(scores[inside & ~same] >= threshold),
            fnmr=share(scores[inside & same] < threshold),
        )
        for by, known in values.items()
        for low, high, inside in thirds(np.array(known))
    ]
