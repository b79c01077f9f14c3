"""A server whose first process is killed: nothing of it stays, and the next start has the port."""

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

import drawn_mien
from drawing import draw_photo
from load import send
from load import upload
from servers import Home
from servers import Server
from servers import all_ended
from servers import ended
from servers import free_port
from servers import wait_for
from servers import wait_until_alive

pytestmark = pytest.mark.processes

DETECT = "/api/v1/detect"
Start = Callable[..., Server]


@pytest.fixture
def start(home: Home, start_process: Callable[..., Server]) -> Start:
    """Starts a command with drawn faces at a port, and waits until it answers."""

    def start(*arguments: str, port: int, **env: str) -> Server:
        server = start_process(
            [sys.executable, drawn_mien.__file__, *arguments],
            cwd=home.folder.parent,
            env={"MIEN_HOME": str(home.folder), "MIEN_PORT": str(port), **env},
        )
        server.waits_to_say("Mien is running at")
        server.address = f"http://127.0.0.1:{port}"
        wait_until_alive(server.address)
        return server

    return start


def kill_first(server: Server) -> None:
    server.process.kill()
    server.process.wait()


@pytest.mark.parametrize("stuck", ["native", "gil"])
@pytest.mark.parametrize(("command", "workers"), [(("serve", "-w", "2"), 2), (("run",), 1)])
def test_workers_end_with_their_master_though_an_inference_never_returns(
    start: Start, home: Home, command: tuple[str, ...], workers: int, stuck: str
) -> None:
    port = free_port()
    server = start(*command, port=port, MIEN_TEST_STUCK=stuck)
    below = server.all_workers(workers)
    asking = send(server.address, upload(DETECT, draw_photo(["Ada"]), key=home.key))
    server.waits_to_say("The engine is stuck")
    kill_first(server)
    wait_for(lambda: all_ended(below), seconds=5)
    asking.close()
    again = start(*command, port=port)
    assert again.stop() == 0


def test_the_process_that_serves_for_development_ends_with_the_one_that_watches(
    start: Start,
) -> None:
    port = free_port()
    server = start("dev", port=port)
    below = server.all_workers(1)
    kill_first(server)
    wait_for(lambda: all_ended(below), seconds=5)
    again = start("dev", port=port)
    assert again.stop() == 0


@pytest.mark.parametrize("stuck", ["", "native", "gil"])
def test_where_the_kernel_cannot_be_asked_a_watch_ends_the_process(
    tmp_path: Path, start_process: Callable[..., Server], stuck: str
) -> None:
    child = textwrap.dedent(
        f"""
        import ctypes, os, sys, time
        from mien.serving import end_with_parent
        end_with_parent._ask_kernel = lambda: False
        end_with_parent.end_with_parent(os.getppid(), stuck_seconds=3)
        print(f"child {{os.getpid()}}.", file=sys.stderr, flush=True)
        time.sleep(1.5)
        if {stuck!r}:
            (ctypes.PyDLL if {stuck!r} == "gil" else ctypes.CDLL)(None).sleep(600)
        time.sleep(600)
        """
    )
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    server = start_process([sys.executable, "-c", parent], cwd=tmp_path)
    pid = int(server.waits_to_say(r"child (\d+)\.")[1])
    kill_first(server)
    wait_for(lambda: ended(pid), seconds=10)


def test_an_end_that_never_comes_is_brought_about(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import ctypes, threading, time
        from mien.serving.end_with_parent import end_within
        threading.Thread(target=lambda: ctypes.CDLL(None).sleep(600)).start()
        end_within(0.5)
        """
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, timeout=30, check=False)
    assert done.returncode == -signal.SIGALRM


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_port_that_is_taken_is_one_sentence_that_names_who_has_it(
    home: Home, command: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, drawn_mien.__file__, command],
            cwd=home.folder.parent,
            env={**os.environ, "MIEN_HOME": str(home.folder), "MIEN_PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    [error] = [line for line in done.stderr.splitlines() if "rror" in line]
    assert error.endswith("(address_in_use)")
    assert re.search(rf"\b{os.getpid()}\b", error)
    assert "Traceback" not in done.stderr


def test_a_path_at_which_somebody_listens_is_not_taken_from_him(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "taken.sock"
    command = [sys.executable, drawn_mien.__file__, "serve", "--bind", f"unix:{path}"]
    with socket.socket(socket.AF_UNIX) as taken:
        taken.bind(str(path))
        taken.listen()
        done = subprocess.run(
            command,
            cwd=home.folder.parent,
            env={**os.environ, "MIEN_HOME": str(home.folder)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    assert "(address_in_use)" in done.stderr
