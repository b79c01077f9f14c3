"""Many clients that hold a server up: they say nothing, half of something, or a byte at a time."""

import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from contextlib import suppress
from urllib.parse import urlsplit

HALF_A_HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "
SIGNING_IN = (
    b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 5000\r\n\r\nname="
)
IN_CHUNKS = (
    b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n1388\r\nname="
)
_FILES = 4096


def connect(address: str) -> socket.socket:
    """A connection of its own."""
    place = urlsplit(address)
    return socket.create_connection((place.hostname, place.port), 10)


def allow_many_files() -> None:
    """Let this process hold as many connections as the tests need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(_FILES, hard), hard))


@contextmanager
def crowd(address: str, count: int, start: bytes = b"") -> Iterator[list[socket.socket]]:
    """Connections that send the start of a request, and nothing more."""
    allow_many_files()
    with ExitStack() as opened:
        connections = []
        for _ in range(count):
            connections.append(opened.enter_context(connect(address)))
            if start:
                connections[-1].sendall(start)
        yield connections


@contextmanager
def trickling(address: str, count: int, start: bytes) -> Iterator[list[socket.socket]]:
    """Connections that send the start of a request, and then a byte every now and then."""
    with crowd(address, count, start) as connections:
        stop = threading.Event()

        def trickle() -> None:
            while not stop.wait(0.2):
                for each in connections:
                    with suppress(OSError):
                        each.send(b"x")

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            yield connections
        finally:
            stop.set()
            thread.join()


def ended(connection: socket.socket, *, seconds: float = 0.05) -> bool:
    """Whether the other end has closed a connection, whatever it said before."""
    connection.settimeout(seconds)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def everything(client: socket.socket) -> bytes:
    """All that is said until the end."""
    client.settimeout(10)
    said = b""
    while piece := client.recv(65536):
        said += piece
    return said
