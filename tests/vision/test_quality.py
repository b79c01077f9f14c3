from collections.abc import Callable

import cv2
import numpy as np
import pytest

from drawing import draw_picture
from mien.vision.fake import FakeEngine
from mien.vision.pose import estimate_pose
from mien.vision.quality import assess
from mien.vision.quality import with_confidence
from mien.vision.types import Box
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB
from mien.vision.types import Pose
from mien.vision.types import Quality

PICTURE = draw_picture(["ada"], face_px=120, size_wh=(400, 400))
BOX = FakeEngine().detect(PICTURE)[0].box
LANDMARKS = FakeEngine().detect(PICTURE)[0].landmarks


def _assess(
    picture: ImageRGB = PICTURE,
    *,
    box: Box = BOX,
    landmarks: FloatArray = LANDMARKS,
    pose: Pose | None = None,
    confidence: float = 1.0,
) -> Quality:
    return assess(
        picture,
        box,
        landmarks,
        pose or estimate_pose(landmarks),
        score=0.9,
        confidence=confidence,
    )


def _shifted(x: float, y: float) -> Quality:
    landmarks = LANDMARKS + np.array([x, y], dtype=np.float32)
    box = Box(BOX.left + x, BOX.top + y, BOX.right + x, BOX.bottom + y)
    return _assess(box=box, landmarks=landmarks)


def test_a_good_face_has_no_reason_against_it() -> None:
    quality = _assess()
    assert quality.acceptable
    assert quality.reasons == ()
    assert quality.visible == 1.0
    assert quality.score > 0.8


@pytest.mark.parametrize(
    ("reason", "spoil"),
    [
        ("blurred", lambda picture: cv2.GaussianBlur(picture, (0, 0), 12)),
        ("too_dark", lambda picture: (picture * 0.15).astype(np.uint8)),
        ("too_bright", lambda picture: (255 - (255 - picture) * 0.15).astype(np.uint8)),
    ],
)
def test_a_spoilt_picture_has_exactly_its_reason(
    reason: str, spoil: Callable[[ImageRGB], ImageRGB]
) -> None:
    quality = _assess(spoil(PICTURE))
    assert quality.reasons == (reason,)
    assert not quality.acceptable
    assert quality.score < _assess().score


def test_what_may_be_no_face_has_its_reason() -> None:
    assert _assess(confidence=0.49).reasons == ("not_a_face",)
    assert _assess(confidence=0.5).acceptable


def test_a_face_turned_away_has_its_reason() -> None:
    assert _assess(pose=Pose(0, -0.95)).reasons == ("turned_away",)
    assert _assess(pose=Pose(170, 0.2)).acceptable


def test_a_small_face_has_its_reason() -> None:
    small = cv2.resize(PICTURE, (100, 100), interpolation=cv2.INTER_AREA)
    quality = _assess(
        np.asarray(small, dtype=np.uint8),
        box=Box(*(side / 4 for side in (BOX.left, BOX.top, BOX.right, BOX.bottom))),
        landmarks=(LANDMARKS / 4).astype(np.float32),
    )
    assert "too_small" in quality.reasons
    assert quality.size_px == pytest.approx(30)


@pytest.mark.parametrize(("x", "y"), [(-98, 0), (302, 0), (0, -194), (0, 206)])
def test_a_face_over_the_border_is_cut_off(x: float, y: float) -> None:
    assert "cut_off" in _shifted(x, y).reasons
    assert 0.3 < _shifted(x, y).visible < 0.7


def test_landmarks_pulled_into_the_picture_do_not_hide_a_cut() -> None:
    # The box ends at the border, as detectors have it, just above the mouth.
    cut = np.ascontiguousarray(PICTURE[: int(LANDMARKS[3, 1]) - 6])
    box = Box(BOX.left, BOX.top, BOX.right, float(cut.shape[0]))
    assert "cut_off" in _assess(cut, box=box).reasons


def test_a_face_nowhere_in_the_picture_is_invisible() -> None:
    quality = _shifted(5000, 5000)
    assert quality.visible == 0.0
    assert quality.score == 0.0


def test_landmarks_that_coincide_are_judged_without_failing() -> None:
    quality = _assess(landmarks=np.full((5, 2), 50, dtype=np.float32))
    assert 0 <= quality.score <= 1


@pytest.mark.parametrize("first", [1.0, 0.2])
@pytest.mark.parametrize("second", [1.0, 0.2])
def test_another_confidence_is_judged_as_if_it_had_been_the_first(
    first: float, second: float
) -> None:
    dark = (PICTURE * 0.15).astype(np.uint8)
    for picture in (PICTURE, dark):
        judged = with_confidence(_assess(picture, confidence=first), second)
        assert judged == _assess(picture, confidence=second)
