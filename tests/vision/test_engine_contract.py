"""What every engine promises, asked of the fake one and of every real one."""

import dataclasses
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest

from drawing import draw_picture
from mien.errors import ClientGone
from mien.errors import InferenceRuntimeMissing
from mien.errors import PhotoTakesTooLong
from mien.errors import ShuttingDown
from mien.options import RuntimeChoice
from mien.packs.manifest import InstalledPack
from mien.vision.budget import Budget
from mien.vision.engine import Engine
from mien.vision.engine import EnginePlan
from mien.vision.engine import LazyEngine
from mien.vision.fake import FakeEngine
from mien.vision.pack_engine import PackEngine
from mien.vision.pack_summary import summarise
from mien.vision.types import DetectedFace
from mien.vision.types import Face
from mien.vision.types import ImageRGB
from mien.words import say

REAL: list[tuple[str, RuntimeChoice]] = [
    ("compact", "openvino"),
    ("mobile", "openvino"),
    ("mobile", "onnxruntime"),
    ("classic", "openvino"),
    ("classic", "onnxruntime"),
]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(None, id="fake"),
        *(pytest.param(pair, id="-".join(pair), marks=pytest.mark.models) for pair in REAL),
    ],
)
def make_engine(
    request: pytest.FixtureRequest, installed_pack: Callable[[str], InstalledPack]
) -> Callable[..., Engine]:
    """Makes an engine of the kind that is asked, with these arguments."""
    if request.param is None:
        return FakeEngine
    name, runtime = request.param
    return partial(PackEngine, installed_pack(name), runtime=runtime)


@pytest.fixture(scope="module")
def engine(make_engine: Callable[..., Engine]) -> Iterator[Engine]:
    try:
        built = make_engine()
    except InferenceRuntimeMissing as error:
        pytest.skip(say.error(error))
    yield built
    built.close()


@pytest.fixture
def one_face(engine: Engine, sample: Callable[[str], ImageRGB]) -> ImageRGB:
    if isinstance(engine, FakeEngine):
        return draw_picture(["ada"], face_px=200)
    return sample("obama.jpg")


@pytest.fixture
def two_faces(engine: Engine, sample: Callable[[str], ImageRGB]) -> ImageRGB:
    if isinstance(engine, FakeEngine):
        return draw_picture(["ada", "bob"], face_px=200)
    left, right = sample("obama.jpg")[:900], sample("biden.jpg")[:900]
    return np.ascontiguousarray(np.concatenate([left, right], axis=1))


def test_a_face_is_described_within_the_promised_ranges(engine: Engine, one_face: ImageRGB) -> None:
    (face,) = engine.analyze(one_face)
    assert face.box.width > 50
    assert face.box.height > 50
    assert face.landmarks.shape == (5, 2)
    assert face.landmarks.dtype == np.float32
    assert 0 < face.score <= 1
    assert -180 < face.pose.roll_degrees <= 180
    assert -1 <= face.pose.yaw <= 1
    assert face.quality.acceptable
    assert 0 < face.quality.score <= 1
    assert face.quality.visible > 0.9
    assert face.crop_rgb.dtype == np.uint8
    assert face.crop_rgb.shape[0] == face.crop_rgb.shape[1]
    assert face.embedding.dtype == np.float32
    assert face.embedding.shape == (engine.summary.dimension,)
    assert float(np.linalg.norm(face.embedding)) == pytest.approx(1, abs=1e-5)


def test_landmarks_come_in_their_order(engine: Engine, one_face: ImageRGB) -> None:
    (face,) = engine.detect(one_face)
    eye_left, eye_right, nose, mouth_left, mouth_right = face.landmarks
    assert eye_left[0] < eye_right[0]
    assert mouth_left[0] < mouth_right[0]
    assert eye_left[1] < nose[1] < mouth_left[1]
    assert face.box.left < nose[0] < face.box.right
    assert face.box.top < nose[1] < face.box.bottom


def test_the_largest_face_comes_first(engine: Engine, two_faces: ImageRGB) -> None:
    faces = engine.analyze(two_faces)
    assert len(faces) == 2
    areas = [face.box.width * face.box.height for face in faces]
    assert areas == sorted(areas, reverse=True)


def test_detection_and_analysis_agree(engine: Engine, two_faces: ImageRGB) -> None:
    detected, analyzed = engine.detect(two_faces), engine.analyze(two_faces)
    assert [face.box for face in detected] == [face.box for face in analyzed]
    assert [face.quality for face in detected] == [face.quality for face in analyzed]


def test_only_chosen_faces_are_embedded(engine: Engine, two_faces: ImageRGB) -> None:
    whole = engine.analyze(two_faces)
    offered: list[int] = []

    def choose_second(faces: Sequence[DetectedFace]) -> list[int]:
        offered.append(len(faces))
        return [1]

    some = engine.analyze_some(two_faces, choose_second)
    assert offered == [2]
    assert [face.box for face in some] == [face.box for face in whole]
    first, second = some
    assert not isinstance(first, Face)
    assert isinstance(second, Face)
    assert float(second.embedding @ whole[1].embedding) == pytest.approx(1, abs=1e-3)
    none = engine.analyze_some(two_faces, lambda _: [])
    assert [face.box for face in none] == [face.box for face in whole]


