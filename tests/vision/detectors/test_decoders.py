"""Decoders against outputs written by hand, so that no weights are needed."""

import math
from collections.abc import Callable
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from mien.errors import InferenceRuntimeMissing
from mien.options import RuntimeName
from mien.packs.manifest import InstalledPack
from mien.vision.detectors import centerface
from mien.vision.detectors import scrfd
from mien.vision.detectors import yunet
from mien.vision.detectors.detector import FAMILIES
from mien.vision.detectors.detector import Detector
from mien.vision.detectors.families import Candidates
from mien.vision.detectors.families import DetectorFamily
from mien.vision.detectors.families import FoundInBatch
from mien.vision.detectors.families import apart
from mien.vision.sessions import InputShape
from mien.vision.sessions import Session
from mien.vision.sessions import open_session
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB
from mien.words import say
from needs import shared_data

INPUT_WH = (64, 32)


def _zeros(*shape: int) -> FloatArray:
    return np.zeros(shape, dtype=np.float32)


def test_centerface_reads_a_face_from_its_maps() -> None:
    heat, size, offset, points = (_zeros(1, n, 8, 16) for n in (1, 2, 2, 10))
    row, column = 3, 10
    heat[0, 0, row, column] = 0.8
    size[0, :, row, column] = (math.log(5), math.log(4))  # height 20, width 16
    offset[0, :, row, column] = (0.25, -0.25)
    points[0, :, row, column] = (0.4, 0.3, 0.4, 0.7, 0.6, 0.5, 0.8, 0.35, 0.8, 0.65)
    found = centerface.decode([heat, size, offset, points], INPUT_WH, 0.5).places
    center_y, center_x = (3 + 0.25 + 0.5) * 4, (10 - 0.25 + 0.5) * 4
    left, top = center_x - 8, center_y - 10
    assert found.scores.tolist() == pytest.approx([0.8])
    assert found.boxes_xyxy[0].tolist() == pytest.approx([left, top, left + 16, top + 20])
    assert found.landmarks[0, 0].tolist() == pytest.approx([left + 0.3 * 16, top + 0.4 * 20])
    assert found.landmarks[0, 4].tolist() == pytest.approx([left + 0.65 * 16, top + 0.8 * 20])


