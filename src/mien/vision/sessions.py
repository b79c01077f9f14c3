"""Inference sessions: one small interface over ONNX Runtime and OpenVINO."""

import importlib.util
import os
import threading
from pathlib import Path
from typing import Any
from typing import Final
from typing import Protocol
from typing import TypeAlias

import numpy as np

from mien.errors import InferenceRuntimeMissing
from mien.errors import ModelFileMissing
from mien.errors import SessionForked
from mien.errors import ShuttingDown
from mien.inference_libraries import import_onnxruntime
from mien.inference_libraries import import_openvino
from mien.inference_libraries import load_cuda
from mien.options import Precision
from mien.options import RuntimeChoice
from mien.options import RuntimeName
from mien.vision.types import FloatArray

# More threads make one inference of these small networks hardly faster.
_MOST_THREADS: Final = 4

_CPU: Final = "CPUExecutionProvider"
_CUDA: Final = "CUDAExecutionProvider"

_CUDA_OPTIONS: Final = {
    # Having cuDNN try more ways made no inference quicker, and some first ones far slower.
    "cudnn_conv_algo_search": "HEURISTIC",
    # Left alone, it rounds factors to 10 bits, and embeddings would differ between the nodes of
    # one gallery.
    "use_tf32": "0",
}

InputShape: TypeAlias = tuple[int | None, ...]


class Session(Protocol):
    """A loaded network; safe to share between threads, never across a fork."""

    @property
    def runtime(self) -> RuntimeName:
        """The library that runs it."""

    @property
    def input_shape(self) -> InputShape:
        """Shape of the input; None where any size is taken."""

    def run(self, batch: FloatArray) -> list[FloatArray]:
        """Run the network.

        Args:
            batch: float32, of `input_shape`.

        Returns:
            The network's outputs in their order, float32, owned by the caller.

        Raises:
            ShuttingDown: it was closed before, or while this call waited.
        """

    def close(self) -> None:
        """Let go of the memory; waits for nobody. What is running finishes first."""


def usable_cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def usual_threads() -> int:
    """Processor threads of one inference where nothing else is set."""
    return min(usable_cores(), _MOST_THREADS)


def has_cuda() -> bool:
    """Whether the ONNX Runtime that is installed was built for NVIDIA's graphics cards."""
    return _CUDA in import_onnxruntime().get_available_providers()


def choose_runtime(
    choice: RuntimeChoice,
    *,
    needs_openvino: bool,
    any_size: bool = False,
    quickest: RuntimeName | None = None,
) -> RuntimeName:
    """Settle which library runs a model file.

    Left to choose, the one that was measured to be the quickest here; where nothing was measured,
    OpenVINO if it is installed: it is the faster on common processors.

    Args:
        choice: what the operator asked for.
        needs_openvino: the file is in OpenVINO's own format.
        any_size: it is given pictures of one size after another. A graphics card is made ready
            anew for each, which takes far longer than a processor takes for the inference.
        quickest: what was measured; None when nothing was.

    Raises:
        InferenceRuntimeMissing: the library that is asked for or needed is not installed.
    """
    available = importlib.util.find_spec("openvino") is not None
    if needs_openvino and choice == "onnxruntime":
        raise InferenceRuntimeMissing("other_chosen")
    usual: RuntimeName = "openvino" if available else "onnxruntime"
    wanted = (quickest or usual) if choice == "auto" else choice
    if any_size and wanted == "cuda":
        wanted = usual
    if needs_openvino:
        # Also where the other network is to run on a graphics card.
        wanted = "openvino"
    if wanted == "cuda":
        if has_cuda():
            return "cuda"
        if choice == "cuda":
            raise InferenceRuntimeMissing("cuda")
        wanted = usual  # the card was there when it was measured
    if wanted == "openvino":
        if not available:
            raise InferenceRuntimeMissing("openvino")
        return "openvino"
    return "onnxruntime"


def open_session(
    path: Path,
    *,
    runtime: RuntimeName,
    input_shape: InputShape,
    precision: Precision = "f32",
    threads: int = 1,
    concurrency: int = 1,
    weights: Path | None = None,
) -> Session:
    """Load a network.

    Args:
        path: an .onnx file, or the .xml of OpenVINO.
        runtime: the library to run it.
        input_shape: what will be given; None where the size varies. ONNX Runtime cannot change
            a file that says otherwise, `Session.input_shape` tells what it takes; on a graphics
            card one picture at a time.
        precision: arithmetic of OpenVINO; ONNX Runtime always computes in f32.
        threads: processor threads of one inference.
        concurrency: inferences at the same time that are prepared for; more wait.
        weights: the .bin that belongs to an .xml.
    """
    for file in (path, weights):
        if file is not None and not file.is_file():
            raise ModelFileMissing("file", words={"file": file})
    if runtime == "openvino":
        return _OpenVinoSession(
            path,
            weights,
            input_shape,
            precision=precision,
            threads=threads,
            concurrency=concurrency,
        )
    return _OnnxSession(path, threads, runtime)


