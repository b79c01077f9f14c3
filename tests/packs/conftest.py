from collections.abc import Iterator
from pathlib import Path

import pytest

from model_server import ModelServer
from model_server import serving
from packs_for_tests import drawn_bytes


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the tests is on this machine, whatever proxy the machine is set up for."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ModelServer]:
    """Serves one drawn file, `drawn.onnx`."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "drawn.onnx").write_bytes(drawn_bytes())
    with serving(folder) as running:
        yield running


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    """An empty cache, not made yet."""
    return tmp_path / "models"