def _anchors(per_cell: int) -> list[int]:
    return [per_cell * (64 // stride) * (32 // stride) for stride in (8, 16, 32)]


def test_yunet_reads_a_face_at_every_stride() -> None:
    outputs = [_zeros(1, count, n) for n in (1, 1, 4, 10) for count in _anchors(1)]
    for level, stride in enumerate((8, 16, 32)):
        cell = 64 // stride if level < 2 else 1  # row 1, column 0; the last stride has one row
        outputs[level][0, cell] = 0.9
        outputs[3 + level][0, cell] = 0.4
        outputs[6 + level][0, cell] = (0.5, 0.25, math.log(2), math.log(3))
        outputs[9 + level][0, cell] = np.arange(10) / 10
    found = yunet.decode(outputs, INPUT_WH, 0.5).places
    assert found.scores.tolist() == pytest.approx([0.6] * 3)
    assert found.boxes_xyxy[0].tolist() == pytest.approx([4 - 8, 10 - 12, 4 + 8, 10 + 12])
    assert found.landmarks[0, 1].tolist() == pytest.approx([0.2 * 8, 1.3 * 8])
    assert found.boxes_xyxy[2].tolist() == pytest.approx([48 - 32, 8 - 48, 48 + 32, 8 + 48])


def test_scrfd_reads_both_anchors_of_a_cell() -> None:
    outputs = [_zeros(count, n) for n in (1, 4, 10) for count in _anchors(2)]
    cell = 9  # row 1, column 1 at stride 8
    outputs[0][2 * cell : 2 * cell + 2, 0] = (0.7, 0.9)
    outputs[3][2 * cell : 2 * cell + 2] = (1, 0.5, 2, 3)
    outputs[6][2 * cell + 1] = 0.5
    found = scrfd.decode(outputs, INPUT_WH, 0.5).places
    assert found.scores.tolist() == pytest.approx([0.7, 0.9])
    assert found.boxes_xyxy[0].tolist() == pytest.approx([0, 4, 24, 32])
    assert found.landmarks[1, 3].tolist() == pytest.approx([12, 12])


@pytest.mark.parametrize(
    "outputs_of",
    [
        lambda: (centerface, [_zeros(1, n, 8, 16) for n in (1, 2, 2, 10)]),
        lambda: (yunet, [_zeros(1, count, n) for n in (1, 1, 4, 10) for count in _anchors(1)]),
        lambda: (scrfd, [_zeros(count, n) for n in (1, 4, 10) for count in _anchors(2)]),
    ],
    ids=["centerface", "yunet", "scrfd"],
)
def test_a_picture_without_a_face_gives_empty_arrays(outputs_of: Callable[[], tuple]) -> None:  # type: ignore[type-arg]  # a module and its outputs
    family, outputs = outputs_of()
    found = family.decode(outputs, INPUT_WH, 0.5).places
    assert found.boxes_xyxy.shape == (0, 4)
    assert found.landmarks.shape == (0, 5, 2)
    assert found.scores.shape == (0,)


def test_the_cells_of_a_batch_are_told_apart_however_a_file_lays_them_out() -> None:
    kept_apart = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)
    in_a_row = kept_apart.reshape(1, 6, 4)
    for layout in (kept_apart, in_a_row):
        assert (apart([layout], 2)[0] == kept_apart).all()
    assert apart([in_a_row], 1)[0] is in_a_row


@pytest.mark.models
@pytest.mark.parametrize(
    ("pack", "runtime"),
    [("compact", "openvino"), ("mobile", "openvino"), ("mobile", "onnxruntime")],
)
def test_pictures_of_a_batch_give_what_each_gives_alone(
    installed_pack: Callable[[str], InstalledPack],
    sample: Callable[[str], ImageRGB],
    pack: str,
    runtime: RuntimeName,
) -> None:
    installed = installed_pack(pack)
    spec = installed.manifest.detector
    counting = CountingSession(_opened(installed, runtime))
    detector = Detector(counting, FAMILIES[spec.family], score_threshold=0.5, nms_iou=0.3)
    obama, biden = (
        np.asarray(cv2.resize(sample(name)[:900], (160, 160)), dtype=np.uint8)
        for name in ("obama.jpg", "biden.jpg")
    )
    pictures = [obama, np.zeros_like(obama), biden, *[obama[:, ::-1].copy()] * 6]
    found = detector.find_each(pictures, 160)
    assert counting.sizes == [8, 1]
    for picture, together in zip(pictures, found, strict=True):
        alone = detector.find_at(picture, 160)
        assert np.allclose(together.boxes_xyxy, alone.boxes_xyxy, atol=0.01)
        assert np.allclose(together.landmarks, alone.landmarks, atol=0.01)
        assert np.allclose(together.scores, alone.scores, atol=1e-4)
    assert [len(each.scores) for each in found] == [1, 0, 1, *[1] * 6]


def _drawn_outputs(count: int) -> dict[str, list[FloatArray]]:
    """What networks might say of so many crops, each of which shows one, some or no face."""
    random = np.random.default_rng(3)
    seldom = (random.uniform(size=(count, 1)) < 0.7) * random.uniform(0.5, 1.2, (count, 1))

    def maps(*shape: int) -> FloatArray:
        scale = seldom.reshape(count, *[1] * (len(shape) - 1))
        return (random.normal(0.3, 0.4, shape) * scale).astype(np.float32)

    cells = _anchors(1)
    return {
        "yunet": [maps(count, each, n) for n in (1, 1, 4, 10) for each in cells],
        "centerface": [maps(count, n, 8, 16) for n in (1, 2, 2, 10)],
    }


class _Repeating:
    """Says of each batch what it was told to say; alone, of the next picture."""

    runtime: RuntimeName = "onnxruntime"
    input_shape = (None, 3, None, None)

    def __init__(self, outputs: Sequence[FloatArray]) -> None:
        self._outputs = outputs
        self._next = 0

    def run(self, batch: FloatArray) -> list[FloatArray]:
        first, self._next = self._next, self._next + len(batch)
        return [each[first : self._next] for each in self._outputs]

    def close(self) -> None:
        pass


@pytest.mark.parametrize("family", ["yunet", "centerface"])
def test_a_batch_is_read_to_the_last_bit_as_its_pictures_would_be_alone(family: str) -> None:
    outputs = _drawn_outputs(13)[family]
    together, alone = (
        Detector(_Repeating(outputs), FAMILIES[family], score_threshold=0.5, nms_iou=0.3)
        for _ in range(2)
    )
    pictures = [np.zeros((32, 64, 3), dtype=np.uint8)] * 13
    found = together.find_each(pictures, 64)
    assert sum(len(each.scores) > 1 for each in found) > 3
    assert sum(len(each.scores) == 0 for each in found) > 1
    for picture, each in zip(pictures, found, strict=True):
        _assert_same(each, alone.find_at(picture, 64))


@pytest.mark.parametrize(("count", "asked"), [(1, [4]), (4, [4]), (9, [4, 4, 4])])
def test_a_session_that_is_prepared_for_a_size_is_asked_for_as_many_as_it_takes(
    count: int, asked: list[int]
) -> None:
    every = [np.full((32, 32, 3), 20 * number + 90, dtype=np.uint8) for number in range(count)]
    family = DetectorFamily(
        decode=_read_brightness, stride=32, color="rgb", mean=0.0, scale=1.0, batches=True
    )
    usual = CountingSession(_Echo((None, 3, None, None)))
    prepared = CountingSession(_Echo((4, 3, 32, 32)))
    detector = Detector(usual, family, score_threshold=0.1, nms_iou=0.3, prepared={32: prepared})
    found = detector.find_each(every, 32)
    assert (usual.sizes, prepared.sizes) == ([], asked)
    assert [each.scores.tolist() for each in found] == [[20 * n + 90] for n in range(count)]


def _read_brightness(
    outputs: Sequence[FloatArray], input_wh: tuple[int, int], least: float
) -> FoundInBatch:
    """One finding a picture, as sure as the picture is bright."""
    count = len(outputs[0])
    places = Candidates(
        np.tile(np.array([0, 0, 9, 9], dtype=np.float32), (count, 1)),
        np.zeros((count, 5, 2), dtype=np.float32),
        outputs[0].mean(axis=(1, 2, 3)),
    )
    return FoundInBatch(places, np.arange(count))


class _Echo:
    """Gives back what it is given."""

    runtime: RuntimeName = "openvino"

    def __init__(self, input_shape: InputShape) -> None:
        self.input_shape = input_shape

    def run(self, batch: FloatArray) -> list[FloatArray]:
        return [batch.copy()]

    def close(self) -> None:
        pass


def _assert_same(one: Candidates, other: Candidates) -> None:
    for name in ("boxes_xyxy", "landmarks", "scores"):
        first, second = (getattr(each, name) for each in (one, other))
        assert first.dtype == second.dtype == np.float32
        assert first.shape == second.shape
        assert first.tobytes() == second.tobytes()


@pytest.mark.models
@pytest.mark.parametrize(("pack", "runtime"), [("compact", "openvino"), ("mobile", "onnxruntime")])
def test_what_a_network_says_of_faces_is_read_alike_together_and_alone(
    installed_pack: Callable[[str], InstalledPack],
    sample: Callable[[str], ImageRGB],
    pack: str,
    runtime: RuntimeName,
) -> None:
    installed = installed_pack(pack)
    spec = installed.manifest.detector
    session = _opened(installed, runtime)
    faces = [sample(name)[:900] for name in ("obama.jpg", "biden.jpg", "obama_partial_face.jpg")]
    crops = [
        np.asarray(cv2.resize(face, (side, 96))[:, left : left + 96], dtype=np.uint8)
        for face in faces
        for side, left in ((96, 0), (140, 0), (140, 30))
    ]
    planes = np.stack(crops)[..., :: -1 if FAMILIES[spec.family].color == "bgr" else 1]
    outputs = session.run(np.ascontiguousarray(planes.transpose(0, 3, 1, 2), dtype=np.float32))
    outputs = apart(outputs, len(crops))
    together, alone = (
        Detector(_Repeating(outputs), FAMILIES[spec.family], score_threshold=0.3, nms_iou=0.3)
        for _ in range(2)
    )
    found = together.find_each(crops, 96)
    assert sum(len(each.scores) for each in found) >= 3
    for crop, each in zip(crops, found, strict=True):
        _assert_same(each, alone.find_at(crop, 96))


def _opened(installed: InstalledPack, runtime: RuntimeName) -> Session:
    """A pack's detector, for batches of any size."""
    path = installed.paths[installed.manifest.detector.file]
    try:
        return open_session(path, runtime=runtime, input_shape=(None, 3, None, None))
    except InferenceRuntimeMissing as error:
        pytest.skip(say.error(error))


class CountingSession:
    """Runs a network and remembers how many pictures each batch had."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.runtime = session.runtime
        self.input_shape = session.input_shape
        self.sizes: list[int] = []

    def run(self, batch: FloatArray) -> list[FloatArray]:
        self.sizes.append(len(batch))
        return self._session.run(batch)

    def close(self) -> None:
        self._session.close()


@pytest.mark.models
def test_scrfd_finds_the_face_that_the_others_find(sample: Callable[[str], ImageRGB]) -> None:
    path = "models/scrfd_2.5g/scrfd_2.5g_bnkps.onnx"
    session = open_session(
        shared_data(path) / path,
        runtime="onnxruntime",
        input_shape=(1, 3, None, None),
    )
    detector = Detector(session, FAMILIES["scrfd"], score_threshold=0.5, nms_iou=0.4)
    found = detector.find_at(sample("obama.jpg"), 640)
    assert len(found.scores) == 1
    expected = [(435, 214), (557, 212), (498, 271), (441, 325), (549, 324)]
    assert np.abs(found.landmarks[0] - expected).max() < 15
