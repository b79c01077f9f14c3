from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.errors import InvalidInput
from mien.evaluation.acquire import Acquired
from mien.evaluation.acquire import Sample
from mien.evaluation.figures import Made
from mien.evaluation.figures import OperatingSettings
from mien.evaluation.figures import SearchFigures
from mien.evaluation.open_set import measure_searches
from mien.evaluation.searches import search_split
from mien.evaluation.split import Split
from mien.vision.fake import FakeEngine
from mien.vision.types import EngineSummary
from mien.vision.types import Quality

pytestmark = pytest.mark.thorough

DIMENSION = 64
MADE = Made("fake", "c", "d", "r", calibrated=False, face="largest")
GOOD = Quality(True, (), 0.9, 100.0, 300.0, 120.0, 1.0)
POOR = Quality(False, ("too_small",), 0.1, 5.0, 1.0, 120.0, 1.0)


def sample(direction: NDArray[np.float64], quality: Quality = GOOD) -> Sample:
    unit = (direction / np.linalg.norm(direction)).astype(np.float32)
    return Sample(unit, quality, 0.0, np.zeros((5, 2), np.float32))


def axis(number: int) -> NDArray[np.float64]:
    return np.asarray(np.eye(DIMENSION)[number], dtype=np.float64)


def towards(one: int, other: int, similarity: float) -> NDArray[np.float64]:
    """So similar to one axis, and the rest of the way to another."""
    rest = (1 - similarity**2) ** 0.5
    return np.asarray(similarity * axis(one) + rest * axis(other), dtype=np.float64)


def measured(
    samples: dict[str, Sample], split: Split, summary: EngineSummary | None = None
) -> SearchFigures:
    settings = OperatingSettings(None, 0.001, 0.001, None)
    searched = search_split(
        split, samples, summary=summary or FakeEngine(DIMENSION).summary, settings=settings
    )
    missing = {photo: "no_face_found" for photo in split.photos if photo not in samples}
    return measure_searches(
        searched, Acquired(samples, missing), seed=0, examples=1, settings=settings, made=MADE
    )


SPLIT = Split(
    gallery={"a": ["a1"], "b": ["b1"]},
    probes=[("a2", "a"), ("a3", "a"), ("b2", "b"), ("b3", "b")],
    strangers=[(f"s{number}", f"s{number}") for number in range(10)],
)
SAMPLES = {
    "a1": sample(axis(0)),
    "b1": sample(axis(1)),
    "a2": sample(towards(0, 20, 0.9)),
    "a3": sample(towards(0, 21, 0.45)),
    "b2": sample(towards(1, 22, 0.8)),
    # Taken for somebody else.
    "b3": sample(towards(0, 23, 0.7)),
    **{f"s{number}": sample(towards(1, 30 + number, 0.05 * number)) for number in range(9)},
    "s9": sample(towards(0, 50, 0.6)),
}


def test_errors_are_counted_by_hand() -> None:
    figures = measured(SAMPLES, SPLIT)
    # One stranger of ten may pass, at 0.6; the next is 0.4 similar. Missed is then only b3.
    assert figures.fnir_at_fpir["1e-1"] == 0.25
    # None may: above 0.6 a2 and b2 are left.
    assert figures.fnir_at_fpir["1e-2"] == 0.5
    assert figures.only_bounds == ["1e-2", "1e-3"]
    interval = figures.fnir_at_fpir_interval["1e-3"]
    assert interval is not None
    assert interval[1] == 1.0
    assert figures.rank_1 == 0.75
    decisions = figures.decisions
    assert (decisions.match_right, decisions.match_wrong) == (2, 2)
    assert (decisions.unknown_right, decisions.unknown_wrong) == (9, 1)
    assert decisions.ambiguous == 0
    assert [(each.photo, each.example) for each in figures.wrong_matches] == [
        ("b3", "a1"),
        ("s9", "a1"),
    ]
    split = figures.decisions_split
    assert (split.match_wrong_enrolled, split.match_wrong_stranger) == (1, 1)
    at = figures.at_gallery_settings
    assert (at.measured_fpir.count, at.measured_fpir.of) == (1, 10)
    assert (at.fnir.count, at.fnir.of) == (2, 4)
    assert (at.stated_fpir, at.accepted_fpir) == (None, None)
    assert figures.expected_rate_check == []


def test_a_face_that_shows_too_little_is_ambiguous() -> None:
    figures = measured({**SAMPLES, "a2": sample(towards(0, 20, 0.9), POOR)}, SPLIT)
    assert figures.decisions.ambiguous == 1
    assert figures.decisions_split.ambiguous_enrolled == 1
    assert figures.decisions_split.ambiguous_enrolled_right_first == 1
    assert figures.decisions_split.doubts == {"low_quality": 1}


def test_a_probe_without_a_face_is_not_found_and_a_stranger_without_does_not_count() -> None:
    samples = {name: each for name, each in SAMPLES.items() if name not in {"a2", "s0"}}
    figures = measured(samples, SPLIT)
    assert figures.not_acquired == ["a2", "s0"]
    assert figures.rank_1 == 0.5
    assert figures.at_gallery_settings.measured_fpir.of == 9
    assert figures.at_gallery_settings.fnir.count == 3


def test_without_any_face_there_is_nothing_to_measure() -> None:
    nobody = {name: each for name, each in SAMPLES.items() if name not in {"a1", "b1"}}
    with pytest.raises(InvalidInput, match="no_face_to_enrol"):
        measured(nobody, SPLIT)
    no_strangers = {name: each for name, each in SAMPLES.items() if not name.startswith("s")}
    with pytest.raises(InvalidInput, match="no_face_of_strangers"):
        measured(no_strangers, SPLIT)


def test_what_a_calibration_states_is_held_against_what_strangers_do() -> None:
    summary = FakeEngine(DIMENSION, calibrated=True).summary
    random = np.random.default_rng(5)
    people = [f"p{number}" for number in range(50)]
    strangers = [f"s{number}" for number in range(2000)]
    samples = {name: sample(random.standard_normal(DIMENSION)) for name in [*people, *strangers]}
    samples["again"] = samples["p0"]
    split = Split(
        gallery={person: [person] for person in people},
        probes=[("again", "p0")],
        strangers=[(name, name) for name in strangers],
    )
    figures = measured(samples, split, summary)
    assert [check.stated for check in figures.expected_rate_check] == [0.1, 0.01, 0.001]
    for check in figures.expected_rate_check:
        assert check.measured.of == 2000
        low, high = check.measured.interval or (0, 0)
        assert check.agrees == (low <= check.stated <= high)
    at = figures.at_gallery_settings
    assert at.accepted_fpir == 0.001
    assert at.stated_fpir == pytest.approx(0.001, rel=0.05)


def test_a_rate_that_is_never_stated_is_not_checked() -> None:
    summary = FakeEngine(DIMENSION, calibrated=True).summary
    assert summary.calibration is not None
    tail = summary.calibration.tail.model_copy(update={"least_rate": 1e-3})
    calibration = summary.calibration.model_copy(update={"tail": tail})
    figures = measured(SAMPLES, SPLIT, replace(summary, calibration=calibration))
    assert [check.stated for check in figures.expected_rate_check] == [0.1, 0.01]


def test_every_search_lies_in_one_band_of_each_kind() -> None:
    figures = measured(SAMPLES, SPLIT)
    for kind in ("quality score", "size in pixels", "turn of the head"):
        bands = [band for band in figures.by_quality if band.by == kind]
        assert sum(band.fnir.of for band in bands) == 4
        assert sum(band.fpir.of for band in bands) == 10
