"""What every test may count on: a clean environment, and a few places on this machine."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from flask import Flask
from tools.environment import find_chromium

from building import make_runtime
from mien.app import create_app
from mien.gallery.services import Services
from mien.runtime import Runtime
from needs import absent

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
def chromium() -> Path:
    """The system's Chromium; in CI its absence is a failure."""
    found = find_chromium()
    if found is None:
        absent("no Chromium is installed; `make test` installs it where it may")
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where an installation of a test lies."""
    return tmp_path / "home"


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    """The collaborators of verbs over a fresh gallery whose engine knows drawn faces."""
    home.mkdir()
    made = make_runtime(home)
    yield made.services
    made.close()


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """A fresh installation with drawn faces and small limits."""
    made = make_runtime(tmp_path, max_upload_bytes=200_000, max_pixels=1_000_000)
    yield made
    made.close()


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    """The application over it."""
    return create_app(runtime)


@pytest.fixture
def restored_logging() -> Iterator[None]:
    """What a test sets up for log lines ends with it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
