"""What a client has asked for is given up once the client is gone."""

import json
import socket
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

import drawn_mien
import drawn_single
from drawing import draw_photo
from load import Request
from load import ask
from load import upload
from servers import Home
from servers import Server
from servers import wait_until_alive

pytestmark = pytest.mark.processes

IDENTIFY = "/api/v1/galleries/default/identify"
PONDERED_SECONDS = 20


@pytest.fixture(params=["run", "serve"])
def server(
    request: pytest.FixtureRequest, home: Home, start_process: Callable[..., Server]
) -> Server:
    """A server with one thread for photos that ponders each of them for long."""
    commands = {
        "run": [drawn_single.__file__],
        "serve": [drawn_mien.__file__, "serve", "--workers", "1", "--threads", "1"],
    }
    server = start_process(
        [sys.executable, *commands[request.param]],
        cwd=home.folder.parent,
        env={
            "MIEN_HOME": str(home.folder),
            "MIEN_PORT": "0",
            "MIEN_THREADS": "1",
            "MIEN_LOG_FORMAT": "json",
            "MIEN_TEST_SECONDS": str(PONDERED_SECONDS),
        },
    )
    server.address = server.waits_to_say(r"Mien is running at (http://[^\s,\"/]+)")[1]
    wait_until_alive(server.address)
    return server


def leave_in_the_middle(server: Server, request: Request) -> None:
    """Send a whole request and go away while it is worked on."""
    place = urlsplit(server.address)
    head = [f"POST {request.path} HTTP/1.1", "Host: mien", f"Content-Length: {len(request.body)}"]
    head += [f"{name}: {value}" for name, value in request.headers.items()]
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode() + request.body)
        time.sleep(1)


@pytest.mark.parametrize("path", [IDENTIFY, f"{IDENTIFY}/batch"])
def test_work_for_who_is_gone_ends_with_one_line(server: Server, home: Home, path: str) -> None:
    photos = [draw_photo(["Ada"]), draw_photo(["Bob"])][: 2 if path.endswith("batch") else 1]
    leave_in_the_middle(server, upload(path, *photos, key=home.key))
    start = time.monotonic()
    server.waits_to_say("client_gone", seconds=PONDERED_SECONDS / 2)
    # The thread is free again.
    assert ask(server.address, Request("GET", "/healthz"))[0] == 200
    assert time.monotonic() - start < PONDERED_SECONDS / 2
    said = [json.loads(line) for line in server.said.splitlines() if line.startswith("{")]
    (line,) = [each for each in said if each.get("code") == "client_gone"]
    assert line["level"] == "info"
    assert "Traceback" not in server.said
    assert not [each for each in said if each["level"] not in ("info", "warning")]
