import importlib.util
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import cast

import numpy as np
import onnx
import pytest
from onnx import TensorProto
from onnx import helper

from mien.errors import InferenceRuntimeMissing
from mien.errors import ModelFileMissing
from mien.errors import ShuttingDown
from mien.inference_libraries import import_onnxruntime
from mien.observing import Observer
from mien.options import RuntimeName
from mien.vision.inference_permits import InferencePermits
from mien.vision.pack_engine import BoundedSession
from mien.vision.sessions import Session
from mien.vision.sessions import choose_runtime
from mien.vision.sessions import open_session
from mien.vision.types import FloatArray

RUNTIMES: list[RuntimeName] = ["onnxruntime", "openvino"]


@pytest.fixture
def doubling(tmp_path: Path) -> Path:
    """A network that doubles and negates, for pictures of any size."""
    shape: list[str | int | None] = ["n", 3, "h", "w"]
    graph = helper.make_graph(
        [
            helper.make_node("Add", ["in", "in"], ["double"]),
            helper.make_node("Neg", ["in"], ["negative"]),
        ],
        "doubling",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, shape)],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name in ("double", "negative")
        ],
    )
    path = tmp_path / "doubling.onnx"
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    return path


def _open(path: Path, runtime: RuntimeName, *, concurrency: int = 1) -> Session:
    if runtime == "openvino":
        pytest.importorskip("openvino", reason="the second runtime is not installed")
    return open_session(
        path, runtime=runtime, input_shape=(None, 3, None, None), concurrency=concurrency
    )


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("shape", [(1, 3, 8, 8), (5, 3, 16, 4)])
def test_outputs_come_in_their_order_for_every_shape(
    doubling: Path, runtime: RuntimeName, shape: tuple[int, ...]
) -> None:
    session = _open(doubling, runtime)
    batch = np.random.default_rng(0).random(shape, dtype=np.float32)
    double, negative = session.run(batch)
    assert np.allclose(double, 2 * batch)
    assert np.allclose(negative, -batch)
    assert double.dtype == np.float32


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_results_are_not_overwritten_by_the_next_run(doubling: Path, runtime: RuntimeName) -> None:
    session = _open(doubling, runtime)
    first = session.run(np.ones((1, 3, 4, 4), dtype=np.float32))[0]
    session.run(np.full((1, 3, 4, 4), 9, dtype=np.float32))
    assert (first == 2).all()


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_threads_do_not_mix_their_pictures(doubling: Path, runtime: RuntimeName) -> None:
    session = _open(doubling, runtime, concurrency=2)
    wrong: list[bool] = []

    def ask(number: int) -> None:
        batch = np.full((1, 3, 8, 8), number, np.float32)
        wrong.extend(bool((session.run(batch)[0] != 2 * number).any()) for _ in range(50))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wrong) == 300
    assert not any(wrong)


