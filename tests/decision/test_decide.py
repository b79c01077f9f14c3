from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decision.decide import decide
from mien.decision.decide import deciding_rival
from mien.decision.operating_point import OperatingPoint
from mien.decision.operating_point import operating_point
from mien.decision.rank import Ranked
from mien.vision.fake import FakeEngine

CALIBRATION = FakeEngine(calibrated=True).summary.calibration
SIMILARITIES = st.floats(-1, 1, allow_nan=False)
ACCEPTED = st.sampled_from([0.1, 0.01, 0.001, 1e-4, 1e-5])


def point(
    people: int,
    *,
    faces: int | None = None,
    accepted: float = 0.001,
    threshold: float | None = None,
) -> OperatingPoint:
    return operating_point(
        calibration=CALIBRATION,
        accepted_fpir=accepted,
        threshold=threshold,
        otherwise=0.5,
        people=people,
        faces=people if faces is None else faces,
    )


def candidate(
    person: str, similarity: float, *, examples: int = 1, similarity_to_best: float | None = None
) -> Ranked:
    return Ranked(
        person_id=person,
        similarity=similarity,
        face_id=person,
        example_similarity=similarity,
        examples=examples,
        similarity_to_best=similarity_to_best,
    )


def in_order(candidates: Sequence[Ranked]) -> list[Ranked]:
    return sorted(candidates, key=lambda each: (-each.similarity, each.face_id))


def test_a_similarity_at_the_threshold_is_a_match() -> None:
    assert decide([candidate("ada", 0.5)], point=point(1, threshold=0.5)).decision == "match"
    assert decide([candidate("ada", 0.4999)], point=point(1, threshold=0.5)).decision == "unknown"


@given(threshold=st.none() | SIMILARITIES, people=st.integers(0, 10**6), accepted=ACCEPTED)
def test_an_empty_gallery_always_says_unknown(
    threshold: float | None, people: int, accepted: float
) -> None:
    verdict = decide([], point=point(people, accepted=accepted, threshold=threshold))
    assert (verdict.decision, verdict.doubts) == ("unknown", ())
    assert verdict.expected_false_match_rate is None


@given(st.integers(0, 10**6), st.integers(0, 1000), st.integers(0, 1000), ACCEPTED)
def test_the_threshold_never_falls_as_the_gallery_grows(
    people: int, more_people: int, more_faces: int, accepted: float
) -> None:
    small = point(people, accepted=accepted)
    large = point(people + more_people, faces=people + more_people + more_faces, accepted=accepted)
    assert large.threshold >= small.threshold


@given(st.integers(1, 10**5), ACCEPTED)
def test_strangers_are_named_no_more_often_than_is_accepted(people: int, accepted: float) -> None:
    found = point(people, accepted=accepted)
    assert found.expected_fpir is not None
    least = found.expected_rate(1.0)
    assert least is not None
    # What the data cannot speak of is never promised.
    assert found.expected_fpir <= max(accepted, least) * (1 + 1e-6)


@given(
    st.lists(st.tuples(SIMILARITIES, st.integers(1, 9)), min_size=1, max_size=6),
    st.tuples(SIMILARITIES, st.integers(1, 9)),
    st.none() | SIMILARITIES,
    ACCEPTED,
    st.integers(0, 2000),
)
def test_adding_a_stranger_never_turns_one_persons_match_into_anothers(
    enrolled: list[tuple[float, int]],
    stranger: tuple[float, int],
    threshold: float | None,
    accepted: float,
    far_away: int,
) -> None:
    before = in_order(
        [candidate(f"p{i}", at, examples=count) for i, (at, count) in enumerate(enrolled)]
    )
    new = candidate("stranger", stranger[0], examples=stranger[1])
    after = in_order([*before, new])
    people = len(before) + far_away
    faces = sum(each.examples for each in before) + far_away

    def decided(candidates: list[Ranked], people: int, faces: int) -> tuple[str, str]:
        at = point(people, faces=faces, accepted=accepted, threshold=threshold)
        return decide(candidates, point=at).decision, candidates[0].person_id

    earlier = decided(before, people, faces)
    later = decided(after, people + 1, faces + new.examples)
    if earlier[0] == "match":
        assert later[0] != "match" or later[1] == earlier[1]


@given(st.integers(1, 2000), st.integers(1, 9), ACCEPTED, st.floats(0, 1), st.floats(0, 0.5))
def test_a_stranger_who_only_just_raises_the_threshold_does_not_take_a_match_over(
    people: int, examples: int, accepted: float, between: float, ahead: float
) -> None:
    before = point(people, accepted=accepted)
    after = point(people + 1, faces=people + examples, accepted=accepted)
    # Somebody whom the old threshold lets pass and the new one does not.
    similarity = before.threshold + between * (after.threshold - before.threshold)
    known = candidate("known", similarity)
    assert decide([known], point=before).decision == "match"
    stranger = candidate("stranger", after.threshold + ahead, examples=examples)
    assert decide(in_order([known, stranger]), point=after).decision == "ambiguous"


