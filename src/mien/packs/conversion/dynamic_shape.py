"""Frees a picture network from the one size that its file declares."""

import numpy as np
import onnx

from mien.errors import ConversionFailed
from mien.inference_libraries import import_onnxruntime

# Two sizes, neither of them the declared one, as width and height mixed up would show.
_TRIED = ((1, 64, 96), (2, 96, 32))


def convert(data: bytes) -> bytes:
    """Rewrite the declared shapes of a convolutional network's input and outputs.

    The input becomes (batch, channels, height, width) with only the channels fixed, each output
    the same; the network itself stays as it is.

    Raises:
        ConversionFailed: it is no ONNX file, has not one picture as its input, or does not run at
            other sizes.
    """
    try:
        model = onnx.load_from_string(data)
    except Exception as error:  # the parser's own kind, which ships no types
        raise ConversionFailed("shape_not_onnx") from error
    graph = model.graph
    weights = {tensor.name for tensor in graph.initializer}
    inputs = [each for each in graph.input if each.name not in weights]
    if len(inputs) != 1 or any(not _is_picture(each) for each in [*inputs, *graph.output]):
        raise ConversionFailed("shape_inputs")
    picture = onnx.ValueInfoProto()
    picture.CopyFrom(inputs[0])
    _free(picture, ("batch", "height", "width"))
    # Early files list their weights as inputs too; a runtime cannot fold those it may be given.
    del graph.input[:]
    graph.input.append(picture)
    del graph.value_info[:]
    _drop_unused_weights(graph)
    for number, output in enumerate(graph.output):
        _free(output, ("batch", f"height_{number}", f"width_{number}"))
    # Weights that are not inputs came with the fourth version of the format.
    model.ir_version = max(model.ir_version, 4)
    converted: bytes = model.SerializeToString()
    _try(converted)
    return converted


def _drop_unused_weights(graph: onnx.GraphProto) -> None:
    """Leave out what only training needs; a runtime warns of each at every start."""
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    if len(kept) < len(graph.initializer):
        copies = onnx.GraphProto()
        copies.initializer.extend(kept)
        del graph.initializer[:]
        graph.initializer.extend(copies.initializer)


def _is_picture(value: onnx.ValueInfoProto) -> bool:
    return len(value.type.tensor_type.shape.dim) == len("NCHW")


def _free(value: onnx.ValueInfoProto, names: tuple[str, str, str]) -> None:
    dimensions = value.type.tensor_type.shape.dim
    for position, name in zip((0, 2, 3), names, strict=True):
        dimensions[position].dim_param = name


def _try(model: bytes) -> None:
    """Run the network at sizes it was not declared for."""
    onnxruntime = import_onnxruntime()

    try:
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        (source,) = session.get_inputs()
        pictures = [
            np.zeros((batch, source.shape[1], height, width), np.float32)
            for batch, height, width in _TRIED
        ]
        answers = [(picture, session.run(None, {source.name: picture})) for picture in pictures]
    except Exception as error:  # the runtime has exceptions of its own for each thing
        raise ConversionFailed("shape_run", words={"why": error}) from error
    for picture, outputs in answers:
        if not all(_follows(output.shape, picture.shape) for output in outputs):
            raise ConversionFailed("shape_fixed")


def _follows(output: tuple[int, ...], picture: tuple[int, ...]) -> bool:
    """Whether an output has a row for each picture and the same proportions."""
    return output[0] == picture[0] and picture[2] * output[3] == picture[3] * output[2]
