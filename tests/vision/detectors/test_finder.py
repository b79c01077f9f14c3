import time
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from drawn_squares import EchoSession
from drawn_squares import black
from drawn_squares import draw_square
from drawn_squares import square_detector
from mien.options import Detail
from mien.vision.detectors.confirm import FacePlace
from mien.vision.detectors.detector import Detector
from mien.vision.detectors.families import Candidates
from mien.vision.detectors.families import DetectorFamily
from mien.vision.detectors.families import FoundInBatch
from mien.vision.detectors.finder import Finder
from mien.vision.detectors.passes import Pass
from mien.vision.detectors.passes import search
from mien.vision.geometry import align
from mien.vision.halvings import Halvings
from mien.vision.pose import estimate_pose
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

pytestmark = pytest.mark.thorough

DETAILS: list[Detail] = ["normal", "high"]
TEMPLATE = np.array([(30, 30), (70, 30), (50, 55), (35, 75), (65, 75)], dtype=np.float32)


def _find(picture: ImageRGB, detail: Detail = "normal", *, most: int = 100) -> list[FacePlace]:
    return Finder(square_detector(), 640, most=most).find(Halvings(picture), detail).faces


def _middles(found: list[FacePlace]) -> list[tuple[int, int]]:
    return sorted(
        (round(float(face.box_xyxy[[0, 2]].mean())), round(float(face.box_xyxy[[1, 3]].mean())))
        for face in found
    )


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_face_in_a_turned_picture_is_found_where_it_is_and_brought_upright(
    detail: Detail, quarters: int
) -> None:
    picture = black(500, 360)
    draw_square(picture, 100, 200, 80)
    turned = np.ascontiguousarray(np.rot90(picture, -quarters))
    (face,) = _find(turned, detail)
    mask = np.argwhere(turned.any(axis=2))
    expected = [*mask.min(axis=0)[::-1], *(mask.max(axis=0)[::-1] + 1)]
    assert np.abs(face.box_xyxy - expected).max() < 8
    roll = estimate_pose(face.landmarks).roll_degrees
    assert (roll - 90 * quarters + 180) % 360 - 180 == pytest.approx(0, abs=10)
    crop = align(turned, face.landmarks, TEMPLATE, 100)
    assert crop[35, 50].tolist() == pytest.approx([255, 0, 0], abs=60)
    assert crop[65, 50].tolist() == pytest.approx([0, 255, 0], abs=60)


@pytest.mark.parametrize("degrees", [-60, -45, 30, 50])
def test_a_leaning_face_is_levelled(degrees: float) -> None:
    picture = black(400, 400)
    draw_square(picture, 160, 160, 80)
    matrix = cv2.getRotationMatrix2D((200, 200), -degrees, 1.0)
    leaning = np.asarray(cv2.warpAffine(picture, matrix, (400, 400)), dtype=np.uint8)
    (face,) = _find(leaning)
    assert estimate_pose(face.landmarks).roll_degrees == pytest.approx(degrees, abs=12)


@pytest.mark.parametrize("detail", DETAILS)
def test_a_face_that_fills_the_frame_is_found(detail: Detail) -> None:
    picture = black(900, 900)
    draw_square(picture, 20, 20, 860)
    (face,) = _find(picture, detail)
    assert face.box_xyxy[2] - face.box_xyxy[0] == pytest.approx(860, rel=0.1)


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("size_wh", [(4000, 400), (400, 4000)])
def test_a_long_picture_is_searched_in_pieces(detail: Detail, size_wh: tuple[int, int]) -> None:
    picture = black(*size_wh)
    long = max(size_wh)
    places = [(at, 150) if size_wh[0] == long else (150, at) for at in range(40, long - 60, 433)]
    for left, top in places:
        draw_square(picture, left, top, 60)
    found = _find(picture, detail)
    middles = np.array(_middles(found))
    assert len(found) == len(places)
    assert np.abs(middles - np.array(sorted((x + 30, y + 30) for x, y in places))).max() < 8


