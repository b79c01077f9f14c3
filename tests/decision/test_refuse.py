"""Somebody is not named for a face that is nearer to one that is not theirs."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.decision.refuse import is_refused


def towards(angle: float) -> NDArray[np.float32]:
    return np.array([np.cos(angle), np.sin(angle)], np.float32)


@pytest.mark.parametrize(
    ("probe", "refused"), [(0.0, False), (0.19, False), (0.21, True), (0.4, True), (0.6, True)]
)
def test_the_nearer_of_the_two_decides(probe: float, refused: bool) -> None:
    query, own, other = towards(probe), towards(0.0), towards(0.4)
    similarity = float(query @ own)
    assert is_refused(query, similarity, np.stack([other])) is refused
    # One that is further away makes no difference.
    assert is_refused(query, similarity, np.stack([towards(3.0), other])) is refused


def test_nothing_is_refused_where_nothing_is_known() -> None:
    assert not is_refused(towards(0.4), 0.1, np.empty((0, 2), np.float32))


def test_a_face_that_is_as_near_to_both_is_named() -> None:
    query = towards(0.0)
    assert not is_refused(query, 1.0, np.stack([query]))
