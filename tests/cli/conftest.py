"""Run commands over a home of their own, with drawn faces and without weights."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner
from click.testing import Result

from commanding import Mien
from mien.cli import cli
from mien.runtime import using_engine
from mien.vision.fake import FakeEngine


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def mien(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mien]:
    """`mien` as a function: arguments as on the command line, what is typed as `input`."""
    monkeypatch.setenv("MIEN_HOME", str(home))
    monkeypatch.setenv("MIEN_OFFLINE", "true")
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def run(*arguments: object, **given: str) -> Result:
        return CliRunner().invoke(cli, [str(each) for each in arguments], **given)  # type: ignore[arg-type]  # only `input` is given

    with using_engine(FakeEngine()):
        yield run
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody is there to be asked: commands take standard input for a terminal."""
    monkeypatch.setattr("mien.cli.terminal.prompts.is_terminal", lambda: True)
