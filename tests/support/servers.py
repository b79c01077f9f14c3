"""Real servers over drawn faces: started on free ports of this machine, waited for and ended."""

import json
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from asking import Answer
from asking import call
from building import acting
from building import make_runtime
from mien.access.api_keys import create_key

_START_SECONDS = 20
# Below the ports that systems give to whoever asks for any, so that no connection takes one
# between the moment it is found free and the moment the server listens.
_PORTS = range(20_000, 30_000)


@dataclass(frozen=True, slots=True)
class Home:
    """A home that is made ready.

    Attributes:
        folder: its place.
        key: an API key for everything.
    """

    folder: Path
    key: str


def make_home(folder: Path, *, database_url: str = "") -> Home:
    """A database with the default gallery and a key, below a folder or where an address says."""
    home = folder / "home"
    home.mkdir()
    with closing(make_runtime(home, database_url=database_url)) as runtime:
        key, _ = create_key(acting(runtime.services), name="load", scopes=["admin"])
    return Home(home, key)


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


@contextmanager
def started(command: list[str], cwd: Path, env: dict[str, str]) -> Iterator[Server]:
    """Any server; whatever still runs of it at the end is killed."""
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


def ended(pid: int) -> bool:
    """Whether a process is gone, or waits only for somebody to ask how it ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] in {"Z", "X"}


def all_ended(pids: Iterable[int]) -> bool:
    """Whether all of these processes are gone."""
    return all(ended(pid) for pid in pids)


def wait_for(holds: Callable[[], bool], *, seconds: float = 15) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def free_port() -> int:
    """A port of this machine that nobody listens at, and that no other process of tests takes."""
    first = random.randrange(len(_PORTS))  # noqa: S311 - nobody has to be kept from guessing it
    for number in range(len(_PORTS)):
        port = _PORTS[(first + number) % len(_PORTS)]
        # Nothing here speaks UDP: holding its port of the same number until this process ends
        # tells the other processes of tests that the number is taken.
        sign = socket.socket(type=socket.SOCK_DGRAM)
        try:
            sign.bind(("127.0.0.1", port))
            with socket.socket() as tried:
                tried.bind(("127.0.0.1", port))
        except OSError:
            sign.close()
        else:
            sign.detach()
            return port
    raise AssertionError(f"no port of {_PORTS} is free")


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


def wait_until_listening(port: int, *, seconds: float = 10) -> None:
    """Wait until somebody listens at a port of this machine."""
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def create_person_over_api(server: Server, home: Home, name: str) -> Answer:
    """What a server says when it is to make a person in the default gallery."""
    return call(
        server.address,
        "/api/v1/galleries/default/people",
        method="POST",
        body=json.dumps({"name": name}).encode(),
        headers={"X-API-Key": home.key, "Content-Type": "application/json"},
        timeout=60,
    )
