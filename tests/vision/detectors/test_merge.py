from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.vision.detectors.confirm import FacePlace
from mien.vision.detectors.merge import are_sane
from mien.vision.detectors.merge import merge
from mien.vision.geometry import iou

SIZE_WH = (800, 600)
NMS_IOU = 0.3
POINTS = np.array([(0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8)])


def _place(left: float, top: float, width: float, height: float, score: float) -> FacePlace:
    box = np.array([left, top, left + width, top + height], dtype=np.float32)
    points = np.array([left, top]) + POINTS * [width, height]
    return FacePlace(box, points.astype(np.float32), score)


coordinate = st.floats(-400, 1200, width=32)
extent = st.floats(-10, 500, width=32)
wild = st.one_of(coordinate, st.sampled_from([float("nan"), float("inf"), float("-inf"), 1e30]))
places = st.builds(_place, wild, wild, extent, extent, st.floats(0, 1))


@given(st.lists(places, max_size=12))
def test_what_comes_out_is_finite_in_the_picture_and_apart(found: list[FacePlace]) -> None:
    kept = merge(found, SIZE_WH, nms_iou=NMS_IOU)
    for number, place in enumerate(kept):
        box = place.box_xyxy
        assert np.isfinite(box).all()
        assert np.isfinite(place.landmarks).all()
        assert (box[2:] > box[:2]).all()
        assert box[2] > 0
        assert box[3] > 0
        assert box[0] < SIZE_WH[0]
        assert box[1] < SIZE_WH[1]
        for other in kept[:number]:
            assert float(iou(box, other.box_xyxy[None])[0]) <= NMS_IOU
            assert not (
                (box[:2] >= other.box_xyxy[:2]).all() and (box[2:] <= other.box_xyxy[2:]).all()
            )


@pytest.mark.thorough
@given(st.lists(places, max_size=10))
def test_merging_again_changes_nothing(found: list[FacePlace]) -> None:
    once = merge(found, SIZE_WH, nms_iou=NMS_IOU)
    assert merge(once, SIZE_WH, nms_iou=NMS_IOU) == once


@given(st.lists(places, max_size=10))
def test_every_sane_finding_is_kept_or_lies_on_a_surer_one(found: list[FacePlace]) -> None:
    kept = merge(found, SIZE_WH, nms_iou=NMS_IOU)
    for place in found:
        box, landmarks = place.box_xyxy[None], place.landmarks[None]
        if are_sane(box, landmarks, SIZE_WH).all() and place not in kept:
            alone = merge([place, *kept], SIZE_WH, nms_iou=NMS_IOU)
            assert place not in alone or any(other.score <= place.score for other in kept)
            assert any(other.score >= place.score for other in kept)


def test_the_surest_of_several_findings_stays() -> None:
    found = [_place(100, 100, 60, 80, 0.7), _place(104, 98, 62, 80, 0.9)]
    (kept,) = merge(found, SIZE_WH, nms_iou=NMS_IOU)
    assert kept.score == pytest.approx(0.9)


def test_of_many_findings_each_is_compared_with_all_that_are_kept() -> None:
    random = np.random.default_rng(4)
    found = [
        _place(left, top, wide, high, 1 - number / 999)
        for number, (left, top, wide, high) in enumerate(
            random.uniform((0, 0, 20, 20), (500, 500, 90, 90), (300, 4)).tolist()
        )
    ]
    expected: list[FacePlace] = []
    for place in found:
        if len(merge([*expected, place], SIZE_WH, nms_iou=NMS_IOU)) > len(expected):
            expected.append(place)
    assert 64 < len(expected) < 250
    assert merge(found, SIZE_WH, nms_iou=NMS_IOU) == expected


def test_part_of_a_face_at_the_border_of_a_tile_is_that_face() -> None:
    found = [_place(100, 100, 80, 100, 0.9), _place(100, 100, 22, 100, 0.8)]
    assert float(iou(found[0].box_xyxy, found[1].box_xyxy[None])[0]) < NMS_IOU
    assert len(merge(found, SIZE_WH, nms_iou=NMS_IOU)) == 1


def test_what_a_tile_cuts_gives_way_to_what_another_sees_whole() -> None:
    whole = _place(100, 100, 80, 100, 0.8)
    cut = replace(_place(100, 100, 50, 100, 0.9), cut=True)
    assert merge([cut, whole], SIZE_WH, nms_iou=NMS_IOU) == [whole]
    assert merge([cut], SIZE_WH, nms_iou=NMS_IOU) == [cut]


def test_a_mirrored_finding_is_the_same_face() -> None:
    face = _place(100, 100, 80, 100, 0.9)
    mirrored = FacePlace(face.box_xyxy, face.landmarks[[1, 0, 2, 4, 3]], 0.85)
    assert len(merge([face, mirrored], SIZE_WH, nms_iou=NMS_IOU)) == 1


def test_two_heads_close_together_stay_two() -> None:
    found = [_place(100, 100, 80, 100, 0.9), _place(165, 110, 70, 90, 0.8)]
    assert len(merge(found, SIZE_WH, nms_iou=NMS_IOU)) == 2


def test_a_face_cut_by_the_border_stays_and_one_beyond_it_goes() -> None:
    found = [_place(-30, 200, 80, 100, 0.9), _place(795, 10, 80, 100, 0.9)]
    (kept,) = merge(found, SIZE_WH, nms_iou=NMS_IOU)
    assert kept.box_xyxy[0] == pytest.approx(-30)
