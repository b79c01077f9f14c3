"""Many photos in one call to a real server: answers come as they are made, and work ends with the client."""

import http.client
import json
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from drawing import draw_photo
from load import Request
from load import ask
from load import upload
from servers import Home
from servers import Server

pytestmark = pytest.mark.processes

BATCH = "/api/v1/galleries/default/identify/batch"


def begin(server: Server, request: Request) -> http.client.HTTPConnection:
    place = urlsplit(server.address)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    connection.request(request.method, request.path, request.body, request.headers)
    return connection


def test_lines_arrive_one_by_one(serve: Callable[..., Server], home: Home) -> None:
    server = serve("--workers", "1", MIEN_TEST_SECONDS="0.3")
    photos = [draw_photo(["Ada"]), b"no photo at all", draw_photo(["Bob"]), draw_photo(["Cleo"])]
    connection = begin(server, upload(BATCH, *photos, key=home.key))
    answer = connection.getresponse()
    arrived, lines = [], []
    while text := answer.readline():
        arrived.append(time.monotonic())
        lines.append(json.loads(text))
    connection.close()
    assert [line["problem"] is None for line in lines] == [True, False, True, True]
    # The bad one takes no time; every other comes when it is done and not at the end.
    assert arrived[2] - arrived[1] > 0.15
    assert arrived[3] - arrived[2] > 0.15


def test_the_first_answer_comes_before_the_last_photo_is_sent(
    serve: Callable[..., Server], home: Home
) -> None:
    server = serve("--workers", "1")
    whole = upload(BATCH, draw_photo(["Ada"]), b"x" * 100_000, key=home.key)
    # In the midst of the second part.
    half = len(whole.body) - 50_000
    place = urlsplit(server.address)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    connection.putrequest(whole.method, whole.path)
    for name, value in {**whole.headers, "Content-Length": str(len(whole.body))}.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(whole.body[:half])
    answer = connection.getresponse()
    assert json.loads(answer.readline())["number"] == 1
    connection.send(whole.body[half:])
    assert json.loads(answer.readline())["number"] == 2
    assert answer.readline() == b""
    connection.close()


def test_a_client_that_goes_away_ends_the_work(serve: Callable[..., Server], home: Home) -> None:
    server = serve("--workers", "1", "--threads", "1", MIEN_TEST_SECONDS="0.3")
    connection = begin(server, upload(BATCH, *[draw_photo(["Ada"])] * 30, key=home.key))
    answer = connection.getresponse()
    assert answer.readline()
    answer.close()
    connection.close()
    start = time.monotonic()
    # The only thread for photos is free again long before nine seconds of work are done.
    photo = upload("/api/v1/galleries/default/identify", draw_photo(["Ada"]), key=home.key)
    assert ask(server.address, photo)[0] == 200
    assert time.monotonic() - start < 3
