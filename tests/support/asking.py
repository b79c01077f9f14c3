"""Ask a server and look at all of its answer."""

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        seconds: until it was whole.
    """

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


def call(
    address: str,
    path: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    source: str = "127.0.0.1",
    timeout: float = 20,
) -> Answer:
    """Ask once, on a connection of its own.

    Args:
        source: the loopback address that the server sees as its client.
    """
    parts = urlsplit(address)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(
        parts.hostname, parts.port, timeout=timeout, source_address=(source, 0)
    )
    start = time.monotonic()
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        data = answer.read()
        return Answer(answer.status, answer.headers, data, time.monotonic() - start)
    finally:
        connection.close()


def arrivals(address: str, path: str, *, method: str = "GET") -> list[float]:
    """When each line of an answer arrived, in seconds from the first one."""
    parts = urlsplit(address)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        assert answer.status == 200
        times = []
        while answer.readline():
            times.append(time.monotonic())
        return [each - times[0] for each in times]
    finally:
        connection.close()


def problem(answer: Answer, status: int, code: str) -> Any:
    """The shape of every error of the API, whoever answers."""
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"].endswith(".")
    assert body["request_id"] == answer.headers["X-Request-ID"]
    return body


def page(answer: Answer, status: int, words: str) -> None:
    """The shape of every error that people read, whoever answers."""
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"].startswith("text/html")
    assert words in answer.text
    assert f"request <code>{answer.headers['X-Request-ID']}</code>" in answer.text
