"""Writes dlib's face recognition network as ONNX: the same numbers in a fraction of the time."""

import json
from importlib import resources
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto
from onnx import helper
from onnx import numpy_helper

from mien.errors import ConversionFailed
from mien.inference_libraries import import_onnxruntime
from mien.packs.conversion.dlib_file import AddEarlier
from mien.packs.conversion.dlib_file import Affine
from mien.packs.conversion.dlib_file import Convolution
from mien.packs.conversion.dlib_file import Dense
from mien.packs.conversion.dlib_file import Layer
from mien.packs.conversion.dlib_file import PoolingLayer
from mien.packs.conversion.dlib_file import Rectify
from mien.packs.conversion.dlib_file import read_layers

SIDE = 150
MEAN_RGB = (122.782, 117.001, 104.298)
SCALE = 256.0
TOLERANCE = 1e-4
"""Largest difference to the golden output, in the units of the output (length about 1.4)."""

_OPSET = 13
_IR_VERSION = 8


def convert(data: bytes) -> bytes:
    """Turn `dlib_face_recognition_resnet_model_v1.dat` into an ONNX file.

    The network takes `input`, float32 (batch, 3, 150, 150), RGB less `MEAN_RGB`, divided by
    `SCALE`, and gives `embedding`, float32 (batch, 128), not of unit length.

    Raises:
        ConversionFailed: the file is another network, or the result gives other numbers than dlib.
    """
    graph = _Graph()
    try:
        graph.add(read_layers(data))
        model = graph.model()
        onnx.checker.check_model(model)
    except (ValueError, onnx.checker.ValidationError) as error:
        raise ConversionFailed("dlib_build", words={"why": error}) from error
    converted: bytes = model.SerializeToString()
    check_against_golden(converted)
    return converted


def check_against_golden(model: bytes) -> None:
    """Run a drawn picture through the network and compare with what dlib itself gave for it.

    Raises:
        ConversionFailed: a number differs by more than `TOLERANCE`, or the network does not run.
    """
    onnxruntime = import_onnxruntime()

    golden = json.loads(
        resources.files(__package__).joinpath("dlib_resnet_golden.json").read_text("utf-8")
    )
    pixels = drawn_picture().astype(np.float32)
    image = (pixels - np.asarray(MEAN_RGB, np.float32)) / np.float32(SCALE)
    try:
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        (output,) = session.run(None, {"input": image.transpose(2, 0, 1)[np.newaxis]})
    except Exception as error:  # the runtime has exceptions of its own for each thing
        raise ConversionFailed("dlib_run", words={"why": error}) from error
    difference = float(np.abs(output[0] - np.asarray(golden["embedding"])).max())
    # Written so that a difference that is no number fails too.
    if not difference <= TOLERANCE:
        raise ConversionFailed(
            "dlib_differs", words={"difference": difference, "tolerance": TOLERANCE}
        )


def drawn_picture() -> NDArray[np.uint8]:
    """A picture that is the same everywhere: uint8 (150, 150, 3), RGB, nothing in particular."""
    rows, columns, channels = np.indices((SIDE, SIDE, 3))
    values = 7 * rows + 13 * columns + 29 * channels + (rows * columns) // 5
    picture: NDArray[np.uint8] = (values % 256).astype(np.uint8)
    return picture


