import cv2
import numpy as np
import pytest

from mien.vision.geometry import transform_points
from mien.vision.portraits import PORTRAIT_SIZE_WH
from mien.vision.portraits import portrait
from mien.vision.portraits import portrait_transform
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
    points = portrait_landmarks(_turned(angle, scale) + 1500)
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


CORNERS = np.array([(0, 0), (319, 0), (319, 399), (0, 399)], dtype=np.float32)


@pytest.mark.parametrize("angle", [0, 20, -35, 90, 180])
@pytest.mark.parametrize("at", [(0, 0), (500, 20), (999, 799), (-30, 400), (500, 830)])
@pytest.mark.parametrize("scale", [0.3, 1, 4, 20])
def test_a_portrait_shows_nothing_but_its_picture(
    angle: float, at: tuple[int, int], scale: float
) -> None:
    landmarks = _turned(angle, scale) - 356 + np.array(at, dtype=np.float32)
    matrix = portrait_transform(landmarks, (1000, 800))
    back = np.asarray(cv2.invertAffineTransform(matrix), np.float64)
    corners = transform_points(back, CORNERS)
    assert corners.min() > -0.01
    assert (corners < np.array([999.01, 799.01])).all()


def test_a_face_at_the_border_keeps_its_size_where_moving_the_frame_is_enough() -> None:
    free = portrait_transform(_turned(0, 1), (1000, 1000))
    bordering = portrait_transform(_turned(0, 1) - 330, (1000, 1000))
    assert np.allclose(free[:, :2], bordering[:, :2])


def test_a_picture_smaller_than_the_frame_is_enlarged_about_the_face() -> None:
    picture = np.full((120, 112, 3), (10, 90, 200), dtype=np.uint8)
    for x, y in FACE:
        cv2.circle(picture, (int(x), int(y)), 3, (255, 0, 0), -1)
    shown = portrait(picture, FACE)
    for x, y in portrait_landmarks(FACE, picture_wh=(112, 120)):
        assert shown[int(y), int(x)].tolist() == [255, 0, 0]


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
