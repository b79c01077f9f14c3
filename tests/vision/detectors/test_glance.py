from collections.abc import Sequence

import numpy as np
import pytest

from drawn_faces_seen import Seen
from drawn_faces_seen import detector_that_sees
from drawn_faces_seen import draw_places
from mien.vision.detectors.confirm import FacePlace
from mien.vision.detectors.confirm import confirm
from mien.vision.detectors.glance import glance_at_each
from mien.vision.halvings import Halvings
from mien.vision.pose import estimate_pose
from mien.vision.types import FloatArray

PICTURE = Halvings(draw_places(400))
FACE = np.array([(152, 138), (248, 138), (200, 193), (161, 249), (239, 249)], dtype=np.float32)
BOX = np.array([110, 80, 290, 300], dtype=np.float32)


def _turned(face: FloatArray, degrees: float) -> FloatArray:
    turn = np.radians(degrees)
    matrix = np.array([(np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))])
    middle = face.mean(axis=0)
    turned: FloatArray = ((face - middle) @ matrix.T + middle).astype(np.float32)
    return turned


def _confirm(seen: Seen, first: FloatArray = FACE, *, score: float = 0.9) -> FacePlace | None:
    (face,) = confirm(detector_that_sees(seen), PICTURE, [FacePlace(BOX, first, score)])
    return face


def test_a_face_that_is_seen_as_it_was_needs_one_glance() -> None:
    seen = Seen(FACE)
    face = _confirm(seen)
    assert face is not None
    assert np.abs(face.landmarks - FACE).max() < 1
    assert seen.sides == [96, 96, 64, 64]


def test_faces_are_looked_at_together() -> None:
    seen = Seen(FACE)
    glances = glance_at_each(detector_that_sees(seen), PICTURE, [FACE] * 4)
    assert [glance.settled for glance in glances] == [True] * 4
    assert seen.batches == [8, 8]


def test_a_face_that_leans_more_than_was_said_is_brought_level_and_looked_at_once_more() -> None:
    seen = Seen(FACE)
    face = _confirm(seen, _turned(FACE, 12))
    assert face is not None
    assert abs(estimate_pose(face.landmarks).roll_degrees) < 2
    assert seen.sides == [96] * 4


def test_what_only_half_convinced_is_a_face_when_it_is_seen_surely() -> None:
    seen = Seen(FACE)
    assert _confirm(seen, score=0.6) is not None
    assert 160 not in seen.sides


TINY: FloatArray = ((FACE - 200) / 14 + 200).astype(np.float32)


@pytest.mark.parametrize(("first", "settled"), [(TINY + 6, True), (FACE + 84, False)])
def test_only_a_tiny_face_is_looked_at_where_it_strayed_to(
    first: FloatArray, settled: bool
) -> None:
    face = TINY if settled else FACE
    seen = Seen(face)
    (glance,) = glance_at_each(detector_that_sees(seen), PICTURE, [first])
    assert glance.settled == settled
    assert glance.first == []
    if settled:
        assert np.abs(glance.landmarks - face).max() < 1


@pytest.mark.parametrize(("extent", "side"), [(40, 96), (80, 160)])
def test_a_face_is_turned_at_no_larger_side_than_the_picture_has_pixels_for(
    extent: float, side: int
) -> None:
    seen = Seen(FACE, scores=(0.0, 0.0))
    box = np.array([200, 200, 200 + extent, 200 + extent], dtype=np.float32)
    landmarks = ((FACE - 200) * (extent / 220) + 200 + extent / 2).astype(np.float32)
    confirm(detector_that_sees(seen), PICTURE, [FacePlace(box, landmarks, 0.9)])
    # Level at 96 and at 160, as it is and mirrored; in four quarters and four diagonals; and once
    # more for how sure it is.
    assert sorted(seen.sides) == sorted([96, 96, 160, 160, *[side] * 8, 96, 96])


def test_a_tiny_face_that_is_not_seen_again_is_left_to_closer_looks() -> None:
    for doubtful_score in (None, 0.8):
        detector = detector_that_sees(Seen(FACE + 900), doubtful_score=doubtful_score)
        (glance,) = glance_at_each(detector, PICTURE, [TINY])
        assert not glance.settled


@pytest.mark.parametrize(
    ("seen", "score"),
    [
        (Seen(FACE, scores=(0.99, 0.0)), 0.9),
        (Seen(FACE, scores=(0.6, 0.6)), 0.9),
        (Seen(FACE, scores=(0.86, 0.86)), 0.6),
    ],
    ids=["in one of two mirror images", "without confidence", "what only half convinced"],
)
def test_what_a_glance_does_not_settle_is_looked_at_closely(seen: Seen, score: float) -> None:
    _confirm(seen, score=score)
    assert 160 in seen.sides


def test_what_has_to_be_surer_is_never_settled_by_a_glance() -> None:
    seen = Seen(FACE)
    confirm(detector_that_sees(seen), PICTURE, [FacePlace(BOX, FACE, 0.9)], doubtful=True)
    assert 160 in seen.sides


def test_each_face_keeps_its_own_answer() -> None:
    seen = Seen(FACE)
    faces: Sequence[FloatArray] = [FACE + 150, FACE, _turned(FACE, 10)]
    answers = glance_at_each(detector_that_sees(seen), PICTURE, faces)
    assert [glance.settled for glance in answers] == [False, True, True]
    assert [len(glance.first) for glance in answers] == [0, 2, 2]
