"""What every test may count on: a clean environment, and a few places on this machine."""

import os
from pathlib import Path

import pytest
from tools.environment import find_chromium

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine reaches a test."""
    for name in [name for name in os.environ if name.startswith("MIEN_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def repository_root() -> Path:
    """The folder of pyproject.toml."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Evaluation photos and foreign model files, which lie beside the repository where they are."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the evaluation data is not at {folder}")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The system's Chromium; in CI its absence is a failure."""
    found = find_chromium()
    if found is not None:
        return found
    why = "no Chromium is installed; `make test` installs it where it may"
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)
