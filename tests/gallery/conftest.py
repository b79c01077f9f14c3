"""A fresh gallery whose engine knows drawn faces."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from building import make_runtime
from mien.gallery.tools import Tools


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def tools(home: Path) -> Iterator[Tools]:
    home.mkdir()
    runtime = make_runtime(home)
    yield runtime.tools
    runtime.close()
