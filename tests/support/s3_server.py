"""An S3-compatible store for tests, as a server of its own that nobody else can reach, and a line to it."""

import contextlib
import http.server
import importlib.util
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mien.storage.bucket import Bucket
from mien.storage.bucket_client import BucketAccess
from servers import free_port
from servers import wait_until_listening


def has_s3() -> bool:
    """Whether moto and what speaks to it are installed."""
    return all(importlib.util.find_spec(name) for name in ("moto", "flask_cors", "botocore"))


@contextmanager
def running_s3(folder: Path, *, port: int = 0) -> Iterator[str]:
    """A store in the memory of a process; gives its address."""
    port = port or free_port()
    with (folder / "s3.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            wait_until_listening(port, seconds=60)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def make_bucket(address: str, *, versions: bool = False, name: str = "") -> str:
    """A new bucket; gives its name."""
    name = name or f"mien-{secrets.token_hex(6)}"
    with contextlib.closing(Bucket(access_to(address, name))) as bucket:
        client = bucket._connected()
        client.create_bucket(Bucket=name)
        if versions:
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def access_to(address: str, bucket: str, *, prefix: str = "photos") -> BucketAccess:
    """How a test reaches a bucket."""
    return BucketAccess(
        f"s3://{bucket}/{prefix}".rstrip("/"),
        endpoint=address,
        access_key="testing",
        secret_key="testing",
    )


def s3_settings(address: str, bucket: str, *, prefix: str = "photos") -> dict[str, Any]:
    """The settings of an installation whose photos are in a bucket."""
    return {
        "files_url": f"s3://{bucket}/{prefix}",
        "files_s3_endpoint": address,
        "files_s3_access_key": "testing",
        "files_s3_secret_key": "testing",
    }


def everything_in(address: str, bucket: str) -> set[str]:
    """The keys of all objects of a bucket, older versions and marks of deleted ones included."""
    with contextlib.closing(Bucket(access_to(address, bucket, prefix=""))) as whole:
        return {each.key for each in whole.versions("")}


@contextmanager
def lost_behind_a_door() -> Iterator[str]:
    """A proxy that has lost the store behind it: it finds nothing, and says so in words of its own."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


class _Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        """The same to everything."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b"404 page not found\n"
        self.send_response(404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = answer  # noqa: N815  # the library's names

    def log_message(self, *_: object) -> None:
        """Nothing is written down."""


@contextmanager
def dripping(seconds: float, *, drops: int, told: int = 0) -> Iterator[str]:
    """A store that answers with one object, byte by byte, each after so many seconds.

    Args:
        seconds: between two bytes.
        drops: how many bytes it sends.
        told: how many it says it sends, where that is not true.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def answer(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.recv(65536)
            head = f'HTTP/1.1 200 OK\r\nContent-Length: {told or drops}\r\nETag: "x"\r\n\r\n'
            client.sendall(head.encode())
            for _ in range(drops):
                if ended.wait(seconds):
                    return
                client.sendall(b"x")

    def listen() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=answer, args=(client,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


class Line:
    """A line to a server, which can be cut and can hang.

    Args:
        address: of the server.
    """

    def __init__(self, address: str) -> None:
        self.behind = address
        self.lead_to(address)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._open: set[socket.socket] = set()
        self._hangs = False
        self._listener: socket.socket | None = None
        self.mend()

    def lead_to(self, address: str) -> None:
        """Let the next connections end at another server."""
        host, _, port = address.removeprefix("http://").partition(":")
        self._server = (host, int(port))

    def mend(self) -> None:
        """Let everything through."""
        self._hangs = False
        if self._listener is None:
            listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
            self._listener = listener
            threading.Thread(target=self._listen, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """Refuse connections, and end those that there are."""
        listener, self._listener = self._listener, None
        if listener is not None:
            # Whoever waits in `accept` is not woken by closing alone.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def hang(self) -> None:
        """Accept connections, and let nothing through."""
        self._hangs = True

    def _listen(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._server, timeout=10)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            for ends in ((client, server), (server, client)):
                self._open.add(ends[0])
                threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self._hangs:
                    continue
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.discard(source)
        source.close()
