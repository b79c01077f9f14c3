import numpy as np
import onnx
import pytest
from onnx import TensorProto
from onnx import helper
from onnx import numpy_helper

from mien.errors import ConversionFailed
from mien.inference_libraries import import_onnxruntime
from mien.packs.conversion.dynamic_shape import convert


def fixed_network(operator: str = "Conv") -> bytes:
    """A network as an early exporter writes it: one size, weights among the inputs, some unused."""
    weights = np.ones((2, 3, 3, 3), np.float32)
    shape = np.asarray([10, 2, 8, 8], np.int64)
    node = (
        helper.make_node("Conv", ["picture", "w"], ["heat"], strides=[4, 4], pads=[1, 1, 1, 1])
        if operator == "Conv"
        else helper.make_node("Expand", ["w2", "shape"], ["heat"])
    )
    tensors = [
        numpy_helper.from_array(weights, "w"),
        numpy_helper.from_array(weights[:, :1, :1, :1].reshape(1, 2, 1, 1), "w2"),
        numpy_helper.from_array(shape, "shape"),
        numpy_helper.from_array(np.zeros(1, np.float32), "only_for_training"),
    ]
    graph = helper.make_graph(
        [node],
        "fixed",
        [
            helper.make_tensor_value_info("picture", TensorProto.FLOAT, [10, 3, 32, 32]),
            helper.make_tensor_value_info("w", TensorProto.FLOAT, [2, 3, 3, 3]),
        ],
        [helper.make_tensor_value_info("heat", TensorProto.FLOAT, [10, 2, 8, 8])],
        initializer=tensors,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], ir_version=3)
    content: bytes = model.SerializeToString()
    return content


def test_a_fixed_network_runs_at_any_size() -> None:
    session = import_onnxruntime().InferenceSession(
        convert(fixed_network()), providers=["CPUExecutionProvider"]
    )
    (source,) = session.get_inputs()
    assert source.shape == ["batch", 3, "height", "width"]
    (heat,) = session.run(None, {"picture": np.ones((2, 3, 64, 128), np.float32)})
    assert heat.shape == (2, 2, 16, 32)
    assert heat[0, 0, 5, 5] == pytest.approx(27)


def test_weights_are_neither_inputs_nor_left_over() -> None:
    model = onnx.load_from_string(convert(fixed_network()))
    assert [each.name for each in model.graph.input] == ["picture"]
    assert [each.name for each in model.graph.initializer] == ["w"]


def test_a_network_that_cannot_follow_the_size_is_refused() -> None:
    with pytest.raises(ConversionFailed):
        convert(fixed_network("Expand"))


@pytest.mark.parametrize("content", [b"", b"no network", bytes(1000)])
def test_what_is_no_network_is_refused(content: bytes) -> None:
    with pytest.raises(ConversionFailed):
        convert(content)
