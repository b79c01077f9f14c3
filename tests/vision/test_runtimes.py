from pathlib import Path

import pytest

from mien.options import RuntimeName
from mien.packs.catalog import builtin
from mien.packs.manifest import InstalledPack
from mien.vision import measure_runtimes
from mien.vision.pack_summary import summarise
from mien.vision.runtimes import NOT_MEASURED
from mien.vision.runtimes import MeasuredRuntimes


@pytest.mark.parametrize(
    ("times", "quickest"),
    [
        ({}, None),
        ({"onnxruntime": 9.0}, "onnxruntime"),
        ({"openvino": 9.0}, "openvino"),
        ({"onnxruntime": 8.9, "openvino": 10.0}, "onnxruntime"),
        ({"onnxruntime": 9.1, "openvino": 10.0}, "openvino"),
        ({"onnxruntime": 20.0, "openvino": 10.0}, "openvino"),
    ],
)
def test_the_usual_library_stays_unless_another_is_clearly_quicker(
    times: dict[RuntimeName, float], quickest: RuntimeName | None
) -> None:
    assert MeasuredRuntimes({"detector": times}).quickest("detector") == quickest


def test_a_network_that_was_not_measured_has_no_quickest_library() -> None:
    assert NOT_MEASURED.quickest("recognizer") is None


def test_each_network_gets_its_own_library_unless_one_is_set() -> None:
    pytest.importorskip("openvino", reason="the second runtime is not installed")
    measured = MeasuredRuntimes(
        {
            "detector": {"onnxruntime": 1, "openvino": 9},
            "recognizer": {"onnxruntime": 9, "openvino": 1},
        }
    )
    both = summarise(builtin("classic"), measured=measured)
    assert (both.detector, both.recognizer) == (
        "centerface (onnxruntime)",
        f"{_name(both.recognizer)} (openvino)",
    )
    one = summarise(builtin("classic"), measured=measured, runtime="openvino")
    assert one.detector.endswith("(openvino)")


def _name(shown: str) -> str:
    return shown.rpartition(" ")[0]


def test_what_only_openvino_reads_is_run_by_it_whatever_was_measured() -> None:
    pytest.importorskip("openvino", reason="the second runtime is not installed")
    measured = MeasuredRuntimes({"recognizer": {"onnxruntime": 1}})
    assert summarise(builtin("compact"), measured=measured).recognizer.endswith("(openvino)")


def test_a_graphics_card_computes_embeddings_and_never_detects(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mien.vision.sessions.has_cuda", lambda: True)
    times: dict[RuntimeName, float] = {"cuda": 1, "onnxruntime": 5, "openvino": 9}
    measured = MeasuredRuntimes(dict.fromkeys(["detector", "aligner", "recognizer"], times))
    auto = summarise(builtin("standard"), measured=measured)
    assert auto.recognizer.endswith("(cuda)")
    # The quickest of those that can; what a former version measured is no reason.
    assert auto.detector == "yunet (onnxruntime) + centerface (onnxruntime)"
    told = summarise(builtin("standard"), runtime="cuda")
    assert told.recognizer.endswith("(cuda)")
    assert "cuda" not in told.detector


def test_a_library_that_is_left_out_is_not_the_quickest() -> None:
    measured = MeasuredRuntimes({"recognizer": {"cuda": 1.0, "onnxruntime": 5.0}})
    assert measured.without("cuda").quickest("recognizer") == "onnxruntime"


def test_only_embeddings_are_measured_on_a_graphics_card(monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = builtin("standard")
    tried: dict[str, set[RuntimeName]] = {}

    def opened(file: Path, _weights: object, runtime: RuntimeName, *_: object) -> None:
        tried.setdefault(file.name, set()).add(runtime)

    monkeypatch.setattr(measure_runtimes, "_opened", opened)
    monkeypatch.setattr(measure_runtimes, "has_cuda", lambda: True)
    paths = {file.name: Path(file.name) for file in manifest.files}
    measure_runtimes.measure(InstalledPack(manifest, paths), threads=1)
    on_card = {file for file, runtimes in tried.items() if "cuda" in runtimes}
    assert on_card == {spec.file for spec in manifest.recognizers}
