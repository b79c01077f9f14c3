import numpy as np
import pytest

from drawn_faces_seen import Seen
from drawn_faces_seen import detector_that_sees
from drawn_faces_seen import draw_places
from mien.vision.detectors.aligner import ALIGNED_SIDE
from mien.vision.detectors.aligner import look_with
from mien.vision.halvings import Halvings
from mien.vision.types import FloatArray

FACE = np.array([(112, 98), (208, 98), (160, 153), (121, 209), (199, 209)], dtype=np.float32)
PICTURE = Halvings(draw_places(320))


def off_by(pixels: float) -> FloatArray:
    return FACE + np.float32(pixels)


def test_the_landmarks_are_those_that_the_second_network_sees() -> None:
    seen = Seen(FACE)
    (found,) = look_with(detector_that_sees(seen), PICTURE, [off_by(6)])
    assert np.abs(found.landmarks - FACE).max() < 1.5
    assert seen.sides == [ALIGNED_SIDE, ALIGNED_SIDE]


def test_all_faces_of_a_picture_are_looked_at_together() -> None:
    seen = Seen(FACE)
    look_with(detector_that_sees(seen), PICTURE, [off_by(0), off_by(3), off_by(-3)])
    assert seen.batches == [6]


@pytest.mark.parametrize("scores", [(0.95, 0.0), (0.0, 0.95)])
def test_one_of_two_looks_is_enough(scores: tuple[float, float]) -> None:
    (found,) = look_with(detector_that_sees(Seen(FACE, scores)), PICTURE, [off_by(6)])
    assert np.abs(found.landmarks - FACE).max() < 1.5


@pytest.mark.parametrize("seen", [Seen(FACE, (0.0, 0.0)), Seen(off_by(90))])
def test_what_is_not_seen_where_it_was_found_keeps_its_landmarks(seen: Seen) -> None:
    first = off_by(0)
    (found,) = look_with(detector_that_sees(seen), PICTURE, [first])
    np.testing.assert_array_equal(found.landmarks, first)


def test_no_faces_are_no_looks() -> None:
    seen = Seen(FACE)
    assert look_with(detector_that_sees(seen), PICTURE, []) == []
    assert seen.batches == []


@pytest.mark.parametrize(
    ("scores", "confident"),
    [((0.95, 0.95), 0.875), ((0.95, 0.0), 0.297), ((0.8, 0.8), 0.5), ((0.0, 0.0), 0.0)],
)
def test_it_says_how_sure_it_is_of_a_face_by_both_looks(
    scores: tuple[float, float], confident: float
) -> None:
    (found,) = look_with(detector_that_sees(Seen(FACE, scores)), PICTURE, [off_by(3)])
    assert found.confidence == pytest.approx(confident, abs=0.001)


def test_what_it_sees_elsewhere_is_no_face_here() -> None:
    (found,) = look_with(detector_that_sees(Seen(off_by(90))), PICTURE, [off_by(0)])
    assert found.confidence == 0
