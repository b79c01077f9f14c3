import hashlib
import json
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from click.testing import Result

from mien.cli import cli
from mien.cli.models import look
from mien.cli.terminal.fitting import GAP
from mien.cli.terminal.fitting import fit
from mien.packs import measured
from mien.packs.catalog import BUILTIN
from mien.packs.measured import measured_packs
from own_pack import write_own_pack

pytestmark = pytest.mark.thorough


@pytest.fixture(autouse=True)
def packs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that is nowhere yet, with one pack of the operator's own."""
    folder = tmp_path / "models" / "packs"
    folder.mkdir(parents=True)
    write_own_pack(folder)
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


def test_what_each_pack_misses_and_costs_is_told_and_of_ones_own_that_it_is_not_known() -> None:
    found = measured_packs()
    listed = packs()
    for name in BUILTIN:
        assert listed[name]["figures"] == found.packs[name].model_dump(mode="json")
    assert listed["own"]["figures"] is None
    told = json.loads(mien("list", "--json").stdout)["measurement"]
    assert told["searches"]["enrolled"] == found.searches.enrolled
    rows = {line.split("\t")[0]: line.split("\t") for line in mien("list").stdout.splitlines()}
    assert len({len(row) for row in rows.values()}) == 1
    compact = found.packs["compact"]
    assert rows["compact"][2] == f"{100 * compact.fnir:.1f} %"
    assert rows["compact"][5] == f"{compact.memory_mb:.0f} MB"
    assert rows["own"][2:6] == ["not measured", "", "", ""]


@pytest.mark.parametrize("figure", ["contract_id", "version"])
def test_figures_of_a_pack_that_has_changed_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, figure: str
) -> None:
    found = measured_packs()
    stale = {
        name: each.model_copy(update={figure: "before"} if name == "compact" else {})
        for name, each in found.packs.items()
    }
    changed = found.model_copy(update={"packs": stale})
    monkeypatch.setattr(measured, "measured_packs", lambda: changed)
    assert packs()["compact"]["figures"] is None
    assert packs()["mobile"]["figures"] is not None
    assert json.loads(mien("show", "compact", "--json").stdout)["figures"] is None
    assert "misses      not measured" in mien("show", "compact").stdout


def test_a_pack_shows_what_it_misses_and_costs() -> None:
    shown = mien("show", "precise").stdout
    figures = measured_packs().packs["precise"]
    assert f"{100 * figures.fnir:.1f} % ± " in shown
    assert f"{figures.memory_mb:.0f} MB of memory" in shown
    assert json.loads(mien("show", "own", "--json").stdout)["figures"] is None
    assert "misses      not measured" in mien("show", "own").stdout