def test_a_closer_search_finds_the_same_faces_too(engine: Engine, two_faces: ImageRGB) -> None:
    usual, closer = engine.detect(two_faces), engine.analyze(two_faces, detail="high")
    assert len(usual) == len(closer)
    for face, again in zip(usual, closer, strict=True):
        assert np.abs(face.landmarks - again.landmarks).max() < 0.1 * face.box.width
    assert [face.box for face in engine.detect(two_faces, detail="high")] == [
        face.box for face in closer
    ]


def test_the_same_picture_gives_the_same_answer(engine: Engine, one_face: ImageRGB) -> None:
    before = one_face.copy()
    one, other = engine.analyze(one_face)[0], engine.analyze(one_face)[0]
    assert (one.embedding == other.embedding).all()
    assert (one_face == before).all()


@pytest.mark.parametrize("size_wh", [(1, 1), (3, 900), (640, 480), (31, 33)])
def test_a_picture_without_a_face_has_none(engine: Engine, size_wh: tuple[int, int]) -> None:
    grey = np.full((size_wh[1], size_wh[0], 3), 120, dtype=np.uint8)
    for found in (engine.detect(grey), engine.analyze(grey), engine.detect(grey, detail="high")):
        assert len(found) == found.left_out == 0


def test_a_photo_gives_no_more_faces_than_the_engine_is_made_for(
    engine: Engine, two_faces: ImageRGB, make_engine: Callable[..., Engine]
) -> None:
    both = engine.detect(two_faces)
    narrow = make_engine(max_faces=1)
    for found in (narrow.detect(two_faces), narrow.analyze(two_faces, detail="high")):
        assert [face.box for face in found] == [both[0].box]
        assert found.left_out == 1
    assert both.left_out == 0


def test_nothing_is_inferred_without_time_or_for_nobody(
    engine: Engine, two_faces: ImageRGB
) -> None:
    for look in (engine.detect, engine.analyze):
        with pytest.raises(PhotoTakesTooLong):
            look(two_faces, budget=Budget(0.0, processor_time=time.monotonic))
        with pytest.raises(ClientGone):
            look(two_faces, budget=Budget(is_gone=lambda: True))
        assert len(look(two_faces, budget=Budget(600))) == 2


def test_threads_share_an_engine(engine: Engine, two_faces: ImageRGB) -> None:
    expected = [face.embedding for face in engine.analyze(two_faces)]
    results: list[list[float]] = []

    def ask() -> None:
        for _ in range(3):
            faces = engine.analyze(two_faces)
            results.append([float(f.embedding @ e) for f, e in zip(faces, expected, strict=True)])

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 18
    assert all(similarity > 0.9999 for result in results for similarity in result)


def test_warming_up_and_the_summary_cost_nothing_to_repeat(engine: Engine) -> None:
    engine.warm_up()
    engine.warm_up()
    assert engine.summary == engine.summary
    assert -1 <= engine.summary.verify_threshold <= engine.summary.identify_threshold <= 1


@pytest.mark.models
def test_a_lazy_engine_says_the_same_before_it_loads(
    installed_pack: Callable[[str], InstalledPack],
) -> None:
    installed = installed_pack("classic")
    plan = EnginePlan(
        summarise(installed.manifest, calibration=installed.calibration),
        lambda: PackEngine(installed),
    )
    lazy = LazyEngine(lambda: plan)
    assert lazy._engine is None
    before = lazy.summary
    lazy.warm_up()
    assert lazy._engine is not None
    assert before == PackEngine(installed).summary
    lazy.close()


class Closable(FakeEngine):
    """Knows whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


def test_a_closed_lazy_engine_is_not_built_anew() -> None:
    built: list[Closable] = []

    def build() -> Engine:
        built.append(Closable())
        return built[-1]

    lazy = LazyEngine(lambda: EnginePlan(FakeEngine().summary, build))
    lazy.warm_up()
    lazy.close()
    with pytest.raises(ShuttingDown):
        lazy.analyze(draw_picture(["ada"], face_px=200))
    assert [engine.closed for engine in built] == [True]


def test_a_lazy_engine_says_what_was_built_once_it_is() -> None:
    planned = dataclasses.replace(FakeEngine().summary, recognizer="planned")
    lazy = LazyEngine(lambda: EnginePlan(planned, FakeEngine))
    assert lazy.summary == planned
    lazy.warm_up()
    assert lazy.summary == FakeEngine().summary


def test_a_lazy_engine_that_is_closed_while_it_is_built_is_let_go_of_by_whoever_builds_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mien.vision.engine._CLOSING_SECONDS", 0.05)
    begun, go_on, refused = threading.Event(), threading.Event(), threading.Event()
    engine = Closable()

    def build() -> Engine:
        begun.set()
        go_on.wait(10)
        return engine

    lazy = LazyEngine(lambda: EnginePlan(engine.summary, build))

    def warm() -> None:
        with pytest.raises(ShuttingDown):
            lazy.warm_up()
        refused.set()

    builder = threading.Thread(target=warm)
    builder.start()
    assert begun.wait(5)
    closer = threading.Thread(target=lazy.close)
    closer.start()
    closer.join(5)
    assert not closer.is_alive()
    go_on.set()
    assert refused.wait(5)
    assert engine.closed
    builder.join()