class _Graph:
    """Grows an ONNX graph layer by layer; keeps the shape of what the last layer gives."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: list[onnx.TensorProto] = []
        self._name = "input"
        self._shape = (3, SIDE, SIDE)
        # What came into the present residual block, and the same after its pool if it has one.
        self._earlier = (self._name, self._shape)

    def add(self, layers: list[Layer]) -> None:
        for layer, following in zip(layers, [*layers[1:], None], strict=True):
            match layer:
                case Convolution() if isinstance(following, Affine):
                    self._convolution(layer, following)
                case Convolution():
                    raise ValueError("a convolution is not followed by its affine layer")
                case Affine():
                    pass
                case Rectify():
                    self._node("Relu", [self._name])
                    if self._block_ended:
                        self._earlier = (self._name, self._shape)
                case PoolingLayer(window=(0, 0)):
                    self._node("GlobalAveragePool", [self._name])
                    self._shape = (self._shape[0], 1, 1)
                case PoolingLayer(kind="max"):
                    self._name, self._shape = self._pool(layer, self._name, self._shape)
                    self._earlier = (self._name, self._shape)
                case PoolingLayer():
                    self._earlier = self._pool(layer, *self._earlier)
                case AddEarlier():
                    self._add_earlier()
                case Dense():
                    self._node("Flatten", [self._name], axis=1)
                    self._node("MatMul", [self._name, self._tensor(layer.weights)])
                    self._shape = (layer.weights.shape[1], 1, 1)

    def model(self) -> onnx.ModelProto:
        dimension = self._shape[0]
        self._node("Identity", [self._name], output="embedding")
        graph = helper.make_graph(
            self._nodes,
            "dlib_face_recognition_resnet_model_v1",
            [_value("input", ["batch", 3, SIDE, SIDE])],
            [_value("embedding", ["batch", dimension])],
            initializer=self._tensors,
        )
        return helper.make_model(
            graph,
            producer_name="mien",
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
        )

    @property
    def _block_ended(self) -> bool:
        return len(self._nodes) > 1 and self._nodes[-2].op_type == "Add"

    def _convolution(self, layer: Convolution, affine: Affine) -> None:
        # Both are linear, so one layer can do the work of the two.
        filters = layer.filters * affine.gamma[:, np.newaxis, np.newaxis, np.newaxis]
        bias = layer.bias * affine.gamma + affine.beta
        count, channels, *window = filters.shape
        if channels != self._shape[0]:
            raise ValueError(f"{channels} channels are wanted where {self._shape[0]} come in")
        self._node(
            "Conv",
            [self._name, self._tensor(filters), self._tensor(bias)],
            kernel_shape=window,
            strides=layer.stride,
            pads=[*layer.padding, *layer.padding],
        )
        self._shape = (
            count,
            (self._shape[1] + 2 * layer.padding[0] - window[0]) // layer.stride[0] + 1,
            (self._shape[2] + 2 * layer.padding[1] - window[1]) // layer.stride[1] + 1,
        )

    def _pool(
        self, layer: PoolingLayer, name: str, shape: tuple[int, int, int]
    ) -> tuple[str, tuple[int, int, int]]:
        before = self._name
        operator = "MaxPool" if layer.kind == "max" else "AveragePool"
        self._node(operator, [name], kernel_shape=layer.window, strides=layer.stride)
        pooled, self._name = self._name, before
        return pooled, (
            shape[0],
            (shape[1] - layer.window[0]) // layer.stride[0] + 1,
            (shape[2] - layer.window[1]) // layer.stride[1] + 1,
        )

    def _add_earlier(self) -> None:
        earlier, shape = self._earlier
        larger = (
            max(self._shape[0], shape[0]),
            max(self._shape[1], shape[1]),
            max(self._shape[2], shape[2]),
        )
        operands = [
            self._padded(self._name, self._shape, larger),
            self._padded(earlier, shape, larger),
        ]
        self._node("Add", operands)
        self._shape = larger

    def _padded(self, name: str, shape: tuple[int, int, int], to: tuple[int, int, int]) -> str:
        if shape == to:
            return name
        missing = [wanted - has for wanted, has in zip(to, shape, strict=True)]
        pads = self._tensor(np.asarray([0, 0, 0, 0, 0, *missing], np.int64))
        before = self._name
        self._node("Pad", [name, pads])
        padded, self._name = self._name, before
        return padded

    def _node(
        self, operator: str, inputs: list[str], *, output: str | None = None, **attributes: Any
    ) -> None:
        self._name = output or f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [self._name], **attributes))

    def _tensor(self, values: NDArray[np.float32] | NDArray[np.int64]) -> str:
        name = f"tensor_{len(self._tensors)}"
        self._tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name


def _value(name: str, shape: list[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
