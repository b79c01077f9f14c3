from dataclasses import replace

import pytest

from mien.web.pages.certainty import better_words
from mien.web.pages.certainty import certainty
from mien.web.pages.certainty import searched_words
from mien.web.text.rates import Rate
from samples.cast import GOOD
from samples.cast import POOR
from samples.identify import cards

MATCH, CLOSE, UNKNOWN, NOBODY, _, ALIKE, POOR_FACE = cards(str)


def test_a_match_says_how_often_a_stranger_is_as_much_alike() -> None:
    assert certainty(MATCH) == (
        "Similarity 0.71 (0.36 is enough for a match here). About 1 in 20,000 strangers would look "
        "this similar to anyone here."
    )


def test_a_match_names_who_may_be_the_same_person_in_another_gallery() -> None:
    best, other, *rest = MATCH.candidates
    again = replace(other, gallery="Rowing club", may_be_same_person=True)
    told = certainty(replace(MATCH, candidates=(replace(best, gallery="default"), again, *rest)))
    assert told.startswith(certainty(MATCH))
    assert f"{other.name} in Rowing club" in told
    assert f"{best.name} in default" in told
    assert rest[0].name not in told


def test_what_is_rarer_than_was_measured_is_said_to_be_fewer() -> None:
    rarest = replace(MATCH, alike=Rate(5e-7, rarer=True))
    assert certainty(rarest).endswith(
        "Fewer than 1 in 2 million strangers would look this similar to anyone here."
    )


def test_a_match_of_a_model_that_nobody_measured_says_so() -> None:
    assert certainty(replace(MATCH, alike=None)).endswith(
        "How often strangers look this similar has not been measured for this model."
    )


def test_two_who_are_too_close_are_both_named_with_what_they_reach() -> None:
    words = certainty(CLOSE)
    assert words.startswith("Grace Hopper reaches 0.44 and ")
    assert "0.42; a match needs 0.36. They are only 0.02 apart, too close to call." in words
    assert words.endswith("Compare them yourself, and add better photos of both.")


def test_two_who_are_level_are_not_said_to_be_nothing_apart() -> None:
    assert CLOSE.rival is not None
    first = CLOSE.candidates[0]
    rival = replace(CLOSE.rival, candidate=replace(CLOSE.candidates[1], similarity=0.4399))
    level = replace(CLOSE, candidates=(first, rival.candidate), rival=rival)
    assert "They are level, too close to call." in certainty(level)


def test_two_who_would_both_match_are_said_to_be_both_alike() -> None:
    assert CLOSE.rival is not None
    far = replace(CLOSE, rival=replace(CLOSE.rival, lead_needed=0.01))
    assert "Both are similar enough to match." in certainty(far)


def test_look_alikes_are_said_to_need_more() -> None:
    words = certainty(ALIKE)
    assert "look alike (their own photos reach 0.31)" in words
    assert "ahead of the other by 0.05 before it is a match. Here it is 0.02" in words
    assert ALIKE.rival is not None
    unknown = replace(ALIKE, rival=replace(ALIKE.rival, similarity=None))
    assert "look alike, so one" in certainty(unknown)


def test_a_poor_face_is_told_with_its_reasons_and_the_way_to_a_better_photo() -> None:
    assert certainty(POOR_FACE) == (
        "Ada Lovelace is the closest, at 0.44, and a match needs 0.36. But this face is small and "
        "blurred and shows too little to be told from others. Take another photo closer to the "
        "camera and with the camera held still."
    )


def test_a_poor_face_between_two_people_is_told_as_both() -> None:
    both = replace(CLOSE, doubts=("close_runner_up", "low_quality"), quality=POOR)
    words = certainty(both)
    assert "too close to call" in words
    assert "Besides, the face is small and blurred" in words


def test_a_stranger_is_told_whom_they_are_nearest_to_and_what_the_gallery_accepts() -> None:
    assert certainty(replace(UNKNOWN, quality=GOOD)) == (
        "No one in this gallery is similar enough. The closest is José Ruiz at 0.19; "
        "a match needs 0.36. About 1 in 1,000 strangers would be named by mistake."
    )
    assert "measured" not in certainty(replace(UNKNOWN, wrong=None))


def test_a_poor_stranger_may_be_somebody_who_is_here() -> None:
    assert "small and blurred, so someone who is here may have been missed" in certainty(UNKNOWN)


def test_in_an_empty_gallery_nobody_is_compared() -> None:
    assert "no people to compare with" in certainty(NOBODY)


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        ((), "Take another photo."),
        (("something_new",), "Take another photo."),
        (("too_dark",), "Take another photo with light from the front."),
    ],
)
def test_the_way_to_a_better_photo_follows_the_reasons(
    reasons: tuple[str, ...], words: str
) -> None:
    assert better_words(reasons) == words


@pytest.mark.parametrize(
    ("people", "accepted", "wrong", "words"),
    [
        (0, 0.001, None, "Compared with no people of “club”."),
        (
            12,
            0.001,
            Rate(0.001),
            (
                "Compared with 12 people of “club”. About 1 in 1,000 strangers may be named by "
                "mistake."
            ),
        ),
        (
            1,
            None,
            Rate(0.03),
            (
                "Compared with 1 person of “club”, where a match needs 0.36. About 1 in 33 strangers "
                "would be named by mistake."
            ),
        ),
        (
            1,
            None,
            None,
            (
                "Compared with 1 person of “club”, where a match needs 0.36. How often strangers are "
                "named by mistake has not been measured for this model."
            ),
        ),
    ],
)
def test_the_pages_head_says_what_the_gallery_holds_an_answer_to(
    people: int, accepted: float | None, wrong: Rate | None, words: str
) -> None:
    assert searched_words(("club",), people, 0.36, accepted, wrong) == words
