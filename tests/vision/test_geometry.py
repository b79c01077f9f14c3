import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.vision.geometry import align
from mien.vision.geometry import clip
from mien.vision.geometry import iou
from mien.vision.geometry import letterbox
from mien.vision.geometry import plan_letterbox
from mien.vision.geometry import similarity_transform
from mien.vision.geometry import suppress
from mien.vision.geometry import suppress_each
from mien.vision.geometry import transform_points
from mien.vision.geometry import visible_share
from mien.vision.geometry import warp
from mien.vision.types import Box
from mien.vision.types import FloatArray

TEMPLATE = np.array([(38, 52), (74, 52), (56, 72), (42, 92), (70, 92)], dtype=np.float32)


@given(
    angle=st.floats(-3.1, 3.1),
    scale=st.floats(0.05, 20),
    shift=st.tuples(st.floats(-1000, 1000), st.floats(-1000, 1000)),
)
def test_a_similarity_is_found_exactly(
    angle: float, scale: float, shift: tuple[float, float]
) -> None:
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = (TEMPLATE @ turn.T + shift).astype(np.float32)
    matrix = similarity_transform(TEMPLATE, moved)
    assert np.allclose(transform_points(matrix, TEMPLATE), moved, atol=1e-2 * max(scale, 1))
    assert np.allclose(matrix[:, :2], turn, atol=1e-3 * max(scale, 1))


def test_a_mirror_image_is_never_mirrored_to_fit() -> None:
    mirrored = TEMPLATE * np.array([-1, 1], dtype=np.float32)
    assert np.linalg.det(similarity_transform(mirrored, TEMPLATE)[:, :2]) > 0


def test_landmarks_that_coincide_give_a_finite_transform() -> None:
    same = np.full((5, 2), 7.0, dtype=np.float32)
    assert np.isfinite(similarity_transform(same, TEMPLATE)).all()


def test_aligned_landmarks_lie_where_the_template_says() -> None:
    picture = np.zeros((400, 600, 3), dtype=np.uint8)
    turn = np.array(cv2.getRotationMatrix2D((56, 72), 25, 1.7), dtype=np.float64)
    turn[:, 2] += (200, 90)
    landmarks = transform_points(turn, TEMPLATE)
    for x, y in landmarks:
        cv2.circle(picture, (round(float(x)), round(float(y))), 4, (255, 255, 255), -1)
    crop = align(picture, landmarks, TEMPLATE, 112)
    for x, y in TEMPLATE:
        assert crop[int(y), int(x), 0] > 200
    assert crop.shape == (112, 112, 3)