class _Owner:
    """Knows the process that made a session: threads of another one would wait for ever."""

    def __init__(self) -> None:
        self._pid = os.getpid()

    def check(self) -> None:
        if os.getpid() != self._pid:
            raise SessionForked(words={"loader": self._pid, "user": os.getpid()})


class _OnnxSession:
    def __init__(self, path: Path, threads: int, runtime: RuntimeName) -> None:
        self.runtime = runtime
        onnxruntime = import_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _ORT_ERRORS_ONLY
        # Spinning threads would keep the cores from the web server between two inferences.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._owner = _Owner()
        if runtime == "cuda":
            self._session: Any = _on_card(path, options)
        else:
            self._session = onnxruntime.InferenceSession(
                str(path), sess_options=options, providers=[_CPU]
            )
        (feed,) = self._session.get_inputs()
        self._name = feed.name
        self.input_shape: InputShape = tuple(
            side if isinstance(side, int) and side > 0 else None for side in feed.shape
        )
        if runtime == "cuda":
            # It is made ready anew for another number of pictures, too; alone they are quick.
            self.input_shape = (1, *self.input_shape[1:])

    def run(self, batch: FloatArray) -> list[FloatArray]:
        self._owner.check()
        session = self._session
        if session is None:
            raise ShuttingDown
        return [np.asarray(out) for out in session.run(None, {self._name: batch})]

    def close(self) -> None:
        self._session = None


def _on_card(path: Path, options: Any) -> Any:
    """A session of ONNX Runtime on the graphics card.

    Raises:
        InferenceRuntimeMissing: there is no card, or no library for it.
    """
    load_cuda()
    try:
        session: Any = import_onnxruntime().InferenceSession(
            str(path),
            sess_options=options,
            providers=[(_CUDA, _CUDA_OPTIONS), _CPU],
            # It would say on standard output that it goes on without the card.
            enable_fallback=False,
        )
    except (RuntimeError, ValueError) as error:
        raise InferenceRuntimeMissing("cuda") from error
    if session.get_providers()[0] != _CUDA:
        # Without the card's libraries it goes on, silently, on the processor.
        raise InferenceRuntimeMissing("cuda")
    return session


class _OpenVinoSession:
    runtime: RuntimeName = "openvino"

    def __init__(
        self,
        path: Path,
        weights: Path | None,
        input_shape: InputShape,
        *,
        precision: Precision,
        threads: int,
        concurrency: int,
    ) -> None:
        openvino = import_openvino()
        self._owner = _Owner()
        core = openvino.Core()
        model = core.read_model(path, weights) if weights else core.read_model(path)
        model.reshape([-1 if side is None else side for side in input_shape])
        self._compiled = core.compile_model(
            model,
            "CPU",
            {
                "INFERENCE_NUM_THREADS": threads * concurrency,
                "NUM_STREAMS": concurrency,
                # Left alone, OpenVINO computes in bf16 on processors that can, and embeddings
                # would differ between the nodes of one gallery.
                "INFERENCE_PRECISION_HINT": precision,
                "ENABLE_CPU_PINNING": False,
            },
        )
        self.input_shape = input_shape
        self._requests = _Requests(
            [self._compiled.create_infer_request() for _ in range(concurrency)]
        )

    def run(self, batch: FloatArray) -> list[FloatArray]:
        self._owner.check()
        request = self._requests.take()
        try:
            # The batch outlives the call, so that there is no need to copy it.
            request.infer([batch], share_inputs=True)
            return [np.array(tensor.data, dtype=np.float32) for tensor in request.output_tensors]
        finally:
            self._requests.give_back(request)

    def close(self) -> None:
        self._requests.close()
        self._compiled = None


class _Requests:
    """OpenVINO's prepared inferences: one a thread, whoever finds none waits for one.

    Args:
        free: all of them.
    """

    def __init__(self, free: list[Any]) -> None:
        self._free = free
        self._changed = threading.Condition()
        self._closed = False

    def take(self) -> Any:
        """Wait for one, unless all are closed.

        Raises:
            ShuttingDown: they are, or are while this call waits.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._free or self._closed)
            if self._closed:
                raise ShuttingDown
            return self._free.pop()

    def give_back(self, request: Any) -> None:
        """Let another thread have it; after the closing nobody has it again."""
        with self._changed:
            if not self._closed:
                self._free.append(request)
                self._changed.notify()

    def close(self) -> None:
        """Let go of all, and send away whoever waits."""
        with self._changed:
            self._closed = True
            self._free.clear()
            self._changed.notify_all()


_ORT_ERRORS_ONLY = 3