@pytest.mark.parametrize("detail", DETAILS)
def test_a_group_seen_from_afar_is_looked_at_more_closely(detail: Detail) -> None:
    picture = black(3000, 2000)
    places = [(200 + 410 * column, 300 + 500 * row) for column in range(6) for row in range(3)]
    for left, top in places:
        draw_square(picture, left, top, 30)
    assert len(_find(picture, detail)) == len(places)


def test_small_faces_beside_a_large_one_are_found_on_demand() -> None:
    picture = black(2400, 1600)
    draw_square(picture, 200, 300, 350)
    for left in (900, 1300, 1900):
        draw_square(picture, left, 700, 24)
    assert len(_find(picture, "normal")) == 1
    assert len(_find(picture, "high")) == 4


@pytest.mark.parametrize("seed", range(2))
def test_no_face_is_found_twice_however_the_tiles_fall(seed: int) -> None:
    random = np.random.default_rng(seed)
    picture = black(2600, 1900)
    taken = np.zeros((1900, 2600), dtype=bool)
    count = 0
    for _ in range(60):
        side = int(random.integers(16, 200))
        left, top = int(random.integers(0, 2600 - side)), int(random.integers(0, 1900 - side))
        area = (
            slice(max(top - 40, 0), top + side + 40),
            slice(max(left - 40, 0), left + side + 40),
        )
        if not taken[area].any():
            taken[area] = True
            draw_square(picture, left, top, side)
            count += 1
    assert count > 15
    assert len(_find(picture, "high")) == count


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("size_wh", [(1, 1), (2, 700), (900, 3), (640, 480), (5000, 30)])
def test_where_nothing_is_nothing_is_found(detail: Detail, size_wh: tuple[int, int]) -> None:
    assert _find(black(*size_wh), detail) == []


def test_an_ordinary_photo_is_searched_once() -> None:
    session = EchoSession()
    picture = black(1600, 1200)
    draw_square(picture, 600, 500, 200)
    assert (
        len(Finder(square_detector(session), 640, most=100).find(Halvings(picture), "normal").faces)
        == 1
    )
    # One search at 640 x 480 and two of 160 x 160 for the landmarks.
    assert session.pixels == 640 * 480 + 2 * 160 * 160


def test_a_file_of_one_size_finds_turned_faces_too() -> None:
    session = EchoSession(input_shape=(1, 3, 640, 640))
    picture = black(600, 500)
    draw_square(picture, 100, 200, 80)
    turned = np.ascontiguousarray(np.rot90(picture))
    (face,) = Finder(square_detector(session), 640, most=100).find(Halvings(turned), "normal").faces
    assert estimate_pose(face.landmarks).roll_degrees == pytest.approx(-90, abs=5)


def _crowd(columns: int, rows: int, size_wh: tuple[int, int] = (640, 640)) -> ImageRGB:
    """Squares in rows, each row a little larger than the one above."""
    picture = black(*size_wh)
    for row in range(rows):
        for column in range(columns):
            draw_square(picture, 8 + 40 * column, 8 + 40 * row, 16 + row)
    return picture


@pytest.mark.parametrize("detail", DETAILS)
def test_of_a_crowd_the_largest_faces_are_found_and_the_others_counted(detail: Detail) -> None:
    picture = _crowd(12, 15)
    found = Finder(square_detector(), 640, most=36).find(Halvings(picture), detail)
    assert len(found.faces) == 36
    assert found.left_out == 12 * 15 - 36
    # The three lowest rows.
    assert min(float(face.box_xyxy[1]) for face in found.faces) > 8 + 40 * 11.5


def test_who_is_not_left_out_is_found_as_before() -> None:
    picture = _crowd(5, 4)
    all_of_them = Finder(square_detector(), 640, most=20).find(Halvings(picture), "normal")
    assert len(all_of_them.faces) == 20
    assert all_of_them.left_out == 0


