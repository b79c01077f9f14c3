import sys
from pathlib import Path

import pytest

from mien.errors import InferenceRuntimeMissing
from mien.errors import PackUnavailable
from mien.packs.choose import PackChoice
from mien.packs.choose import choose
from mien.packs.install import install
from mien.packs.install import require_runtime
from mien.packs.manifest import HttpsSource
from mien.packs.manifest import Manifest
from mien.words import say
from model_server import ModelServer
from model_server import serving
from packs_for_tests import WHERE
from packs_for_tests import compact_from_address
from packs_for_tests import compact_from_folder
from packs_for_tests import drawn_pack
from packs_for_tests import shared_models


def take(*candidates: Manifest, models_dir: Path, offline: bool = False) -> PackChoice:
    return choose(
        models_dir=models_dir,
        offline=offline,
        timeout_seconds=0.3,
        stall_seconds=0.3,
        candidates=candidates,
    )


def pack(server: ModelServer, how: str, name: str) -> Manifest:
    source = HttpsSource(kind="https", url=f"{server.address(how)}/drawn.onnx")
    return drawn_pack(source, name=name, content=(server.folder / "drawn.onnx").read_bytes())


def test_the_first_that_can_be_had_is_taken(server: ModelServer, models_dir: Path) -> None:
    choice = take(
        pack(server, "right", "best"), pack(server, "right", "next"), models_dir=models_dir
    )
    assert choice.installed.manifest.name == "best"
    assert choice.passed_over == ()


@pytest.mark.parametrize(
    ("how", "code", "reason"),
    [
        ("slow", "pack_unavailable", "did not respond within 0.3 seconds"),
        ("gone", "pack_unavailable", "404"),
        ("stall", "pack_unavailable", "sent nothing"),
        ("wrong", "digest_mismatch", "rejected"),
    ],
)
def test_the_one_passed_over_is_told_with_its_reason(
    server: ModelServer, models_dir: Path, how: str, code: str, reason: str
) -> None:
    choice = take(pack(server, how, "best"), pack(server, "right", "next"), models_dir=models_dir)
    assert choice.installed.manifest.name == "next"
    (passed_over,) = choice.passed_over
    assert (passed_over.pack, passed_over.why.code) == ("best", code)
    assert reason in say.error(passed_over.why)


def test_when_none_can_be_had_every_reason_is_told(server: ModelServer, models_dir: Path) -> None:
    with pytest.raises(PackUnavailable) as caught:
        take(pack(server, "gone", "best"), pack(server, "broken", "next"), models_dir=models_dir)
    assert [each["pack"] for each in caught.value.extra["passed_over"]] == ["best", "next"]
    assert "404" in say.error(caught.value)
    assert "500" in say.error(caught.value)


def test_offline_takes_what_is_there(server: ModelServer, models_dir: Path) -> None:
    there = pack(server, "right", "there")
    take(there, models_dir=models_dir)
    server.requests.clear()
    absent = drawn_pack(*there.files[0].sources, name="absent", content=b"another")
    choice = take(absent, there, models_dir=models_dir, offline=True)
    assert choice.installed.manifest.name == "there"
    assert choice.passed_over[0].why.code == "model_file_missing"
    assert not server.requests


def test_compact_is_passed_over_without_its_runtime(
    server: ModelServer, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    compact = compact_from_folder()
    choice = take(compact, pack(server, "right", "next"), models_dir=models_dir)
    assert choice.passed_over[0].why.code == "inference_runtime_missing"
    assert choice.passed_over[0].why.key == "inference_runtime_missing.pack_openvino"


def test_compact_is_passed_over_where_its_runtime_is_not_wanted() -> None:
    with pytest.raises(InferenceRuntimeMissing, match="pack_other_chosen"):
        require_runtime(compact_from_folder(), runtime="onnxruntime")


@pytest.mark.models
def test_compact_is_taken_where_its_addresses_answer(models_dir: Path) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is an extra")
    with serving(shared_models()) as server:
        compact = compact_from_address(server.address("right"))
        choice = take(compact, models_dir=models_dir)
    assert choice.installed.manifest.name == "compact"
    assert server.requests == {"right": len(WHERE)}
    assert {path.name for path in choice.installed.paths.values()} == set(WHERE)


@pytest.mark.models
def test_compact_from_a_folder_runs(models_dir: Path) -> None:
    openvino = pytest.importorskip("openvino", reason="OpenVINO is an extra")
    installed = install(
        compact_from_folder(shared_models()),
        models_dir=models_dir,
        offline=False,
        timeout_seconds=1,
    )
    spec = installed.manifest.recognizers[0]
    assert spec.weights_file is not None
    network = openvino.Core().read_model(
        installed.paths[spec.file], installed.paths[spec.weights_file]
    )
    assert list(network.input(0).shape) == [1, 3, spec.input_size, spec.input_size]
    assert network.output(0).partial_shape[1].get_length() == spec.dimension
