"""A server of model files on this machine that can be made to misbehave."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote
from urllib.parse import urlsplit


class ModelServer:
    """Serves a folder; the first part of an address says how.

    right: as it should be, with ranges. late: the same after a moment. plain: without ranges.
    slow: no answer until the server ends. drip: headers that never end. stall: half, then
    silence. cut: half, then the connection ends, unless a range is asked for. lie: half of the
    bytes as if they were all. wrong: other bytes, as many. long: more bytes. gone: 404.
    broken: 500. moved: a redirect to right. away: a redirect to a plain address elsewhere.
    round: a redirect to itself.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.requests: Counter[str] = Counter()
        self.ranges: list[str] = []
        self.over = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))

    def address(self, how: str) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/{how}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        how, _, name = unquote(urlsplit(request.path).path).lstrip("/").partition("/")
        self.requests[how] += 1
        wanted = request.headers.get("Range", "")
        if wanted:
            self.ranges.append(wanted)
        redirects = {
            "moved": f"/right/{name}",
            "away": "http://models.example/drawn.onnx",
            "round": f"/round/{name}",
        }
        if how == "late":
            self.over.wait(0.3)
        if how == "slow":
            self.over.wait(30)
            return
        if how == "drip":
            self._drip(request)
            return
        if how in redirects:
            request.send_response(302)
            request.send_header("Location", redirects[how])
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        path = self.folder / name
        if how in {"gone", "broken"} or not path.is_file():
            request.send_error(500 if how == "broken" else 404)
            return
        self._send(request, how, path.read_bytes(), wanted)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self.over.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _send(self, request: BaseHTTPRequestHandler, how: str, content: bytes, wanted: str) -> None:
        begin = 0
        if wanted and how in {"right", "cut"}:
            begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
            request.send_response(206)
            request.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        else:
            request.send_response(200)
        if how == "wrong":
            content = bytes(len(content))
        if how == "long":
            content += b"more"
        if how == "lie":
            content = content[: len(content) // 2]
        request.send_header("Content-Length", str(len(content) - begin))
        request.end_headers()
        half = len(content) // 2
        if how == "stall":
            request.wfile.write(content[:half])
            request.wfile.flush()
            self.over.wait(30)
        elif how == "cut" and not wanted:
            request.wfile.write(content[:half])
        else:
            request.wfile.write(content[begin:])

    def _drip(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.flush_headers()
        try:
            while not self.over.wait(0.05):
                request.wfile.write(b"X-Filler: 1\r\n")
        except OSError:
            pass


@contextmanager
def serving(folder: Path) -> Iterator[ModelServer]:
    """A server for the length of a block."""
    server = ModelServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.close()
