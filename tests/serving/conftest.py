import os
import sys
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import drawn_mien
import drawn_single
from servers import Home
from servers import Server
from servers import make_home
from servers import started
from servers import wait_until_alive


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A database with the default gallery and a key."""
    return make_home(tmp_path)


@pytest.fixture
def start_process() -> Iterator[Callable[..., Server]]:
    """Starts any server; whatever still runs at the end of the test is killed."""
    with ExitStack() as running:

        def start(command: list[str], *, cwd: Path, env: dict[str, str] | None = None) -> Server:
            return running.enter_context(started(command, cwd, {**os.environ, **(env or {})}))

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
        found = server.waits_to_say(r"Mien is running at (http://[^\s,]+)")
        server.address = found[1]
        wait_until_alive(server.address)
        return server

    return start


@pytest.fixture
def single(home: Home, start_process: Callable[..., Server]) -> Callable[..., Server]:
    """Starts the server of `mien run` with drawn faces, and waits until it answers."""

    def start(*, limit: int = 0, **env: str) -> Server:
        command = [sys.executable, drawn_single.__file__]
        if limit:
            command = ["sh", "-c", f'ulimit -n {limit}; exec "$0" "$@"', *command]
        server = start_process(
            command, cwd=home.folder.parent, env={"MIEN_HOME": str(home.folder), **env}
        )
        found = server.waits_to_say(r"Mien is running at (http://[^\s,]+)")
        server.address = found[1]
        wait_until_alive(server.address)
        return server

    return start
