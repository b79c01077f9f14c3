"""A small load generator: a few threads that ask one server again and again, and keep count."""

import http.client
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from urllib.parse import urlsplit

_MULTIPART = "a-boundary-that-no-photo-holds"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What became of all requests.

    Attributes:
        seconds: how long each answered one took.
        failures: what went wrong after a connection was there.
        refused: attempts that found no server.
    """

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    refused: int = 0

    def wait_for_more(self, count: int, *, seconds: float = 20) -> None:
        """Wait until so many more are answered: how long that takes is this machine's affair."""
        enough = len(self.seconds) + count
        end = time.monotonic() + seconds
        while len(self.seconds) < enough:
            assert time.monotonic() < end, f"fewer than {count} more in {seconds} seconds: {self}"
            time.sleep(0.01)


def upload(path: str, *photos: bytes, key: str, field_name: str = "photo") -> Request:
    """A form with photos."""
    parts = [
        f"--{_MULTIPART}\r\nContent-Disposition: form-data; "
        f'name="{field_name}"; filename="photo.png"\r\n\r\n'.encode()
        + photo
        + b"\r\n"
        for photo in photos
    ]
    return Request(
        "POST",
        path,
        b"".join(parts) + f"--{_MULTIPART}--\r\n".encode(),
        {"Content-Type": f"multipart/form-data; boundary={_MULTIPART}", "X-API-Key": key},
    )


def send(address: str, request: Request) -> http.client.HTTPConnection:
    """Send one request on a connection of its own, and leave the answer for later."""
    connection = _connect(address, 20)
    connection.request(request.method, request.path, request.body or None, request.headers)
    return connection


def ask(address: str, request: Request, *, timeout: float = 20) -> tuple[int, bytes]:
    """Send one request on a connection of its own."""
    connection = _connect(address, timeout)
    try:
        return _ask(connection, request)
    finally:
        connection.close()


@contextmanager
def running(
    address: str,
    request: Request,
    *,
    threads: int = 4,
    keep_alive: bool = True,
    pause_seconds: float = 0.01,
    most_seconds: float = 30,
    good: Callable[[int, bytes], bool] = lambda status, _body: status == 200,
) -> Iterator[Outcome]:
    """Ask all the while that the block runs; the outcome is complete after it.

    Args:
        address: of the server, `http://host:port`.
        request: what is asked.
        threads: how many ask.
        keep_alive: whether a thread goes on using its connection.
        pause_seconds: between two requests of a thread.
        most_seconds: ends it in any case.
        good: whether an answer is what it should be.
    """
    outcome = Outcome()
    stop = threading.Event()
    end = time.monotonic() + most_seconds

    def work() -> None:
        connection: http.client.HTTPConnection | None = None
        while not stop.wait(pause_seconds) and time.monotonic() < end:
            start = time.monotonic()
            if connection is None:
                connection = _connect(address, 20)
            if connection.sock is None:
                try:
                    connection.connect()
                except ConnectionRefusedError:
                    outcome.refused += 1
                    continue
            try:
                status, body = _ask(connection, request)
            except (OSError, http.client.HTTPException) as error:
                outcome.failures.append(repr(error))
                connection.close()
                connection = None
                continue
            if good(status, body):
                outcome.seconds.append(time.monotonic() - start)
            else:
                outcome.failures.append(f"{status} {body[:200]!r}")
            if not keep_alive:
                connection.close()
        if connection is not None:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield outcome
    finally:
        stop.set()
        for worker in workers:
            worker.join()


def _connect(address: str, timeout: float) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    assert parts.hostname is not None
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)


def _ask(connection: http.client.HTTPConnection, request: Request) -> tuple[int, bytes]:
    connection.request(request.method, request.path, request.body or None, request.headers)
    answer = connection.getresponse()
    return answer.status, answer.read()
