"""What units and images do at their turn: a socket that is handed over, a health check."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import drawn_mien
from front_stack import run_mien
from servers import Home
from servers import Server
from servers import free_port
from servers import wait_until_alive

pytestmark = pytest.mark.processes


def test_mien_serve_takes_the_socket_that_systemd_holds(
    home: Home, start_process: Callable[..., Server]
) -> None:
    activate = shutil.which("systemd-socket-activate")
    if activate is None:
        pytest.skip("no systemd-socket-activate is installed, which hands a socket over")
    port = free_port()
    start_process(
        [activate, "--listen", f"127.0.0.1:{port}", "--setenv=MIEN_HOME", "--setenv=PATH",
         "--setenv=PYTHONPATH",
         sys.executable, drawn_mien.__file__, "serve", "--workers", "1"],
        cwd=home.folder, env={"MIEN_HOME": str(home.folder)},
    )  # fmt: skip
    # The first who knocks starts it, and is answered.
    wait_until_alive(f"http://127.0.0.1:{port}")


def test_the_health_check_of_the_image_tells_alive_from_dead(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    run_mien("deploy", "render", "dockerfile", "--out", str(tmp_path))
    found = re.search(
        r"^HEALTHCHECK .* CMD (.*)$", (tmp_path / "Dockerfile").read_text(), re.MULTILINE
    )
    assert found is not None
    _, *arguments = json.loads(found[1])
    server = serve("--workers", "1")
    for address, healthy in ((server.address, True), (f"http://127.0.0.1:{free_port()}", False)):
        there = [each.replace("http://127.0.0.1:8000", address) for each in arguments]
        done = subprocess.run([sys.executable, *there], capture_output=True, check=False)
        assert (done.returncode == 0) == healthy


@pytest.mark.parametrize("start", ["gunicorn", "mien serve"])
def test_the_rendered_gunicorn_file_serves_both_ways(
    start: str, home: Home, start_process: Callable[..., Server], tmp_path: Path
) -> None:
    port = free_port()
    run_mien(
        "deploy", "render", "gunicorn", "--listen", f"127.0.0.1:{port}", "--processes", "1",
        "--out", str(tmp_path),
    )  # fmt: skip
    config = shlex.join(["--config", str(tmp_path / "gunicorn.conf.py")])
    command = [str(Path(sys.executable).with_name("gunicorn")), *shlex.split(config)]
    if start == "mien serve":
        command = [sys.executable, drawn_mien.__file__, "serve"]
    server = start_process(
        command,
        cwd=tmp_path,
        env={"MIEN_HOME": str(home.folder), "MIEN_OFFLINE": "true", "GUNICORN_CMD_ARGS": config},
    )
    wait_until_alive(f"http://127.0.0.1:{port}")
    if start == "mien serve":
        server.waits_to_say(rf"Mien is running at http://127.0.0.1:{port}")
    server.waits_to_say(r"Request answered.*request_id|request_id.*Request answered")
    assert server.stop() == 0
