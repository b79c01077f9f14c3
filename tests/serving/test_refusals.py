"""Whoever is refused sees why, however much they were about to send."""

import http.client
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from building import acting
from building import make_services
from crowds import connect
from crowds import everything
from drawing import draw_photo
from load import Request
from load import ask
from load import upload
from mien.access.api_keys import create_key
from needs import absent
from servers import Home
from servers import Server

pytestmark = pytest.mark.processes

IDENTIFY = "/api/v1/galleries/default/identify"
MB = 1_000_000
FORM = "multipart/form-data; boundary=b"
Start = Callable[..., Server]


@pytest.fixture
def reader(home: Home) -> str:
    """A key that may read and not identify."""
    services = make_services(home.folder)
    key, _ = create_key(acting(services), name="reader", scopes=["read"])
    services.database.close()
    return key


@pytest.fixture(params=["serve", "single"])
def server(request: pytest.FixtureRequest, home: Home) -> Server:
    start: Start = request.getfixturevalue(request.param)
    started: Server = start("--workers", "1") if request.param == "serve" else start()
    return started


def big(path: str, **headers: str) -> Request:
    return Request("POST", path, bytes(30 * MB), {"Content-Type": FORM, **headers})


def test_a_refusal_is_seen_by_who_sends_all_before_reading(
    server: Server, home: Home, reader: str
) -> None:
    key = {"X-API-Key": home.key}
    for request, status in (
        (big(IDENTIFY), 401),
        (big(IDENTIFY, **{"X-API-Key": "wrong"}), 401),
        (big(IDENTIFY, **{"X-API-Key": reader}), 403),
        (big("/api/v1/nowhere", **key), 404),
        (big("/nowhere"), 404),
        (big("/healthz"), 405),
        (big(IDENTIFY, **{**key, "Content-Type": "application/json"}), 413),
        (big(IDENTIFY, **{**key, "Content-Type": "text/plain"}), 415),
        (big("/identify"), 303),
        (big("/sign-in", **{"Content-Type": "application/x-www-form-urlencoded"}), 413),
    ):
        place = urlsplit(server.address)
        assert place.hostname is not None
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
        connection.request(request.method, request.path, request.body, request.headers)
        answer = connection.getresponse()
        assert answer.status == status, request.path
        assert answer.headers["Connection"] == "close"
        assert answer.read() or status == 303
        connection.close()
    assert ask(server.address, Request("GET", "/healthz"))[0] == 200


def test_one_refused_slowly_sees_it_and_holds_no_thread(single: Start) -> None:
    server = single(MIEN_THREADS="1")
    with connect(server.address) as client:
        client.sendall(head(IDENTIFY, f"Content-Length: {MB}"))
        for _ in range(10):
            client.sendall(bytes(MB // 10))
            start = time.monotonic()
            assert ask(server.address, Request("GET", "/healthz"))[0] == 200
            assert time.monotonic() - start < 1
            time.sleep(0.3)
        assert everything(client).startswith(b"HTTP/1.1 401 ")


def test_one_that_is_refused_and_goes_on_for_ever_is_let_go(single: Start) -> None:
    server = single(MIEN_MAX_UPLOAD_BYTES="100000")
    with connect(server.address) as client:
        client.sendall(head(IDENTIFY, "Transfer-Encoding: chunked"))
        with pytest.raises(OSError, match=r"reset|Broken"):
            client.sendall((b"f4240\r\n" + bytes(MB) + b"\r\n") * 100)


def test_chunks_are_forgotten_like_any_body(server: Server) -> None:
    with connect(server.address) as client:
        client.sendall(head(IDENTIFY, "Transfer-Encoding: chunked"))
        for _ in range(30):
            client.sendall(b"f4240\r\n" + bytes(MB) + b"\r\n")
        client.sendall(b"0\r\n\r\n")
        said = everything(client)
    assert said.startswith(b"HTTP/1.1 401 ")
    assert b"\r\nConnection: close\r\n" in said


def test_nobody_is_asked_for_a_body_that_is_refused(server: Server) -> None:
    with connect(server.address) as client:
        client.sendall(head(IDENTIFY, f"Content-Length: {30 * MB}", "Expect: 100-continue"))
        said = everything(client)
    assert said.startswith(b"HTTP/1.1 401 ")
    assert b"\r\nConnection: close\r\n" in said


@pytest.mark.parametrize("more", [0, 100_000])
def test_a_body_that_is_wanted_is_asked_for(server: Server, home: Home, more: int) -> None:
    request = upload(IDENTIFY, draw_photo(["Ada"]) + bytes(more), key=home.key)
    fields = [f"{name}: {value}" for name, value in request.headers.items()]
    with connect(server.address) as client:
        for last in (False, True):
            ending = ["Connection: close"] if last else []
            client.sendall(
                head(
                    request.path,
                    f"Content-Length: {len(request.body)}",
                    "Expect: 100-continue",
                    *fields,
                    *ending,
                    form=False,
                )
            )
            client.settimeout(10)
            assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
            client.sendall(request.body)
            if not last:
                assert client.recv(16).startswith(b"HTTP/1.1 200 ")
                rest(client)
        said = everything(client)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert b"100 Continue" not in said


def test_a_connection_goes_on_after_a_refusal_whose_body_was_here(server: Server) -> None:
    with connect(server.address) as client:
        client.sendall(head(IDENTIFY, "Content-Length: 5000") + bytes(5000))
        client.settimeout(10)
        assert client.recv(16).startswith(b"HTTP/1.1 401 ")
        rest(client)
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert everything(client).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("options", [[], ["-H", "Expect:"], ["-H", "Transfer-Encoding: chunked"]])
def test_curl_sees_it_as_well(server: Server, tmp_path: Path, options: list[str]) -> None:
    program = shutil.which("curl")
    if program is None:
        absent("no curl is installed, which reads while it sends")
    photo = tmp_path / "photo"
    photo.write_bytes(bytes(30 * MB))
    command = [
        program, "-sS", "-o", str(tmp_path / "answer"), "-w", "%{http_code}", "--max-time", "20",
        "-F", f"photo=@{photo}", *options, server.address + IDENTIFY,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "401"), done.stderr


def head(path: str, *fields: str, form: bool = True) -> bytes:
    """The head of a POST."""
    told = [f"POST {path} HTTP/1.1", "Host: x", *fields]
    if form:
        told.append(f"Content-Type: {FORM}")
    return "\r\n".join([*told, "", ""]).encode()


def rest(client: socket.socket) -> None:
    """Read what is left of an answer that is here."""
    client.settimeout(0.3)
    try:
        while client.recv(65536):
            pass
    except TimeoutError:
        return
    raise AssertionError("the connection has ended")
