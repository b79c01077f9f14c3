"""Outputs that take nothing: full disks, readers that leave, streams that are closed."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from building import make_runtime

pytestmark = pytest.mark.processes
DRAWN_MIEN = Path(__file__).parents[1] / "support" / "drawn_mien.py"
PRINTING = [
    "--help",
    "db check --json",
    "deploy render gunicorn",
    "models show compact",
    "people list --json",
    "routes",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams") / "home"
    folder.mkdir()
    make_runtime(folder).close()
    return folder


def shell(home: Path, arguments: str, rest: str) -> "subprocess.CompletedProcess[str]":
    """Run `mien` with its streams as a shell says; `$?` of it is what is printed last."""
    mien = shlex.join([sys.executable, str(DRAWN_MIEN)])
    return subprocess.run(
        ["bash", "-c", f"{mien} {arguments} {rest}"],
        env=os.environ | {"MIEN_HOME": str(home), "MIEN_OFFLINE": "true"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("arguments", PRINTING)
@pytest.mark.parametrize("rest", [">/dev/full", ">&-"])
def test_a_result_that_cannot_be_written_is_no_success(
    home: Path, arguments: str, rest: str
) -> None:
    done = shell(home, arguments, rest)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    if "--json" in arguments:
        assert json.loads(last)["code"] == "output_failed"
    else:
        assert last.endswith("(output_failed)")


@pytest.mark.parametrize("arguments", ["people list --json", "routes", "--help"])
def test_a_reader_that_is_gone_ends_it_without_a_word(home: Path, arguments: str) -> None:
    done = shell(home, arguments, "| head -c 0; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


@pytest.mark.parametrize(("arguments", "code"), [("people list --json", 0), ("nothing", 2)])
@pytest.mark.parametrize("rest", ["2>/dev/full", "2>&-"])
def test_what_cannot_be_said_beside_the_result_stops_nothing(
    home: Path, arguments: str, code: int, rest: str
) -> None:
    done = shell(home, arguments, rest)
    assert done.returncode == code
    assert bool(done.stdout) == (code == 0)


def test_an_error_keeps_its_exit_code_where_nobody_hears_it(home: Path) -> None:
    assert shell(home, "people show Nobody", "2>/dev/full").returncode == 1
    assert shell(home, "verify", "2>/dev/full >&- <&-").returncode == 2


def test_no_file_takes_the_number_of_a_closed_stream(home: Path) -> None:
    done = shell(home, "people add Grace", ">&- 2>&-")
    assert done.returncode == 1
    assert "Grace" in shell(home, "people list", "").stdout
    assert shell(home, "db check", "").returncode == 0
