"""More than can be answered in time is refused at once, and the rest goes on."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest

from asking import Answer
from asking import call
from asking import problem
from crowds import connect
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
Start = Callable[..., Server]


@dataclass
class Crowd:
    """Answers, and whatever else came of it."""

    answers: list[Answer]
    failures: list[str]

    def of(self, status: int) -> list[Answer]:
        return [each for each in self.answers if each.status == status]


def flood(server: Server, request: Request, *, clients: int, seconds: float) -> Crowd:
    """Ask from many sides for a while, each again as soon as it is answered."""
    crowd = Crowd([], [])
    end = time.monotonic() + seconds

    def work() -> None:
        while time.monotonic() < end:
            try:
                answer = call(
                    server.address, request.path, method=request.method, body=request.body,
                    headers=request.headers,
                )  # fmt: skip
            except OSError as error:
                crowd.failures.append(repr(error))
            else:
                crowd.answers.append(answer)
            time.sleep(0.1)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return crowd


@pytest.mark.parametrize("more", [0, 300_000], ids=["small", "large"])
@pytest.mark.parametrize("kind", ["serve", "single"])
def test_twice_what_it_can_take_is_answered_or_refused_and_none_is_lost(
    request: pytest.FixtureRequest, home: Home, kind: str, more: int
) -> None:
    start: Start = request.getfixturevalue(kind)
    env = {"MIEN_TEST_SECONDS": "0.2", "MIEN_QUEUE_REQUESTS": "4"}
    if kind == "serve":
        server = start("--workers", "1", "--threads", "2", **env)
    else:
        server = start(MIEN_THREADS="2", **env)
    asked = upload(IDENTIFY, draw_photo(["Ada"]) + bytes(more), key=home.key)
    others = {path: [] for path in ("/healthz", "/sign-in", "/api/v1/galleries")}  # type: dict[str, list[Answer]]
    done = threading.Event()

    def ask_others() -> None:
        while not done.wait(0.1):
            for path, answers in others.items():
                answers.append(call(server.address, path, headers={"X-API-Key": home.key}))

    thread = threading.Thread(target=ask_others)
    thread.start()
    try:
        crowd = flood(server, asked, clients=16, seconds=4)
    finally:
        done.set()
        thread.join()
    assert crowd.failures == []
    taken, refused = crowd.of(200), crowd.of(503)
    assert len(taken) + len(refused) == len(crowd.answers)
    # Ten a second is what it can take.
    assert len(taken) > 25
    assert len(refused) > 10
    assert max(each.seconds for each in taken) < 3
    assert max(each.seconds for each in refused) < 1
    for each in refused:
        problem(each, 503, "overloaded")
        assert int(each.headers["Retry-After"]) > 0
    for answers in others.values():
        assert {each.status for each in answers} == {200}
        assert max(each.seconds for each in answers) < 1
    assert "A request failed" not in server.said


def test_slow_uploads_leave_threads_for_the_rest_and_take_their_turns(
    single: Start, home: Home
) -> None:
    server = single(MIEN_THREADS="2", MIEN_QUEUE_REQUESTS="3")
    start = (
        f"POST {IDENTIFY} HTTP/1.1\r\nHost: x\r\nX-API-Key: {home.key}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b"
    )
    with trickling(server.address, 8, start.encode()) as uploads:
        refused = 0
        for each in uploads:
            each.settimeout(0.5)
            with suppress(TimeoutError):
                refused += each.recv(1000).startswith(b"HTTP/1.1 503 ")
        assert refused == 3
        for _ in range(5):
            begun = time.monotonic()
            assert ask(server.address, Request("GET", "/healthz"))[0] == 200
            assert time.monotonic() - begun < 1
    # They have gone, and those who waited behind them as well.
    photo = upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)
    wait_for(lambda: ask(server.address, photo)[0] == 200)


def test_those_in_the_queue_of_a_server_that_stops_are_answered(serve: Start, home: Home) -> None:
    server = serve("--workers", "1", "--threads", "1", MIEN_TEST_SECONDS="0.4")
    request = upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)
    crowd: list[Answer] = []

    def work() -> None:
        crowd.append(
            call(server.address, request.path, method="POST", body=request.body,
                 headers=request.headers)
        )  # fmt: skip

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    assert server.stop() == 0
    for thread in threads:
        thread.join()
    assert [each.status for each in crowd] == [200] * 6


def test_the_metrics_tell_of_the_door(single: Start, home: Home) -> None:
    server = single(MIEN_THREADS="1", MIEN_TEST_SECONDS="1.5", MIEN_METRICS="open")
    request = upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)
    with connect(server.address), connect(server.address):
        threads = [threading.Thread(target=ask, args=(server.address, request)) for _ in range(3)]
        for thread in threads:
            thread.start()
        wait_for(lambda: "mien_requests_queued 2.0" in call(server.address, "/metrics").text)
        told = call(server.address, "/metrics").text
        for thread in threads:
            thread.join()
    found = next(line for line in told.splitlines() if line.startswith("mien_connections "))
    assert float(found.split()[1]) >= 5
    assert json.loads(call(server.address, "/healthz").text)["status"] == "ok"
