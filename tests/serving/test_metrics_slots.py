import os
import subprocess
import sys
from pathlib import Path

import pytest

from mien.http.metrics_folder import FOLDER_VARIABLE
from mien.serving.metrics_slots import MetricsSlots

KILLED = """
import os, signal
from mien.serving.metrics_slots import MetricsSlots
with MetricsSlots():
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "counts"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


def test_the_folder_goes_with_its_server(parent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with MetricsSlots():
        assert Path(os.environ[FOLDER_VARIABLE]).parent == parent
        assert len(list(parent.iterdir())) == 1
    assert list(parent.iterdir()) == []


def test_what_a_killed_server_has_left_goes_with_the_next(
    parent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MetricsSlots():
        alive = {Path(os.environ[FOLDER_VARIABLE])}
        monkeypatch.setenv(FOLDER_VARIABLE, str(parent))
        subprocess.run([sys.executable, "-c", KILLED], check=False)
        left = set(parent.iterdir()) - alive
        assert len(left) == 1
        with MetricsSlots():
            assert alive < set(parent.iterdir())
            assert not left & set(parent.iterdir())
