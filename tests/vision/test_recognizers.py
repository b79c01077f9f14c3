import numpy as np
import pytest

from mien.options import RuntimeName
from mien.packs.catalog import builtin
from mien.vision.recognizers import JointRecognizer
from mien.vision.recognizers import Recognizer
from mien.vision.sessions import InputShape
from mien.vision.types import FloatArray

SPECS = builtin("precise").recognizers
WEIGHTS = (3.0, 1.0)
LANDMARKS = np.array([(112, 98), (208, 98), (160, 153), (121, 209), (199, 209)], dtype=np.float32)


class Projection:
    """A network that sums up colours in some fixed way: other pictures, other numbers."""

    runtime: RuntimeName = "onnxruntime"

    def __init__(self, dimension: int, side: int) -> None:
        self.input_shape: InputShape = (None, 3, side, side)
        self._weights = np.random.default_rng(dimension).standard_normal(
            (3 * side * side, dimension), np.float32
        )

    def run(self, batch: FloatArray) -> list[FloatArray]:
        return [batch.reshape(len(batch), -1) @ self._weights]

    def close(self) -> None:
        pass


class FirstIsZero(Projection):
    """The same, which has no answer to the first picture of a batch."""

    def run(self, batch: FloatArray) -> list[FloatArray]:
        (found,) = super().run(batch)
        found[0] = 0
        return [found]


@pytest.fixture
def parts() -> list[Recognizer]:
    return [Recognizer(Projection(spec.dimension, spec.input_size), spec) for spec in SPECS]


def pictures(count: int) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    random = np.random.default_rng(3)
    return [random.integers(0, 256, (320, 320, 3)).astype(np.uint8) for _ in range(count)]


def test_each_network_sees_the_face_as_it_wants(parts: list[Recognizer]) -> None:
    joint = JointRecognizer(parts, WEIGHTS)
    (picture,) = pictures(1)
    views = joint.crop(picture, LANDMARKS)
    assert [view.shape for view in views] == [(112, 112, 3), (128, 128, 3)]


def test_the_cosine_is_the_mean_of_the_cosines_by_weight(parts: list[Recognizer]) -> None:
    joint = JointRecognizer(parts, WEIGHTS)
    views = [joint.crop(picture, LANDMARKS) for picture in pictures(3)]
    together = joint.embed(views)
    assert together.shape == (3, 384)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
    alone = [part.embed([view[place] for view in views]) for place, part in enumerate(parts)]
    wanted = sum(weight * each @ each.T for weight, each in zip(WEIGHTS, alone, strict=True)) / sum(
        WEIGHTS
    )
    np.testing.assert_allclose(together @ together.T, wanted, atol=1e-5)


def test_no_faces_are_no_embeddings(parts: list[Recognizer]) -> None:
    assert JointRecognizer(parts, WEIGHTS).embed([]).shape == (0, 384)


def test_one_network_gives_its_own_embeddings(parts: list[Recognizer]) -> None:
    joint = JointRecognizer(parts[:1], [2.0])
    views = [joint.crop(picture, LANDMARKS) for picture in pictures(2)]
    np.testing.assert_array_equal(joint.embed(views), parts[0].embed([view[0] for view in views]))


def test_an_offset_is_taken_off_the_unit_vector() -> None:
    spec = SPECS[0].model_copy(update={"offset": ()})
    offset = np.linspace(-0.08, 0.08, spec.dimension, dtype=np.float32)
    network = Projection(spec.dimension, spec.input_size)
    plain = Recognizer(network, spec)
    moved = Recognizer(network, spec.model_copy(update={"offset": tuple(offset.tolist())}))
    views = [plain.crop(picture, LANDMARKS) for picture in pictures(3)]
    wanted = plain.embed(views) - offset
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    np.testing.assert_allclose(moved.embed(views), wanted, atol=1e-6)


def test_an_offset_is_not_taken_off_a_network_s_zeros() -> None:
    spec = SPECS[0].model_copy(update={"averaging": "none"})
    offset = tuple(np.linspace(-0.08, 0.08, spec.dimension).tolist())
    network = FirstIsZero(spec.dimension, spec.input_size)
    moved = Recognizer(network, spec.model_copy(update={"offset": offset}))
    crops = [moved.crop(picture, LANDMARKS) for picture in pictures(2)]
    nothing, something = moved.embed(crops)
    assert not nothing.any()
    assert np.linalg.norm(something) == pytest.approx(1, abs=1e-6)
