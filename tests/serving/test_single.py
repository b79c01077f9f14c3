"""The server of `mien run`, in a process of its own, with an application of three lines."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes

PROGRAM = """
import sys
from mien.serving.listener import address_of, listen
from mien.cli.runtime import load_settings
from mien.serving.single import Server

def application(environ, start_response):
    start_response("200 OK", [("X-Request-ID", "r-1"), ("Content-Length", "2")])
    return [b"ok"]

listener = listen("127.0.0.1", 0)
address = address_of(listener)
Server(
    listener,
    load_settings(serving=True),
    load=lambda: application,
    when_ready=lambda: print(address, flush=True),
    when_leaving=lambda: print("closed", flush=True),
).run()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    # What lies about in the folder must not be obeyed.
    (tmp_path / "gunicorn.conf.py").write_text("raise SystemExit('obeyed')")
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_writes_one_line_a_request_and_leaves_cleanly(
    server: subprocess.Popen[str], stop: signal.Signals
) -> None:
    address = first_line(server)
    for path in ("/people?q=Ada", "/setup/very-secret", "/reset/very-secret"):
        with urllib.request.urlopen(address + path, timeout=10) as answer:
            assert answer.read() == b"ok"
    server.send_signal(stop)
    out, err = server.communicate(timeout=20)
    assert server.returncode == 0
    assert out == "closed\n"
    lines = [json.loads(line) for line in err.splitlines() if "Request answered" in line]
    # Several threads wrote them.
    first, third, second = sorted(lines, key=lambda line: str(line["path"]))
    assert first["path"] == "/people"
    assert first["request_id"] == "r-1"
    assert (first["method"], first["status"], first["sent_bytes"]) == ("GET", 200, 2)
    assert first["duration_ms"] >= 0
    assert second["path"] == "/setup/…"
    assert third["path"] == "/reset/…"
    assert not re.search("Ada|very-secret|obeyed", err)
