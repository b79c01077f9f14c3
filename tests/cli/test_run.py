"""`mien run` and `mien dev` as a person starts them, with the real models."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mien.cli.dev import watched_files
from servers import free_port

pytestmark = [pytest.mark.processes, pytest.mark.models, pytest.mark.network]


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Processes inherit that an interrupt is ignored, as it is for jobs in a shell's background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@contextmanager
def started(home: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command and what it has said on standard error by the time it serves."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mien", *arguments],
        cwd=home.parent,
        env=os.environ | {"MIEN_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            if "Mien is running at" in line:
                break
        yield process, said
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def address_in(said: str) -> str:
    found = re.search(r"Mien is running at (http://\S+)/ ", said)
    assert found, said
    return found[1]


def answer_of(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        text: str = answer.read().decode()
        return text


def test_it_takes_an_empty_folder_to_a_page_and_leaves_cleanly(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with started(home, "run", "--port", "0") as (process, said):
        assert process.stderr is not None
        link = process.stderr.readline()
        address = address_in(said)
        assert re.search(rf"works once\): {address}/setup/\S{{40,}}$", link.strip())
        assert "ok" in answer_of(f"{address}/healthz")
        assert "<form" in answer_of(link.split()[-1])
        assert (home / "mien.db").exists()
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=120)
        assert process.returncode == 0
        assert "SIGABRT" not in rest, "the models were still loading"
        assert link.rpartition("/")[2].strip() not in rest, "the secret of the link is not logged"


@pytest.mark.usefixtures("_interruptible")
def test_the_development_server_serves_and_leaves_cleanly(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path / "home", "dev", "--port", str(port)) as (process, said):
        assert "ok" in answer_of(f"http://127.0.0.1:{port}/healthz")
        # Told before the process that serves was started; each reload starts another.
        (link,) = re.findall(r"works once\): (\S+)", said)
        assert "<form" in answer_of(link)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=120)
        assert process.returncode in {0, 130}


def test_the_development_server_watches_templates_and_static_files() -> None:
    kinds = {Path(path).suffix for path in watched_files()}
    assert {".html", ".css", ".js"} <= kinds