def test_a_runner_up_below_the_threshold_within_the_margin_is_too_close() -> None:
    at = point(10)
    best = at.threshold + at.margin(None) / 4
    found = [candidate("a", best), candidate("b", best - 0.9 * at.margin(None))]
    assert found[1].similarity < at.threshold_without(1)
    assert decide(found, point=at).doubts == ("close_runner_up",)


@given(SIMILARITIES, SIMILARITIES, st.integers(2, 1000), st.none() | SIMILARITIES)
def test_whoever_matches_is_ahead_of_everybody_by_the_margin(
    one: float, other: float, people: int, similarity_to_best: float | None
) -> None:
    best, second = max(one, other), min(one, other)
    at = point(people)
    candidates = [
        candidate("a", best),
        candidate("b", second, similarity_to_best=similarity_to_best),
    ]
    verdict = decide(candidates, point=at)
    assert verdict.margin == pytest.approx(best - second)
    if verdict.decision == "match":
        assert best - second >= at.margin(similarity_to_best)
        assert second < at.threshold


def test_two_people_at_nearly_the_same_similarity_are_ambiguous() -> None:
    at = point(10)
    verdict = decide([candidate("a", 0.7), candidate("b", 0.69)], point=at)
    assert (verdict.decision, verdict.doubts) == ("ambiguous", ("close_runner_up",))


def test_a_runner_up_who_would_match_alone_makes_it_ambiguous_however_far_behind() -> None:
    at = point(10)
    verdict = decide([candidate("a", 0.99), candidate("b", at.threshold)], point=at)
    assert (verdict.decision, verdict.doubts) == ("ambiguous", ("close_runner_up",))


def test_look_alikes_raise_the_margin_between_them() -> None:
    at = point(10)
    best = at.threshold + at.margin(None) / 2
    second = best - 1.2 * at.margin(None)
    apart = [candidate("a", best), candidate("b", second, similarity_to_best=0.0)]
    alike = [candidate("a", best), candidate("b", second, similarity_to_best=0.7)]
    assert decide(apart, point=at).decision == "match"
    assert decide(alike, point=at).doubts == ("look_alike",)
    assert at.margin(0.7) > at.margin(0.4) > at.margin(0.0)


def test_somebody_further_down_who_looks_alike_decides_where_the_runner_up_does_not() -> None:
    at = point(10)
    best = candidate("a", at.threshold + at.margin(None) / 2)
    second, third, fourth = (
        candidate(
            name, best.similarity - way * at.margin(None), similarity_to_best=similarity_to_best
        )
        for name, way, similarity_to_best in (("b", 1.2, 0.0), ("c", 1.25, 0.6), ("d", 1.3, 0.7))
    )
    assert decide([best, second, third, fourth], point=at).doubts == ("look_alike",)
    assert deciding_rival([best, second, third, fourth], point=at) == fourth
    assert deciding_rival([best, second], point=at) == second
    close = candidate("e", best.similarity - 0.01)
    assert deciding_rival([best, close, third, fourth], point=at) == close
    assert deciding_rival([best], point=at) is deciding_rival([], point=at) is None


@given(
    similarities=st.lists(st.floats(0.1, 0.9), min_size=2, max_size=5),
    similarities_to_best=st.lists(st.floats(-0.2, 0.9), min_size=4, max_size=4),
    people=st.integers(2, 1000),
)
def test_the_deciding_rival_alone_leads_to_the_same_decision(
    similarities: list[float], similarities_to_best: list[float], people: int
) -> None:
    best, *others = sorted(similarities, reverse=True)
    rivals = [
        candidate(str(number), similarity, similarity_to_best=similarities_to_best[number])
        for number, similarity in enumerate(others)
    ]
    everybody, at = [candidate("best", best), *rivals], point(people)
    rival = deciding_rival(everybody, point=at)
    assert rival is not None
    alone = decide([everybody[0], rival], point=at)
    assert alone.decision == decide(everybody, point=at).decision


def test_a_face_that_shows_too_little_matches_nobody_for_sure() -> None:
    at = point(10)
    near, far = [candidate("a", 0.9)], [candidate("a", 0.1)]
    assert decide(near, point=at, legible=False).doubts == ("low_quality",)
    assert decide(far, point=at, legible=False).decision == "unknown"


def test_the_expected_rate_falls_with_the_similarity_and_rises_with_the_gallery() -> None:
    rates = [point(100).expected_rate(at) for at in (0.2, 0.4, 0.5, 0.6)]
    assert rates == sorted(rates, reverse=True)  # type: ignore[type-var]  # none of them is None
    sizes = [point(size).expected_rate(0.5) for size in (0, 1, 10, 1000)]
    assert sizes == sorted(sizes)  # type: ignore[type-var]  # none of them is None
    assert sizes[0] == 0


def test_without_a_calibration_nothing_is_claimed() -> None:
    at = replace(point(10, threshold=0.5), calibration=None)
    verdict = decide([candidate("a", 0.6), candidate("b", 0.4)], point=at)
    assert verdict.decision == "match"
    assert verdict.expected_false_match_rate is None
    assert (at.expected_fpir, at.margin(None)) == (None, 0.0)
