import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from time import monotonic

import pytest
from bench.overload import Seen
from bench.overload import crowd
from bench.overload import holds
from bench.overload import part

from load import Request


@contextmanager
def answering(*answers: tuple[int, bytes]) -> Iterator[str]:
    """A server that gives these answers in turn, and then the last one."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.thorough
def test_what_was_taken_refused_and_lost_is_told_apart() -> None:
    seen = Seen()
    answers = [(200, b""), (503, b'{"code": "overloaded"}'), (503, b"database"), (200, b"")]
    with answering(*answers) as address:
        crowd(address, Request("GET", "/"), clients=1, until=monotonic() + 0.5, seen=seen)
    assert len(seen.refused) == 1
    assert seen.lost == ["503 b'database'"]
    assert len(seen.taken) >= 2


def test_a_part_holds_what_ended_in_it() -> None:
    seen = Seen(taken=[(1, 0.1), (1.5, 0.3), (2.5, 9)], refused=[(0.5, 0), (1.2, 0)])
    found = part(seen, [(1.1, 2**20), (2.1, 2**30)], 1, 2)
    assert found["per_second"] == 2
    assert found["p50_ms"] == pytest.approx(200)
    assert (found["refused"], found["memory_mb"]) == (1, 1)


GOOD = {
    "lost": 0,
    "rate_last_to_second": 1.0,
    "memory_last_to_second": 1.0,
    "other_key": {"refused": 0},
}


@pytest.mark.parametrize(
    "seen",
    [
        {"lost": 1},
        {"rate_last_to_second": 0.5},
        {"memory_last_to_second": 1.5},
        {"other_key": {"refused": 3}},
    ],
)
def test_what_does_not_hold_is_said(seen: dict[str, object]) -> None:
    assert holds(GOOD)
    assert not holds({**GOOD, **seen})