@pytest.mark.parametrize("detail", DETAILS)
def test_what_a_crowd_costs_does_not_grow_with_it(detail: Detail) -> None:
    pixels = []
    for rows in (6, 15):
        session = EchoSession()
        Finder(square_detector(session), 640, most=20).find(Halvings(_crowd(12, rows)), detail)
        pixels.append(session.pixels)
    assert pixels[0] == pixels[1]


def test_places_that_only_seem_to_be_faces_are_looked_at_in_bounds() -> None:
    # At every closer look there is nothing: so all would be asked about in all turns.
    session = EchoSession()

    def decode(
        outputs: Sequence[FloatArray], input_wh: tuple[int, int], least: float
    ) -> FoundInBatch:
        if max(input_wh) <= 160:
            return _no_candidates()
        return _candidates(_decode_crowd())

    family = DetectorFamily(decode=decode, stride=32, color="rgb", mean=0.0, scale=1.0)
    detector = Detector(session, family, score_threshold=0.5, nms_iou=0.3)
    found = Finder(detector, 640, most=10).find(Halvings(black(640, 640)), "normal")
    assert found.faces == []
    assert found.left_out > 400
    # 60 places, each twice level and in eight turns, and the searches themselves.
    assert session.pixels <= 60 * (2 + 8) * 160 * 160 + 10 * 640 * 640


def _decode_crowd() -> FloatArray:
    grid = np.stack(np.meshgrid(np.arange(24), np.arange(24)), axis=-1).reshape(-1, 2) * 26.0
    return np.concatenate([grid, grid + 20], axis=1).astype(np.float32)


def _candidates(boxes: FloatArray) -> FoundInBatch:
    low, extent = boxes[:, None, :2], (boxes[:, 2:] - boxes[:, :2])[:, None]
    found = Candidates(
        boxes, low + TEMPLATE / 100 * extent, np.full(len(boxes), 0.55, dtype=np.float32)
    )
    return FoundInBatch.of([found])


def _no_candidates() -> FoundInBatch:
    return _candidates(np.empty((0, 4), dtype=np.float32))


def test_tens_of_thousands_of_findings_are_cut_to_the_largest_before_they_are_sorted_out() -> None:
    side = np.linspace(3, 9, 40_000, dtype=np.float32)
    low = np.stack([np.arange(40_000) % 200, np.arange(40_000) // 200], axis=1) * 10.0
    boxes = np.concatenate([low, low + side[:, None]], axis=1).astype(np.float32)
    family = DetectorFamily(
        decode=lambda *_: _candidates(boxes), stride=32, color="rgb", mean=0.0, scale=1.0
    )
    detector = Detector(EchoSession(), family, score_threshold=0.5, nms_iou=0.3)
    start = time.process_time()
    found = detector.find_at(black(2000, 2000), 2000)
    assert len(found.scores) == 3_000
    assert float((found.boxes_xyxy[:, 2] - found.boxes_xyxy[:, 0]).min()) > side[-3_050]
    # All of them take a minute.
    assert time.process_time() - start < 5


def test_a_picture_of_a_camera_is_not_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []

    def note(detector: Detector, picture: Halvings, window: Pass, **options: float) -> Candidates:
        turns.append(window.quarter_turns)
        return search(detector, picture, window, **options)

    monkeypatch.setattr("mien.vision.detectors.finder.search", note)
    finder = Finder(square_detector(), 640, most=100)
    picture = black(640, 480)
    assert finder.find_upright(Halvings(picture)).faces == []
    assert turns == [0, 0]
    assert finder.find(Halvings(picture), "normal").faces == []
    assert set(turns) == {0, 1, 2, 3}
    draw_square(picture, 200, 150, 120)
    whole, upright = (
        finder.find(Halvings(picture), "normal"),
        finder.find_upright(Halvings(picture)),
    )
    assert _middles(whole.faces) == _middles(upright.faces)
    assert len(upright.faces) == 1
