from collections.abc import Callable

import cv2
import numpy as np
import pytest

from mien.vision.halvings import Halvings
from mien.vision.types import ImageRGB


def _noise(width: int, height: int) -> ImageRGB:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def _halved(image_rgb: ImageRGB, times: int) -> ImageRGB:
    for _ in range(times):
        high, wide = (side // 2 for side in image_rgb.shape[:2])
        even = image_rgb[: 2 * high, : 2 * wide]
        image_rgb = np.asarray(
            cv2.resize(even, (wide, high), interpolation=cv2.INTER_AREA), dtype=np.uint8
        )
    return image_rgb


@pytest.mark.parametrize("size_wh", [(1024, 768), (777, 1031), (2051, 9)])
@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_pixel_is_the_mean_of_those_that_it_stands_for(
    size_wh: tuple[int, int], times: int
) -> None:
    picture = _noise(*size_wh)
    most = min(times, Halvings(picture).most(times))
    assert np.array_equal(Halvings(picture).at(most), _halved(picture, most))


@pytest.mark.parametrize(
    "region", [(0, 0, 10, 10), (120, 250, 300, 270), (-40, -9, 2, 2), (500, 380, 900, 900)]
)
def test_what_is_asked_for_is_made_and_what_was_made_stays(
    region: tuple[int, int, int, int],
) -> None:
    picture = _noise(2050, 1540)
    whole = _halved(picture, 2)
    parts = Halvings(picture)
    for left, top, right, bottom in ((300, 100, 340, 140), region):
        made = parts.at(2, (left, top, right, bottom))
        cut = slice(max(top, 0), max(bottom, 1)), slice(max(left, 0), max(right, 1))
        assert np.array_equal(made[cut], whole[cut])
    assert np.array_equal(parts.at(2)[100:140, 300:340], whole[100:140, 300:340])


def test_little_is_made_that_nobody_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    resize: Callable[..., object] = cv2.resize

    def counting(source: ImageRGB, size_wh: tuple[int, int], **how: int) -> object:
        made.append(size_wh[0] * size_wh[1])
        return resize(source, size_wh, **how)

    monkeypatch.setattr("mien.vision.halvings.cv2.resize", counting)
    parts = Halvings(_noise(4000, 3000))
    for _ in range(3):
        parts.at(1, (700, 600, 800, 700))
    assert sum(made) <= 4 * 128 * 128


def test_a_picture_is_not_halved_away() -> None:
    assert Halvings(_noise(3, 5000)).most(4) == 0
    assert Halvings(_noise(40, 5000)).most(9) == 3