def test_a_narrow_terminal_shows_the_figures_and_leaves_out_the_summary(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: dict[str, Any] = {}

    def take(
        columns: Sequence[str], rows: Iterable[Sequence[str]], *, lesser: Sequence[str]
    ) -> None:
        given.update(columns=columns, rows=list(rows), lesser=lesser)

    monkeypatch.setattr(look, "print_table", take)
    assert mien("list").exit_code == 0
    columns, rows = fit(given["columns"], given["rows"], width=80, lesser=given["lesser"])
    assert {"Misses", "Time", "Memory"} <= set(columns)
    assert "Summary" not in columns
    widths = [max(len(row[place]) for row in [columns, *rows]) for place in range(len(columns))]
    assert sum(widths) + GAP * (len(widths) - 1) <= 80


@pytest.mark.parametrize("width", [60, 40, 20])
def test_a_narrow_terminal_shows_the_whole_name_of_every_pack(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    look.list_.main(args=[], standalone_mode=False)
    _, *rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == [*BUILTIN, "own"]
    assert max(map(len, rows)) <= width


def test_looking_makes_no_database(tmp_path: Path) -> None:
    mien("list")
    mien("show", "own")
    assert not (tmp_path / "home").exists()


def test_a_broken_manifest_is_told(packs_folder: Path) -> None:
    (packs_folder / "bad.toml").write_text("name = ")
    result = mien("list")
    assert result.exit_code == 0
    assert "bad.toml: The manifest is not TOML" in result.stderr


def test_a_pack_shows_its_licence_its_notice_and_where_it_is_from() -> None:
    shown = mien("show", "own").stdout
    for words in ("licence MIT", "Recognises nobody.", "the tests", "net.onnx", "not installed"):
        assert words in shown
    assert json.loads(mien("show", "own", "--json").stdout)["recognizers"][0]["dimension"] == 128


def test_an_unknown_pack_is_one_line_and_an_exit_code() -> None:
    result = mien("show", "nothing")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is no pack named nothing." in result.stderr


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


def test_a_pack_is_carried_to_a_machine_without_a_network(
    packs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried = tmp_path / "carried"
    done = mien("pack", str(carried), "own", "--json")
    assert done.exit_code == 0, done.stderr
    assert {
        Path(each).relative_to(carried).as_posix() for each in json.loads(done.stdout)["files"]
    } == {
        "own/net.onnx",
        "packs/own.toml",
        "NOTICES.txt",
        "README.txt",
        "SHA256SUMS",
    }
    notices = (carried / "NOTICES.txt").read_text()
    assert "MIT" in notices
    assert "Recognises nobody." in notices
    # Somebody has sorted the files anew.
    (carried / "a" / "b").mkdir(parents=True)
    (carried / "own" / "net.onnx").rename(carried / "a" / "b" / "called otherwise")
    other = tmp_path / "other"
    (other / "packs").mkdir(parents=True)
    (other / "packs" / "own.toml").write_bytes((carried / "packs" / "own.toml").read_bytes())
    monkeypatch.setenv("MIEN_MODELS_DIR", str(other))
    monkeypatch.setenv("MIEN_OFFLINE", "true")
    assert mien("pull", "own").exit_code == 1
    done = mien("pull", "own", "--from", str(carried))
    assert done.exit_code == 0, done.stderr
    assert mien("verify", "own").exit_code == 0


def test_the_first_start_takes_a_pack_from_the_folder_that_is_set(
    packs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (packs_folder / "net.onnx").rename(folder / "net")
    monkeypatch.setenv("MIEN_MODELS_FROM", str(folder))
    assert mien("use", "own").exit_code == 0
    # What is here needs the folder no more.
    (folder / "net").unlink()
    folder.rmdir()
    assert mien("pull", "own").exit_code == 0


def test_a_folder_that_lacks_a_file_gives_none(packs_folder: Path, tmp_path: Path) -> None:
    manifest = packs_folder / "own.toml"
    digest = hashlib.sha256(b"more of them").hexdigest()
    more = f"""
[[files]]
name = "more.onnx"
sha256 = "{digest}"
size_bytes = 12
licence = "MIT"
origin = "the tests"

[[files.sources]]
kind = "https"
url = "https://example.org/more.onnx"

[detector]"""
    manifest.write_text(manifest.read_text().replace("\n[detector]", more, 1))
    folder = tmp_path / "files"
    folder.mkdir()
    (packs_folder / "net.onnx").rename(folder / "net.onnx")
    (folder / "more.onnx").write_bytes(b"other bytes!")
    done = mien("pull", "own", "--from", str(folder), "--json")
    assert done.exit_code == 1
    error = json.loads(done.stderr.splitlines()[-1])
    assert error["code"] == "model_file_missing"
    assert [each["file"] for each in error["missing"]] == ["more.onnx"]
    assert "https://example.org/more.onnx" in error["detail"]
    assert [path.name for path in packs_folder.parent.iterdir()] == ["packs"]
    (folder / "more.onnx").write_bytes(b"more of them")
    assert mien("pull", "own", "--from", str(folder)).exit_code == 0


def test_no_pack_can_be_carried_that_is_neither_named_nor_in_use(tmp_path: Path) -> None:
    done = mien("pack", str(tmp_path / "carried"))
    assert (done.exit_code, "(model_file_missing)" in done.stderr) == (1, True)
    assert mien("use", "own").exit_code == 0
    assert mien("pack", str(tmp_path / "carried")).exit_code == 0


def test_a_damaged_file_is_not_carried(tmp_path: Path) -> None:
    pulled = json.loads(mien("pull", "own", "--json").stdout)
    Path(pulled["paths"]["net.onnx"]).write_bytes(bytes(10_000))
    done = mien("pack", str(tmp_path / "carried"), "own")
    assert (done.exit_code, "(model_file_damaged)" in done.stderr) == (1, True)
    assert not list((tmp_path / "carried").rglob("*.onnx*"))


def test_a_folder_that_cannot_be_written_is_told() -> None:
    done = mien("pack", "/dev/null/carried", "own")
    assert (done.exit_code, "(invalid_input)" in done.stderr) == (1, True)


def test_a_pack_that_is_going_to_be_used_is_verified_before_the_first_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked = mien("verify", "--json")
    assert checked.exit_code == 1
    assert [each["state"] for each in json.loads(checked.stdout)["packs"]["own"]] == ["missing"]
    monkeypatch.delenv("MIEN_PACK")
    assert (mien("verify").exit_code, json.loads(mien("verify", "--json").stdout)) == (
        0,
        {"packs": {}},
    )
