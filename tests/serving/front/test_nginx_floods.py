"""Nginx against floods and slow clients: what one client does leaves the others usable."""

import contextlib
import socket
import statistics
import threading
import time
from urllib.parse import urlsplit

import pytest

from asking import call
from asking import page
from asking import problem
from crowds import ended
from front_stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.serial]

SLOW = "/api/test/slow"
FLOODER, OTHER, SILENT = "127.0.0.7", "127.0.0.8", "127.0.0.9"


@pytest.fixture(scope="module")
def site(stack: Stack) -> str:
    return stack.nginx(
        "--upstream", stack.gunicorn("one"), "--requests", "20", "--photos", "2",
        "--sign-ins", "5", "--connections", "8", "--uploads", "20",
    )  # fmt: skip


def latencies(site: str, count: int) -> list[float]:
    """Seconds of somebody's calls, all of them answered."""
    answers = [call(site, SLOW, source=OTHER) for _ in range(count)]
    assert {each.status for each in answers} == {200}
    return [each.seconds for each in answers]


def slow_connections(site: str, count: int, start: bytes) -> list[socket.socket]:
    """Connections that have begun a request and say no more."""
    place = (urlsplit(site).hostname, urlsplit(site).port)
    opened = []
    for _ in range(count):
        opened.append(socket.create_connection(place, 5, source_address=(SILENT, 0)))
        opened[-1].sendall(start)
    return opened


def test_a_flood_is_refused_and_leaves_another_client_quick(site: str) -> None:
    alone = statistics.median(latencies(site, 8))
    stop = threading.Event()
    statuses: list[int] = []

    def flood() -> None:
        while not stop.wait(0.002) and len(statuses) < 3000:
            with contextlib.suppress(OSError):
                statuses.append(call(site, SLOW, source=FLOODER).status)

    threads = [threading.Thread(target=flood) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.5)
        meanwhile = sorted(latencies(site, 20))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert statuses.count(429) > len(statuses) / 2
    assert statuses.count(200) + statuses.count(429) == len(statuses)
    assert meanwhile[-2] < alone + 0.5, f"alone {alone:.3f} s, meanwhile {meanwhile}"


def test_too_many_requests_are_refused_in_miens_own_shapes(site: str) -> None:
    def many(path: str, method: str) -> list[int]:
        return [
            call(site, path, method=method, body=b"" if method == "POST" else None).status
            for _ in range(16)
        ]

    assert many("/sign-in", "POST")[-1] == 429
    answer = call(site, "/sign-in", method="POST")
    page(answer, 429, "Too many attempts")
    assert answer.headers["Retry-After"] == "5"
    assert call(site, "/sign-in").status == 200, "looking is no attempt"
    assert many("/api/v1/detect", "POST")[-1] == 429
    problem(call(site, "/api/v1/detect", method="POST"), 429, "overloaded")


def test_silent_clients_hold_no_worker_and_are_let_go(site: str) -> None:
    head = b"GET /api/test/slow HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
    body = (
        b"POST /api/test/upload?id=slow HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Content-Length: 100000\r\n\r\nonly this"
    )
    silent = slow_connections(site, 40, head)
    stalled = slow_connections(site, 20, body)
    try:
        begun = time.monotonic()
        # A Gunicorn of a handful of threads would be full of them.
        assert max(latencies(site, 10)) < 1
        # More bodies at a time than one client may send are refused at once.
        refused = [each for each in stalled if b"429" in received(each)]
        assert len(refused) == 12
        while len([each for each in silent if ended(each, seconds=0.01)]) < len(silent):
            assert time.monotonic() < begun + 15, "headers have ten seconds"
            time.sleep(0.3)
        assert time.monotonic() - begun > 5
    finally:
        for each in [*silent, *stalled]:
            each.close()


def received(connection: socket.socket) -> bytes:
    """What has come so far."""
    connection.settimeout(0.05)
    try:
        return connection.recv(1000)
    except OSError:
        return b""
