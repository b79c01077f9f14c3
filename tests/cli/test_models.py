import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result

from mien.cli import cli
from mien.packs.catalog import BUILTIN
from packs_for_tests import drawn_bytes

OWN = """
name = "own"
title = "Own"
version = "1"
summary = "A pack of the tests."

[[files]]
name = "net.onnx"
sha256 = "{sha256}"
size_bytes = {size_bytes}
licence = "MIT"
origin = "the tests"
notice = "Recognises nobody."

[[files.sources]]
kind = "folder"
path = "net.onnx"

[detector]
family = "centerface"
file = "net.onnx"
score_threshold = 0.5
nms_iou = 0.3

[recognizer]
model = "own"
version = "1"
format = "onnx"
file = "net.onnx"
input_size = 112
color = "rgb"
mean = [0.0, 0.0, 0.0]
scale = [1.0, 1.0, 1.0]
template = [[38.0, 51.0], [73.0, 51.0], [56.0, 71.0], [41.0, 92.0], [70.0, 92.0]]
dimension = 128

[thresholds]
identify = 0.5
verify = 0.4
measured = "Never."
"""


@pytest.fixture(autouse=True)
def packs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that is nowhere yet, with one pack of the operator's own."""
    folder = tmp_path / "models" / "packs"
    folder.mkdir(parents=True)
    content = drawn_bytes(10_000)
    (folder / "net.onnx").write_bytes(content)
    text = OWN.format(sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content))
    (folder / "own.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("MIEN_MODELS_DIR", str(folder.parent))
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MIEN_PACK", "own")
    return folder


def mien(*args: str) -> Result:
    return CliRunner().invoke(cli, ["models", *args])


def packs() -> dict[str, dict[str, object]]:
    listed = json.loads(mien("list", "--json").stdout)
    return {each["name"]: each for each in listed["packs"]}


def test_packs_are_listed_the_built_in_ones_first() -> None:
    assert list(packs()) == [*BUILTIN, "own"]
    assert [line.split("\t")[0] for line in mien("list").stdout.splitlines()] == [*BUILTIN, "own"]


def test_looking_makes_no_database(tmp_path: Path) -> None:
    mien("list")
    mien("show", "own")
    assert not (tmp_path / "home").exists()


def test_a_broken_manifest_is_told(packs_folder: Path) -> None:
    (packs_folder / "bad.toml").write_text("name = ")
    result = mien("list")
    assert result.exit_code == 0
    assert "bad.toml cannot be used: The manifest is not TOML" in result.stderr


def test_a_pack_shows_its_licence_its_notice_and_where_it_is_from() -> None:
    shown = mien("show", "own").stdout
    for words in ("licence MIT", "Recognises nobody.", "the tests", "net.onnx", "not here"):
        assert words in shown
    assert json.loads(mien("show", "own", "--json").stdout)["recognizer"]["dimension"] == 128


def test_an_unknown_pack_is_one_line_and_an_exit_code() -> None:
    result = mien("show", "nothing")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "No pack is named nothing." in result.stderr


@pytest.mark.parametrize("args", [("pull", "own"), ("pull",)])
def test_a_pulled_pack_is_installed_and_good(args: tuple[str, ...]) -> None:
    assert not packs()["own"]["installed"]
    assert mien(*args).exit_code == 0
    assert packs()["own"]["installed"]
    checked = mien("verify", "own", "--json")
    assert checked.exit_code == 0
    assert [file["state"] for file in json.loads(checked.stdout)["packs"]["own"]] == ["good"]


def test_damage_ends_in_an_exit_code_and_can_be_repaired() -> None:
    pulled = json.loads(mien("pull", "own", "--json").stdout)
    Path(pulled["paths"]["net.onnx"]).write_bytes(bytes(10_000))
    result = mien("verify")
    assert result.exit_code == 1
    assert "damaged" in result.stdout
    assert mien("verify", "--repair").exit_code == 0
    assert mien("verify").exit_code == 0


@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_a_file_of_the_pack_in_use_that_is_cut_or_gone_is_told(harm: str) -> None:
    assert mien("use", "own").exit_code == 0
    path = Path(json.loads(mien("pull", "own", "--json").stdout)["paths"]["net.onnx"])
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        path.unlink()
    checked = mien("verify", "--json")
    assert checked.exit_code == 1
    state = {"cut": "damaged", "gone": "missing"}[harm]
    assert [file["state"] for file in json.loads(checked.stdout)["packs"]["own"]] == [state]
    assert mien("verify", "--repair").exit_code == 0


def test_the_pack_in_use_is_kept() -> None:
    assert mien("use", "own").exit_code == 0
    assert [name for name, pack in packs().items() if pack["in_use"]] == ["own"]
    assert "in use, installed" in mien("list").stdout


def test_what_cannot_be_had_is_not_taken_into_use(packs_folder: Path) -> None:
    (packs_folder / "net.onnx").unlink()
    result = mien("use", "own")
    assert result.exit_code == 1
    assert "pack_unavailable" in result.stderr
    assert not packs()["own"]["in_use"]
