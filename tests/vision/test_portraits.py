import cv2
import numpy as np
import pytest

from mien.vision.geometry import transform_points
from mien.vision.portraits import PORTRAIT_SIZE_WH
from mien.vision.portraits import portrait
from mien.vision.types import FloatArray
from portrait_points import portrait_landmarks

FACE = np.array([(38, 52), (74, 52), (56, 72), (42, 92), (70, 92)], dtype=np.float32)


def _turned(angle: float, scale: float) -> FloatArray:
    matrix = cv2.getRotationMatrix2D((56, 72), angle, scale)
    matrix[:, 2] += (300, 300)
    return transform_points(np.asarray(matrix), FACE)


@pytest.mark.parametrize("angle", [0, 20, -35, 90, 180])
@pytest.mark.parametrize("scale", [0.3, 1, 6])
def test_the_eyes_are_always_level_and_in_the_same_place(angle: float, scale: float) -> None:
    points = portrait_landmarks(_turned(angle, scale))
    assert points[0].tolist() == pytest.approx([120, 133.33], abs=0.5)
    assert points[1].tolist() == pytest.approx([200, 133.33], abs=0.5)
    assert points[2, 1] < points[3, 1]


def test_landmarks_land_where_the_portrait_shows_them() -> None:
    picture = np.zeros((700, 700, 3), dtype=np.uint8)
    landmarks = _turned(15, 2.5)
    for x, y in landmarks:
        cv2.circle(picture, (round(float(x)), round(float(y))), 5, (255, 0, 0), -1)
    shown = portrait(picture, landmarks)
    assert (shown.shape[1], shown.shape[0]) == PORTRAIT_SIZE_WH
    for x, y in portrait_landmarks(landmarks):
        assert shown[int(y), int(x)].tolist() == [255, 0, 0]


def test_outside_the_picture_its_border_goes_on() -> None:
    picture = np.full((120, 112, 3), (10, 90, 200), dtype=np.uint8)
    assert (portrait(picture, FACE) == (10, 90, 200)).all()


def test_a_profile_is_not_blown_up() -> None:
    profile = FACE.copy()
    profile[:2, 0] = (60, 62)
    points = portrait_landmarks(profile)
    assert points[3:, 1].max() < PORTRAIT_SIZE_WH[1] * 0.65


@pytest.mark.parametrize("size_wh", [(160, 200), (64, 80)])
def test_another_size_is_the_same_frame(size_wh: tuple[int, int]) -> None:
    landmarks = _turned(10, 1)
    ratio = size_wh[0] / PORTRAIT_SIZE_WH[0]
    assert np.allclose(
        portrait_landmarks(landmarks, size_wh), portrait_landmarks(landmarks) * ratio, atol=0.5
    )
