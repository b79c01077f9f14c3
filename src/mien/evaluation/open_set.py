"""Accuracy of searches with strangers among those who are searched for. Pure.

FPIR is the share of strangers' searches in which somebody reaches a threshold, FNIR the share of
enrolled people's in which they do not come first and reach it (ISO/IEC 19795-1, with the first
place counting alone, because Mien names nobody else).
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.evaluation import curves
from mien.evaluation.acquire import Acquired
from mien.evaluation.figures import Decisions
from mien.evaluation.figures import DecisionsSplit
from mien.evaluation.figures import Made
from mien.evaluation.figures import OperatingSettings
from mien.evaluation.figures import RateCheck
from mien.evaluation.figures import SearchBand
from mien.evaluation.figures import SearchesAtSettings
from mien.evaluation.figures import SearchFigures
from mien.evaluation.figures import WrongMatch
from mien.evaluation.intervals import Interval
from mien.evaluation.intervals import by_drawing_people
from mien.evaluation.intervals import clopper_pearson
from mien.evaluation.intervals import hull
from mien.evaluation.searches import Search
from mien.evaluation.searches import SplitSearches
from mien.evaluation.shares import share
from mien.evaluation.shares import thirds

RATES = ("1e-1", "1e-2", "1e-3")
_BANDED_AT = "1e-2"
_MOST_NAMED = 100


def found_at(searches: Sequence[Search]) -> NDArray[np.float64]:
    """How similar people are to themselves, where they come first; else minus infinity.

    Returns:
        float64, shape (n,).
    """
    return np.array(
        [
            search.best.similarity if search.best and search.right_first else -np.inf
            for search in searches
        ],
        dtype=np.float64,
    )


def best_of(searches: Sequence[Search]) -> NDArray[np.float64]:
    """How similar whoever comes first is, of searches with a face.

    Returns:
        float64, shape (n,).
    """
    return np.array(
        [search.best.similarity for search in searches if search.best], dtype=np.float64
    )


def measure_searches(
    searched: SplitSearches,
    acquired: Acquired,
    *,
    seed: int,
    examples: int,
    settings: OperatingSettings,
    made: Made,
) -> SearchFigures:
    """Every figure of the searches.

    Args:
        searched: the searches.
        acquired: what came of the photos.
        seed: of the split.
        examples: photos of each person that were to be enrolled.
        settings: how the gallery is set.
        made: what the embeddings were made with.
    """
    found, strange = found_at(searched.probes), best_of(searched.strangers)
    intervals = {rate: _interval(searched, float(rate)) for rate in RATES}
    first = share([search.right_first for search in searched.probes])
    return SearchFigures(
        made=made,
        seed=seed,
        enrolled=searched.people,
        examples=examples,
        faces=searched.faces,
        probes=len(searched.probes),
        strangers=len(searched.strangers),
        fnir_at_fpir={rate: 1 - curves.accepted_at(found, strange, float(rate)) for rate in RATES},
        fnir_at_fpir_interval=intervals,
        only_bounds=[rate for rate in RATES if not curves.can_show(float(rate), len(strange))],
        rank_1=first.count / first.of,
        rank_1_interval=_first_interval(searched),
        decisions=_decisions(searched),
        decisions_split=_decisions_split(searched),
        at_gallery_settings=_at_settings(searched, settings),
        wrong_matches=_wrong_matches(searched),
        expected_rate_check=_check_rates(searched),
        by_quality=_by_quality(searched),
        not_acquired=sorted(acquired.refused),
        not_acquired_reasons=dict(acquired.refused),
    )


def _at_settings(searched: SplitSearches, settings: OperatingSettings) -> SearchesAtSettings:
    threshold = searched.point.threshold
    return SearchesAtSettings(
        gallery=settings.gallery,
        threshold=threshold,
        accepted_fpir=searched.point.accepted_fpir,
        stated_fpir=searched.point.expected_fpir,
        measured_fpir=share(best_of(searched.strangers) >= threshold),
        named_strangers=share(
            [
                search.verdict.decision == "match"
                for search in searched.strangers
                if search.verdict is not None
            ]
        ),
        fnir=share(found_at(searched.probes) < threshold),
    )


def _decisions(searched: SplitSearches) -> Decisions:
    probes, strangers = (_answered(each) for each in (searched.probes, searched.strangers))
    right = sum(search.right_first for search, decision in probes if decision == "match")
    named = sum(decision == "match" for _, decision in [*probes, *strangers])
    return Decisions(
        match_right=right,
        match_wrong=named - right,
        ambiguous=sum(decision == "ambiguous" for _, decision in [*probes, *strangers]),
        unknown_right=sum(decision == "unknown" for _, decision in strangers),
        unknown_wrong=sum(decision == "unknown" for _, decision in probes),
    )


def _decisions_split(searched: SplitSearches) -> DecisionsSplit:
    probes, strangers = (_answered(each) for each in (searched.probes, searched.strangers))
    doubtful = [search for search, decision in probes if decision == "ambiguous"]
    doubts = Counter(
        doubt
        for search in [*searched.probes, *searched.strangers]
        if search.verdict is not None
        for doubt in search.verdict.doubts
    )
    return DecisionsSplit(
        match_wrong_enrolled=sum(
            not search.right_first for search, decision in probes if decision == "match"
        ),
        match_wrong_stranger=sum(decision == "match" for _, decision in strangers),
        ambiguous_enrolled=len(doubtful),
        ambiguous_enrolled_right_first=sum(search.right_first for search in doubtful),
        ambiguous_stranger=sum(decision == "ambiguous" for _, decision in strangers),
        doubts=dict(sorted(doubts.items())),
    )


def _wrong_matches(searched: SplitSearches) -> list[WrongMatch]:
    wrong = [
        WrongMatch(search.photo, search.best.face_id, search.best.similarity)
        for search, decision in _answered([*searched.probes, *searched.strangers])
        if decision == "match" and search.best is not None and not search.right_first
    ]
    return sorted(wrong, key=lambda each: -each.similarity)[:_MOST_NAMED]


def _answered(searches: Sequence[Search]) -> list[tuple[Search, str]]:
    return [(search, search.verdict.decision) for search in searches if search.verdict is not None]


def _check_rates(searched: SplitSearches) -> list[RateCheck]:
    stated = [
        search.verdict.expected_false_match_rate
        for search in searched.strangers
        if search.verdict is not None
    ]
    known = np.array([rate for rate in stated if rate is not None], dtype=np.float64)
    if not len(known):
        return []
    checks = []
    for rate in (float(each) for each in RATES):
        if rate < searched.point.least_expected_rate:
            continue  # is never stated in a gallery of this size
        measured = share(known <= rate)
        low, high = measured.interval or (0.0, 1.0)
        checks.append(RateCheck(stated=rate, measured=measured, agrees=low <= rate <= high))
    return checks


def _interval(searched: SplitSearches, rate: float) -> Interval | None:
    """Of FNIR: enrolled people and strangers are drawn anew, the gallery stays."""
    found, strange = found_at(searched.probes), best_of(searched.strangers)
    if not len(strange):
        return 0.0, 1.0
    people = sorted({search.person for search in searched.probes})
    number = {person: place for place, person in enumerate(people)}
    of_person = np.array([number[search.person] for search in searched.probes])
    ranked = np.sort(strange)[::-1]

    def fnir(drawn: NDArray[np.float64]) -> float:
        return 1 - curves.weighted_accepted_at(
            found,
            ranked,
            rate,
            of_genuine=drawn[: len(people)][of_person],
            of_impostor=drawn[len(people) :],
        )

    drawn = by_drawing_people(fnir, people=len(people) + len(ranked))
    missed = int((found < curves.threshold_at(strange, rate)).sum())
    both = hull(drawn, clopper_pearson(missed, len(found)))
    if both is None or curves.can_show(rate, len(strange)):
        return both
    return both[0], 1.0


def _first_interval(searched: SplitSearches) -> Interval | None:
    people = sorted({search.person for search in searched.probes})
    number = {person: place for place, person in enumerate(people)}
    of_person = np.array([number[search.person] for search in searched.probes])
    right = np.array([search.right_first for search in searched.probes], dtype=np.float64)

    def first(drawn: NDArray[np.float64]) -> float:
        counted = drawn[of_person]
        total = float(counted.sum())
        return float((right * counted).sum()) / total if total else float("nan")

    exact = clopper_pearson(int(right.sum()), len(right))
    return hull(by_drawing_people(first, people=len(people)), exact)


def _by_quality(searched: SplitSearches) -> list[SearchBand]:
    threshold = curves.threshold_at(best_of(searched.strangers), float(_BANDED_AT))
    seen = [
        (search, search.sample, search.best, search.verdict)
        for search in [*searched.probes, *searched.strangers]
    ]
    acquired = [
        (search, sample, best.similarity >= threshold, verdict.decision == "ambiguous")
        for search, sample, best, verdict in seen
        if sample is not None and best is not None and verdict is not None
    ]
    values = {
        "quality score": [sample.quality.score for _, sample, _, _ in acquired],
        "size in pixels": [sample.quality.size_px for _, sample, _, _ in acquired],
        "turn of the head": [abs(sample.yaw) for _, sample, _, _ in acquired],
    }
    return [
        _band(by, low, high, [each for each, is_in in zip(acquired, inside, strict=True) if is_in])
        for by, known in values.items()
        for low, high, inside in thirds(np.array(known))
    ]


def _band(
    by: str, low: float, high: float, inside: Sequence[tuple[Search, object, bool, bool]]
) -> SearchBand:
    probes = [(search, reaches) for search, _, reaches, _ in inside if search.enrolled]
    return SearchBand(
        by=by,
        low=low,
        high=high,
        fnir=share([not (search.right_first and reaches) for search, reaches in probes]),
        fpir=share([reaches for search, _, reaches, _ in inside if not search.enrolled]),
        rank_1=share([search.right_first for search, _ in probes]),
        ambiguous=share([doubtful for _, _, _, doubtful in inside]),
    )
