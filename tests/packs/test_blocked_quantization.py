import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto
from onnx import helper
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from mien.errors import ConversionFailed
from mien.inference_libraries import import_onnxruntime
from mien.packs.conversion.blocked_quantization import convert

RANDOM = np.random.default_rng(11)
BLOCK = 4


def network(
    *,
    dense: bool,
    quantised_picture: bool = False,
    unlike_blocks: bool = False,
    fixed_shape: bool = False,
    kind: type[np.int8 | np.uint8] = np.int8,
) -> bytes:
    """A convolution, and rows for each place or one for each picture, with weights in blocks."""
    stored = RANDOM.integers(0, 100, (5, 27)).astype(kind)
    # The last block is of three: 27 numbers in blocks of four.
    blocks = 5 if unlike_blocks else 7
    tensors = [
        numpy_helper.from_array(stored, "w_quantized"),
        numpy_helper.from_array(RANDOM.random((5, blocks), np.float32) / 100, "w_scales"),
        numpy_helper.from_array(RANDOM.integers(0, 9, (5, blocks)).astype(kind), "w_zero"),
        numpy_helper.from_array(np.asarray([5, 3, 3, 3], np.int64), "w_shape"),
        numpy_helper.from_array(np.asarray([1, -1, 5], np.int64), "rows"),
        numpy_helper.from_array(np.asarray([1, 320], np.int64), "flat"),
        numpy_helper.from_array(RANDOM.random((6, 320), np.float32), "dense_w"),
        numpy_helper.from_array(np.zeros(5, np.float32), "only_for_training"),
    ]
    nodes = [
        helper.make_node(
            "DequantizeLinear",
            ["w_quantized", "w_scales", "w_zero"],
            ["w_dequantized"],
            axis=1,
            block_size=BLOCK,
        ),
        helper.make_node("Reshape", ["w_dequantized", "w_shape"], ["w"]),
        helper.make_node("Conv", ["picture", "w"], ["found"], pads=[1, 1, 1, 1], strides=[2, 2]),
    ]
    if quantised_picture:
        nodes[2].input[0] = "read"
        nodes.insert(2, helper.make_node("DequantizeLinear", ["picture", "one"], ["read"]))
        tensors.append(numpy_helper.from_array(np.ones(1, np.float32), "one"))
    if dense:
        nodes += [
            helper.make_node("Flatten", ["found"], ["numbers"]),
            helper.make_node("Gemm", ["numbers", "dense_w"], ["out"], transB=1),
        ]
        out = [1, 6]
    elif fixed_shape:
        nodes.append(helper.make_node("Reshape", ["found", "flat"], ["out"]))
        out = [1, 320]
    else:
        nodes += [
            helper.make_node("Transpose", ["found"], ["last"], perm=[0, 2, 3, 1]),
            helper.make_node("Reshape", ["last", "rows"], ["out"]),
        ]
        out = [1, 64, 5]
    graph = helper.make_graph(
        nodes,
        "blocks",
        [
            helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, 16, 16]),
            helper.make_tensor_value_info("w_shape", TensorProto.INT64, [4]),
            helper.make_tensor_value_info("float_w_of_before", TensorProto.FLOAT, [5, 27]),
        ],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, out)],
        initializer=tensors,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=6)
    content: bytes = model.SerializeToString()
    return content


def run(model: bytes, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    session = import_onnxruntime().InferenceSession(model, providers=["CPUExecutionProvider"])
    (out,) = session.run(None, {"picture": pictures})
    return np.asarray(out)


def by_the_book(model: bytes, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the standard's own reference gives, one picture at a time."""
    read = onnx.load_from_string(model)
    del read.graph.input[1:]
    reference: Any = ReferenceEvaluator(read)
    return np.concatenate([reference.run(None, {"picture": each[None]})[0] for each in pictures])


@pytest.mark.parametrize("kind", [np.int8, np.uint8])
@pytest.mark.parametrize("dense", [True, False])
def test_the_numbers_are_those_of_the_published_network(
    dense: bool, kind: type[np.int8 | np.uint8]
) -> None:
    model = network(dense=dense, kind=kind)
    pictures = RANDOM.uniform(0, 255, (3, 3, 16, 16)).astype(np.float32)
    wanted = by_the_book(model, pictures)
    np.testing.assert_allclose(run(convert(model), pictures), wanted, rtol=1e-4, atol=1e-3)


def test_only_the_picture_is_an_input_and_only_what_is_read_is_a_weight() -> None:
    model = onnx.load_from_string(convert(network(dense=True)))
    assert [each.name for each in model.graph.input] == ["picture"]
    assert {each.name for each in model.graph.initializer} == {"w", "dense_w"}
    assert {node.op_type for node in model.graph.node} == {"Conv", "Flatten", "Gemm"}


def test_a_picture_may_have_any_size_where_no_layer_counts_its_pixels() -> None:
    model = convert(network(dense=False))
    assert run(model, np.zeros((2, 3, 32, 64), np.float32)).shape == (2, 16 * 32, 5)


def test_a_dense_layer_keeps_the_size_and_frees_the_batch() -> None:
    session = import_onnxruntime().InferenceSession(
        convert(network(dense=True)), providers=["CPUExecutionProvider"]
    )
    assert session.get_inputs()[0].shape == ["batch", 3, 16, 16]


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ({"dense": True, "quantised_picture": True}, "blocks_unknown"),
        ({"dense": True, "unlike_blocks": True}, "blocks_unknown"),
        ({"dense": False, "fixed_shape": True}, "blocks_run"),
    ],
)
def test_what_is_not_known_is_refused(given: dict[str, bool], detail: str) -> None:
    with pytest.raises(ConversionFailed) as caught:
        convert(network(**given))  # type: ignore[arg-type]  # only flags
    assert caught.value.key == f"conversion_failed.{detail}"


@pytest.mark.parametrize("content", [b"no network", bytes(1000)])
def test_what_is_no_network_is_refused(content: bytes) -> None:
    with pytest.raises(ConversionFailed):
        convert(content)


def test_weights_in_another_file_are_not_looked_for(tmp_path: Path) -> None:
    model = onnx.load_from_string(network(dense=True))
    secret = tmp_path / "weights.bin"
    secret.write_bytes(json.dumps("anything").encode() * 1000)
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=str(secret))
    with pytest.raises(ConversionFailed):
        convert(model.SerializeToString())
