import importlib
import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from mien import __version__
from mien.cli import COMMANDS
from mien.cli import cli
from mien.cli.lazy import LazyCommand
from mien.cli.lazy import LazyGroup
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.errors import GalleryNotFound

HEAVY = ("numpy", "cv2", "flask", "sqlalchemy", "onnxruntime", "rich", "pydantic", "structlog")


@click.command()
@json_option
@click.argument("what", default="refuse")
def trying(*, as_json: bool, what: str) -> None:
    if what == "refuse":
        raise GalleryNotFound(gallery="club")
    if what == "interrupt":
        raise KeyboardInterrupt
    if what == "some":
        click.get_current_context().exit(3)
    if what == "flood":
        for _ in range(100_000):
            click.echo("line")
    print_json({"ok": as_json})


def group() -> LazyGroup:
    return LazyGroup("mien", commands={"try": LazyCommand(f"{__name__}:trying", "Try.")})


@pytest.fixture(autouse=True)
def _this_module_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, __name__, importlib.import_module(__name__))


def test_help_imports_nothing_heavy_and_names_every_command() -> None:
    program = (
        "import sys\nfrom mien.cli import cli\n"
        "try: cli(['--help'])\nexcept SystemExit as end: assert end.code == 0\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "print('HEAVY', heavy)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "HEAVY []" in done.stdout
    for name, command in COMMANDS.items():
        assert f"  {name} " in done.stdout
        assert command.help in " ".join(done.stdout.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    command = COMMANDS[name].load()
    assert (command.help or "").split("\n\n")[0].replace("\n", " ").strip() == COMMANDS[name].help


def test_version() -> None:
    assert CliRunner().invoke(cli, ["--version"]).output == f"mien {__version__}\n"


def test_an_error_is_one_line_with_its_code_and_exit_code_1() -> None:
    result = CliRunner().invoke(group(), ["try"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "Error: There is no gallery with this name. (gallery_not_found)\n"


def test_an_error_is_json_where_json_was_asked_for() -> None:
    result = CliRunner().invoke(group(), ["try", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stderr) == {
        "code": "gallery_not_found",
        "detail": "There is no gallery with this name.",
        "gallery": "club",
    }


@pytest.mark.parametrize("arguments", [["nothing"], ["try", "--no-such-option"]])
def test_a_wrong_call_is_exit_code_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(group(), arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_a_wrong_call_is_json_where_json_was_asked_for() -> None:
    result = CliRunner().invoke(group(), ["try", "--json", "one", "too-many"])
    assert result.exit_code == 2
    assert json.loads(result.stderr)["code"] == "usage"


@pytest.mark.parametrize(("what", "code"), [("interrupt", 130), ("some", 3), ("fine", 0)])
def test_exit_codes(what: str, code: int) -> None:
    assert CliRunner().invoke(group(), ["try", what]).exit_code == code


def test_a_reader_that_leaves_early_is_no_error() -> None:
    program = (
        "import sys; sys.path.insert(0, 'tests/cli')\n"
        "from test_root import group\n"
        "group()(['try', 'flood'])"
    )
    done = subprocess.run(
        ["bash", "-c", f'{sys.executable} -c "{program}" | head -1'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "line\n"
    assert done.stderr == ""
