"""Clients that say nothing, half of something or a byte at a time hold up nobody else."""

import http.client
import re
import resource
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from crowds import HALF_A_HEAD
from crowds import IN_CHUNKS
from crowds import SIGNING_IN
from crowds import connect
from crowds import crowd
from crowds import ended
from crowds import everything
from crowds import trickling
from drawing import draw_photo
from load import Request
from load import ask
from load import upload
from servers import Home
from servers import Server
from servers import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.serial]

IDENTIFY = "/api/v1/galleries/default/identify"
ALIVE = Request("GET", "/healthz")
Start = Callable[..., Server]


def slowest(address: str, request: Request, count: int = 10) -> float:
    """The longest of some calls, in seconds; all of them are answered.

    Before them comes one of any length: what has just begun to hold the server up has arrived then.
    """
    assert ask(address, request)[0] == 200
    longest = 0.0
    for _ in range(count):
        start = time.monotonic()
        status, body = ask(address, request)
        longest = max(longest, time.monotonic() - start)
        assert status == 200, body
    return longest


def test_a_crowd_at_the_door_holds_up_nobody(serve: Start, home: Home) -> None:
    server = serve("--workers", "2", "--threads", "4")
    with ExitStack() as crowds:
        crowds.enter_context(crowd(server.address, 1000))
        crowds.enter_context(trickling(server.address, 100, SIGNING_IN))
        crowds.enter_context(trickling(server.address, 100, IN_CHUNKS))
        crowds.enter_context(crowd(server.address, 24, HALF_A_HEAD))
        assert slowest(server.address, ALIVE) < 1
        assert slowest(server.address, upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)) < 2
    assert "Traceback" not in server.said


def test_nor_does_one_at_the_server_of_mien_run(single: Start, home: Home) -> None:
    server = single(MIEN_THREADS="4")
    with ExitStack() as crowds:
        crowds.enter_context(crowd(server.address, 100))
        crowds.enter_context(trickling(server.address, 24, SIGNING_IN))
        crowds.enter_context(crowd(server.address, 24, HALF_A_HEAD))
        assert slowest(server.address, ALIVE) < 1
        assert slowest(server.address, upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)) < 2
    assert "Traceback" not in server.said


@pytest.mark.parametrize("files", [64, 256])
def test_where_open_files_run_out_the_silent_make_room(
    serve: Start, home: Home, files: int
) -> None:
    server = serve("--workers", "2", "--threads", "4")
    workers = server.all_workers(2)
    for pid in workers:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (files, files))
    with crowd(server.address, 3 * files):
        assert slowest(server.address, ALIVE) < 2
        assert slowest(server.address, upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)) < 2
    assert server.workers() == workers
    assert "Cannot open further connections" in server.said
    assert "Traceback" not in server.said


def test_it_starts_and_serves_with_few_open_files_allowed(single: Start, home: Home) -> None:
    server = single(limit=64)
    with crowd(server.address, 200):
        assert slowest(server.address, ALIVE) < 2
        assert slowest(server.address, upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)) < 2
    assert "Traceback" not in server.said


def test_more_connections_than_are_taken_in_push_out_the_silent_ones(
    serve: Start, home: Home
) -> None:
    server = serve("--workers", "1", GUNICORN_CMD_ARGS="--worker-connections 20")
    with crowd(server.address, 60) as silent:
        assert slowest(server.address, ALIVE) < 1
        wait_for(lambda: ended(silent[0]))
        assert not ended(silent[-1])


@pytest.mark.parametrize(
    ("start", "status"), [(b"", b""), (HALF_A_HEAD, b""), (SIGNING_IN, b"HTTP/1.1 408 ")]
)
def test_what_is_not_whole_in_time_is_given_up(
    single: Start, home: Home, start: bytes, status: bytes
) -> None:
    server = single(MIEN_HEAD_SECONDS="1", MIEN_BODY_SECONDS="1")
    with trickling(server.address, 1, start or HALF_A_HEAD[:5]) as [slow]:
        begun = time.monotonic()
        slow.settimeout(10)
        assert slow.recv(1000)[: len(status)] == status
        assert 0.5 < time.monotonic() - begun < 5
        wait_for(lambda: ended(slow))


def test_a_slow_upload_of_somebody_known_takes_as_long_as_it_moves(
    single: Start, home: Home
) -> None:
    server = single(MIEN_HEAD_SECONDS="1", MIEN_BODY_SECONDS="1", MIEN_STALL_SECONDS="2")
    request = upload(IDENTIFY, draw_photo(["Ada"]) + bytes(80_000), key=home.key)
    connection = begin(server.address, request)
    step = len(request.body) // 12
    for at in range(0, len(request.body), step):
        connection.send(request.body[at : at + step])
        time.sleep(0.3)
    assert connection.getresponse().status == 200
    connection.close()


def test_one_that_has_stopped_moving_is_given_up(serve: Start, home: Home) -> None:
    server = serve("--workers", "1", "--threads", "1", MIEN_STALL_SECONDS="1")
    request = upload(IDENTIFY, draw_photo(["Ada"]) + bytes(80_000), key=home.key)
    connection = begin(server.address, request)
    connection.send(request.body[:1000])
    start = time.monotonic()
    assert ask(server.address, upload(IDENTIFY, draw_photo(["Ada"]), key=home.key))[0] == 200
    assert time.monotonic() - start < 5
    connection.close()
    assert "Traceback" not in server.said


def test_requests_sent_one_behind_the_other_are_answered_in_their_order(single: Start) -> None:
    server = single()
    with connect(server.address) as client:
        first = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        body = b"name=x&password=y"
        second = (
            b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n%s" % (len(body), body)
        )
        last = b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        whole = first + second + last
        # Cut in the middle of the second head, and of the third.
        for piece in (whole[:80], whole[80:-20], whole[-20:]):
            client.sendall(piece)
            time.sleep(0.1)
        said = everything(client)
    assert re.findall(rb"HTTP/1.1 (\d+) ", said) == [b"200", b"400", b"404"]


def test_a_head_that_comes_byte_by_byte_is_understood(single: Start) -> None:
    server = single()
    with connect(server.address) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":
            client.send(bytes([byte]))
            time.sleep(0.002)
        assert everything(client).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 70_000, b"431"),
        (b"GET /healthz HTTP/1.1\nHost: x\n", b"400"),
        (b"GET /healthz HTTP/9\r\n\r\n", b"400"),
        (b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_head_is_told_so_at_once(single: Start, head: bytes, status: bytes) -> None:
    server = single()
    with connect(server.address) as client:
        client.sendall(head)
        assert everything(client).split()[1] == status


def begin(address: str, request: Request) -> http.client.HTTPConnection:
    """Send the head of a request, and leave its body to others."""
    host, port = address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    connection.putrequest(request.method, request.path)
    for name, value in {**request.headers, "Content-Length": str(len(request.body))}.items():
        connection.putheader(name, value)
    connection.endheaders()
    return connection