def test_no_more_inferences_run_than_permitted() -> None:
    running, most = 0, 0
    counting = threading.Lock()

    class Slow:
        runtime: RuntimeName = "onnxruntime"
        input_shape = (None, 3, None, None)

        def run(self, batch: FloatArray) -> list[FloatArray]:
            nonlocal running, most
            with counting:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with counting:
                running -= 1
            return [batch]

        def close(self) -> None:
            pass

    session = BoundedSession(Slow(), InferencePermits(2, Observer()))
    batch = np.zeros((1, 3, 1, 1), dtype=np.float32)
    threads = [threading.Thread(target=session.run, args=(batch,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_closed_session_refuses_at_once(doubling: Path, runtime: RuntimeName) -> None:
    session = _open(doubling, runtime)
    batch = np.ones((1, 3, 4, 4), dtype=np.float32)
    session.run(batch)
    session.close()
    refused = threading.Event()

    def ask() -> None:
        with pytest.raises(ShuttingDown):
            session.run(batch)
        refused.set()

    # A thread that the test need not wait for: it must not stand for ever.
    threading.Thread(target=ask, daemon=True).start()
    assert refused.wait(5)


def test_whoever_waits_for_openvino_while_it_is_closed_is_sent_away(doubling: Path) -> None:
    session = _open(doubling, "openvino")
    requests = session._requests  # type: ignore[attr-defined]  # stands for an inference that never returns
    taken = requests.take()
    refused = threading.Event()

    def ask() -> None:
        with pytest.raises(ShuttingDown):
            session.run(np.ones((1, 3, 4, 4), dtype=np.float32))
        refused.set()

    threading.Thread(target=ask, daemon=True).start()
    assert not refused.wait(0.1)
    session.close()
    assert refused.wait(5)
    requests.give_back(taken)
    with pytest.raises(ShuttingDown):
        requests.take()


def test_openvino_computes_as_precisely_as_it_is_told(doubling: Path) -> None:
    openvino = pytest.importorskip("openvino", reason="the second runtime is not installed")
    session = _open(doubling, "openvino")
    hint = session._compiled.get_property("INFERENCE_PRECISION_HINT")  # type: ignore[attr-defined]  # looks inside
    assert hint == openvino.Type.f32


@pytest.mark.processes
def test_loading_openvino_reports_nothing_to_its_maker(doubling: Path) -> None:
    pytest.importorskip("openvino", reason="the second runtime is not installed")
    script = (
        "import sys, pathlib\n"
        "from mien.vision.sessions import open_session\n"
        f"open_session(pathlib.Path({str(doubling)!r}), runtime='openvino', "
        "input_shape=(1, 3, None, None))\n"
        "print([name for name, module in sys.modules.items() "
        "if name.startswith('openvino_telemetry') and module is not None])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileMissing, match=r"model_file_missing\.file"):
        open_session(tmp_path / "gone.onnx", runtime="onnxruntime", input_shape=(1, 3, None, None))


@pytest.fixture
def without_openvino(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[[str], object] = importlib.util.find_spec
    monkeypatch.setattr(
        "mien.vision.sessions.importlib.util.find_spec",
        lambda name: None if name == "openvino" else real(name),
    )


@pytest.mark.usefixtures("without_openvino")
def test_without_openvino_the_other_runtime_is_chosen_where_it_can() -> None:
    assert choose_runtime("auto", needs_openvino=False) == "onnxruntime"
    with pytest.raises(InferenceRuntimeMissing, match="openvino"):
        choose_runtime("auto", needs_openvino=True)
    with pytest.raises(InferenceRuntimeMissing):
        choose_runtime("openvino", needs_openvino=False)


@pytest.fixture
def with_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.vision.sessions.has_cuda", lambda: True)


@pytest.mark.usefixtures("with_cuda")
def test_a_graphics_card_is_used_when_it_is_set_or_was_the_quickest() -> None:
    assert choose_runtime("cuda", needs_openvino=False) == "cuda"
    assert choose_runtime("auto", needs_openvino=False, quickest="cuda") == "cuda"
    assert choose_runtime("onnxruntime", needs_openvino=False, quickest="cuda") == "onnxruntime"


@pytest.mark.usefixtures("with_cuda")
def test_pictures_of_any_size_stay_on_the_processor() -> None:
    assert choose_runtime("cuda", needs_openvino=False, any_size=True) != "cuda"
    assert choose_runtime("auto", needs_openvino=False, any_size=True, quickest="cuda") != "cuda"


def test_a_card_that_is_not_there_any_more_is_not_waited_for() -> None:
    assert choose_runtime("auto", needs_openvino=False, quickest="cuda") != "cuda"
    with pytest.raises(InferenceRuntimeMissing, match="cuda"):
        choose_runtime("cuda", needs_openvino=False)


class _OnnxRuntimeWithCard:
    """ONNX Runtime as it answers where it was built for cards: with or without one."""

    def __init__(self, *, card: bool, libraries: bool = True) -> None:
        self._card = card
        self._libraries = libraries
        self.options: dict[str, str] = {}
        self.preloaded = False

    def __getattr__(self, name: str) -> object:
        return getattr(import_onnxruntime(), name)

    def preload_dlls(self) -> None:
        sys.stdout.write("Failed to load libcublas.so.13\n")
        self.preloaded = True

    def InferenceSession(  # noqa: N802  # its name
        self, path: str, *, sess_options: object, providers: list[object], enable_fallback: bool
    ) -> object:
        assert self.preloaded, "CUDA installed as Python packages is not found by itself"
        assert not enable_fallback, "it would print, and go on without the card"
        ((name, self.options), _cpu) = cast("Any", providers)
        if not self._card:
            raise RuntimeError("CUDA failure 100: no CUDA-capable device is detected")
        real = import_onnxruntime().InferenceSession(path, providers=["CPUExecutionProvider"])
        if self._libraries:
            real.get_providers = lambda: [name, "CPUExecutionProvider"]
        return real


def _with(monkeypatch: pytest.MonkeyPatch, library: _OnnxRuntimeWithCard) -> None:
    monkeypatch.setattr("mien.vision.sessions.import_onnxruntime", lambda: library)
    monkeypatch.setattr("mien.inference_libraries.import_onnxruntime", lambda: library)


@pytest.mark.parametrize(("card", "libraries"), [(False, True), (True, False)])
def test_without_a_card_or_its_libraries_a_session_is_refused_and_nothing_printed(
    doubling: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    card: bool,
    libraries: bool,
) -> None:
    _with(monkeypatch, _OnnxRuntimeWithCard(card=card, libraries=libraries))
    with pytest.raises(InferenceRuntimeMissing, match="cuda"):
        open_session(doubling, runtime="cuda", input_shape=(None, 3, 4, 4))
    assert capsys.readouterr().out == ""


def test_a_card_computes_as_precisely_as_a_processor_and_takes_one_picture_at_a_time(
    doubling: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = _OnnxRuntimeWithCard(card=True)
    _with(monkeypatch, library)
    session = open_session(doubling, runtime="cuda", input_shape=(None, 3, 4, 4))
    assert library.options["use_tf32"] == "0"
    assert (session.runtime, session.input_shape[0]) == ("cuda", 1)


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_session_that_would_silently_run_on_the_processor_is_refused(doubling: Path) -> None:
    with pytest.raises(InferenceRuntimeMissing, match="cuda"):
        open_session(doubling, runtime="cuda", input_shape=(None, 3, None, None))


def test_a_file_for_openvino_is_never_given_to_the_other() -> None:
    with pytest.raises(InferenceRuntimeMissing, match="other_chosen"):
        choose_runtime("onnxruntime", needs_openvino=True)