@pytest.mark.parametrize("factor", [0.3, 0.2, 0.03])
def test_a_strong_reduction_keeps_places_and_adds_no_pattern(factor: float) -> None:
    picture = np.zeros((2000, 2000, 3), dtype=np.uint8)
    picture[::2] = 255  # averages to grey; sampling every n-th row would give black or white
    picture[:, 1000:] = 0
    matrix = np.array([[factor, 0.0, 0.0], [0.0, factor, 0.0]])
    side = int(2000 * factor)
    small = warp(picture, matrix, (side, side), border=cv2.BORDER_REPLICATE)
    left = small[3:-3, 3 : side // 2 - 3, 0]
    assert abs(float(left.mean()) - 127.5) < 8
    assert float(left.std()) < 40
    assert small[:, side // 2 + 3 :].max() == 0


def test_a_face_far_outside_the_picture_gives_an_empty_crop() -> None:
    picture = np.full((500, 500, 3), 200, dtype=np.uint8)
    for scale in (1, 20):
        crop = align(picture, TEMPLATE * scale + 50_000, TEMPLATE, 112)
        assert crop.max() == 0


@pytest.mark.parametrize("border", [cv2.BORDER_CONSTANT, cv2.BORDER_REPLICATE])
@pytest.mark.parametrize("place", [(40, 50), (-30, 20), (190, 150), (900, 900)])
def test_a_crop_is_what_opencv_draws_of_the_whole_picture(
    border: int, place: tuple[int, int]
) -> None:
    picture = np.random.default_rng(5).integers(0, 255, (180, 240, 3), dtype=np.uint8)
    turn = np.radians(20)
    matrix = np.array([(np.cos(turn), -np.sin(turn), 0), (np.sin(turn), np.cos(turn), 0)]) * 0.8
    matrix[:, 2] = 32 - matrix[:, :2] @ place
    expected = cv2.warpAffine(picture, matrix, (64, 64), borderMode=border)
    crop = warp(picture, matrix, (64, 64), border=border)
    # Coordinates are rounded from another corner.
    off = np.abs(crop.astype(int) - expected)
    assert off.max() <= 8
    assert off.mean() < 0.05


def test_overlap_of_boxes() -> None:
    one = np.array([0, 0, 10, 10], dtype=np.float32)
    many = np.array([(0, 0, 10, 10), (5, 0, 15, 10), (20, 20, 30, 30), (3, 3, 3, 3)], np.float32)
    assert iou(one, many).tolist() == pytest.approx([1.0, 1 / 3, 0.0, 0.0])


def test_of_two_boxes_on_one_place_the_better_stays() -> None:
    boxes = np.array([(0, 0, 10, 10), (1, 1, 11, 11), (50, 50, 60, 60)], dtype=np.float32)
    assert suppress(boxes, np.array([0.6, 0.9, 0.7], np.float32), 0.3).tolist() == [1, 2]
    nothing: FloatArray = np.empty((0, 4), dtype=np.float32)
    assert suppress(nothing, np.empty(0, np.float32), 0.3).size == 0


@given(seed=st.integers(0, 10_000), pictures=st.integers(1, 6), count=st.integers(0, 40))
def test_boxes_of_several_pictures_are_thinned_out_as_those_of_each(
    seed: int, pictures: int, count: int
) -> None:
    random = np.random.default_rng(seed)
    low = random.uniform(0, 30, (count, 2))
    boxes = np.concatenate([low, low + random.uniform(1, 25, (count, 2))], axis=1)
    boxes = boxes.astype(np.float32)
    scores = (random.integers(0, 5, count) / 5).astype(np.float32)
    picture = np.sort(random.integers(0, pictures, count))
    expected: list[int] = []
    for number in range(pictures):
        (mine,) = np.nonzero(picture == number)
        expected += mine[suppress(boxes[mine], scores[mine], 0.3)].tolist()
    assert suppress_each(boxes, scores, picture, 0.3).tolist() == expected


@given(
    width=st.integers(1, 5000), height=st.integers(1, 5000), side=st.sampled_from([128, 640, 1280])
)
def test_a_letterbox_has_the_stride_and_leads_back(width: int, height: int, side: int) -> None:
    plan = plan_letterbox((width, height), side, stride=32, padding_share=0.1)
    wide, high = plan.input_wh
    assert wide % 32 == high % 32 == 0
    assert max(wide, high) <= max(side, 32)
    assert plan.scale <= 1
    points = np.array([(0, 0), (width, height)], dtype=np.float32)
    there = points * plan.scale + plan.offset_xy
    assert np.allclose(plan.to_picture(there.astype(np.float32)), points, atol=0.2 + 1e-3 * width)


def test_a_small_picture_is_laid_on_black_and_not_enlarged() -> None:
    picture = np.full((50, 70, 3), 9, dtype=np.uint8)
    plan = plan_letterbox((70, 50), 640, stride=32)
    laid = letterbox(picture, plan)
    assert laid.shape == (64, 96, 3)
    assert (laid[:50, :70] == 9).all()
    assert laid[50:].max() == 0
    assert laid[:, 70:].max() == 0


def test_what_a_border_leaves_of_a_box() -> None:
    assert visible_share(Box(-5, 0, 5, 10), (100, 100)) == 0.5
    assert visible_share(Box(-50, -50, -20, -20), (100, 100)) == 0.0
    assert visible_share(Box(3, 3, 3, 3), (100, 100)) == 0.0
    assert clip(Box(-5, 90, 5, 110), (100, 100)) == Box(0, 90, 5, 100)
