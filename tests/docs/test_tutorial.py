"""The tutorial, command by command, against a server and the model pack as they are."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consoles import Shown
from consoles import assert_prints
from consoles import run_all
from consoles import shown_commands

ROOT = Path(__file__).resolve().parent.parent.parent
COMMANDS = shown_commands(ROOT / "docs" / "tutorial.md")
WRITTEN_ADDRESS = "http://127.0.0.1:8000"
# What a machine does once, before anything can be tried.
INSTALLING = "git clone"
SERVING = "make run"
# What the reader does on the page, after the photos are there.
ON_THE_PAGE = [
    "mien people add 'Barack Obama' photos/obama.jpg",
    "mien people add 'Joe Biden' photos/biden.jpg",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like the repository after `make run`."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """What `make run` runs; gives all that it says before the set-up link, and the link."""
    process = subprocess.Popen(
        ["mien", "run", "--port", "0"],
        cwd=folder,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            if "/setup/" in line:
                break
        yield said
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)


@pytest.mark.network
@pytest.mark.models
@pytest.mark.processes
def test_what_the_tutorial_shows_is_what_happens(folder: Path) -> None:
    assert [shown.command for shown in COMMANDS[:2]][1] == SERVING
    steps = [shown for shown in COMMANDS if not shown.command.startswith((INSTALLING, SERVING))]
    with served(folder) as said:
        address = re.findall(r"Mien is running at (\S+)/ ", said)[0]
        assert re.search(
            rf"^Create the administrator account \(link works once\): {address}/setup/\S+$",
            said,
            re.MULTILINE,
        )
        first = steps.index(Shown("mien demo --photos photos", ("Saved 8 photos in photos.",))) + 1
        commands = [shown.command.replace(WRITTEN_ADDRESS, address) for shown in steps]
        printed = run_all(
            [*commands[:first], *ON_THE_PAGE, *commands[first:]], folder, environment()
        )
    del printed[first : first + len(ON_THE_PAGE)]
    for shown, text in zip(steps, printed, strict=True):
        assert_prints(shown, text)
    (answer,) = [
        text for shown, text in zip(steps, printed, strict=True) if "curl" in shown.command
    ]
    (face,) = json.loads(answer)["faces"]
    assert face["decision"] == "match"
    assert face["candidates"][0]["person"]["name"] == "Barack Obama"


def test_make_run_is_what_is_tried_here() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nrun:")[2]
    assert recipe.splitlines()[1].strip() == "@exec $(BIN)/mien run"
