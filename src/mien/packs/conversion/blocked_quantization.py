"""Turns weights that are kept as 8-bit blocks into float32, for runtimes that cannot read blocks.

Blocked quantisation is the one of ONNX's DequantizeLinear, from version 21 of its operators on: each
run of `block_size` numbers along an axis has a scale and a zero point of its own.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from mien.errors import ConversionFailed
from mien.inference_libraries import import_onnxruntime

# These fix the size of the picture, because their weights count its pixels.
_SIZED: Final = frozenset({"Gemm", "MatMul"})
# Arithmetic in whole numbers: what flows through the network is quantised too.
_INTEGER_NODES: Final = frozenset(
    {
        "QuantizeLinear",
        "DynamicQuantizeLinear",
        "ConvInteger",
        "MatMulInteger",
        "QLinearConv",
        "QLinearMatMul",
    }
)
_TRIED: Final = ((64, 96), (96, 32))
_TRIED_BATCHES: Final = (1, 2)
_IR_VERSION: Final = 8
_SAME: Final = 0  # Reshape: as it came in


def convert(data: bytes) -> bytes:
    """Fold dequantised weights into float32, and free the batch and, where it can be, the size.

    The input becomes (batch, channels, height, width), or (batch, channels, its height, its width)
    where a dense layer counts the pixels. What the file lists as inputs and no layer reads is left
    out, as are weights that are listed as inputs.

    Raises:
        ConversionFailed: it is no ONNX file, quantises more than weights, has not one picture as
            its input, or does not run with several pictures.
    """
    try:
        model = onnx.load_from_string(data)
    except Exception as error:  # the parser's own kind, which ships no types
        raise ConversionFailed("blocks_not_onnx") from error
    graph = model.graph
    try:
        weights = _folded(graph)
        _free_batches(graph, weights)
    except (KeyError, ValueError, TypeError) as error:
        raise ConversionFailed("blocks_unknown", words={"why": error}) from error
    picture = _only_picture(graph, weights)
    is_sized = any(node.op_type in _SIZED for node in graph.node)
    _name_dimensions(picture, "" if is_sized else "picture")
    del graph.input[:]
    graph.input.append(picture)
    for output in graph.output:
        _name_dimensions(output, "" if is_sized else output.name)
    del graph.value_info[:]
    used = {name for node in graph.node for name in node.input}
    del graph.initializer[:]
    graph.initializer.extend(
        numpy_helper.from_array(values, name) for name, values in weights.items() if name in used
    )
    # Weights that are not inputs came with the fourth version of the format.
    model.ir_version = max(model.ir_version, _IR_VERSION)
    converted: bytes = model.SerializeToString()
    _try(converted)
    return converted


def _folded(graph: onnx.GraphProto) -> dict[str, NDArray[np.generic]]:
    """Compute the weights, take their layers out of the graph, and give all weights by name."""
    weights: dict[str, NDArray[np.generic]] = {
        tensor.name: _array(tensor) for tensor in graph.initializer
    }
    kept = []
    for node in graph.node:
        if node.domain not in {"", "ai.onnx"} or node.op_type in _INTEGER_NODES:
            raise ValueError(f"a layer of the kind {node.op_type}")
        if any(attribute.HasField("g") or attribute.graphs for attribute in node.attribute):
            raise ValueError(f"a layer of the kind {node.op_type} with layers of its own")
        if node.op_type == "DequantizeLinear":
            weights[node.output[0]] = _dequantized(node, weights)
        elif node.op_type == "Reshape" and node.input[0] in weights:
            shape = [int(side) for side in weights[node.input[1]].tolist()]
            weights[node.output[0]] = weights[node.input[0]].reshape(shape)
        else:
            kept.append(node)
    copies = onnx.GraphProto()
    copies.node.extend(kept)
    del graph.node[:]
    graph.node.extend(copies.node)
    return weights


def _array(tensor: onnx.TensorProto) -> NDArray[np.generic]:
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        raise ValueError("weights in another file")
    values: NDArray[np.generic] = numpy_helper.to_array(tensor)
    return values


def _dequantized(
    node: onnx.NodeProto, weights: Mapping[str, NDArray[np.generic]]
) -> NDArray[np.float32]:
    """The weights of a DequantizeLinear: (stored - zero point) x scale, float32.

    See https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html.
    """
    if missing := [name for name in node.input if name and name not in weights]:
        raise ValueError(f"the layer before {missing[0]} is quantised, not only weights")
    stored, scale = weights[node.input[0]], weights[node.input[1]]
    if stored.dtype not in (np.int8, np.uint8) or scale.dtype != np.float32:
        raise ValueError(f"weights of the kind {stored.dtype} with scales of {scale.dtype}")
    (zero_name,) = node.input[2:] or ("",)
    zero = weights[zero_name] if zero_name else np.zeros(scale.shape, stored.dtype)
    options = {attribute.name: attribute.i for attribute in node.attribute}
    axis, block = options.get("axis", 1), options.get("block_size", 0)
    scales, zeros = (_spread(each, stored.shape, axis, block) for each in (scale, zero))
    centred = stored.astype(np.int32) - zeros.astype(np.int32)
    values: NDArray[np.float32] = centred.astype(np.float32) * scales.astype(np.float32)
    return values


def _spread(
    values: NDArray[np.generic], shape: tuple[int, ...], axis: int, block: int
) -> NDArray[np.generic]:
    """One value for each stored number, or what NumPy spreads to that."""
    if values.ndim == 0 or (values.shape == (1,) and not block):
        return values.reshape(())
    axis %= len(shape)
    if not block:
        if values.shape != (shape[axis],):
            raise ValueError(f"{values.shape} scales for {shape} weights")
        return values.reshape([-1 if place == axis else 1 for place in range(len(shape))])
    wanted = tuple(-(-side // block) if place == axis else side for place, side in enumerate(shape))
    if values.shape != wanted:
        raise ValueError(f"{values.shape} blocks of {block} for {shape} weights")
    return np.repeat(values, block, axis=axis).take(range(shape[axis]), axis=axis)


def _free_batches(graph: onnx.GraphProto, weights: dict[str, NDArray[np.generic]]) -> None:
    """Let what was reshaped to one picture be reshaped to as many as came in."""
    for node in graph.node:
        if node.op_type != "Reshape":
            continue
        shape = weights[node.input[1]].copy()
        if any(attribute.name == "allowzero" and attribute.i for attribute in node.attribute):
            raise ValueError("a Reshape that allows nothing")
        if shape[0] == 1:
            shape[0] = _SAME
            # A name of its own, as another layer may read the same numbers for something else.
            name = f"{node.output[0]}_shape_of_each"
            weights[name] = shape
            node.input[1] = name


def _only_picture(
    graph: onnx.GraphProto, weights: Mapping[str, NDArray[np.generic]]
) -> onnx.ValueInfoProto:
    read = {name for node in graph.node for name in node.input}
    inputs = [each for each in graph.input if each.name in read and each.name not in weights]
    if len(inputs) != 1 or len(inputs[0].type.tensor_type.shape.dim) != len("NCHW"):
        raise ConversionFailed("blocks_inputs")
    picture = onnx.ValueInfoProto()
    picture.CopyFrom(inputs[0])
    return picture


def _name_dimensions(value: onnx.ValueInfoProto, free: str) -> None:
    """Give the batch a name, and with a name for them also all sides that the picture decides."""
    dimensions = value.type.tensor_type.shape.dim
    dimensions[0].dim_param = "batch"
    if not free:
        return
    # Of a picture its sides, of an answer with a row for each place the rows.
    last = len(dimensions) if len(dimensions) == len("NCHW") else len(dimensions) - 1
    for place in range(2 if len(dimensions) == len("NCHW") else 1, last):
        dimensions[place].dim_param = f"{free}_{place}"


def _try(model: bytes) -> None:
    """Run one and two pictures, at sizes that the file was not declared for where they are free."""
    onnxruntime = import_onnxruntime()

    try:
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        (source,) = session.get_inputs()
        channels, *sides = source.shape[1:]
        sizes = [tuple(sides)] if all(isinstance(side, int) for side in sides) else _TRIED
        answers = []
        for size in sizes:
            picture = _drawn(channels, size)
            for count in _TRIED_BATCHES:
                batch = np.stack([picture] * count)
                answers.append((count, session.run(None, {source.name: batch})))
    except Exception as error:  # the runtime has exceptions of its own for each thing
        raise ConversionFailed("blocks_run", words={"why": error}) from error
    for count, outputs in answers:
        if any(len(output) != count or not np.isfinite(output).all() for output in outputs):
            raise ConversionFailed("blocks_batch")


def _drawn(channels: int, size: tuple[int, ...]) -> NDArray[np.float32]:
    values: NDArray[np.int64] = np.indices((channels, *size)).sum(axis=0) * 7 % 256
    return values.astype(np.float32)
