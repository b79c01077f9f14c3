from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.web import verdicts
from mien.web.contexts.compare import ComparedPhoto
from mien.web.contexts.compare import Comparison
from mien.web.contexts.faces import BoxView
from mien.web.contexts.faces import FaceCard
from web.sample_pages import cards

MATCH, AMBIGUOUS, UNKNOWN, NOBODY, _ = cards(str)
LIKENESS = st.floats(min_value=-1, max_value=1)


def percentage(text: str) -> float:
    return float(text.removesuffix("%"))


def test_the_threshold_is_the_middle_and_likeness_itself_the_right_end() -> None:
    scale = verdicts.scale(0.36, 1.0, 0.36)
    assert scale.threshold.at == "50.0%"
    assert scale.face is not None
    assert scale.face.at == "100.0%"
    assert scale.runner_up is not None
    assert scale.runner_up.at == "50.0%"


@given(threshold=st.floats(min_value=-0.9, max_value=0.99), similarity=LIKENESS, second=LIKENESS)
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
    assert "nobody in this gallery" in verdicts.how_sure(NOBODY)


def test_how_sure_tells_clear_from_close() -> None:
    assert "0.71, well above the 0.36" in verdicts.how_sure(MATCH)
    assert "just above" in verdicts.how_sure(replace(MATCH, similarity=0.37))
    assert "Grace Hopper and" in verdicts.how_sure(AMBIGUOUS)
    assert "The nearest, José Ruiz, reaches 0.19; a match needs 0.36." in verdicts.how_sure(UNKNOWN)


def test_a_stranger_is_shown_beside_nobody() -> None:
    assert [len(verdicts.likely(card)) for card in (MATCH, AMBIGUOUS, UNKNOWN)] == [1, 2, 0]
    assert [len(verdicts.others(card)) for card in (MATCH, AMBIGUOUS, UNKNOWN)] == [2, 0, 2]


@pytest.mark.parametrize(
    ("faces", "title"),
    [
        ((), "No face found"),
        ((MATCH,), "This looks like Ada Lovelace"),
        ((UNKNOWN,), "No one in this gallery"),
        ((MATCH, UNKNOWN), "2 faces, 1 recognised"),
        ((MATCH, MATCH), "2 faces, all recognised"),
        ((UNKNOWN, AMBIGUOUS), "2 faces, none recognised"),
    ],
)
def test_the_title_says_what_was_found(faces: tuple[FaceCard, ...], title: str) -> None:
    assert verdicts.findings(faces) == title


def test_strangers_are_counted_only_when_measured() -> None:
    assert verdicts.stranger_words(None) == ""
    assert "1 of 1,000 searches" in verdicts.stranger_words(1000)


def test_a_number_stays_outside_the_face_and_within_the_photo() -> None:
    middle = verdicts.mark_place(BoxView(100, 200, 50, 60), 1000, 800)
    assert (middle.x, middle.y, middle.above, middle.anchor) == ("10%", "25%", True, "start")
    corner = verdicts.mark_place(BoxView(900, 0, 50, 60), 1000, 800)
    assert (corner.x, corner.y, corner.above, corner.anchor) == ("95%", "7.5%", False, "end")


def test_a_number_has_room_above_a_face_of_a_low_photo_on_a_phone() -> None:
    # Shown 330 pixels wide and 110 high, the box begins 22 pixels below the top.
    low = verdicts.mark_place(BoxView(450, 200, 300, 350), 3000, 1000)
    assert (low.y, low.above) == ("55%", False)
    assert verdicts.mark_place(BoxView(450, 300, 300, 350), 3000, 1000).above


def test_the_number_of_a_face_that_fills_the_photo_is_inside_it() -> None:
    filling = verdicts.mark_place(BoxView(-10, -20, 420, 530), 400, 500)
    assert (filling.x, filling.y, filling.above) == ("0%", "0%", False)


@pytest.mark.parametrize(("same", "word"), [(True, "Same person"), (False, "Different people")])
def test_a_pair_is_the_same_or_not(same: bool, word: str) -> None:
    photo = ComparedPhoto("", 1)
    result = Comparison(same, 0.5, 0.36, photo, photo)
    assert verdicts.pair_words(result) == word
    assert "several" not in verdicts.pair_sure(result)
    assert "several" in verdicts.pair_sure(replace(result, photo_b=ComparedPhoto("", 2)))
