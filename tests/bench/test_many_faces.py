from collections.abc import Sequence

import numpy as np
import pytest
from bench import many_faces
from bench.detection import is_on
from bench.many_faces import READER
from bench.many_faces import alternate
from bench.many_faces import found_of
from bench.many_faces import measure_cost
from bench.many_faces import sheets

from drawing import draw_picture
from mien.vision.fake import FakeEngine
from mien.vision.types import DetectedFace
from mien.vision.types import ImageRGB


def _find(image_rgb: ImageRGB) -> Sequence[DetectedFace]:
    return FakeEngine().detect(image_rgb)


def test_a_sheet_shows_as_many_heads_as_it_says() -> None:
    drawn = [draw_picture([name]) for name in ("ada", "bob")]
    made = sheets(drawn, _find)
    assert list(made) == [2, 7, 40, 676]
    seven = READER.decode(made[7]).image_rgb
    side = seven.shape[1] // 4
    places = [
        seven[row * side : (row + 1) * side, column * side : (column + 1) * side]
        for row in range(2)
        for column in range(4)
    ]
    assert [bool(place.std() > 10) for place in places] == [True] * 7 + [False]


def test_every_known_face_counts_once() -> None:
    known = np.array([[0, 0, 10, 10], [50, 50, 70, 70]], dtype=np.float64)
    boxes = np.array([[1, 0, 11, 10], [0, 1, 10, 11], [200, 0, 210, 10]], dtype=np.float64)
    assert found_of(boxes, known, is_on) == 1
    assert found_of(np.empty((0, 4)), known, is_on) == 0


def test_works_are_run_in_turns_and_the_first_round_only_warms_up() -> None:
    order: list[str] = []
    alternate({"one": lambda: order.append("one"), "two": lambda: order.append("two")}, rounds=2)
    assert order == ["two", "one", "one", "two", "two", "one"]


def test_what_is_over_the_floor_is_the_whole_over_its_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticks: list[str] = []

    class Clock:
        @staticmethod
        def process_time() -> float:
            return float(len(ticks))

    class Names:
        def name_photo(self, data: bytes) -> list[str]:
            ticks.extend(["whole"] * 6)
            return ["somebody", "unknown"]

    class Networks:
        def search(self, data: bytes) -> many_faces.Work:
            return lambda: ticks.append("search")

        def embeddings(self, faces: int) -> many_faces.Work:
            return lambda: ticks.extend(["embedding"] * faces)

    monkeypatch.setattr(many_faces, "time", Clock)
    photo = sheets([draw_picture(["ada"])], _find)[2]
    cost = measure_cost(Names(), Networks(), photo, rounds=2)  # type: ignore[arg-type]  # the two that are asked
    assert (cost.faces, cost.whole, cost.search, cost.embeddings) == (2, 6000, 1000, 2000)
    assert cost.over_floor == pytest.approx(2)
