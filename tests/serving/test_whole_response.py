"""Answers that leave in one piece."""

from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.workers.base import Worker
from gunicorn.workers.gthread import ThreadWorker

from mien.errors import UnknownServerVersion
from mien.serving.draining_worker import DrainingWorker
from mien.serving.gunicorn_inside import INSIDE
from mien.serving.whole_response import WholeResponse
from mien.serving.whole_response import require_known_gunicorn


class Line:
    """Remembers what was sent, piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        self.pieces.append(bytes(data))


@pytest.fixture
def line() -> Line:
    return Line()


def respond(line: Line, *body: bytes, method: str = "GET", **headers: str) -> WholeResponse:
    request: Any = SimpleNamespace(version=(1, 1), method=method, should_close=lambda: True)
    response = WholeResponse(request, line, Config())
    response.start_response("200 OK", list(headers.items()))
    for part in body:
        response.write(part)
    response.close()
    return response


def test_a_small_answer_is_one_piece(line: Line) -> None:
    respond(line, b"answer", **{"Content-Length": "6"})
    [whole] = line.pieces
    assert whole.startswith(b"HTTP/1.1 200 OK\r\n")
    assert whole.endswith(b"\r\n\r\nanswer")


def test_parts_of_an_answer_leave_as_they_come(line: Line) -> None:
    respond(line, b"one", b"two")
    first, second, end = line.pieces
    assert first.endswith(b"\r\n\r\n3\r\none\r\n")
    assert (second, end) == (b"3\r\ntwo\r\n", b"0\r\n\r\n")


def test_a_large_answer_is_not_copied(line: Line) -> None:
    respond(line, bytes(200_000), **{"Content-Length": "200000"})
    assert [len(piece) for piece in line.pieces][1:] == [200_000]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_answer_without_a_body_is_sent_all_the_same(line: Line, method: str) -> None:
    body = [b"left out"] if method == "HEAD" else []
    respond(line, *body, method=method, **{"Content-Length": "8" if body else "0"})
    [headers] = line.pieces
    assert headers.endswith(b"\r\n\r\n")


def test_a_gunicorn_that_was_not_tried_is_refused_by_name() -> None:
    with pytest.raises(UnknownServerVersion, match=r"unknown_server_version\.gunicorn"):
        require_known_gunicorn("28.1.0")
    require_known_gunicorn("27.9.9")
    with pytest.raises(UnknownServerVersion):
        require_known_gunicorn("27.9.9", inside=[(Line, "sendall"), (Line, "sendfile")])


def test_whatever_the_worker_replaces_is_looked_for_first() -> None:
    replaced = {name for name in vars(DrainingWorker) if name in vars(ThreadWorker)}
    replaced |= {name for name in vars(DrainingWorker) if name in vars(Worker)}
    named = {name for where, name in INSIDE if where is ThreadWorker}
    assert {name for name in replaced if not name.startswith("__")} == named
    require_known_gunicorn(inside=INSIDE)


def test_an_answer_names_no_server(line: Line) -> None:
    respond(line, b"answer", **{"Content-Length": "6"})
    assert b"Date: " in line.pieces[0]
    assert b"server:" not in line.pieces[0].lower()
