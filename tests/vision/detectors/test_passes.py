from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn_squares import black
from drawn_squares import draw_square
from drawn_squares import square_detector
from mien.vision.detectors.passes import Pass
from mien.vision.detectors.passes import finer
from mien.vision.detectors.passes import search
from mien.vision.detectors.passes import turn_back
from mien.vision.detectors.passes import usual
from mien.vision.halvings import Halvings

sides = st.integers(1, 9000)


def _covered(looks: list[Pass], size_wh: tuple[int, int]) -> bool:
    width, height = size_wh
    xs = sorted({(look.region[0], look.region[2]) for look in looks})
    ys = sorted({(look.region[1], look.region[3]) for look in looks})
    return all(
        spans[0][0] == 0
        and max(end for _, end in spans) == length
        and all(after[0] <= before[1] for before, after in pairwise(spans))
        for spans, length in ((xs, width), (ys, height))
    )


@given(sides, sides, st.integers(0, 3))
def test_the_usual_looks_cover_the_picture(width: int, height: int, turns: int) -> None:
    looks = usual((width, height), 640, turns)
    assert 1 <= len(looks) <= 12
    assert _covered(looks, (width, height))
    for look in looks:
        left, top, right, bottom = look.region
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height


@given(sides, sides, st.sampled_from([1280, 2560, 16384]))
def test_tiles_cover_the_picture_and_none_is_too_large(width: int, height: int, side: int) -> None:
    looks = finer((width, height), side)
    assert _covered(looks, (width, height))
    most = 1280 + 2 * side / max(width, height) + 1
    assert all(1 <= look.side <= most for look in looks)


def test_a_long_picture_is_cut_along_its_length() -> None:
    looks = usual((6000, 600), 640)
    assert len(looks) > 4
    assert all(look.region[3] - look.region[1] == 600 for look in looks)
    assert len(usual((1600, 900), 640)) == 1


@given(st.integers(0, 3), st.integers(1, 50), st.integers(1, 50))
def test_points_of_a_turned_picture_come_back(turns: int, width: int, height: int) -> None:
    corners = np.array([(0, 0), (width, 0), (0, height), (width / 3, height / 2)], dtype=np.float32)
    points, size_wh = corners, (width, height)
    for _ in range(turns):  # anticlockwise: the right border becomes the upper one
        points = np.stack([points[:, 1], size_wh[0] - points[:, 0]], axis=1)
        size_wh = (size_wh[1], size_wh[0])
    assert np.allclose(turn_back(points, size_wh, turns), corners, atol=1e-4)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_look_at_a_turned_part_says_where_in_the_picture(turns: int) -> None:
    upright = black(900, 700)
    draw_square(upright, 300, 200, 90)
    picture = np.ascontiguousarray(np.rot90(upright, -turns))
    height, width = picture.shape[:2]
    found = search(square_detector(), Halvings(picture), Pass((50, 40, width, height), 400, turns))
    ys, xs = np.nonzero(picture.any(axis=2))
    expected = [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
    assert found.boxes_xyxy.shape == (1, 4)
    assert np.abs(found.boxes_xyxy[0] - expected).max() < 4
    middle = found.landmarks[0].mean(axis=0)
    assert (
        np.abs(middle - [(expected[0] + expected[2]) / 2, (expected[1] + expected[3]) / 2]).max()
        < 12
    )
