"""Which face of each photo is somebody's, where the others agree."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.decision.agreeing_faces import agreeing_faces

ADA, BEA, CYD, DAN, EVE = np.eye(5, dtype=np.float32)


def photo(*faces: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.stack(faces) if faces else np.empty((0, 5), dtype=np.float32)


def agreed(
    *photos: NDArray[np.float32], examples: NDArray[np.float32] | None = None
) -> tuple[int | None, ...]:
    return agreeing_faces(photos, examples=examples, threshold=0.5)


def test_who_is_on_all_of_them_is_meant() -> None:
    assert agreed(photo(ADA, BEA), photo(CYD, ADA), photo(DAN, ADA)) == (1, 2, 2)


def test_who_is_on_most_is_meant_and_the_rest_is_left() -> None:
    assert agreed(photo(ADA, BEA), photo(CYD, ADA), photo(DAN, ADA), photo(CYD, BEA)) == (
        *(1, 2, 2),
        None,
    )


def test_two_who_are_always_together_cannot_be_told() -> None:
    assert agreed(photo(ADA, BEA), photo(BEA, ADA), photo(ADA, BEA)) == (None, None, None)


def test_an_example_tells_them_apart() -> None:
    assert agreed(photo(ADA, BEA), photo(BEA, ADA), examples=photo(BEA)) == (2, 1)


def test_one_wrong_example_among_three_misleads_nobody() -> None:
    assert agreed(photo(ADA, BEA), examples=photo(BEA, ADA, ADA)) == (1,)


def test_examples_that_agree_by_halves_decide_nothing() -> None:
    assert agreed(photo(ADA, BEA), examples=photo(BEA, ADA)) == (None,)


def test_a_photo_of_strangers_is_left() -> None:
    assert agreed(photo(CYD, DAN), examples=photo(ADA)) == (None,)


@pytest.mark.parametrize("count", [0, 1])
def test_alone_no_photo_says_anything(count: int) -> None:
    assert agreed(*[photo(ADA, BEA)] * count) == (None,) * count


def test_a_photo_without_faces_is_left_and_asks_nobody() -> None:
    assert agreed(photo(), photo(ADA, BEA), photo(ADA, CYD)) == (None, 1, 1)


def test_the_order_of_photos_makes_no_difference() -> None:
    photos = [photo(ADA, BEA), photo(CYD, ADA), photo(DAN, EVE), photo(ADA, EVE)]
    for shift in range(4):
        turned = photos[shift:] + photos[:shift]
        assert agreed(*turned) == (*(1, 2, None, 1), *(1, 2, None, 1))[shift : shift + 4]
