from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.web.pages import verdicts
from mien.web.pages.compare import ComparedPhoto
from mien.web.pages.compare import Comparison
from mien.web.pages.faces import FaceCard
from mien.web.text.rates import Rate
from samples.identify import cards

MATCH, AMBIGUOUS, UNKNOWN, NOBODY, _, LOOK_ALIKE, POOR = cards(str)
SIMILARITY = st.floats(min_value=-1, max_value=1)


def percentage(text: str) -> float:
    return float(text.removesuffix("%"))


def test_the_threshold_is_the_middle_and_similarity_itself_the_right_end() -> None:
    scale = verdicts.scale(0.36, 1.0, 0.36)
    assert scale.threshold.at == "50.0%"
    assert scale.face is not None
    assert scale.face.at == "100.0%"
    assert scale.runner_up is not None
    assert scale.runner_up.at == "50.0%"


@given(
    threshold=st.floats(min_value=-0.9, max_value=0.99), similarity=SIMILARITY, second=SIMILARITY
)
def test_nothing_leaves_the_scale_and_sides_are_true(
    threshold: float, similarity: float, second: float
) -> None:
    scale = verdicts.scale(threshold, similarity, second)
    for tick, value in ((scale.face, similarity), (scale.runner_up, second)):
        assert tick is not None
        at = percentage(tick.at)
        assert 0 <= at <= 100
        assert at >= 50 if value >= threshold else at <= 50


def test_labels_near_an_end_run_inwards() -> None:
    left, right = verdicts.scale(0.36, -0.9).face, verdicts.scale(0.36, 0.99).face
    assert left is not None
    assert right is not None
    assert (left.anchor, right.anchor) == ("start", "end")


def test_with_nobody_to_compare_the_scale_has_no_face() -> None:
    assert verdicts.scale(0.36, None).face is None


def test_a_stranger_is_shown_beside_nobody() -> None:
    shown = (MATCH, AMBIGUOUS, LOOK_ALIKE, POOR, UNKNOWN)
    assert [len(verdicts.likely(card)) for card in shown] == [1, 2, 2, 1, 0]
    assert [len(verdicts.others(card)) for card in shown] == [2, 0, 0, 1, 2]


def test_one_person_who_may_not_be_it_is_named_with_perhaps() -> None:
    assert [card.number for card in cards(str) if verdicts.perhaps(card)] == [POOR.number]


@pytest.mark.parametrize(
    ("faces", "title"),
    [
        ((), "No face found"),
        ((MATCH,), "This looks like Ada Lovelace"),
        ((UNKNOWN,), "Not in this gallery"),
        ((POOR,), "Perhaps Ada Lovelace"),
        ((MATCH, UNKNOWN), "2 faces: 1 recognised, 1 unknown"),
        ((MATCH, MATCH), "2 faces: all recognised"),
        ((UNKNOWN, NOBODY), "2 faces: all unknown"),
        ((UNKNOWN, AMBIGUOUS, MATCH), "3 faces: 1 recognised, 1 ambiguous, 1 unknown"),
    ],
)
def test_the_title_says_what_was_found(faces: tuple[FaceCard, ...], title: str) -> None:
    assert verdicts.findings(faces) == title


def test_two_people_who_may_be_it_are_asked_about() -> None:
    assert verdicts.findings((AMBIGUOUS,)).startswith("Grace Hopper or ")
    assert verdicts.findings((AMBIGUOUS,)).endswith("?")


PHOTO = ComparedPhoto("", 1)
PAIR = Comparison(True, 0.5, 0.36, PHOTO, PHOTO, alike=Rate(1e-4), wrong=Rate(1e-3))


@pytest.mark.parametrize(
    ("same", "legible", "decision", "word"),
    [
        (True, True, "match", "Same person"),
        (True, False, "ambiguous", "Cannot tell"),
        (False, True, "unknown", "Different people"),
        (False, False, "unknown", "Different people"),
    ],
)
def test_a_pair_is_the_same_or_not_or_too_poor_to_tell(
    same: bool, legible: bool, decision: str, word: str
) -> None:
    result = replace(PAIR, same_person=same, legible=legible)
    assert verdicts.pair_decision(result) == decision
    assert verdicts.pair_words(result) == word


def test_a_pair_says_how_often_different_people_are_as_much_alike() -> None:
    assert verdicts.pair_sure(PAIR) == (
        "Similarity 0.50 (0.36 is enough for the same person). "
        "About 1 in 10,000 comparisons of different people would look this alike."
    )
    assert "About 1 in 1,000 comparisons" in verdicts.pair_sure(replace(PAIR, same_person=False))
    assert "not been measured" in verdicts.pair_sure(replace(PAIR, alike=None, wrong=None))
    assert "several" in verdicts.pair_sure(replace(PAIR, photo_b=ComparedPhoto("", 2)))


def test_a_poor_pair_says_which_photo_is_poor_and_what_to_do() -> None:
    assert verdicts.pair_caveat(PAIR) == ""
    poor = replace(PAIR, legible=False, photo_b=replace(PHOTO, poor=("too_dark",)))
    assert verdicts.pair_caveat(poor) == (
        "The face of the second photo is dark. That shows too little to be sure. "
        "Take another photo with light from the front."
    )
