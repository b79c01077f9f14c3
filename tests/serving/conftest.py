"""Real servers over drawn faces: started on free ports of this machine, waited for and ended."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

import drawn_mien
from building import acting
from building import make_services
from mien.access.api_keys import create_key

_START_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Home:
    """A home that is made ready.

    Attributes:
        folder: its place.
        key: an API key for everything.
    """

    folder: Path
    key: str


class Server:
    """A running server, and what it says.

    Args:
        process: the one that was started.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.address = ""
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def said(self) -> str:
        """Everything on standard error so far."""
        return "".join(self._lines)

    def waits_to_say(self, pattern: str, *, seconds: float = _START_SECONDS) -> re.Match[str]:
        """The first place where it says something like this."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = re.search(pattern, self.said)
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"it never said {pattern!r}:\n{self.said}")

    def workers(self) -> set[int]:
        """The processes below the one that was started."""
        pid = self.process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return {int(child) for child in listed.split()}

    def all_workers(self, count: int) -> set[int]:
        """The processes, once all of them are there; the first one answers before."""
        wait_for(lambda: len(self.workers()) == count)
        return self.workers()

    def stop(self, number: signal.Signals = signal.SIGTERM, *, seconds: float = 20) -> int:
        """Ask it to end, and give its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            for line in stream:
                self._lines.append(line)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A database with the default gallery and a key."""
    folder = tmp_path / "home"
    folder.mkdir()
    services = make_services(folder)
    key, _ = create_key(acting(services), name="load", scopes=["admin"])
    services.database.close()
    return Home(folder, key)


@pytest.fixture
def start_process() -> Iterator[Callable[..., Server]]:
    """Starts any server; whatever still runs at the end of the test is killed."""
    with ExitStack() as started:

        def start(command: list[str], *, cwd: Path, env: dict[str, str] | None = None) -> Server:
            return started.enter_context(_started(command, cwd, {**os.environ, **(env or {})}))

        yield start


@pytest.fixture
def serve(home: Home, start_process: Callable[..., Server]) -> Callable[..., Server]:
    """Starts `mien serve` with drawn faces at a free port, and waits until it answers."""

    def start(*arguments: str, **env: str) -> Server:
        server = start_process(
            [sys.executable, drawn_mien.__file__, "serve", *arguments],
            cwd=home.folder.parent,
            env={"MIEN_HOME": str(home.folder), "MIEN_PORT": "0", **env},
        )
        found = server.waits_to_say(r"Mien serves at (http://[^\s,]+)")
        server.address = found[1]
        wait_until_alive(server.address)
        return server

    return start


def wait_for(holds: Callable[[], bool], *, seconds: float = 15) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def free_port() -> int:
    """A port of this machine that nobody listens at just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until_alive(address: str, *, seconds: float = _START_SECONDS) -> None:
    """Wait until a server at this address says that it is alive."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
                assert answer.status == 200
                return
        except (OSError, urllib.error.URLError):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


@contextmanager
def _started(command: list[str], cwd: Path, env: dict[str, str]) -> Iterator[Server]:
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    server = Server(process)
    try:
        yield server
    finally:
        # Its workers are in the same group.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
