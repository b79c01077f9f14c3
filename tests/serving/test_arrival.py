"""A request on its way, as the event loop looks at it."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

from mien.http.small_bodies import SMALL_BODY_BYTES
from mien.serving.arrival import HEAD_BYTES
from mien.serving.arrival import Arrival

GET = b"GET /people?q=x HTTP/1.1\r\nHost: x\r\n\r\n"


def arrival(*pieces: bytes) -> Arrival:
    made = Arrival()
    for piece in pieces:
        made.add(piece)
    return made


def post(length: int | str, body: bytes = b"", *more: bytes) -> bytes:
    fields = b"".join(each + b"\r\n" for each in (f"Content-Length: {length}".encode(), *more))
    return b"POST /%67o HTTP/1.1\r\n" + fields + b"\r\n" + body


def test_a_head_is_complete_with_its_empty_line_however_it_is_cut() -> None:
    for cut in range(1, len(GET)):
        made = arrival(GET[:cut])
        assert not made.complete
        made.add(GET[cut:])
        assert made.complete
        assert made.head is not None
        assert (made.head.method, made.head.path, made.head.size) == ("GET", "/people", len(GET))
    assert arrival(*(bytes([each]) for each in b"\r\n" + GET)).complete


def test_a_small_body_is_waited_for_and_a_large_one_is_not() -> None:
    assert not arrival(post(3, b"ab")).complete
    assert arrival(post(3, b"ab"), b"c").complete
    assert not arrival(post(SMALL_BODY_BYTES)).complete
    assert arrival(post(SMALL_BODY_BYTES + 1)).complete
    assert arrival(post(0)).complete
    assert arrival(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").complete


def test_what_is_behind_it_stays_with_it() -> None:
    made = arrival(GET + b"GET /next")
    assert made.head is not None
    assert bytes(made.data[made.head.size :]) == b"GET /next"


def test_it_tells_what_is_asked_and_how() -> None:
    head = arrival(post(70_000, b"", b"expect: 100-Continue")).head
    assert head is not None
    assert (head.path, head.length, head.expects_continue) == ("/go", 70_000, True)
    whole = arrival(b"GET http://x/a%20b?c HTTP/1.1\r\n\r\n").head
    assert whole is not None
    assert whole.path == "/a b"


@pytest.mark.parametrize(
    "text", [b"GET / HTTP/1.1\nHost: x\n\n", b"\n", b"GET / HTTP/1.1\r\nA: b\n"]
)
def test_a_line_that_does_not_end_as_it_should_is_not_waited_for(text: bytes) -> None:
    assert arrival(text).complete
    assert arrival(*(bytes([each]) for each in text)).complete


def test_more_than_any_head_has_is_too_large() -> None:
    assert not arrival(b"x" * HEAD_BYTES).too_large
    assert arrival(b"x" * HEAD_BYTES, b"x").too_large
    assert not arrival(GET, b"x" * HEAD_BYTES).too_large


@pytest.mark.parametrize(
    "text",
    [
        GET,
        b"\r\n" + GET,
        b"\r\n\r\n\r\n\r\n",
        b" \r\n\r\n",
        post("nonsense"),
        post("1", b"x"),
        post("²"),
        post("+1"),
        post(1, b"x", b"Content-Length: 2"),
        post(1, b"x", b"Transfer-Encoding: chunked"),
        b"GET / HTTP/1.1\r\nA: b\n",
        b"GET " + b"x" * 9000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 2000 + b"\r\n",
    ],
)
def test_what_is_complete_leaves_the_parser_nothing_to_wait_for(text: bytes) -> None:
    def pieces() -> Iterator[bytes]:
        yield bytes(made.data)
        raise AssertionError("it would have waited in a thread")

    made = arrival(text)
    assert made.complete
    # Refused is as good as taken.
    with suppress(ParseException, StopIteration):
        Request(Config(), IterUnreader(pieces()), ("127.0.0.1", 1))
