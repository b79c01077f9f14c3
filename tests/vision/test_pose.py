import cv2
import numpy as np
import pytest

from mien.vision.geometry import transform_points
from mien.vision.pose import estimate_pose

FRONTAL = np.array([(38, 52), (74, 52), (56, 72), (42, 92), (70, 92)], dtype=np.float32)


@pytest.mark.parametrize("degrees", [0, 10, 45, 90, 179, -60, -120])
def test_roll_is_positive_when_the_eye_on_the_right_is_lower(degrees: float) -> None:
    # OpenCV's angle is counter-clockwise as seen in the picture.
    matrix = np.array(cv2.getRotationMatrix2D((56, 72), -degrees, 1.0), dtype=np.float64)
    pose = estimate_pose(transform_points(matrix, FRONTAL))
    assert pose.roll_degrees == pytest.approx(degrees, abs=0.5)
    assert pose.yaw == pytest.approx(0, abs=0.02)


def test_yaw_has_the_sign_of_the_side_that_is_looked_to() -> None:
    for shift in (4.0, 10.0, 30.0):
        right = FRONTAL.copy()
        right[2, 0] += shift
        left = FRONTAL.copy()
        left[2, 0] -= shift
        assert estimate_pose(right).yaw > 0.2
        assert estimate_pose(left).yaw == pytest.approx(-estimate_pose(right).yaw, abs=0.01)


def test_a_profile_has_the_largest_yaw() -> None:
    profile = np.array([(60, 50), (61, 50), (85, 72), (64, 92), (65, 92)], dtype=np.float32)
    assert estimate_pose(profile).yaw == 1.0
    assert abs(estimate_pose(profile).roll_degrees) < 15


def test_landmarks_that_coincide_give_finite_numbers() -> None:
    pose = estimate_pose(np.full((5, 2), 3.0, dtype=np.float32))
    assert np.isfinite([pose.roll_degrees, pose.yaw]).all()
